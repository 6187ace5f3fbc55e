"""What a service needs beyond a plain process, and what ties it to its host: certificates, licences, the kernel."""

import ipaddress
import ssl
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from migrator.model.observations import Observed
from migrator.model.services import Call, Listen, Protocol
from migrator.scan.estate import assemble
from migrator.scan.facts.certificates import Certificates
from migrator.scan.facts.changed_files import ChangedFiles, PackagedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.kernel import Kernel
from migrator.scan.facts.licences import Licences
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Listener, Sockets, SocketsFacts
from migrator.scan.facts.units import Unit, Units
from migrator.scan.kernel_needs import kernel_needs
from migrator.scan.look import understood
from migrator.scan.snapshot import Snapshot

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TCP = (
    "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 12345 1 0 100 0 0 10 0"
)


def certificate(name, *, authority):
    """A certificate that signs itself, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("10.0.0.1"))]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, NOW, datetime(2027, 1, 2, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


@pytest.fixture(scope="module")
def issued():
    """A server's certificate, its key and an authority's certificate, as PEM."""
    leaf, key = certificate("shop.corp.test", authority=False)
    return leaf, key, certificate("Authority", authority=True)[0]


def run_on_files(folder, **files):
    """The fact's own command on files below `folder`, without the search for files."""
    for name, text in files.items():
        (folder / f"{name}.pem").write_text(text)
    paths = " ".join(f"{folder / name}.pem" for name in files)
    script = f"chosen() {{ :; }}; readable() {{ printf '%s\\n' {paths}; }}\n{Certificates.command}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_certificate_of_a_file_leaves_the_host_and_its_key_does_not(issued, tmp_path):
    leaf, key, authority = issued
    said = run_on_files(tmp_path, chain=f"{key}{leaf}{authority}", key=key, crlf=leaf.replace("\n", "\r\n"))
    assert "PRIVATE" not in said
    assert not any(line in said for line in key.splitlines()[1:-1])
    found = {one.path.rsplit("/", 1)[-1]: one for one in Certificates().parse(said)}
    assert found.keys() == {"chain.pem", "crlf.pem"}
    assert found["chain.pem"].names == ("shop.corp.test", "10.0.0.1")
    assert found["chain.pem"].expires == "2027-01-02T00:00:00+00:00"


def test_a_torn_certificate_does_not_drag_the_key_along(issued, tmp_path):
    leaf, key, _ = issued
    torn = "\n".join(leaf.splitlines()[:3])
    said = run_on_files(tmp_path, torn=f"{torn}\n{key}")
    assert not any(line in said for line in key.splitlines())
    assert Certificates().parse(said) == ()


