"""Jobs: what a crontab says as the host itself reads it, which program a line starts, and times of systemd as cron fields."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.model.observations import Observed
from migrator.model.profile_findings import of_profile
from migrator.model.services import OperatingSystem, ServiceKind
from migrator.scan.command_line import started
from migrator.scan.facts.changed_files import ChangedFiles, PackagedFiles
from migrator.scan.facts.configuration import MENTIONS, Configuration
from migrator.scan.facts.crontabs import Crontabs
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.timers import Timer, Timers
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import User, Users, UsersFacts
from migrator.scan.mentions import MentionKind
from migrator.scan.profile import host_view
from migrator.scan.redact import HOST_REDACT
from migrator.scan.shells import PACKAGES
from migrator.scan.snapshot import Snapshot
from migrator.scan.timer_calendar import cron_time
from tests.hazards.made_host import MadeHost, skip_without_namespaces

AWKS = [awk for awk in ("mawk", "gawk", "busybox awk") if shutil.which(awk.split()[0])]
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ACCOUNTS = UsersFacts({7: User("app", 7, 7, "/home/app", "/bin/sh")})


def jobs(crontab="", *, configuration="", timers=(), units=(), system="", changed=()):
    """Profiles of the jobs of a host, by name."""
    facts = {
        OsRelease.name: OperatingSystem(system),
        ChangedFiles.name: PackagedFiles(tuple(changed)),
        Crontabs.name: Crontabs().parse(crontab),
        Configuration.name: Configuration().parse(configuration),
        Timers.name: tuple(timers),
        Units.name: tuple(units),
        Users.name: ACCOUNTS,
    }
    view = host_view(Snapshot("h", "h", datetime.now(UTC), {name: Observed(value) for name, value in facts.items()}))
    return {profile.service: profile for profile in view.profiles}


def state(profile):
    return {one.path for one in profile.state}


@pytest.mark.parametrize(
    ("line", "program", "runtime"),
    [
        ("flock -n /run/lock/x.lock /opt/x/run.sh", "/opt/x/run.sh", "shell"),
        ("flock -n /run/lock/x.lock nice -n 19 /usr/local/sbin/dump", "/usr/local/sbin/dump", "command"),
        ("flock -w 5 /tmp/x.lock -c '/opt/x/run.sh --all'", "/opt/x/run.sh", "shell"),
        ("setlock -nX /var/lock/x /opt/x/run", "/opt/x/run", "command"),
        ("PGSERVICE=crm pg_dump -Fc -f /srv/dumps/x.dump", "pg_dump", "command"),
        ("cd /opt/x && ./export.pl >/dev/null 2>&1", "/opt/x/export.pl", "perl"),
        ("(cd /opt/x; bin/run) 2>&1 | logger -t x", "/opt/x/bin/run", "command"),
        ("cd /srv/shop && php -d memory_limit=1G artisan schedule:run >> /dev/null", "/srv/shop/artisan", "php"),
        ("[ -x /opt/x/run ] && /opt/x/run", "/opt/x/run", "command"),
        ("test -x /usr/sbin/y || exit 0; if [ -e /a ]; then /opt/x/run; fi", "/opt/x/run", "command"),
        (". /etc/x.env && exec /opt/x/run", "/opt/x/run", "command"),
        ("sudo -u app timeout -k 5 300 ionice -c2 -n7 chronic /opt/x/run.py -q", "/opt/x/run.py", "python"),
        ("su - app -c 'cd /opt/x && /usr/bin/python3 -u bin/tick.py'", "/opt/x/bin/tick.py", "python"),
        ("runuser -u app -- /opt/x/run", "/opt/x/run", "command"),
        ("chpst -u app -e /etc/sv/x/env setsid nohup /opt/x/run &", "/opt/x/run", "command"),
        ("/usr/bin/time -f %e systemd-cat -t x run-one env A=b /opt/x/run", "/opt/x/run", "command"),
        ("/bin/sh -c cd /opt/x && ./run", "/opt/x/run", "command"),
        ("bash -lc 'cd /opt/x && ruby -I lib job.rb'", "/opt/x/job.rb", "ruby"),
        ("java -Xmx1g -jar /opt/x/x.jar --once", "/opt/x/x.jar", "java"),
        ("python3 -m app.tasks", "python3", "python"),
        ("cd /opt/x && lua5.3 -l x lib/run.lua", "/opt/x/lib/run.lua", "lua"),
        ("/usr/bin/Rscript --vanilla /opt/x/report.R", "/opt/x/report.R", "r"),
        ("mono /opt/x/Export.exe >/dev/null", "/opt/x/Export.exe", "mono"),
        ("expect -f /opt/x/dial.exp", "/opt/x/dial.exp", "expect"),
        ("D=/opt/x; mkdir -p $D/out && $D/run", "/opt/x/run", "command"),
        ("mysqldump shop | gzip > /srv/backup/shop.gz", "mysqldump", "command"),
        ("find /srv/in -mtime +30 -delete", "find", "command"),
        ("date >> /tmp/x", "date", "command"),
        ("bin/tick", "/home/app/bin/tick", "command"),
        ("~/bin/tick || $HOME/bin/tock", "/home/app/bin/tick", "command"),
        ("'a quote without end /opt/x/run", "a", "command"),
        ("timeout 5", "job", "command"),
        ("", "job", "command"),
    ],
)
def test_the_program_behind_what_stands_before_it(line, program, runtime):
    found = started(line, variables={"HOME": "/home/app"}, folder="/home/app")
    assert (found.program, found.runtime) == (program, runtime)


PIECES = st.sampled_from(
    ["cd", "./x", "/opt/x", "&&", "||", ";", "|", "&", "(", ")", "{", "}", "'", '"', "`", "$X", "${Y:-/z}", "~", "-c", "bash", "su", "-", "flock", "-n", "env", "A=b", "timeout", "5", "[", "]]", ".", "\\", "2>&1", ">", "<<<", "for", "java", "-jar", "", " ", "\n"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30), st.sampled_from(["", " "]))
def test_any_line_starts_something(pieces, between):
    assert started(between.join(pieces), variables={"HOME": "/h"}, folder="/h").program is not None


def test_a_tab_stands_between_account_and_command_as_well():
    got = Crontabs().parse(
        "#entries\n /etc/cron.d/x:1:5 1 * * *\troot\tflock -n /run/x.lock /opt/x/run.sh\n"
        " /etc/cron.d/x:2:*/20\t6-18 * *  mon-fri  app \t cd /opt/x && ./y\n /etc/cron.d/x:3:@daily\troot\tPGHOST=a /opt/z\n"
        " /etc/cron.d/x:4:-0~30 1,Mon * jan-mar/2 sun,1-5 root /opt/q\n /etc/cron.d/x:5:1 1 * * * lonely\n"
        " /var/spool/cron/app:1:@hourly\t/opt/w\n /etc/cron.d/x.dpkg-old:1:1 1 * * * root /opt/v\n"
        " /etc/cron.d/x~:1:1 1 * * * root /opt/v\n /etc/cron.d/x.rpmsave:1:1 1 * * * root /opt/v\n"
    )
    assert [(e.schedule, e.user, e.command) for e in got] == [
        ("5 1 * * *", "root", "flock -n /run/x.lock /opt/x/run.sh"),
        ("*/20 6-18 * * mon-fri", "app", "cd /opt/x && ./y"),
        ("@daily", "root", "PGHOST=a /opt/z"),
        ("0~30 1,Mon * jan-mar/2 sun,1-5", "root", "/opt/q"),
        ("@hourly", "app", "/opt/w"),
    ]


CRONTAB = """\
SHELL=/bin/sh
MAILTO=root
APP = "/opt/shop"
DUMPS=/srv/dumps
API_TOKEN=/Zq53kanari
HOST=Zq53kanari
UNUSED=/srv/elsewhere
5 1 * * *\tapp\t$APP/bin/run --to ${DUMPS}/today $HOST $API_TOKEN
DUMPS=/srv/later
6 1 * * * app /opt/shop/bin/other $DUMPS
"""


@pytest.mark.parametrize("awk", AWKS)
def test_of_settings_only_paths_that_a_command_uses_leave_the_host(tmp_path, awk):
    skip_without_namespaces()
    host = MadeHost(tmp_path / "host")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    host.write("/etc/cron.d/shop", CRONTAB)
    host.write("/var/spool/cron/crontabs/app", "HOME=/srv/app\n1 2 * * * ./run\n")
    host.write("/var/spool/cron/crontabs/far", 'CRON_TZ="Asia/Tokyo"\n1 3 * * * ./far\nCRON_TZ=Zq53 kanari\n')
    host.write("/var/spool/incron/root", "/srv/in IN_CLOSE_WRITE /opt/shop/import $@/$#\nA=b c d\n")
    hide = 'hide() { REDACT=$REDACT awk -v suspect="${SUSPECT:?}" "$HIDE"; }'
    done = host.run(f'{HOST_REDACT}\neval "$HIDING"\n{hide}\n{PACKAGES.prepare}\n{Crontabs.command}')
    assert done.stderr == b""
    text = done.stdout.decode()
    assert "kanari" not in text
    assert "elsewhere" not in text
    found = {entry.command: (entry.user, entry.schedule, dict(entry.settings)) for entry in Crontabs().parse(text)}
    assert found == {
        "$APP/bin/run --to ${DUMPS}/today $HOST $API_TOKEN": (
            "app",
            "5 1 * * *",
            {"APP": "/opt/shop", "DUMPS": "/srv/dumps"},
        ),
        "/opt/shop/bin/other $DUMPS": ("app", "6 1 * * *", {"APP": "/opt/shop", "DUMPS": "/srv/later"}),
        "./run": ("app", "1 2 * * *", {"HOME": "/srv/app"}),
        "./far": ("far", "1 3 * * *", {"CRON_TZ": "Asia/Tokyo"}),
        "/opt/shop/import $@/$#": ("root", "/srv/in IN_CLOSE_WRITE", {}),
    }


def test_what_a_line_works_on_is_its_state_and_not_what_stands_before():
    found = jobs(
        "#entries\n /var/spool/cron/app:1:1 * * * * cd /srv/app && flock -n /var/lib/app/run.lock php artisan import /srv/in\n"
        " /etc/cron.d/dump:2:D=/srv/dumps\n /etc/cron.d/dump:3:2 * * * * root pg_dump -f $D/x.dump\n"
        " /etc/cron.d/here:3:2 * * * * root cd /srv/backup && pg_dump -f x.dump\n",
        configuration=" data /var/spool/cron/app:1:/srv/app\n data /var/spool/cron/app:1:/var/lib/app/run.lock\n"
        " data /var/spool/cron/app:1:/srv/in\n",
    )
    assert (found["app-artisan"].executable, state(found["app-artisan"])) == ("/srv/app/artisan", {"/srv/in"})
    assert state(found["dump"]) == {"/srv/dumps"}
    assert state(found["here"]) == {"/srv/backup"}


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("pg_dump -Fc shop >/srv/dumps/shop", "/srv/dumps"),
        ("cd /srv/dumps && pg_dump shop > shop", "/srv/dumps"),
        ("pg_dump shop | gzip >>/srv/dumps/shop", "/srv/dumps"),
        ("/opt/x/load </srv/in/orders", "/srv/in"),
        ("pg_dump -f /srv/dumps/shop.sql.gz", "/srv/dumps"),
        ("/opt/x/run --out /srv/dumps/2024.d", "/srv/dumps/2024.d"),
    ],
)
def test_a_file_is_kept_in_its_folder_and_that_is_the_state(line, want):
    path = next(word.lstrip("<>") for word in line.split() if "/srv/" in word)
    found = jobs(f"#entries\n /etc/cron.d/x:6:1 * * * * root {line}\n", configuration=f" data /etc/cron.d/x:6:{path}\n")
    assert state(found["x"]) == {want}


SETTINGS = (
    " variable /etc/cron.d/x:1:DUMPDIR=\n data /etc/cron.d/x:1:/srv/dumps\n variable /etc/cron.d/x:2:PERL5LIB=\n data /etc/cron.d/x:2:/srv/lib\n"
    " setting /etc/cron.d/x:3:backend_host = db1\n variable /etc/cron.d/x:3:BACKEND_HOST=\n hidden /etc/cron.d/x:4:api_token\n"
    " variable /etc/cron.d/x:4:API_TOKEN=\n"
)


@pytest.mark.parametrize(
    ("other", "own", "others"),
    [
        ("pg_dump -f /srv/pg/x", {"/srv/dumps"}, {"/srv/pg/x"}),
        ("/opt/y/y", set(), set()),
        ("/opt/y/y $DUMPDIR", set(), {"/srv/dumps"}),
    ],
    ids=["only one of its own programs", "which is meant is not known", "named by the other"],
)
def test_settings_belong_to_the_job_that_uses_them(other, own, others):
    found = jobs(
        f"#entries\n /etc/cron.d/x:6:1 * * * * root /opt/x/x\n /etc/cron.d/x:7:1 * * * * root {other}\n",
        configuration=SETTINGS,
    )
    first, second = found.pop("x-x"), next(iter(found.values()))
    assert (state(first), state(second)) == (own, others)
    called = {call.target for call in first.calls}
    assert called == ({"db1"} if own else set())
    assert [(place.line, place.name) for place in first.secrets] == ([(4, "api_token")] if own else [])


def test_a_file_that_the_line_sources_and_a_program_in_usr_local_are_read():
    configuration = " url /home/app/.profile:3:http://a1.corp:8080\n url /usr/local/bin/pull:5:http://b1.corp:8081\n"
    found = jobs("#entries\n /var/spool/cron/app:1:1 * * * * . $HOME/.profile; pull\n", configuration=configuration)
    (profile,) = found.values()
    assert profile.executable == "/usr/local/bin/pull"
    assert {(call.target, call.port) for call in profile.calls} == {("a1.corp", 8080), ("b1.corp", 8081)}


SHARED = "/srv/shop/.env"
OF_APPLICATION = (
    f" setting {SHARED}:1:db_host = db1:5432\n variable {SHARED}:1:DB_HOST=\n url {SHARED}:2:http://pay.corp:8080\n"
    f" variable {SHARED}:2:PAY_URL=\n data {SHARED}:3:/srv/maps\n variable {SHARED}:3:MAPS=\n hidden {SHARED}:4:pay_secret\n"
    f" variable {SHARED}:4:PAY_SECRET=\n setting {SHARED}:5:mail_host = mail1:25\n variable {SHARED}:5:MAIL_HOST=\n"
)
SERVES = Process(
    10, 1, 7, 7, "shop", ("/srv/shop/bin/shop",), "/srv/shop/bin/shop", cgroup="/system.slice/shop.service"
)


def job_beside_service(line, configuration):
    """What the job of that line calls and keeps, whose application a service is of as well."""
    text = f"#entries\n /etc/cron.d/jobs:6:1 * * * * root {line}\n"
    facts = {
        Crontabs.name: Crontabs().parse(text),
        Configuration.name: Configuration().parse(configuration),
        Processes.name: (SERVES,),
        Units.name: (Unit("shop.service"),),
        Users.name: UsersFacts({0: User("root", 0, 0, "/root")}),
    }
    found = host_view(Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in facts.items()}))
    (job,) = (profile for profile in found.profiles if profile.kind is ServiceKind.JOB)
    return {call.target for call in job.calls}, state(job), {one.name for one in job.secrets}


@pytest.mark.parametrize(
    ("line", "more", "want"),
    [
        ("/srv/shop/bin/maps", "", (set(), set(), set())),
        ("/srv/shop/bin/maps", f" file /srv/shop/bin/maps:2:{SHARED}\n", ({"db1", "pay.corp", "mail1"}, {"/srv/maps"}, {"pay_secret"})),
        ("/srv/shop/bin/maps", " uses /srv/shop/bin/maps:3:MAPS\n uses /srv/shop/bin/maps:3:DB_HOST\n", ({"db1"}, {"/srv/maps"}, set())),
        ("cd /srv/shop && php artisan schedule:run", "", ({"db1"}, set(), set())),
        ("cd /srv/shop && bundle exec rake feeds", "", ({"db1"}, set(), set())),
        ("cd /srv/shop && php bin/console x", " uses /srv/shop/bin/console:4:PAY_URL\n", ({"pay.corp"}, set(), set())),
        ("php -f /srv/shop/cron.php", "", ({"db1"}, set(), set())),
        ("cd /srv/shop && php other.php", "", (set(), set(), set())),
    ],
    ids=["a script", "names the file", "reads variables", "a console", "another console", "one that reads a variable", "pages' own jobs", "no console"],
)  # fmt: skip
def test_of_what_a_service_reads_too_a_job_has_what_it_uses(line, more, want):
    assert job_beside_service(line, OF_APPLICATION + more) == want


def test_a_job_that_copies_what_a_service_keeps_has_no_part_in_it():
    text = (
        f"{OF_APPLICATION} file /srv/copy/run:2:{SHARED}\n uses /srv/copy/run:3:tar\n data /srv/copy/run:3:/srv/dumps\n"
    )
    assert job_beside_service("/srv/copy/run", text)[1] == {"/srv/dumps"}


@pytest.mark.parametrize(
    ("line", "more", "want"),
    [
        ("/opt/x/run", " data /opt/x/run:2:/srv/out/stock.json\n", {"/srv/out"}),
        ("/opt/x/run >/srv/out/stock.xml", "", {"/srv/out"}),
        ("/opt/x/run", " data /opt/x/run:2:/srv/out/stock.json\n hidden /srv/out/stock.json:1:token\n", set()),
        ("/opt/x/run", " data /opt/x/run:2:/srv/out/settings.yml\n", set()),
        ("/srv/x/run", " data /srv/x/run:2:/srv/x/stock.json\n", set()),
        ("/opt/x/run --from /srv/in/stock.json", "", set()),
    ],
    ids=[
        "its text names it",
        "its shell writes it",
        "it is settings",
        "it is called so",
        "beside it",
        "it is given it",
    ],
)
def test_what_a_job_exports_is_its_state_in_whatever_form(line, more, want):
    assert job_beside_service(line, more)[1] == want


def test_what_a_script_starts_is_of_the_job_as_well():
    text = " uses /opt/x/run:3:/opt/x/one\n url /opt/x/one:2:http://b1.corp:8081\n data /opt/x/one:3:/srv/dumps\n"
    text += " url /opt/y/other:2:http://b2.corp:8081\n"
    assert job_beside_service("/opt/x/run", text.replace("/opt/x/one", "/opt/z/one")) == (
        {"b1.corp"},
        {"/srv/dumps"},
        set(),
    )


KEPT_AT_HOME = (
    " hidden /root/.my.cnf:3:password\n setting /root/.my.cnf:2:host = db7\n kept /root:1:/root/.pgpass\n"
    " hidden /root/.profile:3:token\n client /opt/dump:2:mysqldump localhost \n"
)


@pytest.mark.parametrize(
    ("line", "more", "want"),
    [
        ("/opt/dump", " uses /opt/dump:2:mysqldump\n", ({"db7"}, {"password"})),
        ("/opt/dump", "", ({"/run/mysqld/mysqld.sock"}, set())),
        ("mysqldump shop", "", ({"db7"}, {"password"})),
        ("psql -c x", "", (set(), {"passwords"})),
        ("gzip /srv/x", "", (set(), set())),
    ],
)
def test_what_an_account_keeps_for_a_client_is_of_the_job_that_calls_it(line, more, want):
    called, _, secrets = job_beside_service(line, KEPT_AT_HOME + more)
    assert (called, secrets) == want


@pytest.mark.parametrize("awk", AWKS)
def test_a_script_says_which_variables_of_settings_it_uses_and_no_other_word(tmp_path, awk):
    script, settings = tmp_path / "run", tmp_path / "x.env"
    script.write_text(
        "#!/bin/sh\nmysql -e x >$MAPS\ncurl git \"$env['PAY_URL']\" # $MAIL_HOST\npassword='x$ZQKANARI9'\n$MAPS | psql\nif x; then /srv/z/one; fi\nD=/srv/z/two\n"
    )
    settings.write_text("MAPS=/srv/maps\nPAY_URL=http://pay:80\nMAIL_HOST=mail1\nUNUSED=1\n")
    words = [*awk.split(), "-v", "q='", MENTIONS, str(script), str(settings)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "KANARI" not in done.stdout
    used = [(m.line, m.key) for m in Configuration().parse(done.stdout) if m.kind is MentionKind.USES]
    assert used == [(2, "MAPS"), (2, "mysql"), (3, "PAY_URL"), (3, "curl"), (5, "psql"), (6, "/srv/z/one")]


@pytest.mark.parametrize(
    ("system", "name", "runs"),
    [
        ("debian", "shop", True),
        ("debian", "shop.disabled", False),
        ("ubuntu", "shop.2019", False),
        ("centos", "shop.disabled", True),
        ("", "shop.x", True),
    ],
)
def test_a_name_that_this_hosts_cron_passes_over_is_no_job(system, name, runs):
    assert bool(jobs(f"#entries\n /etc/cron.d/{name}:1:5 1 * * * root /opt/x/run\n", system=system)) is runs
    periodic = (
        f"#entries\n /etc/crontab:1:5 6 * * * root run-parts /etc/cron.daily\n#periodic\n /etc/cron.daily/{name}\n"
    )
    assert bool(jobs(periodic, system=system)) is runs


@pytest.mark.parametrize(
    ("system", "said", "zone"),
    [
        ("centos", "Asia/Tokyo", "Asia/Tokyo"),
        ("sles", "UTC", "UTC"),
        ("debian", "Asia/Tokyo", ""),
        ("centos", "$(date)", ""),
    ],
)
def test_a_crontab_may_be_meant_in_another_zone(system, said, zone):
    text = f"#entries\n /etc/cron.d/a:1:CRON_TZ={said}\n /etc/cron.d/a:2:5 1 * * * root /opt/x/run\n"
    assert jobs(text, system=system)["a"].timezone == zone


def test_jobs_of_one_name_are_told_apart_by_what_they_start():
    tables = ("/etc/cron.d/shop", "/etc/incron.d/shop")
    text = "#entries\n" + f" {tables[0]}:1:5 1 * * * root /opt/x/run\n {tables[1]}:1:/srv/in IN_CREATE /opt/x/take\n"
    assert {*jobs(text)} == {"shop", "shop-take"}
    again = "#entries\n" + "".join(f" /etc/cron.d/a:{n}:{n} 1 * * * root /opt/x/run {n}\n" for n in (1, 2))
    assert {*jobs(again)} == {"a-run", "a-run-2"}


@pytest.mark.parametrize("rest", ["", " ", " root", "\troot\t"])
def test_a_line_without_a_command_starts_nothing(rest):
    assert jobs(
        f"#entries\n /etc/cron.d/a:1:09,39 * * * *{rest}\n /etc/cron.d/a:2:5 1 * * * root /opt/x/run\n"
    ).keys() == {"a"}


def test_scripts_in_one_folder_of_cron_are_each_others_nothing():
    text = (
        "#entries\n /etc/crontab:1:5 6 * * * root run-parts /etc/cron.daily\n"
        "#periodic\n /etc/cron.daily/stats\n /etc/cron.daily/dump\n"
    )
    said = " data /etc/cron.daily/stats:3:/srv/stats\n data /etc/cron.daily/dump:3:/srv/dumps\n"
    found = jobs(text, configuration=said)
    assert {name: state(job) for name, job in found.items()} == {"stats": {"/srv/stats"}, "dump": {"/srv/dumps"}}


@pytest.mark.parametrize("changed", [True, False])
@pytest.mark.parametrize("file", ["/etc/cron.d/indexer", "/etc/crontab"])
def test_a_packaged_crontab_is_somebodys_own_where_it_was_changed(file, changed):
    text = f"#packaged\n {file}\n#entries\n {file}:1:5 1 * * * root /opt/x/run\n {file}:2:25 6 * * * root run-parts /etc/cron.daily\n"
    assert [one.schedule for one in jobs(text, changed=[file] if changed else []).values()] == ["5 1 * * *"] * changed


def test_incron_starts_a_job_for_a_file():
    (profile,) = jobs(
        "#entries\n /var/spool/incron/app:1:/srv/in IN_CLOSE_WRITE,IN_MOVED_TO /opt/x/import.sh $@/$#\n"
    ).values()
    assert (profile.service, profile.origin, profile.account.user) == ("app-import", "incron", "app")
    assert profile.schedule == "/srv/in IN_CLOSE_WRITE,IN_MOVED_TO"
    assert "MIG025" in {finding.code for finding in of_profile(profile)}


PATHS = """\
Unit=in.service
Paths=/srv/in/*.edi (PathExistsGlob)
Paths=/srv/flag (PathExists)
Id=in.path
ActiveState=active
FragmentPath=/etc/systemd/system/in.path

Unit=daemon.service
Paths=/srv/go (PathExists)
Id=daemon.path
ActiveState=active
FragmentPath=/etc/systemd/system/daemon.path

Unit=cups.service
Paths=/var/cache/cups/org.cups.cupsd (PathExists)
Id=cups.path
ActiveState=active
FragmentPath=/lib/systemd/system/cups.path
"""


def test_a_unit_that_a_file_starts_is_a_job_unless_it_stays():
    units = (Unit("in.service", type="oneshot", command=("/opt/x/import",)), Unit("daemon.service", active=True))
    (profile,) = jobs(timers=Timers().parse(PATHS), units=units).values()
    assert (profile.service, profile.unit, profile.executable) == ("in", "in.service", "/opt/x/import")
    assert profile.schedule == "PathExistsGlob=/srv/in/*.edi; PathExists=/srv/flag"


def test_instances_of_one_template_have_a_file_each():
    def unit(name):
        return Unit(
            f"feed@{name}.service",
            type="oneshot",
            command=("/opt/feed/feed", name),
            environment_files=(f"/etc/feed/{name}.env",),
        )

    timers = "".join(
        f"Id=feed@{name}.timer\nUnit=feed@{name}.service\nActiveState=active\nFragmentPath=/etc/systemd/system/feed@.timer\n\n"
        for name in ("north", "south")
    )
    said = " url /etc/feed/north.env:1:http://prices:80\n url /etc/feed/south.env:1:http://dates:80\n url /etc/feed/all.conf:1:http://both:80\n"
    found = jobs(timers=Timers().parse(timers), units=(unit("north"), unit("south")), configuration=said)
    calls = {name: sorted(call.target for call in profile.calls) for name, profile in found.items()}
    assert calls == {"feed-north": ["both", "prices"], "feed-south": ["both", "dates"]}


@pytest.mark.parametrize(
    ("calendars", "fields", "zone"),
    [
        (["*-*-* 03:30:00"], "30 3 * * *", ""),
        (["Mon..Fri *-*-* 06:45:00"], "45 6 * * 1-5", ""),
        (["Mon-Fri *-*-* 06:45:00"], "45 6 * * 1-5", ""),
        (["Sat,Sun *-*-* 10:00:00"], "0 10 * * 0,6", ""),
        (["*-*-* *:00/15:00"], "*/15 * * * *", ""),
        (["*-*-* 08..18/2:30:00"], "30 8-18/2 * * *", ""),
        (["*-*-* 06,18:15:00"], "15 6,18 * * *", ""),
        (["*-01,04,07,10-01 00:00:00"], "0 0 1 */3 *", ""),
        (["*-*-01/5 00:00:00"], "0 0 */5 * *", ""),
        (["*-*-* 03:30:20 Europe/Berlin"], "30 3 * * *", "Europe/Berlin"),
        (["*-*-* 04:00:00 UTC"], "0 4 * * *", "UTC"),
        (["*-*-* 06:15:00", "*-*-* 18:15:00", "*-*-* 07:15:00"], "15 6,7,18 * * *", ""),
        (["daily"], "0 0 * * *", ""),
        (["*-*-~01 00:00:00"], None, None),
        (["Mon *-*-01..07 00:00:00"], None, None),
        (["2026-01-01 00:00:00"], None, None),
        (["*-*-* *:*:00/30"], None, None),
        (["*-*-* 06:15:00", "*-*-* 18:45:00"], None, None),
        (["*-*-* 06:15:00 UTC", "*-*-* 18:15:00"], None, None),
        (["*-*-* 06:15:00", "what is this"], None, None),
        ([""], None, None),
    ],
)
def test_calendars_as_cron_fields(calendars, fields, zone):
    found = cron_time(calendars)
    assert (found and found.fields, found and found.zone) == (fields, zone)


