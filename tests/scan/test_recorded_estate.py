"""The recorded estate through the whole scan. What it should find was written from the recipe of the hosts, not from a scan."""

import random
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from migrator.records import dump_record
from migrator.scan.estate import Scan, assemble
from migrator.scan.reading import looked
from migrator.scan.recording import load_recordings
from migrator.scan.run import questions

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ESTATE = Path(str(resources.files("migrator"))) / "quickstart" / "estate"
SERVICES = {
    "haproxy": ("haproxy", "lb01"),
    "orders": ("tomcat", "app01 app02"),
    "pricing": ("java", "app02"),
    "portal": ("gunicorn", "web01"),
    "nginx-web01": ("nginx", "web01"),
    "notify": ("node", "web01"),
    "postgresql": ("postgresql", "db01"),
    "pg-backup": ("command", "db01"),
    "redis-server": ("redis", "mq01"),
    "rabbitmq": ("rabbitmq", "mq01"),
    "invoicing-run": ("shell", "batch01"),
    "invoicing-find": ("command", "batch01"),
    "fxfeed": ("python", "batch01"),
    "php-built-in-server": ("php", "batch01"),
    "stockd": ("python", "batch01"),
    "nginx-batch01": ("nginx", "batch01"),
    "php-fpm": ("php-fpm", "batch01"),
    "postfix": ("postfix", "batch01"),
    "httpd": ("httpd", "old01"),
    "poll": ("shell", "old01"),
    "root-date": ("command", "old01"),
}
EDGES = {
    "haproxy orders 8080 http",
    "haproxy nginx-web01 8000 http",
    "orders postgresql 5432 tcp",
    "orders redis-server 6379 tcp",
    "orders rabbitmq 5672 tcp",
    "orders pricing 9090 http",
    "pricing postgresql 5432 tcp",
    "portal postgresql 5432 tcp",
    "portal redis-server 6379 tcp",
    "portal haproxy 443 tcp",
    "portal notify 3000 http",
    "nginx-web01 portal None unix",
    "nginx-web01 notify 3000 http",
    "notify redis-server 6379 tcp",
    "fxfeed rabbitmq 5672 tcp",
    "fxfeed haproxy 443 tcp",
    "php-fpm postgresql 5432 tcp",
    "nginx-batch01 php-fpm None unix",
    "invoicing-run postgresql 5432 tcp",
    "invoicing-run postfix 25 tcp",
    "pg-backup postgresql None unix",
    "postfix external:mail.corp.example 25 tcp",
    "poll stockd 2000 tcp",
}
STATE = {
    "portal": {"/var/lib/portal/uploads"},
    "postgresql": {"/var/lib/postgresql/15/main"},
    "pg-backup": {"/srv/backup"},
    "redis-server": {"/var/lib/redis"},
    "rabbitmq": {"/var/lib/rabbitmq"},
    "invoicing-run": {"/srv/invoices"},
    "invoicing-find": {"/srv/invoices"},
    "postfix": {"/var/spool/postfix"},
}


def scan_of(folder: Path, *, shuffle: int | None = None) -> Scan:
    answers = list(load_recordings(folder))
    if shuffle is not None:
        random.Random(shuffle).shuffle(answers)
    return assemble([looked(answer, questions(deep=True)) for answer in answers], now=NOW)


@pytest.fixture(scope="module")
def scan() -> Scan:
    return scan_of(ESTATE)


def test_every_service_is_found_and_nothing_else(scan):
    found = {entry.name: (entry.runtime, " ".join(entry.hosts)) for entry in scan.estate.services}
    assert found == SERVICES


def test_every_edge_is_found_and_nothing_else(scan):
    found = {f"{edge.caller} {edge.callee} {edge.port} {edge.protocol}" for edge in scan.estate.edges}
    assert found == EDGES


def test_state_is_found_where_it_is_and_nowhere_else(scan):
    found = {profile.service: {state.path for state in profile.state} for profile in scan.profiles if profile.state}
    assert found == STATE


def test_the_balancers_check_becomes_the_applications(scan):
    checks = {(p.service, p.host): [(c.port, c.path) for c in p.health] for p in scan.profiles if p.health}
    assert checks == {("orders", host): [(8080, "/orders/health")] for host in ("app01", "app02")}


def test_what_reboot_started_is_not_taken_for_cron(scan):
    origins = {p.service: (p.origin, p.unit, p.account.user) for p in scan.profiles}
    assert origins["fxfeed"] == ("cron @reboot", "", "jsmith")
    assert origins["php-built-in-server"] == ("cron @reboot", "", "jsmith")
    assert origins["stockd"][0] == "sysv"
    assert origins["notify"] == ("pm2", "pm2-deploy.service", "deploy")


def test_jobs_keep_their_schedule(scan):
    jobs = {p.service: p.schedule for p in scan.profiles if p.schedule}
    assert jobs == {
        "pg-backup": "15 2 * * *",
        "invoicing-run": "*/2 * * * *",
        "invoicing-find": "30 1 * * 0",
        "root-date": "*/5 * * * *",
    }


def test_the_machines_own_daemons_are_set_aside_by_name(scan):
    aside = {report.name: {item.name for item in report.set_aside} for report in scan.estate.hosts}
    assert {"cron", "dbus.service", "rsyslog.service", "systemd-journald.service"} <= aside["lb01"]
    assert "pm2-deploy.service" in aside["web01"]


def test_every_profile_has_evidence_for_its_runtime(scan):
    assert all(profile.runtime.evidence for profile in scan.profiles)


def test_recordings_are_called_recordings(scan):
    assert all(report.recording for report in scan.estate.hosts)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_hosts_does_not_matter(scan, seed):
    again = scan_of(ESTATE, shuffle=seed)
    assert dump_record(again.estate) == dump_record(scan.estate)
    assert [dump_record(p) for p in again.profiles] == [dump_record(p) for p in scan.profiles]


def test_without_root_the_same_services_are_found_and_what_is_unknown_is_said():
    scan = scan_of(Path(__file__).parent / "unprivileged")
    found = {entry.name: entry for entry in scan.estate.services}
    assert {name: (entry.runtime, " ".join(entry.hosts)) for name, entry in found.items()} == SERVICES
    assert all(entry.stateful for entry in found.values()), "unknown state must count as state"
    codes = {(finding.code, finding.subject) for finding in scan.estate.findings}
    assert {("MIG002", report.name) for report in scan.estate.hosts} <= codes
    assert all(any(f.code == "MIG026" for f in p.findings) for p in scan.profiles)
    assert {report.privilege for report in scan.estate.hosts} == {"user"}


def test_what_a_host_does_not_have_is_not_left_unseen(scan):
    """A host with systemd has no inittab, one without has no units, and a question that nobody asked is none."""
    reports = {report.name: report for report in scan.estate.hosts}
    assert reports["app01"].absent == ("inittab: no /etc/inittab",)
    assert (reports["app01"].missing, reports["app01"].completeness) == ((), 1.0)
    assert reports["old01"].absent == ("timers: the host has no `systemctl`", "units: the host has no `systemctl`")
    assert reports["old01"].completeness < 1
