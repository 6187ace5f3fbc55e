"""What facts look up together: one walk over a host's files, and what is known of its units."""

import shutil

import pytest

from migrator.scan.facts.configuration import Configuration
from migrator.scan.redact import HOST_REDACT
from migrator.scan.shells import FILES, MANAGER
from tests.hazards.made_host import MadeHost

AWKS = [awk for awk in ("mawk", "gawk", "busybox awk") if shutil.which(awk.split()[0])]
CHOSEN = {
    "/etc/app.conf": "ct",
    "/etc/nginx/sites-enabled/shop": "ct",
    "/etc/default/shop": "ct",
    "/etc/radius/mods-enabled/sql": "ct",
    "/etc/radius/mods-available/sql": "",
    "/etc/apache2/mods-enabled/proxy.load": "",
    "/etc/box/instances.enabled/blue": "ct",
    "/etc/calendar/config": "c",
    "/opt/works/worker.tac": "c",
    "/opt/works/churn.rc": "c",
    "/etc/postfix/sasl_passwd": "c",
    "/etc/credstore/shop.cred": "k",
    "/etc/dovecot/dovecot-ldap.conf.ext": "ct",
    "/etc/exim4/passwd.client": "c",
    "/etc/cron.d/shop": "ct",
    "/etc/systemd/system/shop.service": "ct",
    "/etc/systemd/system.conf": "ct",
    "/etc/ssl/private/shop.pem": "p",
    "/etc/ssl/certs/shop.pem": "p",
    "/etc/ssl/certs/java/cacerts": "",
    "/etc/pki/tls/certs/localhost.crt": "p",
    "/etc/pam.d/login.conf": "",
    "/etc/shop/licence.dat": "l",
    "/etc/shop/node.LIC": "l",
    "/etc/shop/app.key": "c",
    "/etc/hostname": "",
    "/etc/nginx/sites-available/shop": "",
    "/etc/apache2/conf-available/shop.conf": "t",
    "/etc/systemd/system/multi-user.target.wants/shop.service": "t",
    "/etc/shop.conf.dpkg-dist": "",
    "/etc/rc.local": "c",
    "/etc/init.d/shop": "c",
    "/etc/sv/shop/run": "c",
    "/etc/sv/shop/env/SHOP_URL": "c",
    "/etc/service/shop/run": "c",
    "/usr/local/bin/shop-import": "c",
    "/var/spool/cron/crontabs/anna": "c",
    "/srv/shop/.env": "ct",
    "/srv/shop/.env.production": "c",
    "/home/anna/.shop.env": "ct",
    "/var/lib/shop/app.conf": "",
    "/opt/shop/package.json": "ct",
    "/opt/shop/package-lock.json": "t",
    "/opt/shop/node_modules/x/index.js": "",
    "/opt/shop/.git/config.conf": "",
    "/opt/shop/run": "c",
    "/opt/run": "",
    "/opt/shop/shop.jar": "t",
    "/opt/shop/a/b/c/too/deep.conf": "",
    "/opt/shop/a/north/conf/Catalina/localhost/shop.xml": "ct",
    "/etc/shop/nas.netrc": "k",
    "/etc/nut/upsd.users": "c",
    "/opt/name with blanks/x y.ini": "ct",
    "/opt/name with blanks/a/conf/Catalina/x.xml": "ct",
    "/opt/name with blanks/a/conf/Catalina/localhost/x.xml": "",
    "/opt/*/star.ini": "ct",
    "/home/anna/.ssh/keys.conf": "s",
    "/home/anna/.ssh/id_rsa": "s",
    "/home/anna/.ssh/id_rsa.pub": "",
    "/home/anna/.ssh/known_hosts": "",
    "/home/anna/.ssh/config": "c",
    "/home/anna/.ssh/more/id_rsa": "",
    "/home/anna/.profile": "c",
    "/home/anna/.pgpass": "k",
    "/home/anna/.my.cnf": "ct",
    "/var/lib/shop/.pgpass": "k",
    "/var/lib/shop/.pg_service.conf": "c",
    "/root/.my-backup.cnf": "ct",
    "/root/.netrc": "k",
    "/root/.ssh/vault": "s",
    "/root/bin/save": "c",
    "/root/src/tool/tool.conf": "",
    "/usr/local/libexec/shop": "c",
    "/opt/shop/shop.fcgi": "ct",
    "/home/anna/notes": "",
    "/home/anna/shop/tool": "c",
    "/usr/local/share/x.conf": "",
    "/usr/local/etc/x.crt": "p",
    "/var/lib/tomcat9/conf/server.xml": "ct",
    "/var/lib/tomcat9/webapps/shop.war": "td",
    "/var/lib/docker/overlay2/x/y.pem": "",
    "/var/lib/shop/tls/x.cer": "p",
    "/opt/two\nlines/x.conf": "",
}