def test_what_cron_cannot_say_stays_as_systemd_says_it():
    units = (Unit("a.service", command=("/opt/a",)),)
    timers = (
        Timer("a.timer", "a.service", ("*-*-* 06:15:00", "*-*-* 18:45:00"), active=True),
        Timer("b.timer", "a.service", (), ("OnBootUSec=2min", "OnUnitActiveUSec=5min"), active=True),
        Timer("c.timer", "a.service", ("*-*-* 06:15:00 Asia/Tokyo",), active=True),
    )
    found = jobs(timers=timers, units=units)
    codes = {name: {finding.code for finding in of_profile(profile)} for name, profile in found.items()}
    assert {name: (profile.schedule, "MIG025" in codes[name]) for name, profile in found.items()} == {
        "a": ("*-*-* 06:15:00; *-*-* 18:45:00", True),
        "b": ("OnBootUSec=2min; OnUnitActiveUSec=5min", True),
        "c": ("15 6 * * *", False),
    }
    assert found["c"].timezone == "Asia/Tokyo"


def items(low, high):
    """One part of a calendar as systemd writes it, and the values that it means."""
    number = st.integers(low, high)
    single = number.map(lambda n: (f"{n:02}", {n}))
    span = (
        st.tuples(number, number)
        .map(sorted)
        .map(lambda ends: (f"{ends[0]:02}..{ends[1]:02}", set(range(ends[0], ends[1] + 1))))
    )
    steps = st.tuples(number, st.integers(1, high)).map(
        lambda pair: (f"{pair[0]:02}/{pair[1]}", set(range(pair[0], high + 1, pair[1])))
    )
    listed = st.lists(st.one_of(single, span, steps), min_size=1, max_size=3)
    joined = listed.map(
        lambda found: (",".join(text for text, _ in found), set().union(*(meant for _, meant in found)))
    )
    return st.one_of(st.just(("*", set(range(low, high + 1)))), joined)


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = st.one_of(
    st.just(("", set(range(7)))),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: (",".join(DAYS[day] for day in sorted(days)) + " ", days)),
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted).map(
        lambda ends: (f"{DAYS[ends[0]]}..{DAYS[ends[1]]} ", set(range(ends[0], ends[1] + 1)))
    ),
)  # fmt: skip


