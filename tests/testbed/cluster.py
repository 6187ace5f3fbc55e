"""A real Kubernetes cluster of one node in the cell: control plane, kubelet, containerd, kube-proxy, CoreDNS."""

import json
import secrets
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.testbed import cell
from tests.testbed.authority import Authority, write_signing_key
from tests.testbed.folders import cache, cgroup, program, state
from tests.testbed.parts import Part, start, wait
from tests.testbed.shell import run

__all__ = [
    "CLUSTER_IP_RANGE",
    "NODE_ADDRESS",
    "POD_RANGE",
    "PROGRAMS",
    "apply",
    "container_runtime_answers",
    "get",
    "kubeconfig",
    "kubectl",
    "kubelet_answers",
    "up",
]

NODE = "node1"
NODE_ADDRESS = "10.99.0.1"
POD_RANGE = "10.88.0.0/24"
CLUSTER_IP_RANGE = "10.98.0.0/24"
API_PORT = 6443
PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "kubectl",
    "containerd",
    "containerd-shim-runc-v2",
    "ctr",
    "coredns",
)
_ETCD = "http://127.0.0.1:2379"
_ETCD_PEERS = "http://127.0.0.1:2380"
_USERS = {
    "admin": "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
    "system:kube-proxy": "",
    f"system:node:{NODE}": "system:nodes",
}


def kubeconfig() -> Path:
    """The kubeconfig of a cluster administrator."""
    return _kubeconfig("admin")


def up(images: list[Path]) -> None:
    """From nothing to a node that is Ready and holds these images (OCI archives)."""
    for folder in ("kubeconfig", "cni", "kubelet", "tmp"):
        (state() / folder).mkdir(exist_ok=True)
    _make_network()
    _make_credentials()
    _start_control_plane()
    container_runtime = _start_container_runtime(images)
    _start_node(container_runtime)
    _start_dns()
    wait("the node is Ready", lambda: _is_ready(get("node", NODE)), Part("kubelet"), container_runtime)
    # The first moment at which a Pod can be made.
    wait(
        "the default service account is there",
        lambda: get("serviceaccount", "default"),
        Part("kube-controller-manager"),
    )


def kubectl(*arguments: str, text: str | None = None, seconds: float = 120) -> str:
    """What kubectl prints, as administrator."""
    return run(program("kubectl"), f"--kubeconfig={kubeconfig()}", *arguments, text=text, seconds=seconds)


def apply(*documents: dict[str, Any] | Path) -> None:
    """Server-side apply of objects, and of files or folders."""
    for one in documents:
        if isinstance(one, Path):
            kubectl("apply", "--server-side", "--force-conflicts", "-f", str(one))
        else:
            kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=json.dumps(one))


def get(kind: str, name: str, namespace: str = "default") -> dict[str, Any]:
    """One object, or nothing when it is not there."""
    found = kubectl("get", kind, name, f"--namespace={namespace}", "--ignore-not-found", "--output=json")
    return json.loads(found) if found.strip() else {}


def _make_network() -> None:
    """An address for the node, and a world that ends there: what has no other way out is unreachable.

    The address is on a veth pair with both ends here, because not every kernel has dummy devices.
    """
    run("ip", "link", "add", "node0", "type", "veth", "peer", "name", "node1")
    run("ip", "addr", "add", f"{NODE_ADDRESS}/24", "dev", "node0")
    for device in ("node0", "node1"):
        run("ip", "link", "set", device, "up")
    # Without a route, the node itself is told "no route to host" before kube-proxy's rules see the packet.
    run("ip", "route", "add", CLUSTER_IP_RANGE, "dev", "node0")
    run("ip", "route", "add", "unreachable", "default", "metric", "4000")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _make_credentials() -> None:
    pki = state() / "pki"
    authority = Authority(pki)
    own = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "127.0.0.1", NODE_ADDRESS]
    authority.issue("apiserver", "kube-apiserver", hosts=[*own, "10.98.0.1"])
    authority.issue("kubelet-client", "apiserver-kubelet-client", "system:masters")
    write_signing_key(pki / "accounts.key")
    tokens = []
    for user, group in _USERS.items():
        token = secrets.token_hex(16)
        tokens.append(f'{token},{user},{user},"{group}"')
        _write_kubeconfig(user, token, authority.certificate)
    (pki / "tokens.csv").write_text("\n".join(tokens) + "\n")


