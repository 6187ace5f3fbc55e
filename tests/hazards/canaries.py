"""Secrets of our own, put where real hosts have theirs, so that one can look for them everywhere else.

Every secret holds a word that stands nowhere else (`CANARY` finds it, also in part and in other encodings). Those with
blanks, quotes or `@` in them have it before and behind, so that a tail that is left over is found, too.
"""

import base64
import re
from collections.abc import Iterator

from tests.hazards.made_host import MadeHost

__all__ = ["CANARY", "PLACES", "forms", "found_in", "furnish"]

CANARY = re.compile(rb"(?i)zq\d\dk|90210\d{3}")
_UTF_16 = re.compile(rb"(?i)z\x00q\x00\d\x00\d\x00|\x00z\x00q\x00\d\x00\d")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_DIGEST = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9A-Za-z])")
"""SHA-256 and Git's names of objects. There are hundreds, other ones in each run, and one in a thousand runs has a PIN in it."""


def found_in(data: bytes) -> bool:
    """Whether a canary, or a part of one, is in there: as it is, as UTF-16, or once or twice in base64."""
    told = _DIGEST.sub(b"", data)
    return any(CANARY.search(text) or _UTF_16.search(text) for text in _readings(told, depth=2))


def _readings(data: bytes, *, depth: int) -> Iterator[bytes]:
    yield data
    for match in _BASE64.finditer(data) if depth else ():
        run = match[0].translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):  # the run may have begun before the secret does
            whole = run[start : start + (len(run) - start) // 4 * 4]
            yield from _readings(base64.b64decode(whole), depth=depth - 1)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_HEAD, _BODY = '{"alg":"HS256"}', '{"sub":"Zq04kanari"}'
JWT = f"{_b64(_HEAD).rstrip('=')}.{_b64(_BODY).rstrip('=')}.Zq04kanariZq04kanariZq04kanari"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAZq21kanari\nZq21kanariZq21kanari\n-----END RSA PRIVATE KEY-----\n"
)

CRON = {
    "mysqldump -p": "mysqldump -u shop -pZq00kanari shop >/var/backups/shop.sql",
    "PGPASSWORD": "PGPASSWORD=Zq01kanari pg_dump shop",
    "curl -u": "curl -s -u 'backup:Zq02kanari!x' https://files.example/up",
    "bearer": 'curl -H "Authorization: Bearer Zq03kanari.Zq03kanari" https://api.example/run',
    "JWT": f"/opt/shop/report --as {JWT}",
    "sqlplus": "sqlplus -s shop/Zq05kanari@ORCL @/opt/shop/close.sql",
    "redis-cli -a": "redis-cli -a Zq06kanari BGSAVE",
    "phrase": 'BORG_PASSPHRASE="Zq07kanari and Zq07kanari" borg create /srv/backup::x /srv/shop',
    "rsync URL": "rsync -a /srv/shop rsync://shop:Zq08kanari@backup01/shop",
    "wget": "wget --user=shop --http-password=Zq09kanari https://files.example/x",
    "smbclient": "smbclient //files01/out -U 'shop%Zq10kanari' -c 'put x'",
    "mongodump -p": "mongodump -h mongo01 -u shop -p Zq11kanari",
    "cqlsh -p": "cqlsh -u shop -p Zq57kanari cass01 9042",
    "openssl": "openssl enc -aes-256-cbc -pass pass:Zq12kanari -in /srv/a -out /srv/b",
    "ldap": "ldapsearch -x -D cn=shop -w Zq13kanari -b dc=example",
    "chpasswd": "echo 'shop:Zq14kanari' | chpasswd",
    "webhook": "curl -d @x https://hooks.slack.com/services/T00000000/B00000000/Zq15kanariZq15kanari",
    "lftp": "lftp -u shop,Zq16kanari ftp01 -e 'mirror; quit'",
    "zip -P": "zip -P Zq17kanari /srv/out.zip /srv/shop/a",
}  # fmt: skip
"""What stands behind the time in a crontab."""

