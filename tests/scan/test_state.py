"""Where a service keeps data and how much, and what looks like it and is none: its program, its pages, paths on other machines."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from migrator.model.findings import Severity
from migrator.model.observations import Observed
from migrator.model.profile_findings import of_profile
from migrator.model.services import Evidence, Runtime, ServiceProfile, State
from migrator.scan.facts.configuration import MENTIONS, Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.data_sizes import DataSizes
from migrator.scan.facts.deployments import Deployments
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.mounts import Mount, Mounts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.timers import Timer, Timers
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import User, Users, UsersFacts
from migrator.scan.mentions import MentionKind
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot
from migrator.scan.state import data_paths, state_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)
AWKS = [awk for awk in (["mawk"], ["gawk"], ["busybox", "awk"]) if shutil.which(awk[0])]


def said(awk, path, text):
    """What a host with that awk says of a file with this text: the program reads the text as the file of that name."""
    program = MENTIONS.replace("FILENAME", f'"{path}"')
    done = subprocess.run([*awk, "-v", "q='", program], input=text, capture_output=True, text=True, check=True)
    return done.stdout


def state(configuration, *arguments, **facts):
    """Paths of the data that a service has by this configuration and this command line."""
    return {one.path for one in places(configuration, *arguments, **facts)}


def places(
    configuration,
    *arguments,
    program="/usr/bin/shop",
    cwd="/",
    unit=None,
    written=(),
    deployed=(),
    doors=(),
    sizes=None,
):
    name = program.rsplit("/", 1)[-1]
    process = Process(10, 1, 33, 33, name, (program, *arguments), program, cwd, cgroup=f"/system.slice/{name}.service")
    facts = {
        Processes.name: (process,),
        Units.name: (unit or Unit(f"{name}.service"),),
        Configuration.name: Configuration().parse(configuration),
        Descriptors.name: DescriptorsFacts(written={10: tuple(written)}),
        Deployments.name: tuple(deployed),
        Sockets.name: SocketsFacts(unix=tuple(UnixListener(path, n) for n, path in enumerate(doors, 700))),
        DataSizes.name: sizes or {},
    }
    view = host_view(Snapshot("h", "10.0.0.1", NOW, {fact: Observed(value) for fact, value in facts.items()}))
    return [one for profile in view.profiles for one in profile.state]


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[0])
@pytest.mark.parametrize(
    ("path", "text", "program", "want"),
    [
        ("/etc/systemd/system/shop.service", "[Service]\nWorkingDirectory=/srv/apps/shop/current\n", "/usr/bin/shop", set()),
        ("/etc/apache2/sites-enabled/x.conf", "DocumentRoot /srv/shop/pub\n<Directory /srv/shop/pub>\n", "/usr/sbin/apache2", set()),
        ("/etc/apache2/sites-enabled/x.conf", '<Directory "/srv/more/pub">\n', "/usr/sbin/apache2", set()),
        ("/etc/nginx/sites-enabled/x", "server {\n  root /srv/shop/pub;\n}\n", "/usr/sbin/nginx", set()),
        ("/etc/apache2/sites-enabled/x.conf", "DocumentRoot /srv/pub\nAlias /in /srv/in\n<Directory /srv/in>\n DAV On\n</Directory>\n<Directory /srv/pub>\n DAV Off\n</Directory>\n", "/usr/sbin/apache2", {"/srv/in"}),
        ("/etc/apache2/sites-enabled/x.conf", "DocumentRoot /srv/pub\nAlias /in/ /srv/in/\n<Location /in>\n Dav On\n</Location>\n<Location /out>\n Dav On\n</Location>\n", "/usr/sbin/apache2", {"/srv/in"}),
        ("/etc/nginx/sites-enabled/x", "location /in/ {\n  root /srv/in;\n  dav_methods PUT DELETE;\n}\nlocation / {\n  root /srv/pub;\n  dav_methods off;\n}\n", "/usr/sbin/nginx", {"/srv/in"}),
        ("/etc/nginx/sites-enabled/x", "  alias /srv/shop/files;\n", "/usr/sbin/nginx", {"/srv/shop/files"}),
        ("/etc/nginx/sites-enabled/x", "  root /srv/shop/uploads;\n", "/usr/sbin/nginx", {"/srv/shop/uploads"}),
        ("/etc/shop/context.xml", '<Context docBase="/srv/shop/web" reloadable="false">\n', "/usr/bin/shop", set()),
        ("/etc/shop/shop.ini", "directory = /srv/shop/archive\n", "/usr/bin/shop", {"/srv/shop/archive"}),
        ("/etc/shop/shop.ini", "chdir = /srv/shop/app\n", "/usr/bin/shop", set()),
        ("/etc/shop/shop.toml", 'registry = "/var/lib/shop/registry.json"\n', "/usr/bin/shop", {"/var/lib/shop"}),
        ("/etc/shop/shop.toml", 'queue = "/var/spool/shop/queue.xml"\n', "/usr/bin/shop", {"/var/spool/shop"}),
        ("/etc/shop/shop.toml", 'include = "/var/lib/shop/conf/more.yml"\n', "/usr/bin/shop", set()),
        ("/etc/shop/shop.toml", 'more = "/var/lib/shop/settings.json"\n', "/usr/bin/shop", set()),
        ("/etc/shop/shop.toml", 'catalogue = "/srv/shop/catalogue.json"\n', "/usr/bin/shop", set()),
        ("/etc/shop/copy.sh", "rsync -a /srv/shop/in/ anna@vault:/srv/copy/in/\n", "/usr/bin/shop", set()),
        ("/etc/shop/copy.sh", "scp /srv/shop/a vault:/srv/copy/a\n", "/usr/bin/shop", set()),
        ("/etc/shop/copy.sh", "rsync -a vault::/srv/copy/ /srv/shop/in\n", "/usr/bin/shop", {"/srv/shop/in"}),
        ("/etc/shop/x.conf", "paths = /srv/shop/a:/srv/shop/b\n", "/usr/bin/shop", {"/srv/shop/a", "/srv/shop/b"}),
        ("/etc/shop/x.env", "PYTHONPATH=/srv/shop/src:/srv/shop/lib\nUPLOAD_PATH=/srv/shop/in\n", "/usr/bin/shop", {"/srv/shop/in"}),
        ("/etc/shop/x.service", "Environment=CLASSPATH=/srv/shop/lib PATH=/srv/shop/t:/bin DATA=/srv/shop/in\n", "/usr/bin/shop", {"/srv/shop/in"}),
        ("/etc/shop/x.ini", "pythonpath = /srv/shop/src\npath = /srv/shop/in\nmedia_path: /srv/shop/m\n", "/usr/bin/shop", {"/srv/shop/in", "/srv/shop/m"}),
        ("/etc/shop/x.conf", "WSGIDaemonProcess x python-home=/srv/venv python-path=/srv/shop/y\nSetEnv NODE_PATH /srv/x\n", "/usr/bin/shop", set()),
        ("/etc/shop/x.sh", "java -cp /srv/x/lib:/srv/y/lib -Djava.library.path=/srv/z Main /srv/shop/in\n", "/usr/bin/shop", {"/srv/shop/in"}),
        ("/etc/dovecot/dovecot.conf", "unix_listener /var/spool/mail/private/lmtp {\n mode = 0600\n}\n", "/usr/sbin/dovecot", set()),
        ("/etc/shop/x.conf", "unix_socket_directories = '/srv/shop/run'\n", "/usr/bin/shop", set()),
        ("/etc/shop/x.conf", "logdir = /srv/shop/log\nbinlog_path = /srv/shop/bin\n", "/usr/bin/shop", {"/srv/shop/bin"}),
        ("/etc/shop/x.conf", "docroot = /srv/shop/www\n", "/usr/bin/shop", set()),
        ("/etc/shop/x.conf", "backend_data_directory0 = '/srv/other/data'\n", "/usr/bin/shop", set()),
        ("/etc/shop/x.conf", "spool = /var/opt/shop\n", "/usr/bin/shop", {"/var/opt/shop"}),
        ("/etc/shop/x.conf", "root_dir = /var/lib/shop/empty\n", "/usr/bin/shop", set()),
        ("/etc/shop/x.sh", "shop --data=/srv/shop/a --socket=/srv/shop/s\n", "/usr/bin/shop", {"/srv/shop/a", "/srv/shop/s"}),
        ("/etc/shop/x.sh", 'dump "${TO:-/srv/shop/a}/$1" --no-/srv/b\n', "/usr/bin/shop", {"/srv/shop/a"}),
        ("/etc/shop/x.conf", "store = file:/srv/shop/a\n", "/usr/bin/shop", {"/srv/shop/a"}),
        ("/etc/shop/x.conf.lua", '  source = "/srv/shop/out",\n  targetdir = "/srv/copy/out",\n', "/usr/bin/shop", {"/srv/shop/out"}),
    ],
)  # fmt: skip
def test_what_settings_name_is_data_where_it_is_no_program_and_here(awk, path, text, program, want):
    assert state(said(awk, path, text), program=program) == want


OVERRULED = [
    ({"mariadb.conf.d/50-server.cnf": "datadir = /srv/a", "mariadb.conf.d/99-own.cnf": "datadir = /srv/b"}, {"/srv/b"}),
    ({"shop.conf": "data_dir /srv/a", "conf.d/own.conf": "data_dir '/srv/b'"}, {"/srv/b"}),
    (
        {"shop.service": "Environment=SHOP_FILES=/srv/a", "shop.service.d/o.conf": "Environment=SHOP_FILES=/srv/b"},
        {"/srv/b"},
    ),
    ({"conf.d/a.conf": "alias /srv/a;", "conf.d/b.conf": "alias /srv/b;"}, {"/srv/a", "/srv/b"}),
    ({"a.yml": "data_dir: /srv/a", "b.yml": "data_dir: /srv/b"}, {"/srv/a", "/srv/b"}),
    (
        {"conf.d/a.conf": "datadir=/srv/a\ndatadir=/srv/b", "conf.d/b.conf": "datadir=/srv/c"},
        {"/srv/a", "/srv/b", "/srv/c"},
    ),
]


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[0])
@pytest.mark.parametrize(("files", "want"), OVERRULED, ids=map(str, range(len(OVERRULED))))
def test_what_is_dropped_in_later_has_the_last_word(awk, files, want):
    assert state("".join(said(awk, f"/etc/shop/{name}", text) for name, text in files.items())) == want


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[0])
def test_places_that_are_not_there_are_told_and_where_links_lead(awk, tmp_path):
    (tmp_path / "srv" / "new" / "x").mkdir(parents=True)
    (tmp_path / "srv" / "old").symlink_to("new")
    here = str(tmp_path)
    (tmp_path / "x.conf").write_text("dir /srv/old/x\nmore /srv/new\nthird /srv/gone/a\n")
    program = MENTIONS.replace("print place | command", f'print "{here}" place | command')
    done = subprocess.run(
        [*awk, "-v", "q='", "-v", "look=1", program, f"{here}/x.conf"], capture_output=True, text=True, check=True
    )
    found = {(m.kind, m.key, m.path) for m in Configuration().parse(done.stdout) if here in m.text}
    old, new = f"{here}/srv/old/x", f"{here}/srv/new/x"
    assert found == {(MentionKind.LINK, old, new), (MentionKind.ABSENT, "", f"{here}/srv/gone/a")}


LINKED = """\
 data /etc/shop/shop.conf:1:/var/lib/shop of dir
 data /etc/shop/shop.conf:2:/srv/gone of data_dir
 data /etc/shop/shop.conf:3:/srv/dumps/gone.sql of dump
 data /etc/shop/run.sh:4:/srv/out/day-
 link /:1:/var/lib/shop /data/shop
 absent /:1:/srv/gone
 absent /:1:/srv/dumps/gone.sql
 absent /:1:/srv/out/day-