@pytest.mark.parametrize("awk", AWKS)
def test_one_walk_finds_what_each_question_wants(tmp_path, awk):
    host = MadeHost(tmp_path / "host")
    for path in CHOSEN:
        host.write(path, "x\n")
    host.write("/opt/shop/large.conf", "x" * 300_000)
    host.write("/opt/shop/large.pem", "x" * 100_000)
    host.write("/opt/wildfly/exploded.ear/META-INF/x.xml", "x")
    host.write("/srv/shop/shared/uploads/1.png", "x")
    for folder in ("ssl", "pki/tls"):
        link = tmp_path / "host" / "etc" / folder / "certs" / "Some_Root_CA.pem"
        link.symlink_to("/usr/share/ca-certificates/mozilla/Some_Root_CA.crt")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    done = host.run(f"{FILES.prepare}\nprintf '%s\\n' \"$files\"")
    assert done.stderr == b""
    found = {path: kinds for kinds, _, path in (line.partition(" ") for line in done.stdout.decode().splitlines())}
    assert {path: set(found.get(path, "")) for path in CHOSEN} == {path: set(kinds) for path, kinds in CHOSEN.items()}
    assert found["/opt/shop/large.conf"] == "t"
    assert found["/opt/shop/large.pem"] == "c"
    assert found["/opt/wildfly/exploded.ear"] == "d"
    assert found["/srv/shop/shared/uploads"] == "d"
    assert "Some_Root_CA" not in done.stdout.decode(), "an authority that the system trusts is a link"
    assert "lines/x.conf" not in done.stdout.decode()


@pytest.mark.parametrize("awk", AWKS)
def test_links_lead_to_what_is_switched_on_and_to_the_release_of_now_alone(tmp_path, awk):
    host = MadeHost(tmp_path / "host")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    for release in ("1", "2"):
        for path in ("app/config/db.yml", ".env", "a/b/c/deep.ini", "vendor/x/x.php"):
            host.write(f"/srv/www/shop/releases/{release}/{path}", "x\n")
    host.write("/srv/www/shop/shared/config/shared.yml", "x\n")
    host.write("/opt/other/releases/1/other.yml", "x\n")
    host.write("/etc/broker/instances-available/blue/broker.xml", "x\n")
    host.write("/etc/broker/instances-available/green/broker.xml", "x\n")
    top = tmp_path / "host"
    (top / "srv/www/shop/current").symlink_to("releases/2")
    (top / "etc/broker/instances-enabled").mkdir()
    (top / "etc/broker/instances-enabled/blue").symlink_to("../instances-available/blue")
    (top / "etc/broker/instances-enabled/gone").symlink_to("../instances-available/gone")
    done = host.run(f"{FILES.prepare}\nreadable c")
    assert done.stderr == b""
    here = ("/srv/", "/opt/", "/etc/broker/")
    assert {path for path in done.stdout.decode().splitlines() if path.startswith(here)} == {
        "/srv/www/shop/current/app/config/db.yml",
        "/srv/www/shop/current/.env",
        "/srv/www/shop/shared/config/shared.yml",
        "/opt/other/releases/1/other.yml",
        "/etc/broker/instances-enabled/blue/broker.xml",
    }


