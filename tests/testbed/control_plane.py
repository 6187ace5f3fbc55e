"""A real kube-apiserver with its etcd on loopback, for as long as a test session lasts, and a way to ask it for a dry run."""

import contextlib
import secrets
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.testbed.folders import program, unbuilt

START_SECONDS = 120
"""An idle machine needs 4 s. One that compiles on all cores at the same time was seen to need 40."""


def absent() -> str:
    """Why no API server can be started here, with the way to change that; empty when it can."""
    return unbuilt("etcd", "kube-apiserver")


@dataclass(frozen=True)
class Answer:
    """What the API server said to one document."""

    code: int
    message: str
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.code in {200, 201}


@dataclass
class ControlPlane:
    """A running API server. It authorises everything: what is tested is whether it takes a document."""

    client: httpx.Client
    _resources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _namespaces: set[str] = field(default_factory=set)

    def dry_run(self, text: str) -> Answer:
        """Server-side apply of one document, as text, exactly as it would come from a file; nothing is stored.

        Unknown and duplicate fields are errors. The namespace is made first if the document names one.
        """
        document = yaml.safe_load(text)
        if not isinstance(document, dict) or not {"apiVersion", "kind", "metadata"} <= document.keys():
            return Answer(400, "no apiVersion, kind and metadata")
        path = self.path(document)
        if path is None:
            return Answer(404, f"no resource of kind {document['kind']} in {document['apiVersion']}")
        namespace = document["metadata"].get("namespace")
        if namespace:
            self.make_namespace(namespace)
        return self._apply(path, text, dryRun="All")

    def install(self, text: str) -> None:
        """Apply one document for real."""
        document = yaml.safe_load(text)
        answer = self._apply(self.path(document) or "", text, force="true")
        assert answer.accepted, answer
        if document["kind"] == "Namespace":
            self._namespaces.add(document["metadata"]["name"])

    def _apply(self, path: str, text: str, **parameters: str) -> Answer:
        answer = self.client.patch(
            path,
            params={"fieldManager": "migrate", "fieldValidation": "Strict", **parameters},
            headers={"Content-Type": "application/apply-patch+yaml"},
            content=text.encode(),
        )
        message = "" if answer.is_success else answer.json().get("message", answer.text)
        warnings = tuple(line.split('"', 1)[-1].rstrip('"') for line in answer.headers.get_list("warning"))
        return Answer(answer.status_code, message, warnings)

    def path(self, document: dict[str, Any]) -> str | None:
        """Where the object lives, found through discovery; None for a kind that the server does not know."""
        version = document["apiVersion"]
        prefix = f"/apis/{version}" if "/" in version else f"/api/{version}"
        found = next((one for one in self._known(prefix) if one["kind"] == document["kind"]), None)
        if found is None:
            return None
        name = document["metadata"]["name"]
        if not found["namespaced"]:
            return f"{prefix}/{found['name']}/{name}"
        return f"{prefix}/namespaces/{document['metadata'].get('namespace', 'default')}/{found['name']}/{name}"

    def _known(self, prefix: str) -> list[dict[str, Any]]:
        if prefix not in self._resources:
            answer = self.client.get(prefix)
            listed = answer.json()["resources"] if answer.is_success else []
            if not listed:
                return []
            self._resources[prefix] = [one for one in listed if "/" not in one["name"]]
        return self._resources[prefix]

    def make_namespace(self, name: str) -> None:
        if name not in self._namespaces:
            self.install(yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))

    def install_crds(self, folder: Path) -> None:
        """Install every CRD of a folder and wait until the server serves them."""
        names = []
        for file in sorted(folder.glob("*.yaml")):
            for text in documents(file.read_text()):
                self.install(text)
                document = yaml.safe_load(text)
                if document["kind"] == "CustomResourceDefinition":
                    names.append(document["metadata"]["name"])
        assert names, f"no CRDs in {folder}"
        _wait("CRDs are served", lambda: all(self._established(name) for name in names))

    def _established(self, name: str) -> bool:
        crd = self.client.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}").json()
        conditions = {one["type"]: one["status"] for one in crd.get("status", {}).get("conditions", [])}
        versions = [one["name"] for one in crd["spec"]["versions"] if one["served"]]
        served = all(self.client.get(f"/apis/{crd['spec']['group']}/{version}").is_success for version in versions)
        return conditions.get("Established") == "True" and served


def documents(text: str) -> list[str]:
    """Split a YAML stream into the texts of its documents, without reading them."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if line.rstrip() == "---":
            parts.append([])
        else:
            parts[-1].append(line)
    texts = ["".join(part) for part in parts]
    return [text for text in texts if any(line.strip() and not line.startswith("#") for line in text.splitlines())]


@contextlib.contextmanager
def running(directory: Path) -> Iterator[ControlPlane]:
    """Start etcd and kube-apiserver on free loopback ports, wait until they are ready, stop them in the end."""
    with contextlib.ExitStack() as stack:
        etcd_port, peer_port, port = _free_ports(3)
        etcd = f"http://127.0.0.1:{etcd_port}"
        peer = f"http://127.0.0.1:{peer_port}"
        database = _start(
            stack,
            directory,
            "etcd",
            "--data-dir=etcd.data",
            "--unsafe-no-fsync",
            f"--listen-client-urls={etcd}",
            f"--advertise-client-urls={etcd}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        )
        token = secrets.token_hex(16)
        (directory / "tokens.csv").write_text(f"{token},tester,tester,system:masters\n")
        (directory / "accounts.key").write_bytes(_key())
        server = _start(
            stack,
            directory,
            "kube-apiserver",
            f"--etcd-servers={etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={port}",
            "--cert-dir=certificates",
            "--token-auth-file=tokens.csv",
            "--authorization-mode=AlwaysAllow",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=accounts.key",
            "--service-account-signing-key-file=accounts.key",
            "--service-cluster-ip-range=10.98.0.0/24",
            "--endpoint-reconciler-type=none",
        )
        # The server writes a certificate for itself before it listens: trusting exactly that one needs no authority.
        certificate = directory / "certificates" / "apiserver.crt"
        _wait("kube-apiserver has a certificate", certificate.exists, database, server)
        client = stack.enter_context(
            httpx.Client(
                base_url=f"https://127.0.0.1:{port}",
                verify=ssl.create_default_context(cafile=str(certificate)),
                headers={"Authorization": f"Bearer {token}"},
                timeout=30,
                trust_env=False,
            )
        )
        _wait("kube-apiserver is ready", lambda: _ready(client), database, server)
        yield ControlPlane(client)


def _key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _free_ports(count: int) -> list[int]:
    """Ports that are free now. Neither program can be told to choose one and say which."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _start(stack: contextlib.ExitStack, directory: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    log = stack.enter_context((directory / f"{name}.log").open("wb"))
    process = subprocess.Popen(
        [program(name), *arguments], cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    stack.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success and client.get("/api/v1/namespaces/default").is_success
    except httpx.TransportError:
        return False


def _wait(what: str, done: Callable[[], bool], *alive: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():
        ended = [process.args for process in alive if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise TimeoutError(f"waited until {what}; ended meanwhile: {ended}; the logs stand in pytest's folder")
        time.sleep(0.1)
