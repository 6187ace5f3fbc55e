"""Values that look secret never leave the host, and if one does, the second net catches it."""

import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.scan.facts.configuration import MENTIONS, Configuration
from migrator.scan.ownership import secrets_in
from migrator.scan.redact import HOST_REDACT, _plain, _rules, looks_secret, redact, redact_arguments
from migrator.scan.shells import FILES

CANARY = "Zx9-c4n4ry!"
LINES = [
    f"amqp://orders:{CANARY}@mq01:5672/shop",
    f"postgresql://u:{CANARY}@db01/x?y=z",
    f"redis://:{CANARY}@mq01:6379",
    f"password={CANARY}",
    f"DB_PASSWORD: '{CANARY}'",
    f'"secret": "{CANARY}"',
    f"api-key={CANARY}",
    f"spring.datasource.password={CANARY}",
    f"stats auth admin:{CANARY}",
    f"host=db01 user=u password={CANARY} port=1",
    f'PASSPHRASE="{CANARY} and {CANARY}" borg create',
    f'{{"password": "{CANARY} \\" {CANARY}"}}',
    f"Authorization: Bearer {CANARY}.{CANARY}",
    f"mysqldump -u root -p{CANARY} shop",
    f"sshpass -p {CANARY} ssh x",
    f"/usr/bin/curl -s -u 'u:{CANARY} x' http://x",
    f"redis-cli -h x -a {CANARY} SAVE; redis-cli -a {CANARY} SAVE",
    f"zip -P {CANARY} a b",
    f"ldapsearch -x -w {CANARY}",
    f"sqlplus -s shop/{CANARY}@ORCL",
    f"jdbc:oracle:thin:shop/{CANARY}@//db:1521/x",
    f"echo 'u:{CANARY}' | sudo chpasswd",
    f"curlftpfs#u:{CANARY}@ftp",
    f"lftp -u u,{CANARY} ftp",
    f"smbclient //x/y -U 'u%{CANARY}'",
    "curl https://hooks.slack.com/services/T0/B0/Zx9-c4n4ry",
    f"curl https://mm.corp:8443/x/hooks/{CANARY}{CANARY} https://hooks.corp/services/T0/{CANARY}; x https://a/webhookb2/a@b/c/{CANARY}",
    f"AKIA{'Z' * 16} and {CANARY.join(['password=', ''])}",
    f"/opt/shop/api --pw {CANARY} --port 80",
    f"/opt/shop/api -p {CANARY} -P 3306; /opt/shop/api -p '{CANARY} x'",
    f"ADMIN_PW={CANARY} LICENSE_KEY={CANARY} /opt/shop/api --kennwort {CANARY} --contrasena={CANARY}",
    f"/opt/shop/api -u joe:{CANARY} --login 'joe:{CANARY}'",
    f"/opt/shop/api --key /etc/a.pem --sig {CANARY} --key {CANARY}",
    f"curl https://x/?sv=1&sig={CANARY}&se=2",
    f"password=a ADMIN_CONTRASEÑA={CANARY}",
    f"auth_pass {CANARY}",
    f"<a><db-password>{CANARY} {CANARY}</db-password></a>",
    f"sentinel auth-pass main {CANARY}",
    f"redis_auth: {CANARY}",
    f"'redis' => ['host' => 'r1', 'auth' => '{CANARY}']",
    f"$redis->auth('{CANARY}');",
    f"requests.get(url, auth=('joe', '{CANARY} x')); HTTPBasicAuth('joe', '{CANARY}')",
    f"SQLConnectInfo ftp@db1:3310 ftp {CANARY}",
]
COMMANDS = [
    ["mysqldump", f"-p{CANARY}", "shop"],
    ["mysql", f"--password={CANARY}"],
    ["psql", f"postgresql://u:{CANARY}@db/x"],
    ["curl", "-u", f"user:{CANARY}", "http://x"],
    ["redis-cli", "-a", CANARY],
    ["java", f"-Ddb.password={CANARY}", "-jar", "x.jar"],
    ["app", "--api-key", CANARY],
    ["app", "--auth-token", CANARY, "--port", "80"],
    ["sh", "-c", f"PGPASSWORD={CANARY} psql"],
    ["sshpass", "-p", CANARY, "ssh", "x"],
    ["app", "--password", f"{CANARY} and {CANARY}"],
    ["app", f'{{"password": "{CANARY} \\" {CANARY}"}}'],
    ["java", f"-Ddb=jdbc:oracle:thin:shop/{CANARY}@//db:1521/x"],
    ["app", f"--header=Authorization: Basic {CANARY}"],
    ["mongodump", "-u", "shop", "-p", CANARY],
    ["java", f"-Ddb.pw={CANARY}", f"-Dlicense.key={CANARY}"],
    ["app", f"--db.pw={CANARY}", f"db.pw={CANARY}", f"--pw={CANARY} {CANARY}"],
    ["app", "--pw", f"{CANARY} {CANARY}"],
    ["app", "-p", CANARY],
    ["app", "-p", "48271648", "-p", f"7{CANARY}"],
    ["app", "-u", f"admin:{CANARY}"],
    ["app", "-u", f"admin:{CANARY} {CANARY}"],
    ["app", "--basic-auth", f"joe:{CANARY}"],
    ["app", "--auth", CANARY],
    ["app", "--db-user=joe@example:" + CANARY],
    ["app", "--key", CANARY],
    ["app", f"--pin={CANARY}", "--map-pin", CANARY],
    ["app", f"--license-key={CANARY}", "--licenseKey", CANARY],
    ["app", "--salt", CANARY, "--sig", f"{CANARY} {CANARY}"],
    ["app", "--request-signature", CANARY],
    ["app", "--schluessel", CANARY, f"--api-schluessel={CANARY}"],
    ["app", "--kennwort", CANARY, f"--motDePasse={CANARY}", f"--senha:{CANARY}"],
    ["erl", "-setcookie", CANARY],
]
AWKS = [awk for awk in (["awk"], ["mawk"], ["gawk"], ["busybox", "awk"]) if shutil.which(awk[0])]