ARGUMENTS = {
    "flag and value": ["/opt/shop/bin/api", "--db-password", "Zq18kanari"],
    "system property": ["/usr/bin/java", "-Dspring.datasource.password=Zq19kanari", "-jar", "/opt/shop/shop.jar"],
    "Oracle JDBC": ["/usr/bin/java", "-Ddb=jdbc:oracle:thin:shop/Zq20kanari@//db01:1521/X", "-jar", "/opt/shop/x.jar"],
    "key as argument": ["/opt/shop/bin/tls", "--tls-key", KEY],
    "URL": ["/opt/shop/bin/worker", "--dsn=postgres://shop:Zq22kanari@db01/shop"],
    "URL with all signs": ["/opt/shop/bin/queue", "--broker=amqp://shop:Zq23kanari/x@Zq23kanari@mq01:5672/"],
    "mysql -p": ["mysql", "-u", "shop", "-pZq24kanari", "shop"],
    "sshpass": ["sshpass", "-p", "Zq25kanari", "ssh", "files01"],
    "JSON": ["/opt/shop/bin/json", '{"db": {"user": "shop", "password": "Zq26kanari \\" Zq26kanari"}}'],
    "blanks": ["/opt/shop/bin/blank", "--password", "Zq27kanari and Zq27kanari"],
    "key with a dot": ["/opt/shop/bin/dot", "--db.pw=Zq60kanari", "--pw", "Zq60kanari"],
    "-p": ["/opt/shop/bin/short", "-p", "Zq61kanari"],
    "account and password": ["/opt/shop/bin/account", "-u", "admin:Zq62kanari"],
    "basic auth": ["/opt/shop/bin/basic", "--basic-auth", "joe:Zq63kanari"],
    "key": ["/opt/shop/bin/key", "--key", "Zq64kanari"],
    "PIN": ["/opt/shop/bin/pin", "--pin=90210005"],
    "licence": ["/opt/shop/bin/licence", "--license-key=Zq65kanari"],
    "salt": ["/opt/shop/bin/salt", "--salt", "Zq66kanari"],
    "signature": ["/opt/shop/bin/sig", "--sig", "Zq67kanari"],
    "another language": ["/opt/shop/bin/fremd", "--kennwort", "Zq68kanari"],
    "token": ["/opt/shop/bin/bot", "xoxb-290210-290210-Zq28kanariZq28kanari"],
}  # fmt: skip
"""Command lines of processes."""

ENVIRONMENT = {
    "DB_PASSWORD": "Zq29kanari",
    "DATABASE_URL": "postgres://shop:Zq30kanari@db01/shop",
    "PLAIN": "Zq31kanari",
    "TLS_KEY": f"{KEY}SECOND=Zq32kanari\n",
    "TWICE": _b64(_b64("Zq33kanari")),
}

FILES = {
    "/etc/nginx/conf.d/shop.conf": 'upstream shop { server app01:8080; }\nserver { listen 80; location / {\n  proxy_set_header Authorization "Basic '
    + _b64("shop:Zq34kanari")
    + '";\n'
    "  proxy_pass http://shop:90210001@app01:8080; }}\n",
    "/etc/haproxy/haproxy.cfg": "listen stats\n  bind *:8404\n  stats auth admin:90210002\nuserlist u\n  user x insecure-password Zq35kanari\n",
    "/srv/shop/config.php": "<?php $db_password = 'Zq36kanari';\ndefine('DB_PASSWORD', 'Zq36kanari');\n$dsn = \"mysql:host=db01;password=Zq36kanari\";\n",
    "/opt/shop/shop.ini": "[db]\nhost = db01\npassword =\n    Zq37kanari\nlogin = admin:90210003@mail01\nurl = amqp://shop:90210004,Zq37kanari@mq01:5672/\n",
    "/opt/shop/application.properties": "spring.datasource.url=jdbc:mysql://db01:3306/shop?user=u&password=Zq38kanari\nspring.datasource.password=Zq38kanari\n",
    "/opt/shop/server.xml": '<Resource name="jdbc/shop" password="Zq39kanari" url="jdbc:postgresql://db01:5432/shop"/>\n<password>Zq39kanari</password>\n',
    "/opt/shop/tls.pem": KEY.replace("Zq21", "Zq40"),
    "/opt/shop/app.env": "AWS_ACCESS_KEY_ID=AKIAZQ41KANARI000000\nAWS_SECRET_ACCESS_KEY=Zq41kanari/Zq41kanari\nexport SHOP_TOKEN='Zq41kanari Zq41kanari'\n",
    "/opt/shop/windows.ini": "password=Zq42kanari\r\nhost=db01\r\n".encode("utf-16"),
    "/opt/shop/twice.yaml": f"secret: {_b64(_b64('Zq43kanari'))}\nserver: db01\nport: 5432\n",
    "/opt/shop/lines.yaml": "password: |\n  Zq44kanari\n  Zq44kanari\n",
    "/home/shop/.pgpass": "db01:5432:shop:shop:Zq45kanari\n",
    "/home/shop/my.cnf": "[client]\nuser=shop\npassword=Zq46kanari\n",
    "/home/shop/.aws/credentials": "[default]\naws_secret_access_key = Zq47kanari\n",
    "/home/shop/.netrc": "machine files01 login shop password Zq48kanari\n",
    "/etc/default/shop": "SHOP_SECRET=Zq49kanari\nSHOP_PORT=8080\nSHOP_HOST=Zq49kanari@db01\n",
    "/etc/fstab": "//files01/out /mnt/out cifs username=shop,password=Zq50kanari 0 0\ncurlftpfs#shop:Zq50kanari@ftp01 /mnt/ftp fuse ro 0 0\n",
    "/etc/shadow": "root:$6$Zq51kanari$Zq51kanari:19000:0:99999:7:::\n",
    "/etc/inittab": "m1:3:respawn:/opt/shop/bin/mon --token Zq52kanari --url http://x:Zq52kanari@y/\n",
    "/var/spool/cron/crontabs/shop": "SLACK_WEBHOOK=https://hooks.slack.com/services/T1/B1/Zq53kanari\nMAILTO=\"\"\n5 4 * * * /opt/shop/bin/job --api-key 'Zq53kanari Zq53kanari'\n",
}  # fmt: skip
"""Files of the host."""

