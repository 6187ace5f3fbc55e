"""Estates of any size for tests of reports. Pure: the same numbers give the same estate."""

import datetime as dt
import random
from dataclasses import replace

from migrator.assess.judge import assess
from migrator.assess.rules import default_text, read_rules
from migrator.model.estate import Edge, Estate, HostReport, ServiceEntry, SetAside
from migrator.model.findings import Finding, Severity
from migrator.model.names import dns_label
from migrator.model.plans import PlannedService, Strategy, Wave
from migrator.model.profile_findings import of_profile
from migrator.model.services import (
    Account,
    Evidence,
    Listen,
    OperatingSystem,
    Protocol,
    Runtime,
    SecretPlace,
    ServiceKind,
    ServiceProfile,
    Source,
    State,
    Usage,
    Variable,
)
from migrator.records import dump_record
from migrator.report.report import Report

__all__ = ["HOSTILE", "assembled", "estate_report", "files_of", "hostile_report"]

SCANNED_AT = "2026-11-23T12:00:00+00:00"
DAY = dt.date(2026, 11, 23)
SYSTEMS = (
    OperatingSystem("debian", "12", "Debian GNU/Linux 12 (bookworm)"),
    OperatingSystem("centos", "7", "CentOS Linux 7 (Core)"),
    OperatingSystem("ubuntu", "20.04", "Ubuntu 20.04.6 LTS"),
)
TIERS = (("nginx", "haproxy"), ("tomcat", "gunicorn", "node", "php-fpm"), ("postgresql", "redis", "rabbitmq", "mysql"))
WORDS = (
    "orders", "billing", "catalog", "search", "pricing", "stock", "invoice", "login", "mailer", "reports", "shipping",
    "returns", "media", "profile", "ledger", "audit", "quotes", "claims", "rates", "feeds", "archive", "portal",
)  # fmt: skip
NEVER_SEEN = ("sockets: /proc/net/tcp was denied", "crontabs: /var/spool/cron was denied")

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    '"]; click n1 "javascript:alert(1)"',
    "`whoami` $(id) ${jndi:ldap://x}",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe\u2066",
    "a" * 10_000,
    "two\nlines: [1, 2]\r\n---\nkind: Evil",
    "!!python/object/apply:os.system ['id']",
    "<!--<script>",
    "&lt;b&gt; &#45; #45;",
    "\u2028\u2029\x00\x7f",
    "%%{init: {'securityLevel': 'loose'}}%%",
    "__proto__",
    "constructor",
    "../../../etc/passwd",
    "'; DROP TABLE services; --",
    "",
    " ",
    "<svg/onload=window.owned=1>",
    "\"><iframe src='javascript:window.owned=1'></iframe>",
    "' autofocus onfocus=window.owned=1 x='",
    "javascript:window.owned=1",
    "data:text/html,<script>window.owned=1</script>",
    "{{constructor.constructor('window.owned=1')()}}",
    "${window.owned=1}",
    "#{7*7} {% raw %} <%= 7 %>",
    "{0} {1} {{0}}",
    "[see here](https://evil.example/)",
    "![x](https://evil.example/x.png)",
    "\\](https://evil.example/)",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<link rel=prefetch href=//evil.example/>",
    "<base href=https://evil.example/><meta http-equiv=refresh content=0;url=//evil.example>",
    "*alias &anchor %TAG ! tag:evil",
    "kind: Evil\n---\nkind: Worse",
    "null",
    "~",
    "0x1F",
    "1e3",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "pkg:deb/debian/evil@1?arch=x#../..",
    "name@version?a=b#c%2f%00",
    "host\\..\\share",
    "\ud7ff\ue000\uffff",
    "\u0300\u0301\u0302 z\u0323\u0324a\u0325l\u0326g\u0327o",
    "\u05d0\u05d1\u05d2 \u0627\u0644\u0639",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a\x08b\x0c\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "toString",
    "end",
    'subgraph x["y"]',
)
"""Names that are syntax somewhere."""