def means(field, value, low, high):
    """Whether a field of a crontab holds at a value, by crontab(5)."""
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        if value in range(int(first), int(last or first) + 1, int(step or 1)):
            return True
    return False


def runs(fields, moment):
    """Whether crond starts a line with these fields in this minute: either day where both are restricted."""
    minute, hour, day, month, week = fields.split()
    days = [means(day, moment.day, 1, 31), means(week, moment.isoweekday() % 7, 0, 6)]
    chosen = any(days) if "*" not in {day, week} else all(days)
    return (
        chosen
        and means(minute, moment.minute, 0, 59)
        and means(hour, moment.hour, 0, 23)
        and means(month, moment.month, 1, 12)
    )


PARTS = st.tuples(WEEK, items(1, 12), items(1, 31), items(0, 23), items(0, 59))
MOMENTS = st.lists(st.integers(0, 4 * 366 * 1440 - 1), min_size=20)


@given(PARTS, MOMENTS)
def test_cron_runs_in_the_minutes_in_which_the_calendar_elapses(parts, moments):
    week, month, day, hour, minute = parts
    found = cron_time([f"{week[0]}*-{month[0]}-{day[0]} {hour[0]}:{minute[0]}:00"])
    assert (found is None) == (len(day[1]) < 31 and len(week[1]) < 7)
    fitting = datetime(2024, min(month[1]), min(*day[1], 28), min(hour[1]), min(minute[1]), tzinfo=UTC)
    for moment in [fitting, *(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=number) for number in moments)]:
        values = (moment.weekday(), moment.month, moment.day, moment.hour, moment.minute)
        elapses = all(value in part[1] for value, part in zip(values, parts, strict=True))
        assert found is None or runs(found.fields, moment) == elapses