ACCOUNTS = "root:x:0:0::/root:/bin/sh\nci:x:990:990::/var/lib/ci:/bin/sh\nbell:x:991:991::/var/opt/bell/:/bin/false\n"
WORKED_IN = {
    "/var/lib/ci/master.cfg": True,
    "/var/lib/ci/masters/main/master.cfg": True,
    "/var/lib/ci/masters/main/old/x/master.cfg": False,
    "/var/lib/ci/bin/nightly": True,
    "/var/lib/ci/notes": False,
    "/var/lib/ci/metadata.json": False,
    "/var/lib/ci/config.json": True,
    "/var/lib/ci/large.cfg": False,
    "/var/lib/other/x.cfg": False,
    "/var/opt/bell/bell.ini": True,
    "/var/opt/other/x.ini": False,
}


@pytest.mark.parametrize("awk", AWKS)
def test_files_of_accounts_that_live_below_var_are_read(tmp_path, awk):
    host = MadeHost(tmp_path / "host")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    host.write("/etc/passwd", ACCOUNTS)
    for path in WORKED_IN:
        host.write(path, "x" * (50_000 if "large" in path else 1))
    done = host.run(f"{FILES.prepare}\nreadable c")
    assert done.stderr == b""
    found = done.stdout.decode().splitlines()
    assert {path: path in found for path in WORKED_IN} == WORKED_IN


@pytest.mark.parametrize("awk", AWKS)
def test_folders_of_databases_hold_no_settings_without_an_extension(tmp_path, awk):
    host = MadeHost(tmp_path / "host")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    for path in ("PG_VERSION", "global/1262", "base/5/2619", "postgresql.conf"):
        host.write(f"/srv/pg/{path}", "password = kept-secret\n")
    host.write("/srv/pages/page", "page\npassword = kept-secret\001\004\npassword = kept-secret\n")
    host.write("/srv/pages/more", "\001\004page\npassword = kept-secret\n")
    host.write("/srv/pages/text", "password = kept-secret\n")
    done = host.run(f"{FILES.prepare}\n{Configuration.command}")
    assert sorted(line for line in done.stdout.decode().splitlines() if "/srv/" in line and "hidden" in line) == [
        " hidden /srv/pages/text:1:password",
        " hidden /srv/pg/postgresql.conf:1:password",
    ]


@pytest.mark.parametrize("awk", AWKS)
def test_a_file_without_an_extension_below_etc_is_read_where_settings_name_it(tmp_path, awk):
    host = MadeHost(tmp_path / "host")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    host.write(
        "/etc/mail.conf", "table relays file:/etc/mail-relays\ninclude /etc/mail/routes\nuser from /etc/shadow\n"
    )
    host.write("/etc/mail-relays", "out joe:kept-secret\nin joe:4711\njoe:4711\n")
    host.write("/etc/mail/routes", "host = mx1\nmore = /etc/mail/deeper\nonly = /etc/mail/start\n")
    host.write("/etc/mail/deeper", "host = mx2\n")
    host.write("/etc/mail/unnamed", "host = mx3\n")
    host.write("/etc/mail/start", "#!/bin/sh\nHOST=mx4\n")
    host.write("/etc/shadow", "password = kept-secret\n")
    host.write("/opt/x/save.sh", "tar cf x /etc/saved\n")
    host.write("/etc/saved", "host = db1\n")
    host.write("/etc/svn/svn.conf", "password-db = /etc/svn/passwd\n")
    host.write("/etc/svn/passwd", "[users]\nci = kept-secret\n")
    done = host.run(f"{FILES.prepare}\n{Configuration.command}")
    assert done.stderr == b""
    told = sorted({line for line in done.stdout.decode().splitlines() if "/etc/" in line and "ld.so" not in line})
    assert told == [
        " file /etc/mail.conf:1:/etc/mail-relays",
        " file /etc/mail.conf:2:/etc/mail/routes",
        " file /etc/mail/routes:2:/etc/mail/deeper",
        " file /etc/mail/routes:3:/etc/mail/start",
        " file /etc/svn/svn.conf:1:/etc/svn/passwd",
        " hidden /etc/mail-relays:1:login",
        " hidden /etc/svn/passwd:2:passwords",
        " kept /etc/svn/svn.conf:1:/etc/svn/passwd",
        " setting /etc/mail/deeper:1:host = mx2 in 0.1",
        " setting /etc/mail/routes:1:host = mx1 in 0.1",
        " setting /etc/saved:1:host = db1 in 0.1",
    ]