def estate_report(services: int = 10, seed: int = 7) -> Report:
    """A three-tier estate: balancers in front, applications that call each other, data behind; some of it unseen."""
    chance = random.Random(seed)
    profiles = [_service(number, services, chance) for number in range(services)]
    edges = tuple(_edges(profiles, chance))
    copies = [replace(one, host=_host(number + services // 2, services)) for number, one in enumerate(profiles)]
    twice = [copy for one, copy in zip(profiles, copies, strict=True) if not one.stateful and copy.host != one.host]
    return assembled([*profiles, *twice], edges)


def assembled(profiles: list[ServiceProfile], edges: tuple[Edge, ...]) -> Report:
    """A report of these services, judged and planned as the commands would."""
    hosts = sorted({one.host for one in profiles})
    reports = tuple(_host_report(number, host) for number, host in enumerate(hosts))
    by_name: dict[str, list[ServiceProfile]] = {}
    for one in profiles:
        by_name.setdefault(one.service, []).append(one)
    entries = tuple(
        ServiceEntry(name, of[0].runtime.name, tuple(one.host for one in of), of[0].kind, of[0].stateful)
        for name, of in by_name.items()
    )
    unseen = Finding("MIG001", Severity.UNKNOWN, "lost01", "was not scanned: no route to host", "Mend the access.")
    lost = HostReport("lost01", "192.0.2.250", error="no route to host")
    estate = Estate(SCANNED_AT, (*reports, lost), entries, edges, (unseen,))
    labelled = {dns_label(name): tuple(of) for name, of in by_name.items()}
    judged = assess(labelled, estate, read_rules(default_text(), file="rules.yaml"), DAY)
    paths = {f"profiles/h{number:04}/s{number:04}.yaml": one for number, one in enumerate(profiles)}
    return Report("0.1.0", estate, paths, judged, _waves(list(by_name)))


def hostile_report() -> Report:
    """Every hostile text as the name of a service, a host, and in all places that a host fills."""
    profiles = [
        ServiceProfile(
            service=text,
            host=f"host{number}" if number % 2 else text or "host",
            runtime=Runtime(text, text, (Evidence(text, text, text),)),
            unit=text,
            command=(text, text),
            account=Account(text, 1, 1),
            os=OperatingSystem(text, text, text),
            listens=(Listen(Protocol.UNIX, text, path=text),),
            state=(State(text, 1, evidence=(Evidence("mounts", text, text),)),),
            packages=(f"{text}={text}", text),
            variables=(Variable(text, source=text),),
            secrets=(SecretPlace(text, 1, text),),
            findings=(Finding("MIG012", Severity.BLOCKER, f"h/{text}", text, text),),
            labels={text: text},
        )
        for number, text in enumerate(HOSTILE)
    ]
    edges = tuple(
        Edge(one, other, Protocol.TCP, 1, (Source.CONFIGURATION,), (Evidence("configuration", one, other),))
        for one, other in zip(HOSTILE, (*HOSTILE[1:], f"external:{HOSTILE[0]}"), strict=True)
    )
    return assembled(profiles, edges)


def files_of(report: Report) -> dict[str, str]:
    """The files that a scan of this estate would leave."""
    return {
        "estate.yaml": dump_record(report.estate),
        **{path: dump_record(profile) for path, profile in report.profiles.items()},
    }


def _host(number: int, services: int) -> str:
    return f"vm{number % max(2, services // 3):03}"


def _host_report(number: int, name: str) -> HostReport:
    refused = NEVER_SEEN if number % 5 == 3 else ()
    observed = ("configuration", "machine", "mounts", "packages", "processes", "units", "users")
    return HostReport(
        name,
        f"192.0.2.{number % 250}",
        SYSTEMS[number % 3],
        privilege="user" if refused else "root",
        memory_mib=4096,
        cpus=2,
        observed=observed,
        partial=("configuration: 3 files could not be read",) if number % 7 == 2 else (),
        missing=("crontabs: the answer broke off",) if number % 3 == 1 else (),
        absent=("inittab: no /etc/inittab",),
        refused=refused,
        set_aside=(SetAside("sshd", "the way in"), SetAside("cron", "the scheduler; its jobs are listed on their own")),
    )


def _service(number: int, services: int, chance: random.Random) -> ServiceProfile:
    tier = 0 if number % 10 == 0 else 2 if number % 4 == 3 else 1
    runtime = chance.choice(TIERS[tier])
    word = WORDS[number % len(WORDS)]
    name = f"{word}-{runtime}" if services <= len(WORDS) else f"{word}-{number:04}"
    port = 80 if tier == 0 else 5432 if tier == 2 else 8000 + number % 900
    is_job = tier == 1 and number % 13 == 5
    pid = f"pid {1000 + number}"
    profile = ServiceProfile(
        service=name,
        host=_host(number, services),
        runtime=Runtime(runtime, f"{number % 9}.{number % 7}", (Evidence("processes", f"/usr/bin/{runtime}", pid),)),
        kind=ServiceKind.JOB if is_job else ServiceKind.SERVICE,
        unit="" if is_job else f"{name}.service",
        origin="cron" if is_job else "systemd",
        schedule="15 3 * * *" if is_job else "",
        command=(f"/usr/bin/{runtime}", "--config", f"/etc/{name}/main.conf"),
        account=Account("root" if number % 6 == 0 else runtime, 0 if number % 6 == 0 else 900 + number % 90, 900),
        os=SYSTEMS[number % 3],
        listens=() if is_job else (_listen(port, tier, runtime, pid),),
        state=(
            State(f"/var/lib/{name}", 40 + number, exact=True, evidence=(Evidence("mounts", f"/var/lib/{name}", pid),)),
        )
        if tier == 2
        else (),
        config=(f"/etc/{name}/main.conf",),
        packages=(f"{runtime}={number % 9}.{number % 7}-1", "libc6=2.36-9"),
        secrets=(SecretPlace(f"/etc/{name}/main.conf", 12, "db.password"),) if number % 8 == 1 else (),
        usage=Usage(memory_mib=60 + number % 800, cpu_millicores=number % 300),
        processes=1 + number % 4,
        evidence=(Evidence("units", f"{name}.service active", f"/etc/systemd/system/{name}.service:4"),),
    )
    return replace(profile, findings=tuple(of_profile(profile)))


def _listen(port: int, tier: int, runtime: str, pid: str) -> Listen:
    protocol = Protocol.TCP if tier == 2 else Protocol.HTTP
    return Listen(protocol, "*", port, evidence=(Evidence("descriptors", f"tcp *:{port} {runtime}", pid),))


def _edges(profiles: list[ServiceProfile], chance: random.Random) -> list[Edge]:
    """Balancers call applications, those call each other and data; a few calls leave the estate."""
    front = [one for one in profiles if one.runtime.name in TIERS[0]]
    middle = [one for one in profiles if one.runtime.name in TIERS[1]]
    back = [one for one in profiles if one.runtime.name in TIERS[2]]
    pairs = [(one, chance.choice(middle)) for one in front for _ in range(3)]
    for place, one in enumerate(middle):
        near = middle[max(0, place - 6) : place]
        pairs += [(one, other) for other in chance.sample(near, min(len(near), chance.choice((0, 1, 1, 2))))]
        pairs += [(one, chance.choice(back)) for _ in range(chance.choice((0, 1, 1, 2))) if back]
    found = {(one.service, other.service): _edge(one, other) for one, other in pairs if one is not other}
    outside = [
        Edge(one.service, "external:api.partner.example", Protocol.TCP, 443, (Source.CLIENT_SOCKET,))
        for one in middle[::9]
    ]
    return [*found.values(), *outside]


def _edge(one: ServiceProfile, other: ServiceProfile) -> Edge:
    listen = other.listens[0] if other.listens else Listen(Protocol.TCP, "*", 9)
    told = f"{other.host}.corp.example:{listen.port}"
    return Edge(
        one.service,
        other.service,
        listen.protocol,
        listen.port,
        (Source.CONFIGURATION, Source.CLIENT_SOCKET),
        (
            Evidence("configuration", told, f"/etc/{one.service}/main.conf:7"),
            Evidence("sockets", f"ESTAB {told}", "pid 7"),
        ),
    )


def _waves(names: list[str]) -> tuple[Wave, ...]:
    """Four waves; every ninth service is in none."""
    planned = [name for number, name in enumerate(names) if number % 9 != 8]
    size = max(1, -(-len(planned) // 4))
    parts = [planned[start : start + size] for start in range(0, len(planned), size)]
    return tuple(
        Wave(f"wave-{number}", tuple(PlannedService(name, Strategy.WEIGHTED, why=("HTTP",)) for name in part))
        for number, part in enumerate(parts, 1)
    )