def test_a_certificate_of_a_version_that_does_not_exist_is_none(issued):
    """A guided fuzzer found it: the library raises an error of its own kind, which would have cost the whole host."""
    der = ssl.PEM_cert_to_DER_cert(issued[0])
    odd = ssl.DER_cert_to_PEM_cert(der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a00302010a"), 1))
    assert odd != issued[0]
    assert Certificates().parse(f" file /etc/x.pem\n{odd}".replace("\n", "\n ")) == ()


def test_a_server_that_signs_itself_is_kept_and_a_collection_of_authorities_is_not(issued, tmp_path):
    leaf, key, authority = issued
    own, own_key = certificate("old.corp.test", authority=True)
    files = {
        "alone": own,
        "with_key": f"{own_key}{own}{authority}",
        "key_last": f"{own}{authority}{own_key}",
        "chain": f"{leaf}{authority}",
        "bundle": f"{authority}{own}{own}",
    }
    said = run_on_files(tmp_path, **files)
    assert not any(line in said for line in [*key.splitlines(), *own_key.splitlines()])
    found = {one.path.rsplit("/", 1)[-1]: one.subject for one in Certificates().parse(said)}
    assert found == {
        "alone.pem": "CN=old.corp.test",
        "with_key.pem": "CN=old.corp.test",
        "key_last.pem": "CN=old.corp.test",
        "chain.pem": "CN=shop.corp.test",
    }


def test_nonsense_is_left_out():
    junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    assert Certificates().parse(f" file /etc/b.pem\n{junk}\n") == ()


@pytest.mark.parametrize(
    ("fact", "text", "want"),
    [
        (Licences(), "/opt/x/a.lic\nno path\n/opt/x/a.lic\n", ("/opt/x/a.lic",)),
        (
            ChangedFiles(),
            "#dpkg\n /etc/b.conf\n /etc/a.conf\n =/etc/c.conf\nstray\n",
            PackagedFiles(("/etc/a.conf", "/etc/b.conf"), frozenset({"/etc/c.conf"})),
        ),
        (ChangedFiles(), "#rpm\n /etc/httpd/conf/httpd.conf\n", PackagedFiles(("/etc/httpd/conf/httpd.conf",))),
    ],
)
def test_lists_of_paths(fact, text, want):
    assert fact.parse(text) == want


def test_kernel_settings_have_their_last_value_and_one_spelling():
    said = "#modules\n nvidia\n vmmon\n#settings\n vm.max_map_count=1\n net/core/somaxconn=4096 \n vm.max_map_count=262144\n not one\n"
    got = Kernel().parse(said)
    assert got.modules == ("nvidia", "vmmon")
    assert got.settings == (("net.core.somaxconn", "4096"), ("vm.max_map_count", "262144"))


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("zone Europe/Berlin", "Europe/Berlin"),
        ("zone ", ""),
        ("zone ../../etc/passwd", ""),
        ("zone <script>", ""),
        ("zone America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ],
)
def test_time_zone_is_a_name_or_unknown(line, want):
    assert Machine().parse(f"uid 0\n{line}\n").timezone == want


def test_raw_sockets_are_found_beside_the_others():
    said = f"#tcp\n{TCP}\n#raw\n 555\n#packet\n 777\n#unix\n"
    assert Sockets().parse(said).raw == (555, 777)


def test_needs_of_the_kernel_with_who_shows_them():
    processes = (
        Process(5, 1, 0, 0, "vpnd", ("vpnd",), capabilities=2**40 - 1),
        Process(6, 5, 99, 99, "vpnd", ("vpnd",), capabilities=1 << 12),
    )
    facts = {
        Sockets.name: Observed(SocketsFacts(raw=(70,))),
        Descriptors.name: Observed(DescriptorsFacts(owners={70: (6,)})),
    }
    listens = (Listen(Protocol.UDP, "239.1.2.3", 5000), Listen(Protocol.TCP, "10.0.0.1", 80))
    calls = (Call("228.0.0.4", port=45564), Call("not an address"))
    needs = kernel_needs(Snapshot("h", "h", NOW, facts), processes, listens, calls)
    assert [need.what for need in needs] == [
        "capability net_admin",
        "multicast 228.0.0.4",
        "multicast 239.1.2.3",
        "raw socket",
    ]
    assert needs[0].evidence[0].where == "pid 6"


@pytest.mark.parametrize(
    ("port", "uid", "needed"),
    [(8080, 0, False), (1024, 0, False), (80, 0, True), (8080, 99, True), (None, 0, True)],
    ids=["high port", "first high port", "low port", "sockets not seen", "no socket"],
)
def test_a_unit_that_lets_its_server_bind_low_ports_is_no_need_of_one_that_binds_none(port, uid, needed):
    process = Process(6, 5, 99, 99, "java", ("java",), capabilities=1 << 10)
    facts = {Machine.name: Observed(MachineFacts(uid=uid))}
    listens = (Listen(Protocol.TCP, "*", port),) if port else ()
    found = kernel_needs(Snapshot("h", "h", NOW, facts), (process,), listens, ())
    assert [need.what for need in found] == ["capability net_bind_service"] * needed


def host(name, address, process, port, configuration="", **facts):
    observed = {
        Processes.name: (process,),
        Units.name: (Unit(process.cgroup.rsplit("/", 1)[-1]),),
        Descriptors.name: DescriptorsFacts(owners={port: (process.pid,)}),
        Sockets.name: SocketsFacts(listeners=(Listener("tcp", "*", port, inode=port, uid=0),)),
        Network.name: NetworkFacts((address,)),
        Configuration.name: Configuration().parse(configuration),
        **facts,
    }
    return Snapshot(name, address, NOW, {key: Observed(value) for key, value in observed.items()})


BALANCER = (
    " section /etc/haproxy/haproxy.cfg:1:backend shop\n"
    " affinity /etc/haproxy/haproxy.cfg:2:cookie srv insert\n"
    " address /etc/haproxy/haproxy.cfg:3:10.0.0.2:8080\n"
    " section /etc/haproxy/haproxy.cfg:5:backend other\n"
    " address /etc/haproxy/haproxy.cfg:6:10.0.0.3:9000\n"
    " certificate /etc/haproxy/haproxy.cfg:9:/etc/ssl/private/shop.pem\n"
)


def test_a_balancer_that_pins_clients_says_so_of_its_members_only(issued):
    def service(pid, name):
        return Process(pid, 1, 0, 0, name, (name,), f"/usr/sbin/{name}", cgroup=f"/system.slice/{name}.service")

    pem = Certificates().parse(
        f" file /etc/ssl/private/shop.pem\n{issued[0]}\n file /etc/ssl/private/other.pem\n{issued[0]}\n"
    )
    hosts = [
        host("lb", "10.0.0.1", service(10, "haproxy"), 443, BALANCER, **{Certificates.name: pem}),
        host("a", "10.0.0.2", service(20, "shopd"), 8080, **{Licences.name: ("/etc/shopd/node.lic", "/opt/x.lic")}),
        host(
            "b",
            "10.0.0.3",
            service(30, "other"),
            9000,
            **{ChangedFiles.name: PackagedFiles(("/etc/other/a.conf", "/etc/x"))},
        ),
    ]
    scan = assemble(map(understood, hosts), now=NOW)
    profiles = {profile.service: profile for profile in scan.profiles}
    assert [one.excerpt for one in profiles["shopd"].affinity] == ["lb pins clients: cookie srv insert"]
    assert profiles["other"].affinity == ()
    assert [one.path for one in profiles["haproxy"].certificates] == ["/etc/ssl/private/shop.pem"]
    assert profiles["shopd"].licences == ("/etc/shopd/node.lic",)
    assert profiles["other"].changed == ("/etc/other/a.conf",)
    codes = {name: {finding.code for finding in profile.findings} for name, profile in profiles.items()}
    assert {"MIG027", "MIG028"} <= codes["shopd"]
    assert "MIG033" in codes["haproxy"]
    assert not {"MIG027", "MIG028", "MIG033"} & codes["other"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("    cookie JSESSIONID prefix nocache", "cookie jsessionid prefix"),
        ("    balance source", "balance source"),
        ("    balance roundrobin", None),
        ("  ip_hash;", "ip_hash"),
        ("  hash $remote_addr consistent;", "hash $remote_addr"),
        ("  hash $request_uri;", None),
        ("  sticky cookie srv_id;", "sticky"),
        ("    stick on src", "stick on"),
        ("ProxySet stickysession=ROUTEID", "stickysession="),
        ("# ip_hash;", None),
    ],
)
def test_rules_that_pin_a_client_as_the_host_itself_reads_them(line, said, tmp_path):
    file = tmp_path / "lb.conf"
    file.write_text(f"{line}\n")
    script = f"readable() {{ echo {file}; }}\n{Configuration.command}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    pins = [m.key for m in Configuration().parse(done.stdout) if m.kind == "affinity"]
    assert pins == ([said] if said else [])


def test_a_job_keeps_the_zone_of_its_host():
    entry = CronEntry("/etc/cron.d/nightly", 1, "0 3 * * *", "root", "/opt/n/run")
    facts = {
        Machine.name: Observed(MachineFacts(uid=0, timezone="Europe/Berlin")),
        Crontabs.name: Observed((entry,)),
        Processes.name: Observed(()),
    }
    (profile,) = assemble([understood(Snapshot("h", "h", NOW, facts))], now=NOW).profiles
    assert profile.timezone == "Europe/Berlin"
    assert "MIG034" in {finding.code for finding in profile.findings}