@pytest.mark.parametrize("line", LINES)
def test_lines_are_redacted(line):
    assert CANARY not in redact(line)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_command_lines_are_redacted(command):
    assert CANARY not in " ".join(redact_arguments(command))


SEDS = [sed for sed in (["sed"], ["busybox", "sed"]) if shutil.which(sed[0])]


@pytest.mark.parametrize("sed", SEDS, ids=" ".join)
def test_the_first_net_is_on_the_host_and_both_are_one(sed):
    script = f'{HOST_REDACT}\neval "$HIDING"\n{" ".join(sed)} -E "${{REDACT:?}}"'
    done = subprocess.run(["/bin/sh", "-c", script], input="\n".join(LINES), capture_output=True, text=True, check=True)
    assert CANARY.rstrip("!") not in done.stdout
    assert done.stdout.split("\n") == [redact(line) for line in LINES]


@pytest.mark.parametrize("awk", AWKS, ids=" ".join)
def test_lines_without_any_needle_need_no_sed(awk):
    plain = ["listen 80;", "host=db1", "", "naïve: ünïcode"]
    script = f'{HOST_REDACT}\neval "$HIDING"\nREDACT=$REDACT {" ".join(awk)} -v suspect="$SUSPECT" "$HIDE"'
    lines = "\n".join([plain[0], *LINES, *plain[1:]])
    done = subprocess.run(["/bin/sh", "-c", script], input=lines, capture_output=True, text=True, check=True)
    assert sorted(done.stdout.splitlines()) == sorted([*plain, *map(redact, LINES)])


@pytest.mark.parametrize("missing", ["REDACT", "SUSPECT"])
def test_nothing_that_looks_secret_passes_where_the_rules_did_not_arrive(missing):
    script = f'{HOST_REDACT}\neval "$HIDING"\nunset {missing}\nREDACT=$REDACT awk -v suspect="${{SUSPECT:?}}" "$HIDE"'
    done = subprocess.run(
        ["/bin/sh", "-c", script], input="\n".join(LINES), capture_output=True, text=True, check=False
    )
    assert CANARY.rstrip("!") not in done.stdout


@pytest.mark.parametrize("sed", SEDS, ids=" ".join)
def test_arguments_are_hidden_on_the_host_as_they_are_here(sed):
    script = f'{HOST_REDACT}\neval "$HIDING"\n{" ".join(sed)} -E "${{REDACT_ARGUMENTS:?}}"'
    lines = "".join("\x1f".join(command) + "\n" for command in COMMANDS)
    done = subprocess.run(["/bin/sh", "-c", script], input=lines, capture_output=True, text=True, check=True)
    assert [tuple(line.split("\x1f")) for line in done.stdout.splitlines()] == [redact_arguments(c) for c in COMMANDS]


