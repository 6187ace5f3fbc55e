"""What a command needs to start: the packages of its interpreter as a whole, and what its unit starts behind a title."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.facts.units import Unit, Units
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

PYTHON = dict.fromkeys(("python3", "python3-minimal", "python3.9", "python3.9-minimal", "dash"), "1")
OWNERS = {"/usr/bin/python3": "python3-minimal", "/usr/bin/python3.9": "python3.9-minimal", "/bin/dash": "dash"}


def profile(facts):
    observed = {name: Observed(value) for name, value in facts.items()}
    (only,) = host_view(Snapshot("h", "h", datetime.now(UTC), observed)).profiles
    return only


def running(arguments, exe, *, packages=(), owners=(), **unit):
    """The profile of the one unit of a host."""
    process = Process(
        10, 1, 99, 99, exe.rsplit("/", 1)[1][:15], tuple(arguments), exe, cgroup="/system.slice/x.service"
    )
    facts = {
        Processes.name: (process,),
        Units.name: (Unit("x.service", main_pid=10, **unit),),
        Packages.name: dict(packages),
        Programs.name: ProgramsFacts(dict(owners)),
    }
    return profile(facts)


@pytest.mark.parametrize(
    ("arguments", "exe", "packages", "owners", "want"),
    [
        (["/usr/bin/python3", "/opt/x/x.py"], "/usr/bin/python3.9", PYTHON, OWNERS, {"python3.9", "python3"}),
        (["python3", "/opt/x/x.py"], "/usr/bin/python3.9", PYTHON, OWNERS, {"python3.9", "python3"}),
        (["/opt/x/venv/bin/python", "/opt/x/venv/bin/gunicorn", "x:y"], "/usr/bin/python3.9", PYTHON, OWNERS, {"python3.9", "python3"}),
        (["/usr/bin/python3", "/opt/x/x.py"], "/usr/bin/python3.9", {"python3.9-minimal": "1"}, OWNERS, {"python3.9-minimal"}),
        (["php-fpm: master process (/etc/x)"], "/usr/sbin/php-fpm7.4", {"php7.4-fpm": "1"}, {"/usr/sbin/php-fpm7.4": "php7.4-fpm"}, {"php7.4-fpm"}),
        (["/bin/sh", "/opt/x/run.sh"], "/bin/dash", PYTHON, OWNERS, set()),
        (["/opt/py/bin/python3", "/opt/x/x.py"], "/opt/py/bin/python3.9", {}, {}, set()),
    ],
    ids=["a link of another package", "found by its name", "a virtual environment", "no more than a part is there", "version told by a title", "of every image", "unpacked by hand"],
)  # fmt: skip
def test_packages_are_those_of_the_interpreter_and_of_the_link_to_it(arguments, exe, packages, owners, want):
    found = running(arguments, exe, packages=packages, owners=owners)
    assert {one.partition("=")[0] for one in found.packages} == want


def test_a_job_needs_the_interpreter_of_its_line():
    line = CronEntry("/etc/cron.d/x", 1, "* * * * *", "app", "/usr/bin/python3 /opt/x/x.py")
    found = profile({Crontabs.name: (line,), Packages.name: PYTHON, Programs.name: ProgramsFacts()})
    assert found.packages == ("python3=1",)


FOREGROUND = ("/usr/sbin/php-fpm7.4", "--nodaemonize", "--fpm-config", "/etc/php/7.4/fpm/php-fpm.conf")
TITLE = "php-fpm: master process (/etc/php/7.4/fpm/php-fpm.conf)"


@pytest.mark.parametrize(
    ("title", "kind", "started", "known"),
    [
        (TITLE, "notify", FOREGROUND, True),
        ("/usr/sbin/php-fpm7.4 *:9000", "notify", FOREGROUND, True),
        (TITLE, "forking", FOREGROUND, False),
        (TITLE, "simple", (*FOREGROUND, "daemon", "on;"), False),
        (TITLE, "simple", (*FOREGROUND, "$OPTIONS"), False),
        (TITLE, "simple", ("/opt/x/start.sh",), False),
    ],
    ids=["a title", "a title with the program", "goes into the background", "was quoted", "variable", "a script"],
)
def test_behind_a_title_stands_what_the_unit_starts_where_that_is_told_apart(title, kind, started, known):
    found = running([title], "/usr/sbin/php-fpm7.4", type=kind, command=started)
    assert found.command == (started if known else (title,))