EXAMPLES = {
    "/srv/a/.env": "DB_HOST=real-a\nDB_PASSWORD=x\n",
    "/srv/a/.env.example": "DB_HOST=shown-a\nDB_PASSWORD=x\n",
    "/srv/a/config/db.sample.yml": "host: shown-b\npassword: x\n",
    "/srv/a/config/db-dist.php": "'host' => 'shown-c'\n",
    "/srv/a/example.env": "DB_HOST=shown-d\n",
    "/srv/a/.env.bak": "DB_HOST=left-a\nDB_PASSWORD=x\n",
    "/srv/a/web.conf": "host = real-b\n",
    "/srv/a/web.dist.conf": "host = shown-e\n",
    "/srv/a/shop.example.conf": "host = real-c\n",
    "/srv/b/.env.dist": "DB_HOST=shown-f\nDB_PASSWORD=x\nDB_PASSWORD_FILE=/run/x/db\n",
    "/srv/b/sample.ini": "host = real-d\n",
    "/etc/nginx/sites-enabled/shop.example": "proxy_pass http://real-e;\n",
    "/etc/x/shop.example.yml": "host: real-f\n",
    "/etc/default/x": "HOST=real-g\n",
    "/etc/default/x.orig": "HOST=shown-g\n",
}


@pytest.mark.parametrize("awk", AWKS)
def test_of_examples_hosts_alone_are_told_and_those_only_where_the_settings_are_refused(tmp_path, awk):
    host = MadeHost(tmp_path / "host")
    host.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    for path, text in EXAMPLES.items():
        host.write(path, text)
    (tmp_path / "host" / "srv/b/.env").symlink_to("/srv/shared/absent")
    done = host.run(f"{FILES.prepare}\n{Configuration.command}")
    assert done.stderr == b""
    found = [m for m in Configuration().parse(done.stdout.decode()) if m.file in EXAMPLES]
    assert {m.host for m in found if m.host} == {*(f"real-{letter}" for letter in "abcdefg"), "shown-f"}
    assert {m.file for m in found if m.kind == "hidden"} == {"/srv/a/.env", "/srv/a/.env.bak"}
    assert {m.kind for m in found if m.file == "/srv/b/.env.dist"} == {"setting"}


def test_only_files_that_may_be_read_are_handed_on(tmp_path):
    host = MadeHost(tmp_path / "host")
    host.write("/opt/shop/a.conf", "x")
    (tmp_path / "host" / "opt" / "shop" / "folder.conf").symlink_to("/opt/shop")
    (tmp_path / "host" / "opt" / "shop" / "nowhere.conf").symlink_to("/opt/absent")
    done = host.run(f"{FILES.prepare}\nreadable c")
    assert [path for path in done.stdout.decode().splitlines() if path.startswith("/opt/")] == ["/opt/shop/a.conf"]


def test_of_keys_and_files_of_passwords_the_path_alone_is_told(tmp_path):
    host = MadeHost(tmp_path / "host")
    host.write("/home/anna/.ssh/vault", "-----BEGIN OPENSSH PRIVATE KEY-----\nkept-secret\n")
    host.write("/home/anna/.ssh/notes", "kept-secret\n")
    host.write("/home/anna/.pgpass", "db1:5432:shop:anna:kept-secret\n")
    host.write("/etc/credstore/db", "kept-secret\n")
    host.write("/etc/systemd/system/shop.service", "LoadCredential=db\nLoadCredential=absent\n")
    done = host.run(f"{FILES.prepare}\n{Configuration.command}")
    assert done.stderr == b""
    told = [line for line in done.stdout.decode().splitlines() if "/home/anna" in line or "/credstore" in line]
    assert sorted(told) == [
        " kept /etc/credstore:1:/etc/credstore/db",
        " kept /etc/systemd/system/shop.service:1:/etc/credstore/db",
        " kept /home/anna:1:/home/anna/.pgpass",
        " key /home/anna/.ssh:1:/home/anna/.ssh/vault",
    ]
    assert "kept-secret" not in done.stdout.decode()


