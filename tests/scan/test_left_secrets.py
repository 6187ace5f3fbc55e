"""Secrets in files that no profile has are told of the host: with place and name, and as a finding."""

from datetime import UTC, datetime

from migrator.model.observations import Observed
from migrator.model.services import SecretPlace
from migrator.scan.estate import assemble
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.units import Units
from migrator.scan.look import understood
from migrator.scan.mentions import mentions_in
from migrator.scan.snapshot import Snapshot

NOW = datetime(2026, 1, 2, tzinfo=UTC)
INIT = Process(1, 0, 0, 0, "systemd", ("/sbin/init",), "/usr/lib/systemd/systemd", cgroup="/init.scope")
SHOP = Process(9, 1, 0, 0, "shop", ("/opt/shop/bin/shop",), "/opt/shop/bin/shop", cgroup="/system.slice/shop.service")
SHOP_UNIT = "Id=shop.service\nLoadState=loaded\nActiveState=active\nSubState=running\nMainPID=9\nExecStart={ path=/opt/shop/bin/shop ; argv[]=/opt/shop/bin/shop }\nControlGroup=/system.slice/shop.service\n"
OF_THE_SHOP = " hidden /opt/shop/etc/shop.conf:3:db_password\n"


def scanned(said):
    observed = {
        Processes.name: Observed((INIT, SHOP)),
        Units.name: Observed(Units().parse(SHOP_UNIT)),
        Configuration.name: Observed(mentions_in(said)),
    }
    return assemble([understood(Snapshot("h", "h", NOW, observed))], now=NOW)


def findings(scan):
    return [one for one in scan.estate.findings if one.code == "MIG040"]


def test_a_secret_in_a_file_of_nobody_is_told():
    scan = scanned(f"{OF_THE_SHOP} hidden /etc/old/db.conf:7:password\n hidden /etc/old/db.conf:9:token\n")
    (host,) = scan.estate.hosts
    assert host.secrets == (
        SecretPlace("/etc/old/db.conf", 7, "password"),
        SecretPlace("/etc/old/db.conf", 9, "token"),
    )
    assert [one.message for one in findings(scan)] == [
        "has secrets in files that nothing was seen to read: /etc/old/db.conf"
    ]


def test_what_a_service_reads_is_not_told_twice():
    scan = scanned(OF_THE_SHOP)
    assert (scan.estate.hosts[0].secrets, findings(scan)) == ((), [])