@given(st.lists(st.tuples(items(0, 23), items(0, 59)), min_size=1, max_size=3))
def test_several_calendars_are_one_line_only_if_it_says_the_same(times):
    found = cron_time([f"*-*-* {hour[0]}:{minute[0]}:00" for hour, minute in times])
    if found is None:
        return
    for minutes in range(1440):
        moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        elapses = any(moment.hour in hour[1] and moment.minute in minute[1] for hour, minute in times)
        assert runs(found.fields, moment) == elapses


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="not installed: systemd-analyze")
@pytest.mark.parametrize(
    "said", ["Mon..Fri 06:45", "*:0/15", "Sat..Sun 8..18/2:30", "*-*-1/5", "Mon,Wed..Fri 4", "quarterly", "*-2/3-*"]
)
def test_systemd_writes_calendars_as_they_are_read_here(said):
    shown = subprocess.run(["systemd-analyze", "calendar", said], capture_output=True, text=True, check=False).stdout
    normal = [line.partition(": ")[2] for line in shown.splitlines() if "Normalized form" in line]
    assert all(cron_time([one]) for one in normal)


UNITS_OF_AN_ACCOUNT = {
    "etc/passwd": "root:x:0:0::/root:/bin/sh\nshop:x:1001:1001:Shop,,:{root}/home/shop:/bin/sh\nold:x:1002:1002::{root}/home/old:/bin/sh\n",
    "linger/shop": "",
    "home/shop/.config/systemd/user/export.service": "[Service]\nType=oneshot\nEnvironment=TOKEN=abc\nEnvironmentFile=-%h/app/.env\n"
    "ExecStart=/bin/false\n",
    "home/shop/.config/systemd/user/export.service.d/own.conf": "[Service]\nExecStart=\nExecStart=-%h/app/export \\\n  --unit %n --key secret7\n",
    "home/shop/.config/systemd/user/export.timer": "[Timer]\nOnCalendar=daily\n",
    "home/shop/.config/systemd/user/export.timer.d/10.conf": "[Timer]\nOnCalendar=\n OnCalendar = *:0/15\n",
    "home/shop/.config/systemd/user/fetch@.service": "[Service]\nType=oneshot\nWorkingDirectory=%h/in\nExecStart=/srv/fetch/fetch %i %u %U\n",
    "home/shop/.config/systemd/user/fetch@.timer": "[Timer]\nOnUnitActiveSec=5min\n",
    "home/shop/.config/systemd/user/off.timer": "[Timer]\nOnCalendar=hourly\n",
    "home/old/.config/systemd/user/gone.timer": "[Timer]\nOnCalendar=hourly\n",
    "etc/user/all.timer": "[Timer]\nOnCalendar=Mon 03:30\nUnit=other.service\n",
    "etc/user/other.service": "[Service]\nExecStart=/srv/all/all\n",
}
LINKS = {
    "home/shop/.config/systemd/user/timers.target.wants/export.timer": "../export.timer",
    "home/shop/.config/systemd/user/timers.target.wants/fetch@north.timer": "../fetch@.timer",
    "home/old/.config/systemd/user/timers.target.wants/gone.timer": "../gone.timer",
    "etc/user/timers.target.wants/all.timer": "../all.timer",
}