UNITS = {
    "shop.service": {
        "Description": "The shop",
        "LoadState": "loaded",
        "ActiveState": "active",
        "SubState": "running",
        "Type": "simple",
        "MainPID": "0",
        "User": "shop",
        "ExecStart": "{ path=/opt/shop/bin/api ; argv[]=/opt/shop/bin/api -u shop --secret Zq54kanari "
        "--pw Zq58kanari -p Zq58kanari --basic-auth joe:Zq58kanari --salt Zq58kanari "
        "--broker amqp://shop:Zq54kanari@mq01/ ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; "
        "code=(null) ; status=0/0 }",
        "Environment": "SHOP_PASSWORD=Zq55kanari",
        "EnvironmentFiles": "/etc/default/shop (ignore_errors=no)",
        "FragmentPath": "/etc/systemd/system/shop.service",
    },
    "dump.service": {
        "Description": "Dump, password: Zq56kanari",
        "LoadState": "loaded",
        "ActiveState": "inactive",
        "ExecStart": "{ path=/usr/bin/mysqldump ; argv[]=/usr/bin/mysqldump -u shop -pZq56kanari shop ; ignore_errors=no ; "
        "start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }",
        "FragmentPath": "/etc/systemd/system/dump.service",
    },
}
"""What systemd would say of its units. The stand-in for systemctl prints a property only where it is asked for it."""

TIMERS = "Id=dump.timer\nUnit=dump.service\nActiveState=active\nFragmentPath=/etc/systemd/system/dump.timer\nTimersCalendar={ OnCalendar=*-*-* 03:00:00 ; next_elapse=x }\n"

_SYSTEMCTL = r"""#!/bin/sh
case "$*" in *list-units*) sed -n 's/^Id=\(.*\.service\)$/\1 loaded active running/p' /mnt/units; exit 0 ;; esac
case "$*" in *'*.timer'*) cat /mnt/timers; echo ;; esac
asked=$(printf '%s\n' "$@" | grep -E '^[A-Z][A-Za-z,]*$' | tr ',\n' '||')
sed -n -E "/^(${asked%|})=|^$/p" /mnt/units
"""

PLACES = len(CRON) + len(ARGUMENTS) + len(ENVIRONMENT) + len(FILES) + len(UNITS)


def furnish(host: MadeHost) -> None:
    """Put every canary into its place on the host."""
    for path, content in FILES.items():
        host.write(path, content)
    host.write("/etc/cron.d/shop", "".join(f"{n} 3 * * * shop {line}\n" for n, line in enumerate(CRON.values())))
    host.write("/mnt/units", "\n".join(_block(name, said) for name, said in UNITS.items()))
    host.write("/mnt/timers", TIMERS)
    host.program("systemctl", _SYSTEMCTL)
    host.processes = [(argv, ENVIRONMENT) for argv in ARGUMENTS.values()]


def _block(name: str, said: dict[str, str]) -> str:
    return f"Id={name}\n" + "".join(f"{key}={value}\n" for key, value in said.items())


def forms() -> dict[str, str]:
    """Each form in which a secret is written down, as one text: what a gate at the end has to know."""
    written = {f"cron: {name}": line for name, line in CRON.items()}
    written |= {f"argument: {name}": " ".join(argv) for name, argv in ARGUMENTS.items()}
    written |= {f"variable: {name}": f"{name}={value}" for name, value in ENVIRONMENT.items()}
    return written | {f"file: {path}": text for path, text in FILES.items() if isinstance(text, str)}
