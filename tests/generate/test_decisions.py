"""Single decisions, as tables: schedules, volumes, ports, users, merging."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import yamlio
from migrator.generate.images import base_image, not_provided, view
from migrator.generate.kind import Context
from migrator.generate.kinds import KINDS
from migrator.generate.merge import Conflict, merged
from migrator.generate.resources import resources
from migrator.generate.run import generate
from migrator.generate.schedule import in_kubernetes
from migrator.generate.templates import Templates
from migrator.generate.volumes import skipped, volumes
from migrator.generate.workload import Workload, workload
from migrator.model.services import (
    Account,
    Artifact,
    HealthCheck,
    Listen,
    OperatingSystem,
    Protocol,
    Runtime,
    SecretPlace,
    ServiceProfile,
    State,
    Usage,
    Variable,
)
from migrator.model.settings import Settings
from migrator.testing import MemoryRepository
from tests.generate.builders import JOB, SHOP, WORKER, scan

HTTP, TCP, UDP, UNIX = Protocol.HTTP, Protocol.TCP, Protocol.UDP, Protocol.UNIX


def _joined(*profiles: ServiceProfile, called: frozenset[int] = frozenset()) -> Workload:
    return workload(profiles[0].service, profiles, called)


def _kinds(service: Workload) -> set[str]:
    return {kind.name for kind in KINDS if kind.view(service, Context(Settings())) is not None}


@pytest.mark.parametrize(
    ("schedule", "want"),
    [
        ("*/5 * * * *", "*/5 * * * *"),
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * * 5-7", "0 0 * * 5-6,0"),
        ("0 0 * jan-mar mon", "0 0 * jan-mar mon"),
        ("@reboot", None),
        ("", None),
        ("60 * * * *", None),
        ("0 0 0 * *", None),
        ("* * * *", None),
        ("* * * * * *", None),
        ("0 0 * * $(id)", None),
    ],
)
def test_schedules(schedule: str, want: str | None) -> None:
    assert in_kubernetes(schedule) == want


@pytest.mark.parametrize(
    ("state", "size"),
    [
        (State("/data", 100, exact=True), "1Gi"),
        (State("/data", 1024, exact=True), "2Gi"),
        (State("/data", 2310, exact=True), "4Gi"),
        (State("/data", 2048, exact=False), "3Gi"),
        (State("/data/shop", 2048, exact=False, file_system="/data"), "3Gi"),
        (State("/opt/shop/data", 2048, exact=False, file_system="/"), "2Gi"),
        (State("/data"), "1Gi"),
    ],
)
def test_sizes_of_volumes(state: State, size: str) -> None:
    (volume,) = volumes(_joined(replace(SHOP, state=(state,))))
    assert (volume.path, volume.size) == (state.path, size)


def test_a_volume_is_named_after_its_path() -> None:
    (volume,) = volumes(_joined(replace(SHOP, state=(State("/var/lib/shop"),))))
    assert volume.name == "var-lib-shop"


@pytest.mark.parametrize("profile", [SHOP, JOB])
def test_a_size_that_is_only_a_bound_says_what_it_is_and_how_to_know_better(profile: ServiceProfile) -> None:
    kept = State("/srv/shop", 41188, file_system="/")
    name = "stateful-set" if profile is SHOP else "persistent-volume-claim"
    text = _tree(replace(profile, state=(kept,)))[f"apps/{profile.service}/base/{name}.yaml"]
    assert 'storage: "41Gi"' in text
    assert "at most 41188 MiB are used, which is all that / holds, the system itself too" in text
    assert "`migrate scan --deep` measures it" in text
    measured = _tree(replace(profile, state=(State("/srv/shop", 100, exact=True),)))
    assert "--deep" not in measured[f"apps/{profile.service}/base/{name}.yaml"]


@pytest.mark.parametrize("path", ["/a:b", "relative", "/", "/a/../b", "/a\nb", ""])
def test_places_that_no_pod_can_mount(path: str) -> None:
    service = _joined(replace(SHOP, state=(State(path),)))
    assert volumes(service) == ()
    assert [place for place, _ in skipped(service)] == [path]


@pytest.mark.parametrize(
    ("listens", "ports", "routed"),
    [
        ([Listen(HTTP, "*", 8080)], [("http", 8080, 8080)], 8080),
        ([Listen(TCP, "*", 443), Listen(HTTP, "*", 80)], [("http", 80, 8080), ("tcp-443", 443, 8443)], 80),
        ([Listen(HTTP, "*", 80), Listen(TCP, "*", 8080)], [("http", 80, 8081), ("tcp-8080", 8080, 8080)], 80),
        ([Listen(TCP, "*", 53), Listen(UDP, "*", 53)], [("tcp-53", 53, 8053), ("udp-53", 53, 8053)], 53),
        ([Listen(UDP, "*", 514)], [("udp-514", 514, 8514)], None),
        ([Listen(TCP, "127.0.0.1", 25, loopback=True), Listen(UNIX, path="/run/x")], [], None),
    ],
)
def test_ports(listens: list[Listen], ports: list[tuple[str, int, int]], routed: int | None) -> None:
    service = _joined(replace(SHOP, listens=tuple(listens)))
    assert [(one.name, one.port, one.inside) for one in service.ports] == ports
    assert (service.routed.port if service.routed else None) == routed


def test_the_port_that_is_called_is_moved_first() -> None:
    both = replace(SHOP, listens=(Listen(TCP, "*", 5672), Listen(TCP, "*", 25672)))
    routed = _joined(both, called=frozenset([25672])).routed
    assert routed is not None
    assert routed.port == 25672


@pytest.mark.parametrize(
    ("accounts", "uid"),
    [
        ([Account("a", 998, 998)], 998),
        ([Account("root", 0, 0)], None),
        ([Account("a")], None),
        ([Account("a", 998), Account("a", 998)], 998),
        ([Account("a", 998), Account("a", 997)], None),
    ],
)
def test_a_user_id_only_where_one_was_seen(accounts: list[Account], uid: int | None) -> None:
    replicas = [replace(SHOP, host=f"h{n}", account=one) for n, one in enumerate(accounts)]
    assert _joined(*replicas).uid == uid


@pytest.mark.parametrize(
    ("profile", "kinds"),
    [
        (SHOP, {"service_account", "deployment", "service"}),
        (WORKER, {"service_account", "deployment"}),
        (replace(SHOP, state=(State("/d"),)), {"service_account", "stateful_set", "service"}),
        (replace(WORKER, variables=(Variable("A"),)), {"service_account", "deployment", "config_map"}),
        (JOB, {"service_account", "cron_job"}),
        (replace(JOB, state=(State("/d"),)), {"service_account", "cron_job", "persistent_volume_claim"}),
    ],
)
def test_which_kinds_a_service_gets(profile: ServiceProfile, kinds: set[str]) -> None:
    assert _kinds(_joined(profile)) == kinds


def _tree(*profiles: ServiceProfile) -> Mapping[str, str]:
    repository = MemoryRepository()
    generate(scan(*profiles), repository, Templates())
    return repository.tree()


def _deployment(profile: ServiceProfile) -> dict:
    (kind,) = [kind for kind in KINDS if kind.name == "deployment"]
    return dict(kind.view(_joined(profile), Context(Settings())) or {})


def test_no_probe_is_invented() -> None:
    container = _deployment(SHOP)["template"]["spec"]["containers"][0]
    assert not [key for key in container if "robe" in key]
    checked = replace(SHOP, health=(HealthCheck(8000),))
    assert _deployment(checked)["template"]["spec"]["containers"][0]["readinessProbe"] == {
        "tcpSocket": {"port": "http"}
    }
    elsewhere = replace(SHOP, health=(HealthCheck(9999, "/x"),))
    assert "readinessProbe" not in _deployment(elsewhere)["template"]["spec"]["containers"][0]


def _container(profile: ServiceProfile) -> dict:
    (spec,) = (
        kind.view(_joined(profile), Context(Settings())) for kind in KINDS if kind.name == _workload_kind(profile)
    )
    return dict((spec or {})["template"]["spec"]["containers"][0])


def _workload_kind(profile: ServiceProfile) -> str:
    return "stateful_set" if profile.state else "deployment"


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({}, 3),
        ({"command": ("/usr/lib/jvm/java-17/bin/java", "-jar", "shop.jar")}, 10),
        ({"command": ("/bin/sh", "/opt/tomcat/bin/catalina.sh", "run"), "runtime": Runtime("tomcat")}, 10),
        ({"command": ("/opt/shop/start",), "usage": Usage(memory_mib=100, heap_mib=512)}, 10),
        ({"state": (State("/var/lib/shop"),)}, 30),
        ({"state_observed": False}, 30),
    ],
)
def test_a_slow_start_is_not_killed(changes: dict, minutes: int) -> None:
    container = _container(replace(SHOP, health=(HealthCheck(8000, "/ready"),), **changes))
    startup = container["startupProbe"]
    assert startup["httpGet"] == container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert startup["failureThreshold"] * startup["periodSeconds"] == minutes * 60
    assert "livenessProbe" not in container


def test_the_time_to_start_is_told() -> None:
    checked = replace(SHOP, health=(HealthCheck(8000, "/ready"),))
    assert "It has 3 minutes to start" in _tree(checked)["apps/shop/README.md"]
    assert "## Start" not in _tree(SHOP)["apps/shop/README.md"]


def test_what_may_keep_state_never_runs_twice() -> None:
    assert _deployment(replace(SHOP, state_observed=False))["alone"] is True
    assert _deployment(SHOP)["alone"] is False


def test_variables_are_references() -> None:
    named = replace(SHOP, variables=(Variable("TOKEN", secret=True), Variable("MODE"), Variable("not possible")))
    assert _deployment(named)["template"]["spec"]["containers"][0]["env"] == [
        {"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "shop-settings", "key": "MODE", "optional": True}}},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop-env", "key": "TOKEN"}}},
    ]


JAVA = ("/usr/lib/jvm/java-17/bin/java", "-Xmx1g", "-jar", "shop.jar")
SCRIPT = ("/bin/sh", "/opt/tomcat/bin/catalina.sh", "run")


@pytest.mark.parametrize(
    ("command", "processes", "given", "kept"),
    [
        (JAVA, 1, ["CATALINA_OPTS", "JAVA_OPTS", "MODE"], ["MODE"]),
        (JAVA, 1, ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "SHOP_OPTS"], None),
        (SCRIPT, 1, ["CATALINA_OPTS", "JAVA_OPTS", "MODE"], None),
        (("/opt/shop/bin/shop",), 1, ["JAVA_OPTS"], None),
        ((*JAVA, "--token=***"), 1, ["JAVA_OPTS"], None),
        (JAVA, 0, ["JAVA_OPTS", "MODE"], ["JAVA_TOOL_OPTIONS", "MODE"]),
        (JAVA, 0, ["JAVA_ARGS", "JAVA_TOOL_OPTIONS", "JVM_OPTS"], ["JAVA_TOOL_OPTIONS"]),
    ],
    ids=["in the command", "Java reads them", "script", "unknown program", "hidden", "never seen to run", "several"],
)
def test_variables_that_only_a_start_script_reads(
    command: tuple[str, ...], processes: int, given: list[str], kept: list[str] | None
) -> None:
    profile = replace(SHOP, command=command, processes=processes, variables=tuple(map(Variable, given)))
    service = _joined(profile)
    assert [one.name for one in service.variables] == (given if kept is None else kept)
    assert ("**MIG117**" in _tree(profile)["apps/shop/README.md"]) is (kept is not None)


def test_a_variable_in_a_command_line_that_nobody_expands_becomes_java_s_own() -> None:
    variable = Variable("JAVA_OPTS", secret=True, source="/etc/shop.env")
    profile = replace(SHOP, command=("/usr/bin/java", "$JAVA_OPTS", "-jar", "shop.jar"), variables=(variable,))
    service = _joined(profile)
    assert service.command == ("/usr/bin/java", "-jar", "shop.jar")
    assert service.variables == (Variable("JAVA_TOOL_OPTIONS", secret=True, source="JAVA_OPTS in /etc/shop.env"),)


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (("/bin/a", "-b"), True),
        (("/bin/a", "--token=***"), False),
        (("nginx: master process /usr/sbin/nginx",), False),
        ((), False),
    ],
)
def test_which_command_lines_an_image_can_have(command: tuple[str, ...], kept: bool) -> None:  # noqa: FBT001
    assert bool(_joined(replace(SHOP, command=command)).command) is kept


@pytest.mark.parametrize(
    ("system", "image"),
    [
        (OperatingSystem("debian", "12"), "docker.io/library/debian:12"),
        (OperatingSystem("centos", "7"), None),
        (OperatingSystem("debian", "12\nRUN evil"), None),
        (OperatingSystem(), None),
    ],
)
def test_base_images(system: OperatingSystem, image: str | None) -> None:
    assert base_image(_joined(replace(SHOP, os=system))) == image


def test_an_image_gets_no_secret_file_no_data_and_no_system() -> None:
    profile = replace(
        SHOP,
        artifacts=tuple(map(Artifact, ("/opt/shop", "/opt/shop/tls.key", "/usr", "/var/lib/shop", "/opt/$HOME"))),
        config=("/etc/shop.ini", "/etc/shop.env", "/opt/shop/shop.py"),
        state=(State("/var/lib/shop"), State("/opt/shop/uploads")),
        packages=("shop=1.0", "evil; rm -rf /=1"),
    )
    shown = view(_joined(profile))
    assert shown["copies"] == ["/opt/shop"]
    assert shown["configuration"] == ["/etc/shop.ini"], "what stands in a copied folder is copied once"
    assert shown["data"] == ["/opt/shop/uploads"]
    assert shown["secret_files"] == ["/etc/shop.env", "/opt/shop/tls.key"]
    assert shown["packages"] == ["shop"]


PYTHON = replace(SHOP, command=("/usr/bin/python3", "/opt/shop/shop.py"), executable="/usr/bin/python3.11")
OPT = (Artifact("/opt/shop"),)
VENV = replace(PYTHON, command=("/opt/shop/venv/bin/python3", "/opt/shop/shop.py"), artifacts=OPT)
DUMP = replace(JOB, runtime=Runtime("command"), command=("/bin/sh", "-c", "pg_dump shop"), executable="pg_dump")
SCRIPT_JOB = replace(JOB, runtime=Runtime("shell"), command=("/bin/sh", "-c", "/opt/shop/run.sh"), executable="/opt/shop/run.sh", artifacts=OPT)  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "program", "language"),
    [
        (PYTHON, "/usr/bin/python3", "Python"),
        (replace(PYTHON, packages=("python3=1",)), "/opt/shop/shop.py", "Python"),
        (replace(PYTHON, packages=("python3=1",), artifacts=OPT), "", "Python"),
        (replace(PYTHON, packages=("python3=1", "python3-pika=1"), artifacts=OPT), "", ""),
        (VENV, "/usr/bin/python3.11", ""),
        (replace(VENV, packages=("python3=1",)), "", ""),
        (replace(VENV, command=("/opt/shop/venv/bin/gunicorn", "shop:app"), packages=("python3=1",)), "", ""),
        (DUMP, "pg_dump", ""),
        (replace(DUMP, packages=("postgresql-client=15",)), "", ""),
        (replace(DUMP, command=("/bin/sh", "-c", "find /srv -delete"), executable="find"), "", ""),
        (SCRIPT_JOB, "", ""),
        (replace(SCRIPT_JOB, config=("/opt/shop/bill.py",)), "Python (for /opt/shop/bill.py)", ""),
        (replace(SCRIPT_JOB, config=("/opt/shop/bill.py",), packages=("python3=1",)), "", ""),
        (replace(SHOP, command=("/usr/sbin/php-fpm7.4",), packages=("php7.4-fpm=1",)), "", "PHP"),
        (replace(SHOP, command=("/usr/bin/perl", "/opt/x"), packages=("perl=1",), artifacts=(Artifact("/opt/x"),)), "", "Perl"),
        (replace(SHOP, command=("/opt/go/server",), artifacts=(Artifact("/opt/go"),)), "", ""),
    ],
)  # fmt: skip
def test_what_an_image_starts_comes_from_somewhere_or_is_said_not_to(
    profile: ServiceProfile, program: str, language: str
) -> None:
    name, tree = profile.service, _tree(profile)
    page, image = tree[f"apps/{name}/README.md"], tree[f"apps/{name}/image/Containerfile"]
    assert not_provided(_joined(profile)) == (program, language)
    assert ("**MIG118**" in page, "**MIG119**" in page) == (bool(program), bool(language))
    assert (f"Nothing that was observed brings {program}" in image) is bool(program)


@pytest.mark.parametrize(
    ("title", "command"),
    [
        ("/usr/sbin/nginx -g daemon on; master_process on;", ("/usr/sbin/nginx", "-g")),
        ("/usr/sbin/nginx -c /etc/x.conf -g daemon on; master_process on;", ("/usr/sbin/nginx", "-c", "/etc/x.conf", "-g")),
        ("/usr/sbin/nginx", ()),
        ("/usr/sbin/nginx -g daemon on; pid /run/x.pid;", ()),
        ("nginx -g daemon on; master_process on;", ()),
    ],
)  # fmt: skip
def test_nginx_stays_in_the_foreground_where_its_title_tells_how_it_was_started(
    title: str, command: tuple[str, ...]
) -> None:
    service = _joined(replace(SHOP, command=(f"nginx: master process {title}",)))
    assert service.command == ((*command, "daemon off; master_process on;") if command else ())
    assert bool(service.title) is not bool(command)


def test_a_title_is_shown_and_never_started() -> None:
    title = "postgres: 15/main: logger"
    tree = _tree(replace(SHOP, command=(title,), packages=("nginx=1",)))
    assert "ENTRYPOINT [" not in tree["apps/shop/image/Containerfile"]
    assert title in tree["apps/shop/image/Containerfile"]
    assert "stays in the foreground" in tree["apps/shop/README.md"]


@pytest.mark.parametrize(
    ("usage", "memory", "limit", "cpu"),
    [
        (Usage(memory_mib=100), "128Mi", "", ""),
        (Usage(memory_mib=5, cpu_millicores=0), "32Mi", "", "10m"),
        (Usage(memory_mib=181, cpu_millicores=12), "256Mi", "", "20m"),
        (Usage(memory_mib=300, heap_mib=512), "640Mi", "", ""),
        (Usage(memory_mib=900, heap_mib=512), "1152Mi", "", ""),
        (Usage(memory_mib=500, memory_limit_mib=512), "512Mi", "512Mi", ""),
        (Usage(memory_limit_mib=512), "", "512Mi", ""),
        (Usage(), "", "", ""),
    ],
)
def test_what_a_pod_asks_for(usage: Usage, memory: str, limit: str, cpu: str) -> None:
    asked = resources(_joined(replace(SHOP, usage=usage)))
    assert (asked.memory, asked.memory_limit, asked.cpu) == (memory, limit, cpu)
    assert "cpu" not in asked.written.get("limits", {})


def test_a_pod_asks_for_what_the_largest_replica_needs() -> None:
    large = Usage(memory_mib=100, heap_mib=512, memory_limit_mib=2048, cpu_millicores=100)
    small = Usage(memory_mib=200, memory_limit_mib=1024, cpu_millicores=20)
    both = resources(_joined(replace(SHOP, usage=small), replace(SHOP, host="app02", usage=large)))
    assert (both.memory, both.memory_limit, both.cpu) == ("640Mi", "2048Mi", "150m")


def test_a_limit_that_one_host_does_not_have_is_no_limit() -> None:
    limited, free = Usage(memory_mib=100, memory_limit_mib=512), Usage(memory_mib=700)
    both = resources(_joined(replace(SHOP, usage=limited), replace(SHOP, host="app02", usage=free)))
    assert (both.memory, both.memory_limit) == ("896Mi", "")


def test_the_file_with_the_sizes_says_how_they_came_about() -> None:
    size = _tree(replace(SHOP, usage=Usage(memory_mib=181, heap_mib=512)))["apps/shop/overlays/production/size.yaml"]
    assert (
        "# Memory request: 181 MiB were seen in use at one moment and its heap may grow to 512 MiB; a quarter" in size
    )
    assert "# No memory limit, as on the host:" in size
    assert "# No CPU request: its use of processors was not seen." in size
    assert "# No CPU limit, on purpose:" in size


def test_memory_that_was_not_seen_is_said_to_be_unknown() -> None:
    readme = "apps/shop/README.md"
    assert "**MIG115**" in _tree(replace(SHOP, usage=Usage()))[readme]
    assert "**MIG115**" not in _tree(SHOP)[readme]


@pytest.mark.parametrize(
    ("command", "usage", "told"),
    [
        (("/usr/bin/java", "-jar", "shop.jar"), Usage(memory_mib=100), True),
        (("/usr/bin/java", "-Xmx1g", "-jar", "shop.jar"), Usage(memory_mib=100, heap_mib=1024), False),
        (("/usr/bin/java", "-jar", "shop.jar"), Usage(memory_mib=100, memory_limit_mib=512), False),
        (("/usr/bin/gunicorn", "shop.wsgi"), Usage(memory_mib=100), False),
    ],
)
def test_a_heap_that_would_take_a_quarter_of_the_node(command: tuple[str, ...], usage: Usage, told: bool) -> None:  # noqa: FBT001
    assert ("**MIG116**" in _tree(replace(SHOP, command=command, usage=usage))["apps/shop/README.md"]) is told


BASE = "a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("theirs", "ours", "want"),
    [
        (BASE, BASE, BASE),
        (BASE, "a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n"),
        ("a\nB\nc\nd\ne\n", BASE, "a\nB\nc\nd\ne\n"),
        ("a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "a\nB\nc\nd\nE\n"),
        ("a\nb\nc\nd\ne\nf\n", "0\n" + BASE, "0\na\nb\nc\nd\ne\nf\n"),
        ("a\nc\nd\ne\n", "a\nb\nc\nd\n", "a\nc\nd\n"),
        ("a\nX\nc\nd\ne\n", "a\nX\nc\nd\nE\n", "a\nX\nc\nd\nE\n"),
        ("a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n", Conflict(2)),
        ("a\nb\nc\nd\n", "a\nb\nc\nd\nE\n", Conflict(5)),
    ],
)
def test_merging(theirs: str, ours: str, want: str | Conflict) -> None:
    assert merged(BASE, theirs, ours) == want


TEXTS = st.lists(st.sampled_from("abc"), max_size=6).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(TEXTS, TEXTS)
@settings(max_examples=100)
def test_only_one_side_changed(base: str, other: str) -> None:
    assert merged(base, other, base) == other
    assert merged(base, base, other) == other
    assert merged(base, other, other) == other


def test_a_job_is_neither_made_up_for_nor_run_again() -> None:
    """Kubernetes runs a missed job at the moment when `suspend` ends, and a failed one six times more; crond does not."""
    repository = MemoryRepository()
    generate(scan(JOB), repository, Templates())
    text = repository.read("apps/nightly/base/cron-job.yaml")
    assert text is not None
    spec = yamlio.load(text, file="cron-job.yaml").data["spec"]
    assert spec["startingDeadlineSeconds"] == 60
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0


def test_what_answers_on_a_unix_socket_is_no_worker() -> None:
    web = replace(WORKER, service="web", listens=(Listen(Protocol.UNIX, path="/run/web/web.sock"),))
    repository = MemoryRepository()
    generate(scan(web, WORKER), repository, Templates())
    tree = repository.tree()
    assert tree["apps/web/README.md"].count("A service on") == 1
    assert "It answers on `/run/web/web.sock` only, which no route can move" in tree["apps/web/README.md"]
    assert "There is no traffic to move: a switch starts it" in tree["apps/worker/README.md"]


def test_a_file_with_a_secret_in_it_stays_out_of_the_image() -> None:
    place = SecretPlace("/opt/shop/settings.js", 3, "cache_password")
    shop = replace(SHOP, artifacts=(Artifact("/opt/shop"),), config=("/opt/shop/settings.js",), secrets=(place,))
    repository = MemoryRepository()
    generate(scan(shop), repository, Templates())
    tree = repository.tree()
    assert "\nrootfs/opt/shop/settings.js\n" in tree["apps/shop/image/.dockerignore"]
    assert "# COPY" not in tree["apps/shop/image/Containerfile"]
    assert "`cache_password` in `/opt/shop/settings.js`, line 3" in tree["apps/shop/README.md"]