def test_timers_of_an_account_that_lingers_are_jobs_where_they_are_switched_on(tmp_path):
    for name, text in UNITS_OF_AN_ACCOUNT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace("{root}", str(tmp_path)))
    for name, target in LINKS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(target)
    places = {"/etc/passwd": "etc/passwd", "/var/lib/systemd/linger": "linger", "/etc/systemd/user": "etc/user"}
    command = Timers.command
    for path, here in places.items():
        command = command.replace(path, f"{tmp_path}/{here}")
    shell = f"said='Id=a.timer'\nof() {{ printf '%s\\n\\n' \"$said\"; }}\n{command}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert not done.stderr
    assert "abc" not in done.stdout
    found = jobs(
        timers=Timers().parse(
            done.stdout.replace(f"{tmp_path}/etc/user", "/etc/systemd/user").replace(str(tmp_path), "")
        )
    )
    assert {name: (job.schedule, job.account.user, job.origin) for name, job in found.items()} == {
        "export": ("*/15 * * * *", "shop", "systemd user"),
        "fetch-north": ("OnUnitActiveUSec=5min", "shop", "systemd user"),
        "all": ("30 3 * * 1", "shop", "systemd user"),
    }
    assert found["export"].command[-1] == "/home/shop/app/export --unit export.service --key ***"
    assert found["fetch-north"].command[-1] == "/srv/fetch/fetch north shop 1001"
    assert found["all"].executable == "/srv/all/all"