SYSTEMCTL = r"""#!/bin/sh
all=; states=
for word in "$@"; do
  case $word in
    --all) all=1 ;;
    --state=*) states=,${word#*=}, ;;
    *.service|*.socket|*.timer|*.path|*"[e]")
      while read -r id state alias starts; do
        case $id in $word) ;; *) continue ;; esac
        case $states in *",$state,"*|"") ;; *) [ "$all" ] || continue ;; esac
        file=/etc/systemd/system/$id; case $alias in vendor) alias=; file=/lib/systemd/system/$id ;; esac
        printf 'ActiveState=%s\nId=%s\nNames=%s %s\nTriggers=%s\nFragmentPath=%s\nDescription=--password=%s\n\n' "$state" "$id" "$id" "$alias" "$starts" "$file" "$state"
      done <<END
shop.service active
vendor.service inactive
own.service inactive
ssh.service active sshd.service
named.service inactive
import.service inactive
switched-on.service inactive
switched-on@two.service inactive
system-health.service active
systemd-pstore.service inactive
systemd-logind.service active dbus-org.freedesktop.login1.service
systemd-journald.socket active
broken.service failed
odd\x2dname.service inactive
docker.socket active
logrotate.timer active vendor logrotate.service
logrotate.service inactive
feed@north.timer active - feed@north.service feed@.service
feed@north.service inactive
feed@south.service inactive
at-rest.timer inactive
in.path active
systemd-ask-password-console.path active
END
      case $word in *[*?[]*) ;; *) printf 'Id=%s\nLoadState=not-found\n\n' "$word" ;; esac ;;
  esac
done
"""
"""`systemctl show` of a host with these units loaded: a plain name would have one loaded, and nobody may ask for that.

After a unit's state stand its other name, `-`, or `vendor` for the file of a package, and what it starts.
"""


def told(host: MadeHost, after: str) -> list[str]:
    """What a host with such a systemd prints after it was asked for its units."""
    done = host.run(f'{HOST_REDACT}\neval "$HIDING"\n{MANAGER.prepare}\n{after}')
    assert done.stderr == b""
    return done.stdout.decode().splitlines()


@pytest.fixture
def units(tmp_path) -> MadeHost:
    """A host on which somebody put a few units of their own."""
    host = MadeHost(tmp_path / "host")
    host.program("systemctl", SYSTEMCTL)
    for name in ("own", "shop", "gone", "sshd", "worker@", "odd\\x2dname"):
        host.write(f"/etc/systemd/system/{name}.service", "[Service]\n")
    host.write("/etc/systemd/system/dbus-org.freedesktop.login1.service", "[Service]\n")
    for link in ("switched-on", "switched-on@two", "switched-on@", "shop", "systemd-pstore"):
        host.write(f"/etc/systemd/system/multi-user.target.wants/{link}.service", "")
    host.write("/etc/systemd/system/nightly.timer", "[Timer]\nUnit=named.service\n")
    host.write("/etc/systemd/system/in.path", "[Path]\nPathExists=/srv/in\nUnit=import.service\n")
    return host


def test_of_packages_units_at_rest_only_those_that_are_switched_on_are_asked_for(units):
    ids = sorted(line[3:] for line in told(units, "printf '%s\\n' \"$said\"") if line.startswith("Id="))
    assert ids == [
        "broken.service",
        "docker.socket",
        "feed@north.service",
        "feed@north.timer",
        "import.service",
        "in.path",
        "logrotate.timer",
        "named.service",
        "odd\\x2dname.service",
        "own.service",
        "shop.service",
        "ssh.service",
        "switched-on.service",
        "switched-on@two.service",
        "system-health.service",
    ]


@pytest.mark.parametrize("awk", AWKS)
def test_units_come_by_their_kind_and_without_secrets(units, awk):
    units.program("awk", f'#!/bin/sh\nexec {awk} "$@"\n')
    lines = told(units, "of '(timer|path)'; echo; of socket; echo; of service")
    ids = [line[3:] for line in lines if line.startswith("Id=")]
    assert ids[:4] == ["logrotate.timer", "feed@north.timer", "in.path", "docker.socket"]
    assert "feed@north.service" in ids
    assert {line for line in lines if line.startswith("Description=")} == {"Description=--password=***"}