RULES = [rule for rule in dict.fromkeys([*_rules(arguments=False), *_rules(arguments=True)]) if rule[1] != "§"]
"""But the one that takes away what other rules have put there: it hides nothing."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[1][:40])
@given(data=st.data())
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_whatever_a_rule_hides_holds_one_of_its_needles(rule, data):
    """Both nets look at a rule only where one of its needles is. Here texts are made from the rules themselves."""
    needles, pattern, _, flag = rule
    form = re.compile(_plain(pattern.replace("**", "{0,3}")), re.IGNORECASE if flag else 0)
    text = data.draw(st.from_regex(form))
    plain = text.lower().translate({0x1F: " ", 9: " "})
    assert not text.isascii() or any(needle in plain for needle in needles)


HARMLESS = [
    "mysql -h db01 -P 3306 -u shop shop",
    "docker run -p 80:80 web",
    "/usr/bin/node /srv/app/server.js --port 3000 --host 0.0.0.0",
    "java -Xmx512m -Dserver.port=8080 -jar /opt/shop/shop.jar",
    "curl -s http://localhost:8080/health",
    "rsync -a /srv/a backup01:/srv/a",
    "ssh -p 2222 git@example.com",
    "0 3 * * * /opt/shop/bin/report --date $(date +%F) >/dev/null 2>&1",
    "/opt/shop/api -p 8080 -p 80:80 -p 53/udp -p db01:5432 -p /run/api.pid -p ./x -p $PORT -p 1-100",
    "mkdir -m 755 -p a && cp -a -p b c; systemctl -p Id x | tar -x -p d",
    "docker compose -p shop up",
    "app -u root -u 1000:1000 --user www-data --auth-url auth01:8443 -u 10.0.0.1:80 -u unix:/run/x",
    "app --auth basic --auth /run/auth --auth none",
    "app --key /etc/tls.key --cert x.crt --tls-key=certs/a.pem --sign-key server.key --sig a.sig.asc --key pkcs11:token",
    "SSH_KEY=/root/.ssh/id app --sort-key name --sortKey name -Dapp.partition-key=id --host-key ssh-rsa",
    "/srv/hooks/post-receive-mail http://ci/hooks/deploy https://hooks.corp/x",
    "app --mapspin 3 --ping 2 --salted --design x --signal 9 --compress -pv",
]


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_stays(line):
    assert redact(line) == line
    assert redact_arguments(line.split()) == tuple(line.split())


@pytest.mark.parametrize(
    "text",
    ["://" * 160_000, "pass" * 120_000, "-a" * 250_000, "mysql " * 80_000, "password " * 50_000, 'password="' * 50_000],
)
def test_no_text_of_a_host_keeps_the_reader_busy(text):
    """An unbounded repetition in a rule would take hours here, and the test would run out of time."""
    assert redact(text)


def mentions(awk: list[str], folder: Path) -> str:
    files = [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    done = subprocess.run([*awk, "-v", "q='", MENTIONS, *files], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1] if awk[0] == "awk" else " ".join(awk))
def test_only_the_allow_list_leaves_a_configuration_file(tmp_path, awk):
    (tmp_path / "app.env").write_text(
        "\n".join(LINES) + f"\nREDIS_HOST=mq01\nREDIS_PASSWORD={CANARY}\n# http://comment.example\n"
    )
    (tmp_path / "x.xml").write_text(
        '<!-- http://no.example\n http://no2.example -->\n<a xmlns="http://www.w3.org/1"/>\n<Connector port="8080"/>\n'
    )
    (tmp_path / "haproxy.cfg").write_text(
        "backend orders\n  option httpchk GET /orders/health\n  server a app01.corp:8080 check\n"
    )
    out = mentions(awk, tmp_path)
    assert CANARY not in out
    assert "comment.example" not in out
    assert "no.example" not in out
    assert "no2.example" not in out
    got = {(m.kind.value, m.host, m.port) for m in Configuration().parse(out)}
    assert {
        ("url", "mq01", 5672), ("url", "db01", None), ("url", "mq01", 6379), ("setting", "mq01", None),
        ("setting", "db01", None), ("address", "app01.corp", 8080), ("section", "orders", None), ("setting", "", 8080),
    } <= got  # fmt: skip


PLACES = [
    ("a.conf", f"password = {CANARY}", "password"),
    ("a.conf", f"dsn = host=db user=u password={CANARY}", "password"),
    ("a.conf", f"requirepass {CANARY}", "requirepass"),
    ("a.conf", f"    stats auth admin:{CANARY}", "stats auth"),
    ("a.conf", f"url = amqp://orders:{CANARY}@mq01:5672/shop", "url"),
    ("a.conf", "-----BEGIN RSA PRIVATE KEY-----", "private key"),
    ("a.json", f'  "password": "{CANARY}",', "password"),
    ("a.env", f"export DB_PASSWORD='{CANARY}'", "db_password"),
    ("a.properties", f"spring.datasource.password={CANARY}", "spring.datasource.password"),
    ("a.js", f"env: {{ PORT: 3000, CACHE_PASSWORD: '{CANARY}' }},", "cache_password"),
    ("a.php", f"<?php const DSN = 'host=db password={CANARY}';", "password"),
    ("a.py", f'API_KEY = "{CANARY}"', "api_key"),
    ("a.service", f"Environment=DB_PASS={CANARY}", "db_pass"),
    ("a.conf", "password = Nordsee-4711", "password"),
    ("a.sh", f"RECON_DB_PW={CANARY}", "recon_db_pw"),
    ("a.conf", f"rootpw {CANARY}", "rootpw"),
    ("a.conf", f'RequestHeader set X-Api-Key "{CANARY}"', "x-api-key"),
    ("a.php", f"define('DB_PASSWORD', '{CANARY}');", "db_password"),
    ("a.sh", f"/opt/x/x --host a1 -pass {CANARY}", "pass"),
    ("userlist.txt", f'"shop" "{CANARY}"', "user list"),
    ("tinyproxy.conf", f"BasicAuth shop {CANARY}", "basicauth"),
    ("keepalived.conf", f"    auth_pass {CANARY}", "auth_pass"),
    ("sentinel.conf", f"sentinel auth-pass main {CANARY}", "auth-pass"),
    ("redis.conf", f"user app on >{CANARY} ~* +@all", "user"),
    ("twemproxy.yml", f"  redis_auth: {CANARY}", "redis_auth"),
    ("a.php", f"'redis' => ['host' => 'r1', 'auth' => '{CANARY}'],", "auth"),
    ("a.php", f"$redis = new Redis(); $redis->auth('{CANARY}');", "auth"),
    ("a.py", f"requests.get(url, auth=('joe', '{CANARY}'))", "auth"),
    ("a.py", f'login = HTTPBasicAuth("joe", "{CANARY}")', "auth"),
    ("proftpd.conf", f"  SQLConnectInfo ftp@db1:3310 ftp {CANARY}", "sqlconnectinfo"),
    ("haproxy.cfg", f"  user joe insecure-password {CANARY}", "password"),
    ("bgpd.conf", f" neighbor 10.0.0.1 password {CANARY}", "password"),
    ("ldap.conf", f'AuthLDAPBindPassword "{CANARY}"', "authldapbindpassword"),
    ("squid.conf", f"cache_peer p1 parent 3128 0 login=joe:{CANARY}", "login"),
    ("monit.conf", f"  allow admin:{CANARY}", "allow"),
    ("passwd.client", f"mx1:joe:{CANARY}", "passwords"),
    ("sasl_passwd", f"[mx1]:587 joe:{CANARY}", "passwords"),
    (".pgpass", f"db1:5432:shop:joe:{CANARY}", "passwords"),
    ("a.xml", f"  <source-password>{CANARY}</source-password>", "source-password"),
    ("a.xml", f"<x:Password><![CDATA[{CANARY}]]></x:Password>", "password"),
    ("a.xml", f'<password encrypted="true">{CANARY}</password>', "password"),
    ("a.xml", f'<property name="db.password" value="{CANARY}"/>', "db.password"),
    ("a.xml", f"<entry key='db.password'>{CANARY}</entry>", "db.password"),
    ("a.xml", f'<constructor-arg name="password"><value>{CANARY}</value></constructor-arg>', "password"),
    ("a.xml", f"<Arg>jdbc.password</Arg><Arg>{CANARY}</Arg>", "password"),
    ("a.xml", f"<name>ConnectionPassword</name><value>{CANARY}</value>", "password"),
    ("a.xml", f'<credential-reference clear-text="{CANARY}"/>', "credential-reference"),
    ("sip.conf", f"register => 2345:{CANARY}@sip1/1234", "register"),
    ("syslog-ng.conf", f'  username("x") password("{CANARY}")', "password"),
    ("rabbitmq.config", f'  {{default_pass, <<"{CANARY}">>}},', "default_pass"),
    ("a.erl", f'[{{user, "x"}}, {{db_password, "{CANARY}"}}]', "db_password"),
    ("a.tcl", f"set cfg(db,pass)  {{{CANARY}}}", "db.pass"),
    ("a.php", f"$db['default']['password'] = '{CANARY}';", "password"),
    ("a.php", f'$cfg["Servers"][$i]["password"] = "{CANARY}";', "password"),
    ("a.py", f"app.config['SECRET_KEY'] = '{CANARY}'", "secret_key"),
    ("a.py", f"os.environ['DB_PASSWORD']='{CANARY}'", "db_password"),
    ("a.rb", f"ENV['DB_PASSWORD'] ||= '{CANARY}'", "db_password"),
    ("a.rb", f"config[:password] = '{CANARY}'", "password"),
    ("a.pl", f"$config->{{db_password}} = '{CANARY}';", "db_password"),
    ("a.sh", f"CFG[db_password]={CANARY}", "db_password"),
    ("main.cf", f"smtp_sasl_password_maps = static:joe:{CANARY}", "smtp_sasl_password_maps"),
    ("a.conf", f"token_url = https://joe:{CANARY}@idp/token", "url"),
    ("a.json", f'{{"password_file": "a", "password": "{CANARY}"}}', "password"),
    ("a.sh", f"DB_PASSWORD=$X API_TOKEN={CANARY} /opt/x/x", "api_token"),
    ("a.service", f"SetCredential=db:{CANARY}", "setcredential"),
    ("a.sh", f"curl -fsS -u joe:{CANARY} http://x", "curl"),
    ("a.sh", f"curl -s a | curl --user='joe:{CANARY}' http://x", "curl"),
    ("a.sh", f"smbclient //n/x -U joe%{CANARY} -c ls", "smbclient"),
    ("a.sh", f"lftp -u joe,{CANARY} h", "lftp"),
    ("a.sh", f"docker login -u joe -p {CANARY} reg", "docker"),
    ("a.sh", f"sshpass -p {CANARY} ssh -p 2222 h", "sshpass"),
    ("a.sh", f"zip -P {CANARY} x y", "zip"),
    ("a.sh", f"ldapsearch -p 389 -w {CANARY} -h x", "ldapsearch"),
    ("a.sh", f"rabbitmqctl add_user joe {CANARY}", "rabbitmqctl"),
    ("a.sh", f"htpasswd -bc /x joe {CANARY}", "htpasswd"),
    ("a.sh", f"sqlplus -s shop/{CANARY}@X", "sqlplus"),
    ("a.sh", f"gpg --batch --passphrase {CANARY} x", "passphrase"),
    ("a.sh", f"mongodump -u joe -p {CANARY}", "mongodump"),
    ("a.sh", f'curl -H "Authorization: Bearer {CANARY}.aaaa" http://x', "authorization"),
    ("a.sh", "curl https://mm.corp/hooks/xk3dhyc8wpn98wf5ywz5ht7kqo", "webhook"),
    ("a.yml", "chat: https://hooks.corp/services/T0AB/B0AB/wh-20d4ff", "webhook"),
    ("a.conf", "url = https://n8n.corp/webhook/2bd9a1f0-1111-4222-8333-aaaaaaaaaaaa", "webhook"),
    (".env", f"APP_KEY=base64:{CANARY}aaaa/bbbb+cc=", "app_key"),
    (".env", f"ENCRYPTION_KEY='0123456789{CANARY}'", "encryption_key"),
    (".env", "MASTER_KEY=2bd9a1f0-1111-4222-8333-aaaaaaaaaaaa", "master_key"),
    (".env", f"STRIPE_KEY=sk_l1ve_{CANARY}", "stripe_key"),
    ("a.php", f"$config['des_key'] = '{CANARY}-24Byte*Str';", "des_key"),
    ("a.yml", f"masterKey: abc{CANARY}def", "masterkey"),
    ("a.json", '{"maps_key": "abcd1234efgh5678ijkl"}', "maps_key"),
    ("dovecot-ldap.conf.ext", f"dnpass = {CANARY}", "dnpass"),
    ("a.php", f"$dbpass = '{CANARY}';", "dbpass"),
    ("a.properties", f"shop.userpw={CANARY}", "shop.userpw"),
    (".netrc", f"machine nas1 login joe password {CANARY}", "password"),
    ("a.ini", f"Kennwort = {CANARY}", "kennwort"),
    ("a.ini", f"db.passwort={CANARY}", "db.passwort"),
    ("a.xml", f"<kennwort>{CANARY}</kennwort>", "kennwort"),
    ("a.xml", f'<property name="motDePasse" value="{CANARY}"/>', "motdepasse"),
    ("a.yml", f"  wachtwoord: '{CANARY}'", "wachtwoord"),
    ("a.json", f'{{"db_haslo": "{CANARY}"}}', "db_haslo"),
    ("a.conf", f"kennwort {CANARY}", "kennwort"),
    ("fax.conf", f"schluessel {CANARY}-19ab77", "schluessel"),
    ("upsmon.conf", f"MONITOR ups@power:3493 1 joe {CANARY} primary", "monitor"),
    ("derby.properties", f"derby.user.joe={CANARY}", "derby.user"),
    ("orders-users.properties", f"joe = {CANARY}", "passwords"),
    ("jetty-realm.properties", f"joe: {CANARY}, user,admin", "passwords"),
    ("a.json", f'  "RegisteredUsers" : {{ "joe" : "{CANARY}" }},', "users"),
]
NO_PLACES = [
    ("a.conf", f"#password = {CANARY}"),
    ("a.conf", "password_file = /run/secrets/db"),
    ("a.conf", "db.password=${DB_PASSWORD}"),
    ("a.conf", "url = amqp://mq01:5672/shop"),
    ("a.conf", "url = amqp://$USER:$PASSWORD@mq01/shop"),
    ("a.conf", "token ="),
    ("a.conf", "secret: null"),
    ("a.yml", "password: {{ vault_password }}"),
    ("a.js", "const password = process.env.CACHE_PASSWORD"),
    ("a.py", "connect({'password': password})"),
    ("a.php", '$password = getenv("DB_PASSWORD");'),
    ("a.sh", "password=os.environ['SRC_PASSWORD']"),
    ("a.py", 'r = Redis(host=cfg["redis"]["host"], password=cfg["redis"]["password"])'),
    ("a.conf", "proxy_pass http://a1:8080;"),
    ("a.conf", "bypass = on\nbypass = off1\ncompass=north\nadbpass = x1"),
    ("Caddyfile", "basicauth /admin/* bcrypt {"),
    ("keepalived.conf", "auth_type PASS"),
    ("redis.yml", "redis_auth: none"),
    ("redis.xml", '<Resource name="redis" auth="Container"/>'),
    ("redis.properties", "redis.host=r1\nspring.mail.smtp.auth=true\nauth=md5"),
    ("redis.php", "'redis' => ['auth' => $auth, 'host' => 'r1'], $r->auth($p['auth']);"),
    ("sshd.conf", "PermitEmptyPasswords no\nHashedPassword yes"),
    ("nginx.conf", "allow fd00:1::/8;\nallow 10.0.0.0/8;\nauth_basic secret;"),
    ("a.sh", "user add x >out"),
    ("a.xml", "<password>${db.password}</password>\n<password/>\n<password></password>"),
    ("a.xml", "<password-file>/etc/x</password-file>\n<passwordRequired>true</passwordRequired>"),
    ("a.xml", "<token-validity>3600</token-validity>\n<value>jdbc/password</value>"),
    ("a.xml", '<entry key="label.password">Your password</entry>\n<name>password</name>\n<type>text</type>'),
    ("a.conf", 'password("none")\nkey-file("/etc/x")\npassword("${X}")'),
    ("a.py", 'read_password("main")\npassword("main")'),
    ("a.config", '%% {default_pass, <<"guest">>}'),
    ("sip.conf", "register => tcp://joe@sip1\nregister => joe@sip1"),
    ("radicale.conf", "htpasswd_encryption = plain\npassword_attribute = userPassword"),
    (
        "a.php",
        "$x['password'] = $_POST['password'];\nif ($x['password'] == 'x') {\n$x['token'] = make('x');\n$x['secret'] = '';",
    ),
    ("a.py", "x['password'] = y['password']\nx['password'] == 'x'\nx['token'] = token\nx = f\"{password}: 'a'\""),
    ("a.sh", 'if [ "$PASSWORD" == "x" ]; then echo "${PASSWORD}: y"; fi\nif [[ $PASSWORD =~ x ]]'),
    ("main.cf", "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\nx_password_maps = proxy:mysql:/etc/x.cf"),
    ("a.service", "LoadCredential=db:/etc/credstore/db\nLoadCredential=db\nImportCredential=app.*"),
    (
        "a.conf",
        "token_url: https://idp/token\nsecret_path = x/y\npassword: file:///etc/x\ntoken_ttl=3600\ntoken = ./tok",
    ),
    ("a.yml", "secretName: db\nkey_token_name: x\npassword_command: cat x\npassword_min_length_days: $X"),
    (
        "a.sh",
        'curl -u joe http://x\ncurl -u "$U:$P" http://x\ncurl -u joe:`cat /x` http://x\ncurl -s http://x -o /x/y:z',
    ),
    (
        "a.sh",
        'ldapsearch -p 389 -h x\nlftp -p 21 -u joe h\nsshpass -e ssh -p 2222 h\nsmbclient //n/x -U joe%$B\nredis-cli -a "$P"',
    ),
    (
        "a.sh",
        "openssl enc -pass file:/x\nrman target / log out/x.log\ngzip -P x\nmosquitto_pub -p 1883\nsnmpget -c public h",
    ),
    (
        "a.sh",
        "docker run -p 80:80 x login\nhtpasswd -c /x joe\nrabbitmqctl add_user joe $X\nmysql -p shop\napp --token ./f",
    ),
    (
        "a.sh",
        'curl http://ci/hooks/deploy-2024-frontend https://hooks.corp/$X -H "Authorization: Bearer $TOKEN_OF_THE_HOST"',
    ),
    (
        "a.yml",
        'cache_key = "articles"\ncache_key: articles:by:category:2024\ns3_key: backups/2024/shop1.tar.gz\nhotkey: ctrl-alt-f12-f11',
    ),
    ("a.env", "STRIPE_KEY=pk_l1ve_abcdef0123456789\napp_key=/etc/app/key-2024-0001\napp_key=keys/app-2024-server.pem"),
    (
        "a.conf",
        'app_key = "$APP_KEY_FROM_ENV_1"\nssl_key = </etc/dovecot/private1/dovecot\nlabel_key = app.title.something1.long',
    ),
    (
        "a.conf",
        "public_key = AAAAB3NzaC1yc2EAAAADAQ1\nprimary_key = abcdefghij0123456789\nregistry_key = abcdefghij0123456789",
    ),
    (
        "a.py",
        "app_key = make_a_key_of(shop1)\nsign_key = settings_of_shop_2024.sign_key\nif x['app_key'] == 'abcdefghij0123456789':",
    ),
    ("a.php", "define('PRIMARY_KEY', 'identity');\ndefine('TOKEN_TTL', '3600');"),
    ("a.sh", 'A=${DB_PASSWD:-""} B=${SECRET_KEY:-} [ -n "${TOKEN_BODY:-}" ] && x "${DB_PASSWORD:?is not set}"'),
    (
        "a.sh",
        """export X_PASSWORD=$(sed -n 's/^ password: "\\(.*\\)"/\\1/p' x.yml)\ngrep -o 'token=[a-z]*' x; sed 's/secret: .*/y/'""",
    ),
    ("a.html", '<input type="password" name="password" value="x">'),
    ("a.json", '"DicomTlsPrivateKey" : "server.key",\n"private_key" : "a/b.pem"'),
    ("app-users.properties", "title = The users\nhead.line=x\njoe=\n"),
    ("a.json", '"RegisteredUsers" : {\n},\n"Name" : "x"'),
    ("a.json", '"users" : {\n"joe" : "admin" }'),
    ("upsmon.conf", "MONITOR ups@power 1 joe\nderby.user.joe=$X"),
    ("a.ini", "primaerschluessel = kunde-2024-nummer\nschluessel = kundennummer\nschluessel server-2024.pem"),
    ("a.ini", "passwortdatei = login1\nkennwort_hinweis = name1\ngeheim = ja\npasswort = $PW"),
    ("a.yml", "hasLogo: eins\nhasLocation: north1\nkassenhalle: drei1"),
    ("a.xml", "<kennwort>${db.kennwort}</kennwort>\n<kennwortPflicht>true</kennwortPflicht>"),
]


@pytest.mark.parametrize("awk", AWKS[:1] + AWKS[-1:], ids=" ".join)
def test_the_place_of_a_secret_leaves_the_host_and_its_value_does_not(tmp_path, awk):
    for number, (name, line, _) in enumerate(PLACES):
        (tmp_path / f"{number:03}{name}").write_text(f"# first\n{line}\n")
    out = mentions(awk, tmp_path)
    assert CANARY not in out
    found = [(m.file.rsplit("/", 1)[-1], m.line, m.key) for m in Configuration().parse(out) if m.kind == "hidden"]
    assert found == [(f"{number:03}{name}", 2, key) for number, (name, _, key) in enumerate(PLACES)]


@pytest.mark.parametrize("awk", AWKS[:1] + AWKS[-1:], ids=" ".join)
@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("<password>", "  {0}"),
        ("<password>", "  CANARY={0}"),
        ("<Arg>jdbc.password</Arg>", "<Arg>{0}</Arg>"),
        ("<name>db-password</name>", "<value>{0}</value>"),
        ('<property name="password">', "<value>{0}</value>"),
    ],
)
def test_a_secret_stands_on_the_line_below_its_name(tmp_path, awk, above, line):
    (tmp_path / "a.xml").write_text(f"{above}\n{line.format(CANARY)}\n<value>other</value>\n")
    out = mentions(awk, tmp_path)
    assert CANARY not in out
    assert [(m.kind, m.line, m.key) for m in Configuration().parse(out)] == [("hidden", 2, "password")]


@pytest.mark.parametrize("awk", AWKS[:1] + AWKS[-1:], ids=" ".join)
@pytest.mark.parametrize(
    ("name", "above", "line"),
    [
        ("a.json", '  "RegisteredUsers" : {', '    "joe" : "{0}",'),
        ("web.yml", "basic_auth_users:", "  joe: $2y$10${0}"),
    ],
)
def test_of_a_block_of_accounts_the_first_is_told(tmp_path, awk, name, above, line):
    (tmp_path / name).write_text(f"{above}\n{line.replace('{0}', CANARY)}\n{line.replace('joe', 'ann')}\nother: x\n")
    out = mentions(awk, tmp_path)
    assert CANARY not in out
    assert [(m.line, m.key) for m in Configuration().parse(out) if m.kind == "hidden"] == [(2, "users")]


@pytest.mark.parametrize("awk", AWKS[:1] + AWKS[-1:], ids=" ".join)
def test_what_only_names_a_secret_is_no_place_of_one(tmp_path, awk):
    for number, (name, line) in enumerate(NO_PLACES):
        (tmp_path / f"{number:02}{name}").write_text(line + "\n")
    assert [m for m in Configuration().parse(mentions(awk, tmp_path)) if m.kind == "hidden"] == []


KEPT = [
    ("rsyncd.conf", "secrets file = /etc/rsyncd.secrets", "/etc/rsyncd.secrets"),
    ("job.sh", "rsync -a --password-file=/root/.nas rsync://backup@nas1/x /srv/x", "/root/.nas"),
    ("mosquitto.conf", "password_file /etc/mosquitto/passwd", "/etc/mosquitto/passwd"),
    ("a.env", 'DB_PASSWORD_FILE="/run/secrets/db"', "/run/secrets/db"),
    ("main.cf", "smtp_sasl_password_maps = hash:/etc/postfix/relay_logins", "/etc/postfix/relay_logins"),
    ("a.service", "LoadCredential=db:/etc/shop/db.cred", "/etc/shop/db.cred"),
    ("a.service", "LoadCredential=no-store-has-this", ""),
    ("a.env", 'BORG_PASSCOMMAND="cat /root/.borg-pass"', "/root/.borg-pass"),
    (".msmtprc", "passwordeval 'cat /etc/mail-pw'", "/etc/mail-pw"),
    ("a.yml", "api_token_file: /run/secrets/api", "/run/secrets/api"),
    ("a.conf", "passfile = /etc/shop/.pgpass", "/etc/shop/.pgpass"),
    ("a.sh", "PWFILE=/root/.store.pw", "/root/.store.pw"),
    ("a.ini", "KennwortDatei = /etc/shop/db.pw", "/etc/shop/db.pw"),
    ("management.properties", "com.sun.management.jmxremote.password.file=/etc/shop/jmx", "/etc/shop/jmx"),
    ("a.conf", "bypass the file /etc/x", ""),
    ("a.sh", "PWD_PATH=/srv/x", ""),
    ("a.conf", "#secrets file = /etc/rsyncd.secrets", ""),
    ("a.conf", "access_file = /etc/access", ""),
]


@pytest.mark.parametrize(("name", "line", "file"), KEPT, ids=[f"{n}-{row[0]}" for n, row in enumerate(KEPT)])
def test_a_file_that_settings_name_as_one_of_passwords_is_a_place_of_secrets(tmp_path, name, line, file):
    (tmp_path / name).write_text(f"{line}\n")
    found = secrets_in(Configuration().parse(mentions(AWKS[0], tmp_path)))
    assert [(place.file, place.name) for place in found] == ([(file, "passwords")] if file else [])


@given(secret=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=30))
def test_no_password_of_a_url_survives(secret):
    secret = f"Q7{secret.translate(str.maketrans({chr(39): 'x', chr(34): 'x'}))}"
    assert secret not in redact(f"amqp://user:{secret}@host:5672/")


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "AMQP_URL", "API_KEY", "SECRET_KEY_BASE", "BILLING_DSN", "AUTH_TOKEN", "DATABASE_URL"]
)
def test_names_that_say_secret(name):
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["HOME", "PORT", "JAVA_OPTS", "LOG_LEVEL", "REDIS_HOST", "WORKERS"])
def test_names_that_do_not(name):
    assert not looks_secret(name)


LAB_SECRETS = [
    "Sommer2018!",
    "r3dis-pr0d",
    "Rabbit.2019",
    "Pr1c1ng#2020",
    "p0rtal!",
    "8f1b2d6c0a9e4f73b5",
    "St4ts-2017",
    "B1lling-7",
    "r3p0rts",
    "adm1n",
]


@pytest.mark.parametrize("secret", LAB_SECRETS)
def test_the_recorded_estate_holds_none_of_its_hosts_secrets(secret):
    folders = [Path(str(resources.files("migrator"))) / "quickstart" / "estate", Path(__file__).parent / "unprivileged"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 100
    assert [file.name for file in files if secret in file.read_text(encoding="utf-8")] == []


def test_the_command_as_it_is_sent_runs_here():
    """find, sh and awk each read the text in their own way; `{}` in the program once meant something to find."""
    done = subprocess.run(
        ["/bin/sh"], input=f"{FILES.prepare}\n{Configuration.command}", capture_output=True, text=True, check=True
    )
    assert [line for line in done.stderr.splitlines() if "Permission denied" not in line] == []
    assert Configuration().parse(done.stdout)


def test_the_program_for_the_host_has_no_large_bounds():
    """Measured: sed takes half a second, and 180 MiB, to read one rule with three `{8,2000}`. A fragile host has neither."""
    assert [bound for bound in re.findall(r"\{\d+,(\d+)\}", HOST_REDACT) if int(bound) > 99] == []


FORMS_WITH_A_SECRET = """\
password = CANARY
db_server_password=CANARY
server.password: CANARY
host_password = "CANARY"
connect_password: CANARY
hosts.password = CANARY, db2
peer_secret=CANARY
cluster_join_token: CANARY
endpoint_key: CANARY
redis://:CANARY@cache:6379
connect("db", 5432, "CANARY")
redis.Redis("cache", 6379, 0, "CANARY")
StrictRedis("cache", "CANARY")
MongoClient("store", "u", "CANARY")
SMTP("mail", "CANARY")
FTP("ftp01", "u", "CANARY")
mysqli_connect("db","u","CANARY")
mysql_connect("db:3306","u","CANARY","d")
new PDO("mysql:host=db;port=3306", "u", "CANARY")
new mysqli("db", "u", "CANARY")
psql -h db -U u -w CANARY
PGPASSWORD=CANARY psql -h db
mysql -h db -u u -pCANARY
mysql -h db -u u -p CANARY
mysql --host=db --password=CANARY
redis-cli -h cache -p 6379 -a CANARY
redis-cli -a CANARY -h cache
mosquitto_pub -h mq -u u -P CANARY -t x
ldapsearch -h ldap -D cn -w CANARY
ftpput -u u -p CANARY host f
ncftpput -u u -p CANARY host f
lftp -u u,CANARY ftp01
lftp -e "open u:CANARY@ftp01"
lftp sftp://u:CANARY@ftp01
scp u:CANARY@host:/x y
sshpass -p CANARY scp a host:/b
nc -x u:CANARY@proxy:80 host 80
telnet host 80 CANARY
socat - TCP:host:80,pass=CANARY
curl -u u:CANARY http://host/
curl http://u:CANARY@host:80/
wget --password CANARY http://host
server = u:CANARY@db:5432
jdbc:oracle:thin:u/CANARY@db:1521:x
jdbc:oracle:thin:u/CANARY@//db:1521/x
jdbc:mysql://db/x?user=u&password=CANARY
jdbc:sqlserver://db:1433;user=u;password=CANARY;databaseName=x
Server=db;Database=x;User Id=u;Password=CANARY;
Data Source=db,1433;User ID=u;Pwd=CANARY
host=db user=u password=CANARY dbname=x
dsn: "host=db port=5432 user=u password=CANARY"
DSN=u:CANARY@tcp(db:3306)/x
u:CANARY@tcp(db:3306)/x
amqp://u:CANARY@mq:5672/v
amqp://u:CANARY/CANARY@mq:5672/v
mongodb://u:CANARY@m1:27017,m2:27017/x
mongodb+srv://u:CANARY@m1/x
ldap://cn=x:CANARY@l:389
define('DB_PASSWORD', 'CANARY');
define('DB_HOST', 'u:CANARY@db');
'password' => 'CANARY', 'host' => 'db'
'host' => 'db', 'password' => 'CANARY', 'port' => 3306
password: "CANARY" # host
<password>CANARY</password>
<password>
CANARY
</password>
<Arg>db.password</Arg><Arg>CANARY</Arg>
<Arg>CANARY</Arg><Arg>CANARY</Arg>
<New><Arg>host</Arg><Arg>CANARY</Arg></New>
<name>ConnectionPassword</name><value>CANARY</value>
<entry key="host.password">CANARY</entry>
<credential-reference clear-text="CANARY"/>
register => joe:CANARY@sip1/12
register => joe@x:CANARY@sip1:5070~20
host("x") port(1) password("CANARY")
password("CANARY") port("1")
{default_pass, <<"CANARY">>}, {host, "x"}
{"CANARY", 1}
set cfg(x,pass) {CANARY}
set cfg(x,pass) CANARY
SMTPServer mail
AuthPort CANARY
SecretServer CANARY
SMTPPassword CANARY
0.0.0.0 1 CANARY
<property name="hostPassword" value="CANARY"/>
<Resource host="db" password="CANARY" port="3"/>
<connection url="x" pass="CANARY"/>
requirepass CANARY
masterauth CANARY
rootpw CANARY
bindpw CANARY
stats auth u:CANARY
auth u CANARY
BasicAuth u CANARY
user x password CANARY
user x insecure-password CANARY
server smtp.x CANARY
cache_peer host parent 3128 0 login=u:CANARY
cache_peer_auth CANARY
header set X-Api-Key "CANARY"
proxy_set_header Authorization "Bearer CANARY";
Authorization: Bearer CANARY
token = CANARY
api_key: CANARY
x-server-key=CANARY
license_server_key = CANARY
secret_key_base: CANARY
HOST_TOKEN=CANARY
SERVER_SECRET=CANARY
NODE_COOKIE=CANARY
-setcookie CANARY
--cookie CANARY
erlang.cookie = CANARY
node_name_cookie=CANARY
ssl_server_key_password CANARY;
server_key_passphrase=CANARY
snmp_community host CANARY
community CANARY
rocommunity CANARY 10.0.0.1
rocommunity CANARY
wpa_psk=CANARY
psk = CANARY
pre-shared-key: CANARY
export MYSQL_PWD=CANARY
MYSQL_PWD=CANARY mysqldump -h db x
echo CANARY | sudo -S x host
echo "u:CANARY" | chpasswd
-Ddb.password=CANARY -Ddb.host=db
--db-host db --db-pass CANARY
--db-url postgres://u:CANARY@db/x
--server=db --auth=CANARY
source s_net (tcp(ip("x") port(1) key(CANARY)));
peer 10.0.0.1 key CANARY
server 10.0.0.1 iburst key CANARY
upstream x { server u:CANARY@a:80; }
proxy = http://u:CANARY@p:3128
HTTP_PROXY=u:CANARY@p:3128
smtp_sasl_password_maps = static:u:CANARY
relayhost = [u:CANARY@mail]:587
machine h login u password CANARY
login = u:CANARY@mail
url=//u:CANARY@h:1/x
"conn": "u/CANARY@db:1521"
sqlplus u/CANARY@db:1521/x
connect u/CANARY@db:1521
tnsping u/CANARY@db
Endpoint=sb://x/;SharedAccessKey=CANARY
r1:6379,password=CANARY,ssl=true
r1:6379,user=CANARY,password=CANARY
u:CANARY,password=CANARY
sentinel monitor main CANARY x 2
sentinel auth-pass main CANARY
SQLConnectInfo db@h:3306 u CANARY
SQLConnectInfo db@h CANARY CANARY
- h:6379:CANARY
servers:
 - u:CANARY:1
redis_auth: CANARY
auth_pass CANARY
'host' => env('DB_PASSWORD', 'CANARY')
host: <%= ENV.fetch('X') { 'u:CANARY@h' } %>
server_password = ENV.fetch('P', 'CANARY')
host:user:CANARY
AccountKey=CANARY;EndpointSuffix=core
"""
"""Lines of configuration, of scripts and of command lines; `CANARY` is where a password stands."""


@pytest.mark.parametrize(
    "name",
    ["x.conf", "uwsgi.ini", "x.sh", "x.py", "x.yml", "x.xml", "x.php", "x.properties", "inittab", "x", "secrets.yml"],
)
@pytest.mark.parametrize("secret", ["Zx9c4n4ry", "zx9.c4n-4ry", "482716"])
def test_no_form_of_a_connection_takes_a_password_along(tmp_path, name, secret):
    (tmp_path / name).write_text(FORMS_WITH_A_SECRET.replace("CANARY", secret))
    said = mentions(["awk"], tmp_path)
    assert said.count("\n") > 20
    assert [line for line in said.split("\n") if secret in line.lower().replace(secret.lower(), secret)] == []
