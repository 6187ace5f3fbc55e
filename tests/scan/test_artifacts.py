"""Where the program itself is: what nothing on the host shows or names is not said to be there."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.model.services import Confidence, confidence
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.file_times import FileTime, FileTimes
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.units import Unit, Units
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def artifacts(*words, exe="", cwd="/", files=(), unit=True, **facts):
    process = Process(10, 1, 33, 33, "shop", words, exe or words[0], cwd, cgroup="/system.slice/shop.service")
    observed = {
        Processes.name: (process,),
        Units.name: (Unit("shop.service"),) if unit else (),
        FileTimes.name: {file: FileTime(1, 1) for file in files},
        **facts,
    }
    found = Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in observed.items()})
    (profile,) = host_view(found).profiles
    return {one.path: confidence(one.evidence) for one in profile.artifacts}


SEEN, NAMED = Confidence.OBSERVED, Confidence.INFERRED


@pytest.mark.parametrize(
    ("host", "want"),
    [
        ({"words": ["/usr/sbin/shopd", "-f", "/etc/shop/shop.conf"]}, {}),
        ({"words": ["/opt/shop/bin/shopd"]}, {"/opt/shop": SEEN}),
        ({"words": ["/usr/bin/java", "-jar", "/opt/shop/shop.jar"]}, {"/opt/shop": NAMED}),
        ({"words": ["/usr/bin/java", "-jar", "/opt/shop/shop.jar"], "files": ["/opt/shop/shop.jar"]}, {"/opt/shop": SEEN}),
        ({"words": ["/usr/bin/python3", "app.py"], "cwd": "/srv/shop"}, {"/srv/shop": SEEN}),
        ({"words": ["/usr/bin/python3", "/usr/local/bin/shop.py"]}, {"/usr/local/bin/shop.py": NAMED}),
        ({"words": ["/usr/local/sbin/shopd"], "files": ["/usr/local/sbin/shopd"]}, {"/usr/local/sbin/shopd": SEEN}),
        ({"words": ["/usr/sbin/shopd", "--data=/var/lib/shop/db"], "cwd": "/var/lib/shop"}, {}),
        ({"words": ["/usr/sbin/shopd"], "files": ["/service/shop/run", "/usr/local/etc/shop/shop.conf"]}, {}),
        ({"words": ["/usr/sbin/shopd", "-d", "/srv/shop"], "files": ["/srv/shopping/shop.jar"]}, {}),
    ],
    ids=[
        "a program of a package", "executed", "named on the command line", "named and seen", "works there", "a script",
        "a program of its own", "data", "settings", "a folder with a longer name",
    ],
)  # fmt: skip
def test_what_is_listed_was_seen_or_is_named(host, want):
    assert artifacts(*host.pop("words"), **host) == want


def test_what_configuration_says_is_configured():
    said = Configuration().parse(" folder /etc/shop/shop.ini:2:chdir /srv/shop\n")
    assert artifacts("/usr/bin/shop", "/etc/shop/shop.ini", **{Configuration.name: said}) == {
        "/srv/shop": Confidence.CONFIGURED
    }


@pytest.mark.parametrize(
    ("command", "want"), [("/opt/bills/run.sh", ["/opt/bills"]), ("find /srv/bills -mtime +9 -delete", [])]
)
def test_what_a_job_works_on_is_not_its_program(command, want):
    entry = CronEntry("/etc/cron.d/bills", 1, "1 2 * * *", "root", command)
    found = Snapshot("h", "10.0.0.1", NOW, {Crontabs.name: Observed((entry,))})
    (profile,) = host_view(found).profiles
    assert [one.path for one in profile.artifacts] == want
