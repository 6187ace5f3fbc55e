"""What a host is set up to keep running and does not run is told, and what is at rest as it should be is not."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.units import Units
from migrator.scan.facts.users import User, Users, UsersFacts
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

INIT = Process(1, 0, 0, 0, "systemd", ("/sbin/init",), "/usr/lib/systemd/systemd", cgroup="/init.scope")
UNIT = {
    "Id": "cache.service",
    "LoadState": "loaded",
    "ActiveState": "inactive",
    "SubState": "dead",
    "Type": "notify",
    "UnitFileState": "enabled",
    "WantedBy": "multi-user.target",
    "TriggeredBy": "",
    "ConditionResult": "yes",
    "ConditionTimestampMonotonic": "1600",
}


def stopped(*processes, units="", lines=(), gaps=()):
    """What is said of a host with these processes, units and `@reboot` lines."""
    users = UsersFacts({uid: User(name, uid, uid, f"/home/{name}", "/bin/sh") for uid, name in ((7, "jo"), (8, "al"))})
    entries = tuple(
        CronEntry(f"/var/spool/cron/{user}", n, "@reboot", user, line) for n, (user, line) in enumerate(lines, 1)
    )
    observed = {
        Processes.name: Observed((INIT, *processes), gaps),
        Units.name: Observed(Units().parse(units)),
        Crontabs.name: Observed(entries),
        Users.name: Observed(users),
    }
    return host_view(Snapshot("h", "h", datetime.now(UTC), observed)).stopped


def unit(**changes):
    return "".join(f"{key}={value}\n" for key, value in (UNIT | changes).items())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "cache.service (enabled, dead)"),
        ({"ActiveState": "failed", "SubState": "failed"}, "cache.service (enabled, failed)"),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, "cache.service (enabled, auto-restart)"),
        ({"UnitFileState": "generated", "Type": "forking"}, "cache.service (generated, dead)"),
        (
            {"Id": "db@15-main.service", "UnitFileState": "enabled-runtime"},
            "db@15-main.service (enabled-runtime, dead)",
        ),
        ({"WantedBy": "", "RequiredBy": "shop.target"}, "cache.service (enabled, dead)"),
        # Nobody has tried to start it since the host booted.
        ({"ConditionResult": "no", "ConditionTimestampMonotonic": "0"}, "cache.service (enabled, dead)"),
        ({"ActiveState": "active", "SubState": "running"}, ""),
        ({"ActiveState": "active", "SubState": "exited", "Type": "oneshot"}, ""),
        ({"ActiveState": "activating", "SubState": "start"}, ""),
        ({"Type": "oneshot"}, ""),
        ({"Type": "oneshot", "ActiveState": "failed", "SubState": "failed"}, ""),
        ({"Type": "dbus"}, ""),
        ({"TriggeredBy": "cache.socket"}, ""),
        ({"TriggeredBy": "cache.timer"}, ""),
        ({"ConditionResult": "no"}, ""),
        ({"UnitFileState": "disabled", "WantedBy": ""}, ""),
        ({"UnitFileState": "disabled"}, ""),
        ({"UnitFileState": "static"}, ""),
        ({"UnitFileState": "masked", "LoadState": "masked"}, ""),
        ({"WantedBy": ""}, ""),
        ({"Id": "getty@tty1.service"}, ""),
        ({"Id": "irqbalance.service"}, ""),
    ],
)
def test_a_unit_that_the_host_starts_and_that_does_not_run(changes, told):
    assert stopped(units=unit(**changes)) == ((told,) if told else ())


def test_what_an_older_scan_did_not_ask_for_is_not_known():
    text = "".join(f"{key}={UNIT[key]}\n" for key in list(UNIT)[:6])
    assert stopped(units=text) == ()


def process(line, *, uid=7, cwd="/", exe=""):
    words = tuple(line.split())
    return Process(
        20, 1, uid, uid, words[0].rsplit("/", 1)[-1], words, exe or words[0], cwd, "/system.slice/cron.service"
    )


FEED = ("jo", "nohup /srv/feed/run.sh >>log 2>&1 &")
TOLD = ("@reboot nohup /srv/feed/run.sh >>log 2>&1 & (/var/spool/cron/jo:1)",)


@pytest.mark.parametrize(
    ("line", "processes", "told"),
    [
        (FEED, [], TOLD),
        (FEED, [process("/bin/sh /srv/feed/run.sh")], ()),
        # Its start script has ended, and what it started works in its folder.
        (FEED, [process("/usr/bin/java -jar feed.jar", cwd="/srv/feed")], ()),
        # It may be what the line started, by a name that the line does not have.
        (FEED, [process("/usr/bin/feedd --daemon")], ()),
        (FEED, [process("/usr/bin/otherd --daemon", uid=8)], TOLD),
        (("jo", "/home/jo/a.sh"), [process("/bin/sh /home/jo/b.sh")], ()),
        (
            ("jo", "screen -dmS web php -S 0.0.0.0:8080"),
            [],
            ("@reboot screen -dmS web php -S 0.0.0.0:8080 (/var/spool/cron/jo:1)",),
        ),
        # What only prepares the host has ended as it should.
        (("root", "echo 1 > /proc/sys/net/ipv4/ip_forward"), [], ()),
        (("root", "/usr/sbin/ethtool -K eth0 tso off"), [], ()),
    ],
)
def test_a_line_at_boot_of_which_nothing_runs(line, processes, told):
    assert stopped(*processes, lines=[line]) == told


def test_where_not_every_process_was_seen_nothing_is_said_of_lines_at_boot():
    assert stopped(lines=[FEED], gaps=("denied for 3 files or processes",)) == ()