def _kubeconfig(user: str) -> Path:
    return state() / "kubeconfig" / user.replace(":", "-")


def _write_kubeconfig(user: str, token: str, authority: Path) -> None:
    cluster = {"server": f"https://127.0.0.1:{API_PORT}", "certificate-authority": str(authority)}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "testbed", "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": user}}],
        "current-context": "testbed",
    }
    _kubeconfig(user).write_text(yaml.safe_dump(document))


def _start_control_plane() -> None:
    etcd = start(
        "etcd",
        program("etcd"),
        f"--data-dir={state() / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={_ETCD}",
        f"--advertise-client-urls={_ETCD}",
        f"--listen-peer-urls={_ETCD_PEERS}",
        f"--initial-advertise-peer-urls={_ETCD_PEERS}",
        f"--initial-cluster=default={_ETCD_PEERS}",
    )
    server = start(
        "kube-apiserver",
        program("kube-apiserver"),
        f"--etcd-servers={_ETCD}",
        f"--advertise-address={NODE_ADDRESS}",
        f"--secure-port={API_PORT}",
        "--tls-cert-file=pki/apiserver.crt",
        "--tls-private-key-file=pki/apiserver.key",
        "--client-ca-file=pki/ca.crt",
        "--token-auth-file=pki/tokens.csv",
        "--kubelet-client-certificate=pki/kubelet-client.crt",
        "--kubelet-client-key=pki/kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=pki/accounts.key",
        "--service-account-signing-key-file=pki/accounts.key",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--service-cluster-ip-range={CLUSTER_IP_RANGE}",
        "--allow-privileged",
    )
    wait("the API server is ready", _api_is_ready, etcd, server)
    start(
        "kube-controller-manager",
        program("kube-controller-manager"),
        f"--kubeconfig={_kubeconfig('system:kube-controller-manager')}",
        "--bind-address=127.0.0.1",
        "--service-account-private-key-file=pki/accounts.key",
        "--root-ca-file=pki/ca.crt",
        "--use-service-account-credentials",
        "--leader-elect=false",
    )
    start(
        "kube-scheduler",
        program("kube-scheduler"),
        f"--kubeconfig={_kubeconfig('system:kube-scheduler')}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
    )


def _api_is_ready() -> bool:
    try:
        return kubectl("get", "--raw", "/readyz") == "ok"
    except RuntimeError:
        return False


def _is_ready(thing: dict[str, Any]) -> bool:
    conditions = thing.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _socket() -> Path:
    return state() / "containerd.sock"


def _start_container_runtime(images: list[Path]) -> Part:
    """Namespaces of Pods are pinned below its own folder, like all else that it makes."""
    cni = {
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": True,
                "hairpinMode": True,
                "ipMasq": False,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(state() / "cni-data"),
                    "ranges": [[{"subnet": POD_RANGE}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }
        ],
    }
    (state() / "cni" / "10-bridge.conflist").write_text(json.dumps(cni))
    (state() / "containerd.toml").write_text(_CONTAINERD.format(state=state()))
    environment = {"PATH": f"{cache() / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"}
    part = start("containerd", program("containerd"), "-c", str(state() / "containerd.toml"), environment=environment)
    wait("containerd answers", container_runtime_answers, part)
    for image in images:
        _ctr("--namespace=k8s.io", "images", "import", str(image))
    return part


def _ctr(*arguments: str) -> str:
    return run(program("ctr"), f"--address={_socket()}", *arguments)


