"""Where a service works when a plain user does not see it: what settings and command lines say, and the files found there."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import User, Users, UsersFacts
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def snapshot(processes, configuration="", **facts):
    observed = {
        Processes.name: tuple(processes),
        Units.name: tuple(Unit(f"{p.comm}.service") for p in processes),
        Configuration.name: Configuration().parse(configuration),
        **facts,
    }
    return Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in observed.items()})


def process(pid, name, *arguments, exe="", ppid=1, unit=""):
    group = f"/system.slice/{unit or name}.service"
    return Process(pid, ppid, 33, 33, name, (f"/usr/bin/{name}", *arguments), exe, cgroup=group)


def calls(found, service):
    return {(c.target, c.port) for p in host_view(found).profiles if p.service == service for c in p.calls}


SAYS = " setting /srv/shop/conf/db.yml:3:host = db1:5432\n"
SETTINGS = " folder /etc/emperor/vassals/shop.ini:2:chdir /srv/shop\n"


@pytest.mark.parametrize(
    ("argument", "more", "want"),
    [
        ("shop.ini", "", {("db1", 5432)}),
        ("--ini=shop.ini", "", {("db1", 5432)}),
        ("vassals/shop.ini", "", {("db1", 5432)}),
        ("hop.ini", "", set()),
        ("shop.ini", " setting /srv/other/shop.ini:1:host = x:1\n", set()),
    ],
    ids=["by its name", "as a value", "with a folder", "another name", "two of that name"],
)
def test_a_file_without_its_folder_is_the_only_one_of_that_name(argument, more, want):
    found = snapshot([process(10, "uwsgi-core", "--ini", argument)], SETTINGS + SAYS + more)
    assert calls(found, "uwsgi-core") == want


PAGES = " folder /etc/lighttpd/lighttpd.conf:1:server.document-root /var/www/shop\n"
PHP = " setting /var/www/shop/inc/db.php:3:host = db1:5432\n"


@pytest.mark.parametrize(("program", "want"), [("php-cgi", {("db1", 5432)}), ("rotatelogs", set())])
def test_pages_are_a_web_servers_own_where_it_executes_them(program, want):
    both = [process(10, "lighttpd"), process(11, program, ppid=10, unit="lighttpd")]
    assert calls(snapshot(both, PAGES + PHP), "lighttpd") == want


TASKS = " url /srv/shop/tasks.py:3:http://labels:5050\n url /srv/shop/celeryconfig.py:1:redis://queue:6379\n"


@pytest.mark.parametrize(
    ("word", "want"),
    [("worker", {("labels", 5050), ("queue", 6379)}), ("beat", {("queue", 6379)})],
)
def test_what_only_schedules_work_does_not_call_what_the_work_calls(word, want):
    arguments = ("/srv/shop/bin/celery", "-A", "shop", word)
    python = Process(10, 1, 33, 33, "celery", ("/srv/shop/bin/python", *arguments), cgroup="/system.slice/c.service")
    found = snapshot([python], TASKS, **{Units.name: (Unit("c.service"),)})
    assert {call for p in host_view(found).profiles for call in calls(found, p.service)} == want


@pytest.mark.parametrize(
    "parent",
    ["/srv/www", "/srv/apps", "/opt/apps", "/data/www", "/var/www/vhosts", "/home/web/sites", "/srv/www/sites"],
)
def test_neighbours_in_a_folder_that_only_holds_others_share_nothing(parent):
    text = f" setting {parent}/blue/conf/db.yml:1:host = blue-db:1\n setting {parent}/green/conf/db.yml:1:host = green-db:2\n"
    both = [at_work(10, "blue", f"{parent}/blue"), at_work(11, "green", f"{parent}/green/current")]
    found = snapshot(both, text)
    assert (calls(found, "blue"), calls(found, "green")) == ({("blue-db", 1)}, {("green-db", 2)})


def at_work(pid, name, folder):
    return Process(pid, 1, 33, 33, name, (f"/usr/bin/{name}",), "", folder, cgroup=f"/system.slice/{name}.service")


def test_who_works_right_in_such_a_folder_has_its_files():
    found = snapshot([at_work(10, "shop", "/srv/www")], " setting /srv/www/inc/db.ini:1:host = db1:5432\n")
    assert calls(found, "shop") == {("db1", 5432)}


def test_who_only_names_such_a_folder_has_nothing_of_those_in_it():
    found = snapshot([process(10, "saver", "/srv/www")], " setting /srv/www/shop/db.ini:1:host = db1:5432\n")
    assert calls(found, "saver") == set()


PARTS = (
    " setting /opt/shop/web/web.ini:1:host = a:1\n setting /opt/shop/worker/worker.ini:1:host = b:2\n"
    " setting /opt/shop/etc/shop.ini:1:host = both:3\n"
)


def test_parts_of_one_application_have_their_own_files_and_those_of_all():
    found = snapshot([at_work(10, "web", "/opt/shop/web"), at_work(11, "worker", "/opt/shop/worker")], PARTS)
    assert calls(found, "web") == {("a", 1), ("both", 3)}
    assert calls(found, "worker") == {("b", 2), ("both", 3)}


def test_instances_below_var_lib_have_their_own_files():
    said = " setting /var/lib/ci/masters/a.cfg:1:host = a:1\n setting /var/lib/ci/workers/b.cfg:1:host = b:2\n"
    found = snapshot([at_work(10, "main", "/var/lib/ci/masters"), at_work(11, "worker", "/var/lib/ci/workers")], said)
    assert (calls(found, "main"), calls(found, "worker")) == ({("a", 1)}, {("b", 2)})


def test_a_script_of_a_job_in_the_home_of_a_database_is_the_jobs_alone():
    said = (
        " setting /var/lib/store/bin/nightly:1:host = a:1\n file /var/lib/store/bin/nightly:2:/var/lib/store/etc/dump.env\n"
        " hidden /var/lib/store/etc/dump.env:1:password\n setting /var/lib/store/store.conf:1:host = b:2\n"
    )
    jobs = {Crontabs.name: (CronEntry("/etc/cron.d/store", 1, "17 2 * * *", "store", "/var/lib/store/bin/nightly"),)}
    found = snapshot([at_work(10, "store", "/var/lib/store")], said, **jobs)
    assert calls(found, "store") == {("b", 2)}
    assert secrets(found, "store") == set()


def test_one_that_works_alone_has_all_of_its_folder():
    found = snapshot([at_work(10, "web", "/opt/shop/web"), at_work(11, "other", "/opt/other/x")], PARTS)
    assert calls(found, "web") == {("a", 1), ("b", 2), ("both", 3)}


def test_processes_of_one_release_share_its_files():
    said = " setting /srv/apps/shop/current/config/db.yml:1:host = db1:5432\n"
    parts = [at_work(10, "web", "/srv/apps/shop/current"), at_work(11, "worker", "/srv/apps/shop/releases/7")]
    found = snapshot(parts, said)
    assert calls(found, "web") == calls(found, "worker") == {("db1", 5432)}


ANNA = {Users.name: UsersFacts({33: User("anna", 33, 33, "/home/anna")})}
KEPT = (
    " setting /home/anna/.pg_service.conf:2:host = db1:5432\n kept /home/anna:1:/home/anna/.pgpass\n"
    " key /home/anna/.ssh:1:/home/anna/.ssh/id_rsa\n"
)


def secrets(found, service):
    profiles = (p for p in host_view(found).profiles if p.service == service)
    return {(secret.file, secret.name) for profile in profiles for secret in profile.secrets}


def test_what_an_account_keeps_is_of_the_only_one_that_works_for_it():
    found = snapshot([process(10, "shop")], KEPT, **ANNA)
    assert calls(found, "shop") == {("db1", 5432)}
    wanted = {("/home/anna/.pgpass", "passwords"), ("/home/anna/.ssh/id_rsa", "private key")}
    assert secrets(found, "shop") == wanted


JOB = {Crontabs.name: (CronEntry("/var/spool/cron/crontabs/anna", 1, "@hourly", "anna", "/home/anna/x/y.sh"),)}


@pytest.mark.parametrize(("others", "facts"), [(["other"], {}), ([], JOB)], ids=["a service", "a job"])
def test_of_several_of_one_account_each_has_what_it_names(others, facts):
    names = ["shop", *others]
    text = KEPT + " program /opt/shop/run.sh:1:/x\n file /opt/shop/run.sh:2:/.pgpass\n"
    parts = [process(10 + n, name, f"/opt/{name}/run.sh") for n, name in enumerate(names)]
    found = snapshot(parts, text, **ANNA, **facts)
    assert secrets(found, "shop") == {("/home/anna/.pgpass", "passwords")}
    assert all(secrets(found, name) == set() for name in others)


SITE = (
    " folder /etc/apache2/sites-enabled/x.conf:1:documentroot /srv/www/shop/current/public\n"
    " unix /etc/apache2/sites-enabled/x.conf:2:/run/php/shop.sock\n url /etc/apache2/sites-enabled/x.conf:2:fcgi://shop\n"
    " setting /srv/www/shop/current/inc/db.php:3:host = db1:5432\n setting /srv/www/shop/shared/x.ini:3:host = r1:6379\n"
    " setting /var/www/blog/config.php:3:host = db2:3306\n setting /var/www/static/x.ini:3:host = s1:80\n"
    " setting /srv/www/other/inc/db.php:3:host = db3:5432\n"
)
MANAGER = Process(
    11, 1, 0, 0, "php-fpm8.2", ("php-fpm: master process (/etc/php/fpm.conf)",), "", cgroup="/system.slice/fpm.service"
)
IN_BETWEEN = {
    Sockets.name: SocketsFacts(unix=(UnixListener("/run/php/shop.sock", 7),)),
    Descriptors.name: DescriptorsFacts(owners={7: (11,)}),
}


def test_pages_that_a_web_server_hands_on_are_of_who_executes_them():
    server = Process(10, 1, 0, 0, "apache2", ("/usr/sbin/apache2",), "", cgroup="/system.slice/apache2.service")
    found = snapshot([server, MANAGER], SITE, **IN_BETWEEN)
    databases = {("db1", 5432), ("r1", 6379), ("db2", 3306), ("db3", 5432)}
    assert calls(found, "apache2") & {*databases, ("s1", 80)} == {("s1", 80)}
    assert calls(found, "php-fpm") & databases == databases - {("db3", 5432)}


def test_pages_are_a_web_servers_own_where_it_has_what_executes_them():
    server = Process(10, 1, 0, 0, "apache2", ("/usr/sbin/apache2",), "", cgroup="/system.slice/apache2.service")
    found = snapshot([server, MANAGER], SITE, **IN_BETWEEN, **{Packages.name: {"libapache2-mod-php8.2": "8.2"}})
    assert ("db2", 3306) in calls(found, "apache2")


APACHE = Process(10, 1, 0, 0, "apache2", ("/usr/sbin/apache2",), "", cgroup="/system.slice/apache2.service")
IN_PROCESS = {Packages.name: {"libapache2-mod-php8.2": "8.2"}}
OF_SITE = " folder /etc/apache2/sites-enabled/x.conf:2:"
SET = " setting /srv/shop/app/config.py:1:host = db1:5432\n"
PAGE = " setting /srv/shop/inc/db.php:1:host = db1:5432\n"


@pytest.mark.parametrize(
    ("text", "facts", "want"),
    [
        (f"{OF_SITE}runs /srv/shop/app/shop.wsgi\n{SET}", {}, {("db1", 5432)}),
        (f"{OF_SITE}documentroot /srv/shop\n{SET}", {}, set()),
        (f"{OF_SITE}alias /srv/shop/media\n{SET}", {}, set()),
        (f"{OF_SITE}documentroot /srv/shop\n{PAGE}", {}, set()),
        (f"{OF_SITE}documentroot /srv/shop\n{PAGE}", IN_PROCESS, {("db1", 5432)}),
        (f"{OF_SITE}documentroot /srv/shop\n{SET}", IN_PROCESS, set()),
    ],
    ids=["it runs", "it serves", "it serves a part", "pages", "pages that a module executes", "no pages of the module"],
)
def test_an_application_is_a_web_servers_own_where_that_runs_it(text, facts, want):
    assert calls(snapshot([APACHE], text, **facts), "apache2") == want


OF_PACKAGE = (
    " folder /etc/apache2/conf-enabled/mail.conf:1:documentroot /var/lib/mail/html\n"
    " setting /etc/mail/config.inc.php:3:default_host = imap1:143\n setting /etc/mail/other.conf:3:host = x1:25\n"
)


@pytest.mark.parametrize(("facts", "want"), [({}, set()), (IN_PROCESS, {("imap1", 143)})])
def test_pages_of_a_package_have_their_settings_below_etc(facts, want):
    assert calls(snapshot([APACHE], OF_PACKAGE, **facts), "apache2") == want


def test_defaults_say_nothing_where_the_settings_are_closed():
    text = OF_PACKAGE + " setting /etc/mail/defaults.inc.php:9:host = ldap1:389\n"
    found = snapshot([APACHE], text, **IN_PROCESS)
    assert ("ldap1", 389) in calls(found, "apache2")
    seen = Observed(Configuration().parse(text), (), ("/etc/mail/config.local.php",))
    closed = Snapshot("h", "10.0.0.1", NOW, {**found.observations, Configuration.name: seen})
    assert calls(closed, "apache2") == {("imap1", 143)}


HANDLER = (
    " unix /etc/apache2/conf-enabled/fpm.conf:2:/run/php/shop.sock\n"
    " folder /etc/apache2/sites-enabled/x.conf:1:documentroot /srv/shop/public\n"
    " folder /etc/apache2/sites-enabled/y.conf:1:documentroot /srv/other\n"
    " unix /etc/apache2/sites-enabled/y.conf:2:/run/php/other.sock\n setting /srv/other/db.php:1:host = db2:5432\n"
)


def test_a_handler_for_all_sites_has_the_pages_of_those_without_their_own():
    assert calls(snapshot([APACHE, MANAGER], HANDLER + PAGE, **IN_BETWEEN), "php-fpm") == {("db1", 5432)}


def test_the_home_of_a_pools_account_is_its_application_where_pages_stand():
    worker = Process(12, 11, 44, 44, "php-fpm8.2", ("php-fpm: pool shop",), "", cgroup="/system.slice/fpm.service")
    users = {Users.name: UsersFacts({44: User("shop", 44, 44, "/srv/shop")})}
    assert calls(snapshot([MANAGER, worker], PAGE, **users), "php-fpm") == {("db1", 5432)}
    assert calls(snapshot([MANAGER, worker], SET, **users), "php-fpm") == set()


NAMED = (
    " group /etc/odbc.ini:1:STOCK\n setting /etc/odbc.ini:2:server = db1\n setting /etc/odbc.ini:3:port = 3311\n"
    " hidden /etc/odbc.ini:4:password\n group /etc/odbc.ini:5:OTHER\n setting /etc/odbc.ini:6:server = db2:1\n"
    " group /home/anna/.pg_service.conf:1:tides\n setting /home/anna/.pg_service.conf:2:host = db3:5439\n"
    " group /etc/pg_service.conf:1:tides\n setting /etc/pg_service.conf:2:host = db4:5432\n"
)


@pytest.mark.parametrize(
    ("source", "want"),
    [("odbc stock", {("db1", 3311)}), ("odbc absent", set()), ("pg tides", {("db3", 5439)})],
)
def test_a_name_for_a_database_means_what_a_file_of_the_host_says_of_it(source, want):
    parts = [process(10, "shop", "/opt/shop/run.pl"), process(11, "other", "/opt/other/run.pl")]
    found = snapshot(parts, f"{NAMED} source /opt/shop/run.pl:3:{source}\n", **ANNA)
    assert calls(found, "shop") == want
    assert calls(found, "other") == set()


BASE = "-Dcatalina.base=/opt/till/inst/live"
STARTS = ("-Dcatalina.home=/opt/till/tomcat", "org.apache.catalina.startup.Bootstrap")
INSTANCES = "".join(
    f" setting /opt/till/inst/{name}/conf/catalina.properties:3:db.host = {name}db:3306\n"
    for name in ("live", "school")
)
BESIDE = (
    " setting /opt/till/inst/common/conf/catalina.properties:1:queue.host = mq:5672\n"
    " setting /opt/till/etc/till.ini:1:host = vault:8200\n"
)


def test_what_stands_beside_an_instance_in_the_same_files_is_of_another_that_need_not_run():
    found = snapshot([process(10, "java", BASE, *STARTS, unit="till")], INSTANCES + BESIDE)
    assert calls(found, "till") == {("livedb", 3306), ("mq", 5672), ("vault", 8200)}


def test_a_folder_that_the_command_line_names_is_its_own_beside_an_instance():
    home = ("-Dcatalina.home=/opt/till/inst/school", *STARTS[1:])
    found = snapshot([process(10, "java", BASE, *home, unit="till")], INSTANCES)
    assert {("livedb", 3306), ("schooldb", 3306)} <= calls(found, "till")


DIRECTOR = " file /etc/keep/lead.conf:9:/etc/keep/members/all.conf\n"
MEMBERS = (
    " setting /etc/keep/lead.conf:1:host = db1:5432\n setting /etc/keep/store.conf:1:host = s1:9103\n"
    " setting /etc/keep/members/all.conf:3:host = a1:9102\n setting /etc/keep/x.d/one.conf:3:host = b1:9102\n"
)


def test_what_the_settings_of_a_neighbour_include_is_the_neighbours():
    lead = process(10, "keep-lead", "-c", "/etc/keep/lead.conf")
    store = process(11, "keep-store", "-c", "/etc/keep/store.conf")
    found = snapshot([lead, store], DIRECTOR + MEMBERS)
    assert calls(found, "keep-lead") >= {("db1", 5432), ("a1", 9102)}
    assert calls(found, "keep-store") == {("s1", 9103), ("b1", 9102)}


IMAGES = " setting /etc/orthanc/db.json:3:host = db1:5432\n setting /opt/trial/conf/trial.json:3:host = db2:5432\n"


@pytest.mark.parametrize(
    ("given", "want"),
    [(("conf/trial.json",), {("db2", 5432)}), ((), {("db1", 5432), ("db2", 5432)})],
    ids=["given its own settings", "given none"],
)
def test_what_one_instance_is_given_is_not_read_for_another_that_is_given_its_own(given, want):
    first = process(10, "Orthanc", "/etc/orthanc", exe="/usr/sbin/Orthanc", unit="images")
    second = replace(process(11, "Orthanc", *given, exe="/usr/sbin/Orthanc", unit="trial"), cwd="/opt/trial")
    found = snapshot([first, second], IMAGES, units=(Unit("images.service"), Unit("trial.service")))
    assert calls(found, "images") == {("db1", 5432)}
    assert calls(found, "trial") == want