"""


def test_a_place_that_is_a_link_is_told_with_where_it_leads_and_what_is_not_there_is_no_state():
    assert state(LINKED) == {"/var/lib/shop", "/srv/dumps", "/srv/out/day-"}


def test_what_is_written_where_a_link_leads_is_at_the_place_that_the_program_has_for_it():
    (*_, found) = places(LINKED, written=["/data/shop/a.db"], sizes={"/data/shop": 7})
    assert (found.path, found.leads_to, found.size_mib) == ("/var/lib/shop", "/data/shop", 7)


def test_a_home_in_which_nothing_is_kept_is_no_data():
    assert state("", "--data", "/var/lib/shop/empty") == set()


def test_a_socket_is_no_data():
    text = " data /etc/shop/x.conf:1:/srv/shop/door\n data /etc/shop/x.conf:2:/srv/shop/in\n"
    assert state(text, doors=["/srv/shop/door"]) == {"/srv/shop/in"}


def test_the_program_itself_is_no_data():
    unit = Unit("shop.service", command=("/srv/tools/shop", "--in", "/srv/in/orders"), directory="/srv/shop/current")
    text = " data /etc/systemd/system/shop.service:3:/srv/tools/shop\n data /etc/shop/x.conf:1:/srv/shop/current\n"
    found = state(text, "--in", "/srv/in/orders", program="/srv/tools/shop", cwd="/srv/shop/releases/7", unit=unit)
    assert found == {"/srv/in/orders"}


def test_what_is_seen_to_be_written_is_data_wherever_it_is():
    configuration = " folder /etc/shop/x.ini:1:chdir /srv/shop/app\n data /etc/shop/x.ini:1:/srv/shop/app\n"
    assert state(configuration, written=["/srv/shop/app/shop.db"]) == {"/srv/shop/app"}


def test_what_exists_to_keep_data_works_in_the_folder_of_its_data():
    configuration = " data /etc/redis/redis.conf:9:/srv/cache/redis\n"
    found = state(configuration, program="/usr/bin/redis-server", cwd="/srv/cache/redis")
    assert found == {"/srv/cache/redis"}


def test_a_folder_that_an_option_names_for_data_is_data_of_who_works_there_and_is_no_part_of_it():
    unit = Unit("shop.service", directory="/data/shop")
    text = " folder /etc/systemd/system/shop.service:3:workingdirectory /data/shop\n"
    told = ["--userDir", "/data/shop"]
    assert state(text, *told, program="/opt/flow/bin/shop", cwd="/data/shop", unit=unit) == {"/data/shop"}
    assert state(text, "--chdir", "/data/shop", program="/opt/flow/bin/shop", cwd="/data/shop", unit=unit) == set()
    assert state(text, *told, program="/data/shop/bin/shop", cwd="/data/shop", unit=unit) == set()


def test_the_folder_that_a_job_works_in_is_no_data():
    unit = Unit("save.service", command=("/usr/bin/save", "--to", "/srv/copies/all"), fragment="/etc/x/save.service")
    said = " data /etc/x/save.service:2:/srv/apps/save/current\n folder /etc/x/save.service:2:workingdirectory /srv/apps/save/current\n"
    timer = Timer("save.timer", "save.service", calendars=("daily",), active=True, fragment="/etc/x/save.timer")
    facts = {Timers.name: (timer,), Units.name: (unit,), Configuration.name: Configuration().parse(said)}
    view = host_view(Snapshot("h", "10.0.0.1", NOW, {fact: Observed(value) for fact, value in facts.items()}))
    assert [one.path for profile in view.profiles for one in profile.state] == ["/srv/copies/all"]


DEPLOYED = ("/srv/apps/shop/shared/uploads", "/srv/apps/other/uploads", "/var/www/blog/uploads", "/opt/shop/x.war")
PAGES = " setting /var/www/blog/config.php:1:host = db1\n"


@pytest.mark.parametrize(
    ("program", "cwd", "want"),
    [
        ("/usr/bin/shop", "/srv/apps/shop/current", {"/srv/apps/shop/shared/uploads"}),
        ("/usr/sbin/apache2", "/", {"/var/www/blog/uploads"}),
        ("/usr/sbin/php-fpm8.2", "/", {"/var/www/blog/uploads"}),
        ("/usr/sbin/nginx", "/", set()),
    ],
)
def test_what_users_brought_is_data_of_who_has_the_application(program, cwd, want):
    assert state(PAGES, program=program, cwd=cwd, deployed=DEPLOYED) == want


def test_a_web_server_that_executes_no_pages_has_none_of_their_uploads():
    assert state("", program="/usr/sbin/apache2", deployed=DEPLOYED) == set()


SERVED = " folder /etc/{0}/x.conf:1:alias /srv/shop/media\n data /etc/{0}/x.conf:1:/srv/shop/media\n"
HANDED_ON = " address /etc/{0}/x.conf:3:shop:8000\n"


@pytest.mark.parametrize(
    ("program", "more", "want"),
    [
        ("nginx", HANDED_ON, set()),
        ("nginx", "", {"/srv/shop/media"}),
        ("apache2", HANDED_ON + " folder /etc/{0}/x.conf:2:runs /srv/shop/shop.wsgi\n", {"/srv/shop/media"}),
    ],
    ids=["hands on", "serves alone", "runs what writes there"],
)
def test_what_a_web_server_serves_is_of_who_writes_it(program, more, want):
    assert state((SERVED + more).format(program), program=f"/usr/sbin/{program}") == want


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("rsync -a /srv/a/ vault:/srv/b/", ["/srv/a"]),
        ("rsync -a /srv/a/ anna@vault:/srv/b/", ["/srv/a"]),
        ("rsync -a vault::/srv/b/ /srv/a/", ["/srv/a"]),
        ("scp $HOST:/srv/b /srv/a", ["/srv/a"]),
        ("tar -C /srv/a:/srv/b", ["/srv/a", "/srv/b"]),
        ("serve --store file:/srv/a", ["/srv/a"]),
    ],
)
def test_a_path_on_another_machine_is_no_data_of_this_one(line, want):
    assert data_paths(line) == want


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("java -cp /srv/x/lib:/srv/y/lib Main /srv/d", ["/srv/d"]),
        ("env PYTHONPATH=/srv/x:/srv/y celery --store /srv/d", ["/srv/d"]),
        ("gunicorn --pythonpath /srv/x --python-path=/srv/y --path=/srv/d", ["/srv/d"]),
    ],
)
def test_where_modules_are_looked_for_is_no_data(line, want):
    assert data_paths(line) == want


def hidden_state(program, *arguments, configuration="", home="", denied=()):
    """Data of a service as a plain account sees it: neither what it executes nor what it has open."""
    name = program.rsplit("/", 1)[-1]
    parts = (Process(7, 1, 5, 5, name, (program, *arguments), "", cgroup="/system.slice/x.service"),)
    facts = {
        Processes.name: Observed(parts),
        Units.name: Observed((Unit("x.service", command=(program, *arguments)),)),
        Configuration.name: Observed(Configuration().parse(configuration), (), tuple(denied)),
        Machine.name: Observed(MachineFacts(uid=1000)),
        Users.name: Observed(UsersFacts({5: User("keeper", 5, 5, home)})),
    }
    return {one.path for p in host_view(Snapshot("h", "10.0.0.1", NOW, facts)).profiles for one in p.state}


@pytest.mark.parametrize(
    ("program", "arguments", "want"),
    [
        ("/usr/bin/pg_receivewal", ("--directory=/srv/wal",), {"/srv/wal"}),
        ("/usr/local/bin/rest-server", ("--path", "/srv/restic"), {"/srv/restic"}),
        ("/usr/local/bin/prometheus", ("--storage.tsdb.path=/srv/series",), {"/srv/series"}),
        ("/opt/shop/bin/shop", ("--path", "/srv/shop"), set()),
        ("/usr/bin/puma", ("--config-dir", "/srv/shop"), set()),
        ("/usr/bin/python3", ("-m", "shop", "--directory=/srv/shop"), set()),
    ],
)
def test_a_folder_that_an_option_names_for_data_is_no_application(program, arguments, want):
    assert hidden_state(program, *arguments) == want


@pytest.mark.parametrize(
    ("configuration", "denied", "want"),
    [
        ("", (), {"/var/lib/mysql"}),
        (" data /etc/mysql/x.cnf:2:/srv/mysql\n", (), {"/srv/mysql"}),
        ("", ("/etc/mysql/debian.cnf",), {"/var/lib/mysql"}),
        ("", ("/etc/mysql/x.cnf",), set()),
    ],
    ids=["nothing says where", "a setting does", "only clients' are closed", "a setting may"],
)
def test_a_database_keeps_its_data_where_it_does_unless_told_otherwise(configuration, denied, want):
    assert hidden_state("/usr/sbin/mariadbd", configuration=configuration, home="/nonexistent", denied=denied) == want


def test_a_program_in_the_home_of_a_databases_account_is_of_a_job_that_nobody_sees():
    said = " data /var/lib/postgresql/bin/dump:2:/srv/dumps\n data /etc/postgresql/15/main/x.conf:1:/var/lib/postgresql/15/main\n"
    program = "/usr/lib/postgresql/15/bin/postgres"
    found = hidden_state(program, "-D", "/var/lib/postgresql/15/main", configuration=said, home="/var/lib/postgresql")
    assert found == {"/var/lib/postgresql/15/main"}


COPIED = [
    ("rsync -a /srv/a/ vault:/srv/b/", set(), {"/srv/a"}),
    ("rsync -a --delete /srv/a /srv/b", {"/srv/b"}, {"/srv/a"}),
    ("rsync -a --exclude-from=/etc/x vault:/srv/a/ /srv/b/", {"/srv/b"}, set()),
    ("cp -a /srv/a /srv/b/$DAY", {"/srv/b"}, {"/srv/a"}),
    ("tar czf /srv/b/x.tgz /srv/a /etc", {"/srv/b"}, {"/srv/a"}),
    ("tar -C /srv/a -cf /srv/b/x.tar .", {"/srv/b"}, {"/srv/a"}),
    ("tar -xzf /mnt/x.tgz -C /srv/b", {"/mnt", "/srv/b"}, set()),
    ("borg create --stats /srv/b::x /srv/a /srv/c", {"/srv/b"}, {"/srv/a", "/srv/c"}),
    ("restic -r /srv/b backup /srv/a", {"/srv/b"}, {"/srv/a"}),
    ("svnadmin hotcopy --clean-logs /srv/a /srv/b", {"/srv/b"}, {"/srv/a"}),
    ("zip -qr /srv/b/x.zip /srv/a", {"/srv/b"}, {"/srv/a"}),
    ("rclone sync /srv/a far:bucket/a", set(), {"/srv/a"}),
    ("rclone size /srv/a", {"/srv/a"}, set()),
]


def state_of_job(line, configuration=""):
    entry = CronEntry("/etc/cron.d/copy", 1, "@hourly", "root", line)
    facts = {Crontabs.name: (entry,), Configuration.name: Configuration().parse(configuration)}
    (job,) = host_view(
        Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in facts.items()})
    ).profiles
    return {one.path for one in job.state}, set(job.copies_from)


@pytest.mark.parametrize(("line", "kept", "copied"), COPIED)
def test_what_is_copied_is_not_the_state_of_who_copies_it(line, kept, copied):
    assert state_of_job(line) == (kept, copied)


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[0])
@pytest.mark.parametrize(("line", "kept", "copied"), COPIED)
def test_a_script_that_copies_keeps_what_it_writes(line, kept, copied, awk):
    assert state_of_job("/opt/copy.sh", said(awk, "/opt/copy.sh", f"#!/bin/sh\n{line}\n")) == (kept, copied)


def test_who_copies_what_is_on_its_host_does_not_move_before_a_person_has_decided():
    entry = CronEntry("/etc/cron.d/copy", 1, "@hourly", "root", "rsync -a --delete /srv/a/ vault:/srv/a/")
    (job,) = host_view(Snapshot("h", "10.0.0.1", NOW, {Crontabs.name: Observed((entry,))})).profiles
    assert job.stateful
    assert [(one.severity, one.message) for one in of_profile(job) if one.code == "MIG041"] == [
        (Severity.BLOCKER, "copies what is in /srv/a")
    ]


WHY = Evidence("processes", "shopd --data", "pid 7")
ROOT = Mount("/", "/dev/vda1", "ext4", 41188, 258000)
DATA = Mount("/data", "/dev/vdb1", "xfs", 2048, 100000)
OWN = Mount("/data/shop", "/dev/vdc1", "xfs", 300, 100000)
DEAD = Mount("/data", "nas01:/export", "nfs")


@pytest.mark.parametrize(
    ("mounts", "measured", "want"),
    [
        ((ROOT,), {}, (41188, False, "/")),
        ((ROOT, DATA), {}, (2048, False, "/data")),
        ((ROOT, DATA, OWN), {}, (300, True, "")),
        ((ROOT, DEAD), {}, (None, False, "")),
        ((), {}, (None, False, "")),
        ((ROOT,), {"/data/shop": 12}, (12, True, "")),
    ],
    ids=["on the root's", "on another", "its own", "no answer", "no mounts", "measured"],
)
def test_a_size_is_exact_or_says_of_what_it_is(mounts, measured, want):
    facts = {Mounts.name: Observed((mounts, ())), DataSizes.name: Observed(measured)}
    snapshot = Snapshot("h", "192.0.2.1", NOW, facts)
    (found,) = state_of(snapshot, None, [("/data/shop", WHY)], ())
    assert found == State("/data/shop", *want, evidence=(WHY,))


MAIN = "/data/pg/15/main"


@pytest.mark.parametrize(
    ("mounts", "measured", "denied", "want"),
    [
        ((ROOT,), {"/data": 90, "/data/pg/15": 12, "/data/pg/14": 3}, (), (12, False, "/data/pg/15")),
        ((ROOT, DATA), {"/data/pg": 12}, (), (12, False, "/data/pg")),
        ((ROOT, Mount("/data/pg/15", "/dev/x", "ext4", 70)), {"/data": 1}, (), (70, True, "")),
        ((ROOT,), {"/data/pg/15": 1, "/data": 1, MAIN: 1}, (MAIN,), (41188, False, "/")),
        ((ROOT,), {"/srv/x": 1}, (), (41188, False, "/")),
    ],
    ids=["the folder around it", "of that file system", "a file system of its own", "closed to us", "elsewhere"],
)
def test_a_folder_around_it_that_was_measured_is_the_bound_and_nobody_is_sent_to_measure_again(
    mounts, measured, denied, want
):
    facts = {Mounts.name: Observed((mounts, ())), DataSizes.name: Observed(measured, denied=denied)}
    (found,) = state_of(Snapshot("h", "192.0.2.1", NOW, facts), None, [(MAIN, WHY)], ())
    assert (found.size_mib, found.exact, found.file_system) == want
    advice = [f.message + f.remediation for f in of_profile(ServiceProfile("x", "h", Runtime("x"), state=(found,)))]
    assert not any("--deep" in one for one in advice)
    assert any(f"{want[2]} holds is {want[0]} MiB" in one for one in advice) is not want[1]


@pytest.mark.skipif(not shutil.which("du"), reason="du is not installed")
def test_folders_of_the_third_level_are_told_where_they_are_large(tmp_path):
    for name, size in (("v/15/main", 3 << 20), ("v/15/other", 1000), ("v/15/main/base", 2 << 20)):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "file").write_bytes(b"x" * size)
    command = DataSizes.command.replace("/var/lib /srv /opt /var/www /data /home /export /var/spool", str(tmp_path))
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    found = {path.removeprefix(f"{tmp_path}/"): size for path, size in DataSizes().parse(said).items()}
    assert found["v/15/main"] >= 5
    assert {"v", "v/15"} < found.keys()
    assert not {"v/15/other", "v/15/main/base"} & found.keys()


@pytest.mark.parametrize(("uid", "home", "want"), [(0, "/opt/ledger", 1), (7, "/opt/ledger", 0), (7, "/srv/ledger", 1)])
def test_a_home_that_holds_the_program_is_taken_for_data_only_where_open_files_were_seen(uid, home, want):
    """Without them it is unknown what a server keeps, and that is said; a home of data alone counts all the same."""
    line = ("java", "-cp", "/opt/ledger/lib/hsqldb.jar", "org.hsqldb.server.Server")
    facts = {
        Processes.name: (Process(10, 1, 33, 33, "java", line, cgroup="/system.slice/ledger.service"),),
        Users.name: Users().parse(f"#passwd\n ledger:33:33:{home}:/bin/sh\n"),
        Machine.name: MachineFacts(uid=uid),
    }
    view = host_view(Snapshot("h", "10.0.0.1", NOW, {fact: Observed(value) for fact, value in facts.items()}))
    (profile,) = view.profiles
    assert (len(profile.state), profile.state_observed) == (want, uid == 0)
