"""What people edit is read with the place of every mistake."""

from dataclasses import replace

import pytest

from migrator.errors import InputError, ProfileError, SettingsError
from migrator.generate.inputs import is_input, read_inputs
from migrator.model.names import dns_label
from migrator.model.services import Call, HealthCheck, Listen, Protocol, ServiceKind
from tests.generate.builders import JOB, SHOP, WORKER, scan

PROFILE = "profiles/h0/p0.yaml"


def test_replicas_are_one_service() -> None:
    inputs = read_inputs(scan(replace(SHOP, host="b"), replace(SHOP, host="a"), WORKER))
    assert {name: [one.host for one in found] for name, found in inputs.services.items()} == {
        "shop": ["a", "b"],
        "worker": ["app01"],
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [("10.78.0.20", "ip-10-78-0-20"), ("192.0.2.250", "ip-192-0-2-250"), ("ip-10-78-0-20", "ip-10-78-0-20")],
)
def test_an_address_can_be_read_in_its_label(name: str, label: str) -> None:
    assert dns_label(name) == label


@pytest.mark.parametrize(
    "name", ["10.78.0.256", "10.78.0", "10.78.0.20.1", "010.78.0.20", "10.78.0.20\n", "10-78-0-20"]
)
def test_what_is_no_address_keeps_its_digest(name: str) -> None:
    assert not dns_label(name).startswith("ip-")


@pytest.mark.parametrize("name", ["Shop.Web", "../../etc/passwd", "y" * 200, "kill: -9\nx: y", "-", "ünïcode"])
def test_any_name_becomes_a_label(name: str) -> None:
    (label,) = read_inputs(scan(replace(SHOP, service=name))).services
    assert label.replace("-", "").isalnum()
    assert label.isascii()
    assert len(label) <= 63


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("host: app01", "host: app01\nport: 8000", f"{PROFILE}:5: unknown key `port`"),
        ("host: app01", 'host: ""', f"{PROFILE}:4: `host` is empty"),
        ("  memoryMib: 100", "  memoryMib: many", f"{PROFILE}:"),
        ("kind: ServiceProfile", "kind: Estate", f"{PROFILE}:2: `kind` is 'Estate'"),
        ("runtime:", "\truntime:", f"{PROFILE}:5: a tab indents"),
    ],
)
def test_a_bad_profile_is_named_with_its_line(old: str, new: str, message: str) -> None:
    files = scan(SHOP)
    assert old in files[PROFILE]
    files[PROFILE] = files[PROFILE].replace(old, new, 1)
    with pytest.raises(ProfileError) as caught:
        read_inputs(files)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("port", [0, -1, 65536, 71711])
@pytest.mark.parametrize("key", ["listens", "calls", "health"])
def test_a_port_is_one_that_a_socket_can_have(key: str, port: int) -> None:
    numbered = {
        "listens": (Listen(Protocol.TCP, "*", 1), Listen(Protocol.TCP, "*", port)),
        "calls": (Call("db", port=65535), Call("db", port=port)),
        "health": (HealthCheck(1), HealthCheck(port)),
    }
    files = scan(replace(SHOP, **{key: numbered[key]}))
    lines = files[PROFILE].split("\n")
    wrong = next(number for number, line in enumerate(lines, 1) if line.endswith(f"port: {port}"))
    with pytest.raises(ProfileError, match=rf"^{PROFILE}:{wrong}: {port} is no port$"):
        read_inputs(files)


@pytest.mark.parametrize(
    "name", ["{{ lookup('pipe', 'id') }}", "*", "all", "ALL", "a,b", "!a", "&a", "-e", "a b", "a\nb"]
)
def test_a_host_is_one_host_and_no_program(name: str) -> None:
    with pytest.raises(ProfileError, match=rf"^{PROFILE}:4: `host` is .* no name of one host$"):
        read_inputs(scan(replace(SHOP, host=name)))


@pytest.mark.parametrize("name", ["web01.example.com", "WEB_01", "10.0.0.5", "fe80::1%eth0", "2001:db8::1", "allow"])
def test_hosts_may_be_called_what_an_inventory_calls_them(name: str) -> None:
    ((profile,),) = read_inputs(scan(replace(SHOP, host=name))).services.values()
    assert profile.host == name


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (SHOP, replace(SHOP, usage=WORKER.usage), "stands twice for host `app01`"),
        (SHOP, replace(SHOP, service="Shop", host="b"), "gets the same Kubernetes name as"),
        (JOB, replace(JOB, kind=ServiceKind.SERVICE, host="b"), "is a service here and a job"),
    ],
)
def test_profiles_that_cannot_be_one_service(one, other, message) -> None:
    with pytest.raises(ProfileError, match=message):
        read_inputs(scan(one, other))


def test_nothing_to_read() -> None:
    with pytest.raises(ProfileError, match="holds no profiles"):
        read_inputs({})
    with pytest.raises(ProfileError, match="estate.yaml: is missing"):
        read_inputs({path: text for path, text in scan(SHOP).items() if path != "estate.yaml"})


HEAD = "apiVersion: migrate.dev/v1alpha1\nkind: Settings\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cluster: ../up", "migrate.yaml:3: `cluster` is not a name"),
        ("environment: Prod", "migrate.yaml:3: `environment` is not a name"),
        ("mesh:\n  vmZone: a b", "migrate.yaml:4: `mesh.vmZone` is not a name"),
        ("mesh:\n  provider: istio", "migrate.yaml:4: `mesh.provider` is none of kuma, none"),
        ("gateway:\n  provider: nginx", "migrate.yaml:4: `gateway.provider` is none of envoy, kong"),
        ("clutser: a", "migrate.yaml:3: unknown key `clutser`"),
    ],
)
def test_bad_settings_are_named_with_their_line(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_inputs({**scan(SHOP), "migrate.yaml": HEAD + text + "\n"}, meshes=frozenset(["kuma", "none"]))
    assert str(caught.value).startswith(message)


def test_errors_are_input_errors() -> None:
    assert issubclass(ProfileError, InputError)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("profiles/a/b.yaml", True), ("estate.yaml", True), ("migrate.yaml", True), ("apps/a/b.yaml", False)],
)
def test_which_files_are_read(path: str, expected: bool) -> None:  # noqa: FBT001
    assert is_input(path) is expected