def container_runtime_answers() -> bool:
    """Whether containerd does."""
    try:
        return _socket().exists() and bool(_ctr("version"))
    except RuntimeError:
        return False


def kubelet_answers() -> bool:
    """Whether the kubelet says that it is well."""
    try:
        return httpx.get("http://127.0.0.1:10248/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _start_node(container_runtime: Part) -> None:
    _make_cgroups()
    configuration = _KUBELET.format(socket=_socket(), cgroup=cgroup(), address=NODE_ADDRESS, state=state())
    (state() / "kubelet.yaml").write_text(configuration)
    start(
        "kubelet",
        program("kubelet"),
        f"--kubeconfig={_kubeconfig(f'system:node:{NODE}')}",
        f"--config={state() / 'kubelet.yaml'}",
        f"--root-dir={state() / 'kubelet'}",
        f"--cert-dir={state() / 'kubelet-pki'}",
        f"--hostname-override={NODE}",
        f"--node-ip={NODE_ADDRESS}",
    )
    proxy = _KUBE_PROXY.format(kubeconfig=_kubeconfig("system:kube-proxy"), node=NODE, pods=POD_RANGE)
    (state() / "kube-proxy.yaml").write_text(proxy)
    start("kube-proxy", program("kube-proxy"), f"--config={state() / 'kube-proxy.yaml'}")


def _make_cgroups() -> None:
    """The kubelet's own place: two kubelets with the same cgroup root kill each other's Pods."""
    for hierarchy in cell.hierarchies():
        folder = hierarchy / cgroup() / "pods"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("cpuset.cpus", "cpuset.mems"):
            for one in (folder.parent, folder):
                if (one / name).exists():
                    (one / name).write_text((one.parent / name).read_text())


def _start_dns() -> None:
    corefile = _COREFILE.format(address=NODE_ADDRESS, kubeconfig=kubeconfig())
    (state() / "Corefile").write_text(corefile)
    start("coredns", program("coredns"), "-conf", str(state() / "Corefile"))


_CONTAINERD = """\
version = 3
root = "{state}/containerd"
state = "{state}/containerd-state"
[grpc]
  address = "{state}/containerd.sock"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins.'io.containerd.cri.v1.runtime'.containerd]
    default_runtime_name = "runc"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/usr/lib/cni", "/opt/cni/bin"]
    conf_dir = "{state}/cni"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "localhost/pause:1"
"""

# KubeletInUserNamespace: the kubelet goes on where it may not set an OOM score or a sysctl, as here.
# NeverVerify: an image that was imported and is also in the registry would be asked for its pull secret.
_KUBELET = """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://{socket}
cgroupDriver: cgroupfs
cgroupRoot: /{cgroup}/pods
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
featureGates: {{KubeletInUserNamespace: true}}
address: {address}
healthzBindAddress: 127.0.0.1
authentication:
  anonymous: {{enabled: false}}
  webhook: {{enabled: true}}
  x509: {{clientCAFile: {state}/pki/ca.crt}}
authorization: {{mode: Webhook}}
resolvConf: ""
clusterDNS: [{address}]
clusterDomain: cluster.local
podLogsDir: {state}/pod-logs
evictionHard: {{nodefs.available: "1%", imagefs.available: "1%", nodefs.inodesFree: "1%", memory.available: "50Mi"}}
imageGCHighThresholdPercent: 100
imagePullCredentialsVerificationPolicy: NeverVerify
"""

_KUBE_PROXY = """\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {{kubeconfig: {kubeconfig}}}
hostnameOverride: {node}
mode: nftables
clusterCIDR: {pods}
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
conntrack: {{maxPerCore: 0}}
"""

_COREFILE = """\
cluster.local in-addr.arpa {{
  bind {address}
  errors
  kubernetes cluster.local in-addr.arpa {{
    kubeconfig {kubeconfig}
  }}
}}
. {{
  bind {address}
  template ANY ANY {{
    rcode NXDOMAIN
  }}
}}
"""
