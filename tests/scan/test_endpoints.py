"""Every common form in which configuration names what it connects to: the text in, as the host itself reads it, the calls out."""

import shutil
import socket
import subprocess

import pytest

from migrator.scan.calls import configured_calls
from migrator.scan.facts.configuration import MENTIONS, Configuration
from migrator.scan.facts.process_settings import ProcessSettings, pid_of
from migrator.scan.mentions import MentionKind

AWKS = [awk for awk in (["mawk"], ["gawk"], ["busybox", "awk"]) if shutil.which(awk[0])]

FORMS = [
    # JDBC
    ("a.properties", "url=jdbc:postgresql://db1:5432/shop?user=x&password=p", {("db1", 5432)}),
    ("a.properties", "url=jdbc:postgresql://db1,db2:5433/shop", {("db1", 5432), ("db2", 5433)}),
    ("a.properties", "url=jdbc:mysql:loadbalance://db1:3306,db2:3307/shop", {("db1", 3306), ("db2", 3307)}),
    ("a.properties", "url=jdbc:mariadb:sequential://db1/shop", {("db1", 3306)}),
    ("a.properties", "url=jdbc:oracle:thin:@ora1:1521:SHOP", {("ora1", 1521)}),
    ("a.properties", "url=jdbc:oracle:thin:scott/tiger@ora1:1521/SHOP", {("ora1", 1521)}),
    ("a.properties", "url=jdbc:oracle:thin:@//ora1:1521/shop", {("ora1", 1521)}),
    ("a.properties", "url=jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=ora1)(PORT=1522)))", {("ora1", 1522)}),
    ("a.properties", "url=jdbc:sqlserver://ms1:1433;databaseName=shop;user=a;password=b", {("ms1", 1433)}),
    ("a.properties", "url=jdbc:sqlserver://ms1;databaseName=shop", {("ms1", 1433)}),
    ("context.xml", '<Resource name="jdbc/x" url="jdbc:mysql://db1:3306/x" username="u" password="p"/>', {("db1", 3306)}),
    # Keyword forms
    ("a.conf", 'DSN="host=db1 port=5433 dbname=shop user=x password=y"', {("db1", 5433)}),
    ("a.php", "$db = new PDO('pgsql:host=db1;port=5433;dbname=x', 'u', 'p');", {("db1", 5433)}),
    ("a.php", "$db = new PDO('mysql:host=db1;dbname=x', $u, $p);", {("db1", 3306)}),
    ("a.php", "$db = new PDO('mysql:host=db1;port=3307;dbname=x', $u, $p);", {("db1", 3307)}),
    ("a.config", '<add name="x" connectionString="Server=ms1,1444;Database=x;User Id=u;Password=p;" />', {("ms1", 1444)}),
    ("a.config", '<add name="x" connectionString="Data Source=ms1;Initial Catalog=x;Password=p" />', {("ms1", None)}),
    ("appsettings.json", '"Default": "Host=db1;Port=5433;Database=x;Username=u;Password=p"', {("db1", 5433)}),
    ("a.toml", 'dsn = "shop:secret@tcp(db1:3307)/shop?parseTime=true"', {("db1", 3307)}),
    # Files of frameworks
    ("application.yml", "spring:\n  redis:\n    host: r1\n    port: 6380\n", {("r1", 6380)}),
    ("application.yml", "spring:\n  data:\n    mongodb:\n      uri: mongodb://u:p@m1:27017,m2:27018/x\n", {("m1", 27017), ("m2", 27018)}),
    ("application.yml", "spring:\n  kafka:\n    bootstrap-servers: k1:9092,k2:9093\n", {("k1", 9092), ("k2", 9093)}),
    ("application.yml", "brokers:\n  - k1:9092\n  - k2:9092\n", {("k1", 9092), ("k2", 9092)}),
    ("application.properties", "spring.rabbitmq.host=mq1\nspring.rabbitmq.port=5673", {("mq1", 5673)}),
    ("application.properties", "spring.rabbitmq.host = mq1\nspring.rabbitmq.username = u\nspring.rabbitmq.password = p\nspring.rabbitmq.port = 5673", {("mq1", 5673)}),
    ("a.php", "define('DB_HOST', 'db1');", {("db1", None)}),
    ("a.php", 'define( "DB_HOST", "db1:3307" );', {("db1", 3307)}),
    ("a.php", "'mysql' => ['driver' => 'mysql', 'host' => 'db1', 'port' => '3307', 'database' => 'x', 'password' => 'p'],", {("db1", 3307)}),
    ("a.php", "$db['default']['hostname'] = 'db1';", {("db1", None)}),
    ("a.php", '$dbhost = "db1";', {("db1", None)}),
    ("a.php", "$m->addServer('mc1', 11211);", {("mc1", 11211)}),
    ("a.php", "$link = mysqli_connect('db1', 'u', 'p');", {("db1", 3306)}),
    ("a.php", "$r->pconnect('r1', 6380);", {("r1", 6380)}),
    ("settings.py", "DATABASES = {\n 'default': {\n  'ENGINE': 'django.db.backends.postgresql',\n  'NAME': 'x',\n  'USER': 'x',\n  'PASSWORD': 'y',\n  'HOST': 'db1',\n  'PORT': '5433',\n }\n}", {("db1", 5433)}),
    ("settings.py", "'LOCATION': 'mc1:11211',", {("mc1", 11211)}),
    ("settings.py", "CELERY_BROKER_URL = 'amqp://u:p@mq1:5672//'", {("mq1", 5672)}),
    ("settings.py", "r = redis.Redis(host='r1', port=6380, password='x')", {("r1", 6380)}),
    ("settings.py", "c = pika.ConnectionParameters('mq1', 5673)", {("mq1", 5673)}),
    ("database.yml", "production:\n  adapter: postgresql\n  host: db1\n  database: x\n  username: u\n  password: p\n  port: 5433\n", {("db1", 5433)}),
    ("database.yml", "production:\n  adapter: mysql2\n  host: db1\n  password: p\n", {("db1", 3306)}),
    ("database.yml", "a: &a\n  adapter: postgresql\nb:\n  <<: *a\n  host: db1\n  db_host: db2\n", {("db1", None), ("db2", 5432)}),
    (".env", "DB_CONNECTION=pgsql\nDB_HOST=db1\nAPI_HOST=a1\n", {("db1", 5432), ("a1", None)}),
    ("settings.py", "DATABASES = {\n 'default': {\n  'ENGINE': 'django.db.backends.mysql',\n  'HOST': 'db1',\n }\n}\nSERVER = 'x'", {("db1", 3306), ("x", None)}),
    ("a.php", "'driver' => 'pdo_pgsql',\n'host' => 'db1',", {("db1", 5432)}),
    ("a.php", "'x' => ['driver' => 'mysql', 'host' => 'db1'],\n'y' => ['driver' => 'pgsql', 'host' => 'db2'],", {("db1", 3306), ("db2", 5432)}),
    ("x.js", "const c = mysql.createConnection({host: 'db1', user: 'u', password: 'p', port: 3307})", {("db1", 3307)}),
    ("x.js", "new Client({ node: 'http://es1:9200' })", {("es1", 9200)}),
    (".env", "DB_HOST=db1\nDB_PORT=3307\nDB_PASSWORD=p\n", {("db1", 3307)}),
    (".env", "REDIS_URL=redis://:p@r1/0\n", {("r1", 6379)}),
    ("x.env", "BROKERS=k1:9092,k2:9092\n", {("k1", 9092), ("k2", 9092)}),
    ("x.ini", "[celery]\nbroker_url = redis://r1:6380/1\nresult_backend = db+postgresql://u:p@db1/x", {("r1", 6380), ("db1", 5432)}),
    ("x.conf", "broker = amqp://u:p@mq1:5672;amqp://u:p@mq2:5672", {("mq1", 5672), ("mq2", 5672)}),
    # Brokers and what gathers around them
    ("server.properties", "zookeeper.connect=z1:2181,z2:2181,z3:2181/kafka", {("z1", 2181), ("z2", 2181), ("z3", 2181)}),
    ("consumer.properties", "bootstrap.servers=k1:9092", {("k1", 9092)}),
    ("zoo.cfg", "server.1=z1:2888:3888\nserver.2=z2:2888:3888\n", {("z1", 2888), ("z2", 2888)}),
    ("activemq.xml", '<networkConnector uri="static:(tcp://a1:61616,tcp://a2:61616)"/>', {("a1", 61616), ("a2", 61616)}),
    ("camel.xml", '<property name="brokerURL" value="failover:(tcp://a1:61616,ssl://a2:61617)?x=1"/>', {("a1", 61616), ("a2", 61617)}),
    ("logstash.conf", 'output { elasticsearch { hosts => ["es1:9200", "es2:9200"] } }', {("es1", 9200), ("es2", 9200)}),
    ("filebeat.yml", 'output.logstash:\n  hosts: ["ls1:5044"]\n', {("ls1", 5044)}),
    ("elasticsearch.yml", 'discovery.seed_hosts: ["es1", "es2"]\n', {("es1", None), ("es2", None)}),
    ("cassandra.yaml", '          - seeds: "c1,c2"\n', {("c1", None), ("c2", None)}),
    ("prometheus.yml", "    - targets: ['a1:9100', 'a2:9100']\n", {("a1", 9100), ("a2", 9100)}),
    ("application.yml", "url: jdbc:postgresql://${DB_HOST:db1}:${DB_PORT:5433}/x\n", {("db1", 5433)}),
    ("x.sh", 'HOST="${DB_HOST:-db1}"\nDB_HOST=$HOST\n', {("db1", None)}),
    ("x.xml", "<host>db1</host>\n<port>5433</port>\n", {("db1", 5433)}),
    ("x.xml", '<property name="serverName" value="db1"/>\n<property name="portNumber" value="5433"/>', {("db1", None)}),
    # Directories, mail, names
    ("x.ini", "ldap_uri = ldap://l1, ldap://l2:1389", {("l1", 389), ("l2", 1389)}),
    ("ldap.conf", "URI ldaps://l1 ldap://l2\n", {("l1", 636), ("l2", 389)}),
    ("x.conf", "ldap_server = l1\n", {("l1", 389)}),
    ("main.cf", "relayhost = [mx1.corp]:587\n", {("mx1.corp", 587)}),
    ("main.cf", "relayhost = [mx1.corp]\n", {("mx1.corp", 25)}),
    ("x.yml", "smtp:\n  address: mx1\n  port: 587\n", {("mx1", 587)}),
    ("unbound.conf", "  forward-addr: 10.0.0.9@53\n", {("10.0.0.9", 53)}),
    ("dnsmasq.conf", "server=/corp/10.0.0.9#5353\n", {("10.0.0.9", 5353)}),
    ("x.conf", "slaveof 10.0.0.9 6380\n", {("10.0.0.9", 6380)}),
    ("x.conf", "replicaof r1 6379\n", {("r1", 6379)}),
    ("recovery.conf", "primary_conninfo = 'host=db1 port=5433 user=r password=x'\n", {("db1", 5433)}),
    ("pgbouncer.ini", "[databases]\nshop = host=db1 port=5433 dbname=shop\n", {("db1", 5433)}),
    ("mosquitto.conf", "connection up\naddress m1:1883\n", {("m1", 1883)}),
    ("stunnel.conf", "[x]\naccept = 127.0.0.1:3306\nconnect = db1:3307\n", {("db1", 3307)}),
    ("squid.conf", "cache_peer p1 parent 3129 0 no-query\n", {("p1", 3129)}),
    ("default.vcl", 'backend default { .host = "a1"; .port = "8080"; }', {("a1", 8080)}),
    ("default.vcl", 'backend default {\n    .host = "a1";\n    .port = "8080";\n}', {("a1", 8080)}),
    ("x.hcl", 'storage "consul" {\n  address = "c1:8500"\n}', {("c1", 8500)}),
    ("x.json", '"retry_join": ["c1", "c2"]', {("c1", None), ("c2", None)}),
    # Balancers
    ("nginx.conf", "upstream app { server a1:8080 weight=2; server a2; keepalive 4; }", {("a1", 8080), ("a2", 80)}),
    ("nginx.conf", "upstream app {\n  server a1:8080;\n  server a2:8080 backup;\n}\nserver {\n  listen 80;\n  server_name www.corp;\n  location / { proxy_pass http://app; }\n}", {("a1", 8080), ("a2", 8080)}),
    ("nginx.conf", "fastcgi_pass a1:9000;", {("a1", 9000)}),
    ("nginx.conf", "uwsgi_pass a1:3031;", {("a1", 3031)}),
    ("nginx.conf", "proxy_pass https://a1/x;", {("a1", 443)}),
    ("nginx.conf", "set $up http://a1:8080; proxy_pass $up;", {("a1", 8080)}),
    ("nginx.conf", "memcached_pass mc1:11211;", {("mc1", 11211)}),
    ("nginx.conf", "grpc_pass grpc://g1:50051;", {("g1", 50051)}),
    ("haproxy.cfg", "backend b\n  server one a1:8080 check\n  server two 10.0.0.2:8080 check backup\n", {("a1", 8080), ("10.0.0.2", 8080)}),
    ("haproxy.cfg", "listen sql\n  bind *:3306\n  mode tcp\n  server db1 db1:3306\n", {("db1", 3306)}),
    ("httpd.conf", 'ProxyPass "/x" "http://a1:8080/x"\n', {("a1", 8080)}),
    ("httpd.conf", "ProxyPass /x ajp://a1/x\n", {("a1", 8009)}),
    ("httpd.conf", "<Proxy balancer://c>\n BalancerMember http://a1:8080 route=1\n BalancerMember ajp://a2:8009\n</Proxy>\nProxyPass /x balancer://c/\n", {("a1", 8080), ("a2", 8009)}),
    ("httpd.conf", 'SetHandler "proxy:fcgi://127.0.0.1:9000"\n', {("127.0.0.1", 9000)}),
    ("workers.properties", "worker.w1.type=ajp13\nworker.w1.host=a1\nworker.w1.port=8009\n", {("a1", 8009)}),
    ("server.xml", '<Host name="localhost"><Context><Resource url="jdbc:postgresql://db1/x"/></Context></Host>', {("db1", 5432)}),
    ("lighttpd.conf", 'proxy.server = ( "/x" => (( "host" => "10.0.0.2", "port" => 8080 )) )', {("10.0.0.2", 8080)}),
    ("Caddyfile", "reverse_proxy a1:8080 a2:8080\n", {("a1", 8080), ("a2", 8080)}),
    # Units and scripts
    ("x.service", "[Service]\nEnvironment=DB_HOST=db1 DB_PORT=5433\n", {("db1", 5433)}),
    ("x.service", '[Service]\nEnvironment="DATABASE_URL=postgres://u:p@db1/x"\n', {("db1", 5432)}),
    ("x.service", "[Service]\nExecStart=/opt/x/x --redis-addr=r1:6379 --db-host db1 --db-port 5433\n", {("r1", 6379), ("db1", 5433)}),
    ("x.conf", 'environment=DB_HOST="db1",DB_PORT="5433",DB_PASSWORD="x"\n', {("db1", 5433)}),
    ("x.sh", "exec /opt/x/x -Ddb.host=db1 -Ddb.port=5433\n", {("db1", 5433)}),
    ("x.sh", "nc -w 3 m1 2100 </dev/null\n", {("m1", 2100)}),
    ("x.sh", "mysqldump -h db1 -P 3307 -u root -psecret shop | gzip > /srv/x.gz\n", {("db1", 3307)}),
    ("x.sh", "PGPASSWORD=x psql -h db1 -U u shop\n", {("db1", 5432)}),
    ("x.sh", "redis-cli -h r1 -a secret SAVE\n", {("r1", 6379)}),
    ("x.sh", "rsync -a /srv/x/ backup@nas1:/export/\n", {("nas1", 22)}),
    ("x.sh", "scp /srv/x nas1:/export/\n", {("nas1", 22)}),
    ("x.sh", "curl -s http://a1:8080/health\n", {("a1", 8080)}),
    ("x.pl", "IO::Socket::INET->new(PeerAddr => 'a1', PeerPort => 2100)", {("a1", 2100)}),
    ("x.py", "sock.connect(('a1', 2100))", {("a1", 2100)}),
    ("x.py", 'c = http.client.HTTPSConnection("a1.corp", context=x, timeout=5)', {("a1.corp", 443)}),
    ("x.py", "s = smtplib.SMTP('mx1')", {("mx1", 25)}),
    ("x.sh", "ftpput -u shop -p secret files1 out.csv /tmp/out.csv", {("files1", 21)}),
    ("x.sh", "export PGHOST=db1 PGPORT=6432\npsql -q shop <<X\n", {("db1", 6432)}),
    ("x.sh", "SRC_HOST=10.0.0.4\npython3 - <<X\nconnect(host=os.environ['SRC_HOST'], port=3306)\nX\n", {("10.0.0.4", 3306)}),
    ("x.sh", "pg_dump -Fc shop > /backup/shop.dump", {("/run/postgresql/.s.PGSQL.5432", None)}),
    ("x.sh", "pg_dump -p 5433 -Fc hr -f hr.dump", {("/run/postgresql/.s.PGSQL.5433", None)}),
    ("x.sh", "mariadb-dump --hex-blob shop | gzip > /x/$(hostname).gz\n", {("/run/mysqld/mysqld.sock", None)}),
    ("x.sh", "mariadb -BN -e 'show slave status'\n", {("/run/mysqld/mysqld.sock", None)}),
    ("x.sh", "mysql -BNh db1 -e x\npsql -Atqh db2 -c x\n", {("db1", 3306), ("db2", 5432)}),
    ("x.sh", "mysql -S /run/mysqld/old.sock -e x\n", {("/run/mysqld/old.sock", None)}),
    ("x.sh", "mysql -e x | msmtp --host=mx1 root\n", {("/run/mysqld/mysqld.sock", None), ("mx1", 25)}),
    ("x.sh", "BACKUP_HOST=b1\nREDIS_HOST=r1\npg_dump x\n", {("/run/postgresql/.s.PGSQL.5432", None), ("b1", None), ("r1", 6379)}),
    ("x.sh", "DB_HOST=db1\nmysqldump $OPTS x\n", {("db1", None)}),
    ("x.sh", "redis-cli -n 2 FLUSHDB\nredis-cli -s /run/r.sock PING\n", {("localhost", 6379), ("/run/r.sock", None)}),
    ("x.sh", "curl -H 'Host: www.corp' http://a1/\n", {("a1", 80)}),
    ("x.py", 'smtplib.SMTP("localhost")\nconnect("localhost", 11211)\nget(url, headers={"Host": "www.corp"})', {("localhost", 25), ("localhost", 11211)}),
    ("x.sh", "psql --host=db1 -c x\n", {("db1", 5432)}),
    ("x.sh", "su - postgres -c 'pg_dump -Fc x'\nsu - a -c \"psql -h db1 -c x\"\n", {("/run/postgresql/.s.PGSQL.5432", None), ("db1", 5432)}),
    ("x.sh", "until nc -z db1 5432; do sleep 1; done\n", {("db1", 5432)}),
    ("x.service", "ExecStart=/opt/x/x \\\n  --db.host=db1 \\\n  --db.port=5433\n", {("db1", 5433)}),
    ("compose.yml", "command: >\n  /app\n  --redis-host=r1\n", {("r1", 6379)}),
    ("postgresql.conf", "archive_command = 'rsync -a %p b@vault:/srv/wal/%f'\n", {("vault", 22)}),
    ("galera.cnf", "[mysqld]\nreport_host = me\nmaster-host = db1\nwsrep_cluster_address = gcomm://n1,n2\n", {("db1", 3306), ("n1", 4567), ("n2", 4567)}),
    (".env", "DOCKER_HOST=unix:///run/docker.sock\n", {("/run/docker.sock", None)}),
    (".env", "APP_URL=https://own.corp\nCRM_APP_URL=http://a1\nX=http://a2 ORIGINS=https://own.corp,https://too.corp\n", {("a1", 80), ("a2", 80)}),
    # Names of settings that say what is meant
    (".env", "MYSQL_HOST=a1\nPOSTGRES_HOST=a2\nREDIS_HOST=a3\nRABBITMQ_HOST=a4\nMEMCACHED_HOST=a5\n", {("a1", 3306), ("a2", 5432), ("a3", 6379), ("a4", 5672), ("a5", 11211)}),
    (".env", "ELASTICSEARCH_HOST=a1\nMONGO_HOST=a2\nSMTP_HOST=a3\nIMAP_HOST=a4\nKAFKA_BROKERS=a5\nREDIS_CACHE_HOST=a6\n", {("a1", 9200), ("a2", 27017), ("a3", 25), ("a4", 143), ("a5", 9092), ("a6", 6379)}),
    ("x.properties", "spring.redis.host=r1\nspring.data.mongodb.host=m1\nspring.data.cassandra.contact-points=c1\n", {("r1", 6379), ("m1", 27017), ("c1", 9042)}),
    (".env", "REDIS_SENTINEL_HOST=a1\nDB2_HOST=a2\nSERVICES_HOST=a3\n", {("a1", None), ("a2", None), ("a3", None)}),
    (".env", "REDIS_HOST=r1\n" + "A=b\n" * 9 + "REDIS_PORT=6380\n", {("r1", 6380)}),
    ("x.sh", "mongodump -h store -u shop -p 4711", {("store", 27017)}),
    ("x.sh", "mongodump -h store --port 27018", {("store", 27018)}),
    ("x.sh", "mysqldump --defaults-file=/etc/mysql/b.cnf shop", set()),
    ("x.tcl", "socket -server accept 7780\nhttp::geturl http://a1:8080/x\n", {("a1", 8080)}),
    ("b.cnf", "[client]\nhost=127.0.0.1\nuser=x\npassword=y\n", {("127.0.0.1", 3306)}),
    ("x.rb", 'TCPSocket.new("a1", 2100)', {("a1", 2100)}),
    # Which port belongs to which host
    ("a.yml", "server:\n  port: 8085\nmail:\n  from: x\n  host: mx1\n  port: 2525\n", {("mx1", 2525)}),
    ("a.yml", "server:\n  port: 5432\nmail:\n  host: mx1\n", {("mx1", 25)}),
    ("a.ini", "[server]\nport = 5432\n[mail]\nhost = mx1\n", {("mx1", 25)}),
    ("a.xml", '<s>\n <Connector port="5432"/>\n <mail host="mx1"/>\n <db>\n  <host>db1</host>\n  <port>5433</port>\n </db>\n</s>', {("mx1", 25), ("db1", 5433)}),
    ("a.xml", '<Resource name="x" host="r1"\n   port="6380"/>', {("r1", 6380)}),
    ("a.yml", "all:\n  - host: a1\n    port: 1111\n  - port: 2222\n    host: a2\n  - host: a3\n", {("a1", 1111), ("a2", 2222), ("a3", None)}),
    ("compose.yml", "environment:\n  - DB_HOST=db1\n  - DB_PORT=5433\n", {("db1", 5433)}),
    ("a.conf", "port = 8080\nhost = db1\nport = 5433\n", {("db1", 5433)}),
    ("a.conf", "port = 1111\nhost = a1\nport = 2222\nhost = a2\n", {("a1", 1111), ("a2", 2222)}),
    ("a.js", "connect({host: 'db1',\n  user: 'x',\n  port: 3307})", {("db1", 3307)}),
    ("a.json", '[{"host": "a1", "port": 1111}, {"host": "a2", "port": 2222}]', {("a1", None), ("a2", None)}),
    ("database.yml", "development:\n  host: localhost\n\nproduction:\n  host: <%= ENV.fetch('X_DB_HOST', 'db1') %>\n  port: 3310\n", {("localhost", None), ("db1", 3310)}),
    ("database.yml", "production:\n  host: <%= ENV['X_DB_HOST'] || 'db1' %>\n  port: <%= ENV.fetch(\"X_PORT\") { 3310 } %>\n", {("db1", 3310)}),
    ("a.php", "'host' => env('SQL_HOST', 'db1'),\n'port' => 3307,", {("db1", 3307)}),
    ("a.js", "{host: process.env.DB_HOST || 'db1', port: process.env.DB_PORT ?? 5433}", {("db1", 5433)}),
    ("settings.py", "EMAIL_HOST = environ.get('X_HOST', 'mx1')\nEMAIL_PORT = int(environ.get('X_PORT', 2525))", {("mx1", 2525)}),
    ("a.json", '{"address": "a1", "port": 1111}', {("a1", 1111)}),
    ("a.json", '{"Address":"a1","Port":1111}', {("a1", 1111)}),
    ("a.php", "'hosts' => 'a1', 'port' => 1111,", {("a1", 1111)}),
    ("a.js", "register({address:a1,port:1111})", {("a1", 1111)}),
    ("a.json", '{"address": "a1", "tags": ["x"], "port": 1111}', {("a1", 1111)}),
    ("a.json", '{"hosts": ["a1", "a2"], "port": 1111}', {("a1", 1111), ("a2", 1111)}),
    ("a.yml", 'nodes: a1, a2:1111\nseeds: "a3, a4"\n', {("a1", None), ("a2", 1111), ("a3", None), ("a4", None)}),
    ("supervisord.conf", "environment=DB_HOST=db1,DB_PORT=5433\n", {("db1", 5433)}),
    # Forms of single programs
    ("appsettings.json", '"Cache": "r1:6380,password=x,abortConnect=false"', {("r1", 6380)}),
    ("appsettings.json", '"Cache": "r1:6380,r2:6381,ssl=true,password=x"', {("r1", 6380), ("r2", 6381)}),
    ("a.config", 'connectionString="Server=tcp:ms1,1444;Database=x;Password=p"', {("ms1", 1444)}),
    ("proftpd.conf", "SQLConnectInfo ftp@db1:3310 u p\n", {("db1", 3310)}),
    ("proftpd.conf", "SQLConnectInfo ftp@db1 u p\n", {("db1", None)}),
    ("sentinel.conf", "sentinel monitor main 10.0.0.9 6380 2\nsentinel auth-pass main x\n", {("10.0.0.9", 6380)}),
    ("nutcracker.yml", "main:\n  listen: 0.0.0.0:22121\n  servers:\n   - r1:6379:1 one\n   - r2:6380:1\n", {("r1", 6379), ("r2", 6380)}),
    ("update-exim4.conf.conf", "dc_other_hostnames='me.corp'\ndc_readhost='corp'\ndc_smarthost='mx1::587'\n", {("mx1", 587)}),
    ("pureftpd.conf", "PGSQLServer   db1\nPGSQLPort     5444\nPGSQLCrypt    md5\n", {("db1", 5444)}),
    ("collectd.conf", '<Database x>\n Host "db1"\n Port "5433"\n</Database>\n', {("db1", 5433)}),
    ("rinetd.conf", "0.0.0.0 3050 db1 3055\n0.0.0.0 2525/tcp mx1 25/tcp\n0.0.0.0 53/udp n1 53/udp\nallow 10.0.0.*\n", {("db1", 3055), ("mx1", 25)}),
    ("sip.conf", "register => 2345:p@sip1/1234\nregister => 2345:p@sip2:5070\nregister=j@x:p@sip3~200\n", {("sip1", 5060), ("sip2", 5070), ("sip3", 5060)}),
    ("iax.conf", "register => joe:p@pbx1\n", {("pbx1", 4569)}),
    ("a.yml", "spring:\n  redis:\n    database: 1\n    host: r1\n  rabbitmq:\n    host: mq1\n    port: 5673\n  redis-sentinel:\n    host: s1\n", {("r1", 6379), ("mq1", 5673), ("s1", None)}),
    ("a.toml", '[redis]\nhost = "r1"\n[cache.memcached]\nserver = "mc1"\n[other]\nhost = "o1"\n', {("r1", 6379), ("mc1", 11211), ("o1", None)}),
    ("a.json", '{\n "redis": {"host": "r1"},\n "x": {"host": "x1"},\n "mongodb": {\n  "host": "m1"\n }\n}', {("r1", 6379), ("x1", None), ("m1", 27017)}),
    ("a.php", "'redis' => ['host' => 'r1'], 'y' => ['host' => 'y1'],\n'mysql' => [\n  'host' => 'db1',\n],", {("r1", None), ("y1", None), ("db1", 3306)}),
    ("logstash.conf", 'input {\n redis { host => "r1" }\n rabbitmq {\n  host => "mq1"\n }\n}', {("r1", 6379), ("mq1", 5672)}),
    ("vhost.conf", "SetEnv DB_HOST db1\n  SetEnv MYSQL_HOST 'db2'\nfastcgi_param REDIS_HOST r1;\nfastcgi_param HTTP_HOST $host;\n", {("db1", None), ("db2", 3306), ("r1", 6379)}),
    ("x.sh", "pg_dump 'host=db1 dbname=x'\npsql 'host=db2 port=5433'\naws s3 cp x s3://bucket/ --endpoint-url http://a1:9000\n", {("db1", 5432), ("db2", 5433), ("a1", 9000)}),
    ("x.py", 'pymysql.connect(host="db1", user="x")\npsycopg2.connect(host="db2")\npika.ConnectionParameters(host="mq1")\nother.connect(host="a1")', {("db1", 3306), ("db2", 5432), ("mq1", 5672), ("a1", None)}),
    ("package.json", '"repository": {\n "url": "git+https://a.corp/x.git"},\n"scripts": {"start": "x --redis-host r1"}', {("r1", 6379)}),
    ("pdns.conf", "gmysql-host=db1\n", {("db1", 3306)}),
    ("rsyslog.conf", '*.* @@log1:601\n*.* @log2\n*.* :ommysql:db1,Syslog,u,p\naction(type="omfwd" target="log3" port="602" protocol="tcp")\naction(type="omfwd" target="log4")', {("log1", 601), ("db1", 3306), ("log3", 602)}),
    ("rsyslog.conf", 'action(type="ommysql" server="db2" serverport="3307" db="x")', {("db2", 3307)}),
    ("telegraf.conf", 'hostname = "me.corp"\n[[inputs.postgresql]]\n  address = "host=db2 user=postgres sslmode=disable"\n', {("db2", 5432)}),
    ("syslog-ng.conf", 'amqp(\n  vhost("x")\n  host("mq1")\n  port(5673)\n);\ntcp("log1" port(601));\n', {("mq1", 5673), ("log1", 601)}),
    ("rabbitmq.config", '[{x, [{host, "mq1"}, {port, 5673}]},\n {y, [\n  {server, <<"db1">>},\n  {server_port, 5433}]}].\n', {("mq1", 5673), ("db1", 5433)}),
    ("app.tcl", "set cfg(db,host)  db1\nset cfg(db,port)  {5433}\nset server $other\n", {("db1", 5433)}),
    ("x.conf", 'hosts = 10.0.0.5, 10.1.0.0/16\nservers = ["10.0.0.6", "10.1.0.0/16"]\n', {("10.0.0.5", None), ("10.0.0.6", None)}),
    ("main.cf", "smtpd_milters = inet:127.0.0.1:8891, inet:mf1:8892\n", {("127.0.0.1", 8891), ("mf1", 8892)}),
    ("main.cf", "x = permit, check_policy_service inet:10.0.0.7:10023\n", {("10.0.0.7", 10023)}),
    ("main.cf", "virtual_transport = lmtp:inet:1.2.3.4:24\ncontent_filter = scan:10.0.0.8:10025\n", {("1.2.3.4", 24), ("10.0.0.8", 10025)}),
    ("main.cf", "content_filter = smtp-amavis:[127.0.0.1]:10024\n", {("127.0.0.1", 10024)}),
    ("transport.map", "corp.example  smtp:[mx1.corp]:2525\n", {("mx1.corp", 2525)}),
    ("dovecot-ldap.conf.ext", "hosts = l1\ndnpass = p\n", {("l1", 389)}),
    ("main.cf", "virtual_transport = lmtp:unix:private/dovecot-lmtp\nsmtpd_sasl_path = private/auth\n", {("/var/spool/postfix/private/dovecot-lmtp", None), ("/var/spool/postfix/private/auth", None)}),
    ("main.cf", "queue_directory = /srv/q\nsmtpd_milters = unix:dkim/dkim.sock, local:spf/spf\n", {("/srv/q/dkim/dkim.sock", None), ("/srv/q/spf/spf", None)}),
    ("master.cf", " -o smtpd_sasl_path=private/auth\n", {("/var/spool/postfix/private/auth", None)}),
    ("main.cf", "smtpd_sasl_path = smtpd\nx_transport = lmtp:unix:/run/absent/lmtp\nlocal_x = local:y\n", set()),
    ("dovecot.conf", "service lmtp {\n unix_listener /var/spool/postfix/private/dovecot-lmtp {\n }\n}\n", set()),
    ("ldap-users.cf", "server_host = l1\nbind_pw = p\n", {("l1", 389)}),
    ("mysql-virtual.cf", "user = x\npassword = y\nhosts = db1\n", {("db1", 3306)}),
    ("pgsql-users.cf", "hosts = db1:5433\n", {("db1", 5433)}),
    ("ldap-sync.conf", "[db]\nhost = db1\n[x]\nhost = a1\n", {("db1", None), ("a1", None)}),
    ("dovecot-sql.conf.ext", "driver = pgsql\nconnect = host=db1 port=5433 user=x password=y\n", {("db1", 5433)}),
    ("x.conf", "dict = proxy:tcp:10.0.0.4:2528\n", {("10.0.0.4", 2528)}),
    ("dir.conf", "Client {\n Address = a1\n FDPort = 9102\n Catalog = x\n}\nStorage {\n SDPort = 9103\n Address = a2\n}\n", {("a1", 9102), ("a2", 9103)}),
    ("x.yml", "server:\n  host: a1\n  http_port: 8080\nredis:\n  host: r1\n  metrics_port: 9121\n", {("a1", None), ("r1", 6379)}),
    ("x.yml", "far:\n  host: a1\n  first_port: 1111\n  second_port: 2222\n", {("a1", None)}),
    # Host and port as neighbours
    ("x.json", '"Modalities" : {\n "one" : [ "STORE", "a1", 11112, "x" ],\n "two" : ["B", "10.0.0.9", "104"]\n}', {("a1", 11112), ("10.0.0.9", 104)}),
    ("x.cfg", "pacs = (STORE, a1.corp.example, 4242)\nhall = (500, 1024mb)\n", {("a1.corp.example", 4242)}),
    ("x.ini", "[Far]\nTarget = a1, 2575\nFont = Sans, 9\nKind = java.util.List, 100\nSize = 100, 200\n", {("a1", 2575)}),
    ("x.xml", "<out kind='x'>\n <to>a1.corp.example</to>\n <port>2590</port>\n</out>\n<x><name>a2</name><port>80</port></x>", {("a1.corp.example", 2590)}),
    ("x.xml", "<out><to>10.0.0.9</to><port>2590</port></out><y><to>a1</to></y>", {("10.0.0.9", 2590)}),
    # Copies to another host
    ("x.sh", "sftp -q -P 2222 -i ~/.ssh/id_x -b - joe@far.example <<'E'\n", {("far.example", 2222)}),
    ("x.sh", "sftp -b /tmp/batch far.example\nscp -P 2200 x joe@far2:/in\nrsync -a -e 'ssh -p 2201' x joe@far3:in/\n", {("far.example", 22), ("far2", 2200), ("far3", 2201)}),
    ("x.sh", '#!/bin/sh\nDEST=backup@vault1\nlocal box="far.example"\nMODE=daily\nrsync -a /x "$DEST:/in/$MODE"\nscp x joe@${box}:in\ncurl http://$box:8080/$MODE\nrsync -a $MODE/ $UNKNOWN:/y\n', {("vault1", 22), ("far.example", 22), ("far.example", 8080)}),
    # What says of itself that it is not in use
    ("flows.json", '[\n {\n  "id": "t1",\n  "disabled": false\n },\n {\n  "id": "t2",\n  "disabled": true\n },\n {\n  "id": "n1",\n  "z": "t1",\n  "host": "a1",\n  "port": "1111"\n },\n {\n  "id": "n2",\n  "z": "t2",\n  "host": "a2",\n  "port": "2222"\n },\n {\n  "id": "n3",\n  "z": "t1",\n  "d": true,\n  "url": "http://a3/x"\n },\n {\n  "id": "n4",\n  "url": "http://a4/x"\n }\n]', {("a1", 1111), ("a4", 80)}),
    ("x.yml", "mail:\n  enabled: false\n  host: mx1\n  more:\n    host: mx2\ndb:\n  enabled: true\n  db_host: db1\n", {("db1", None)}),
    ("x.ini", "enabled = no\nserver = a0\n[one]\nenabled = no\nserver = a1\n[two]\ndisabled = no\nserver = a2\n", {("a0", None), ("a2", None)}),
    # Sockets
    ("vhost.conf", 'ProxyPass "unix:/run/a.sock|http://a.invalid/"\nSetHandler "proxy:unix:/run/b.sock|fcgi://b"', {("/run/a.sock", None), ("/run/b.sock", None)}),
    ("nginx.conf", "fastcgi_pass unix:/run/cgi.socket;\n", {("/run/cgi.socket", None)}),
]  # fmt: skip

NOTHING = [
    ("nginx.conf", "server_name www.corp.example;\nproxy_set_header Host $host;\n"),
    ("nginx.conf", "listen 10.0.0.1:8080;\n"),
    ("nginx.conf", "add_header X 'https://a.corp';\nreturn 301 https://b.corp/;\nproxy_redirect http://c.corp/ https://d.corp/;\n"),
    ("nginx.conf", "set $backend svc;\nproxy_pass http://$backend:8081;\n"),
    ("httpd.conf", 'Header set X "https://a.corp"\nRedirect permanent / https://b.corp/\nRewriteRule ^ https://c.corp/ [R=301,L]\n'),
    ("haproxy.cfg", "  http-request redirect location https://a.corp/x\n"),
    ("haproxy.cfg", "  bind 10.0.0.1:443 ssl crt /etc/x.pem\n  timeout server 30s\n"),
    ("redis.conf", "bind 10.0.0.1\nport 6379\n"),
    ("x.properties", "server.address=10.0.0.1\nserver.port=8080\n"),
    ("kafka.properties", "listeners=PLAINTEXT://0.0.0.0:9092\n"),
    ("etcd.yml", "listen-client-urls: http://10.0.0.1:2379\n"),
    ("x.yml", "  listen_address: 10.0.0.1\n  http_bind_address = 10.0.0.1:8086\n"),
    ("x.conf", "# server = db1:5432\n"),
    ("x.yml", "image: registry.corp/app:12\n"),
    ("x.yml", "time: 10:30\nstart: 2020-01-01T10:30:00\n"),
    ("x.sh", "echo port 22\ndate +%H:%M\n"),
    ("x.php", "$cfg['Servers'][$i]['connect_type'] = 'tcp';\n"),
    ("main.cf", "myhostname = me.corp.example\nmydestination = localhost\n"),
    ("x.service", "[Unit]\nDocumentation=https://docs.example.com/x man:x(8)\n"),
    ("x.conf", "user:1234\n"),
    ("uwsgi.ini", "socket = 10.0.0.1:8077\nhttp-socket = :8080\nstats = /run/x\n"),
    ("a.js", "const mysql = require('mysql');\nimport redis from 'redis';\n"),
    ("a.js", "import mysql from 'mysql2';\n"),
    ("package.json", '"description": "mysql behind a queue"'),
    ("a.js", "connect({host: process.env.DB_HOST, port: process.env.DB_PORT})"),
    ("appsettings.json", '"x": "abortConnect=false,connect=true"'),
    ("clients.conf", "client lan {\n ipaddr = 10.1.0.0/24\n address = 10.1.0.0/255.255.0.0\n}\n"),
    ("x.conf", "CheckHost yes\nnameserver 10.0.0.1\nNameServer n1\nDebugServer off\n"),
    ("x.sh", "start-server db1\necho 'mysql -u is down'\n--db.host=db1\n"),
    ("x.js", "x = {redirect_uri: 'https://own.corp/x', allowedOrigins: ['https://a.corp', 'https://b.corp']}"),
    ("syslog-ng.conf", 'source s { network(ip("10.0.0.1") port(514)); };\nfilter f { host("web1"); };\nsource t { tcp(port(601)); };\n'),
    ("rabbitmq.config", ' %% {host, "mq1"}, {port, 5673}\n'),
    ("compose.yml", "ports:\n  - 127.0.0.1:8080:80\n"),
    ("squid.conf", "visible_hostname = me.corp\n"),
    ("a.service", "ExecStart=/bin/systemctl stop /etc/systemd/system/a.socket\n"),
    ("x.conf", "Socket inet:8891@localhost\nlisten tcp:10.0.0.1:80\nlisten:10.0.0.1:80\nx = a[1]:22\n"),
    ("x.sh", "ssh -L 8080:10.0.0.1:80\ndate 1:10.5.3.2:80\n"),
    ("x.js", "f(a1, 2575); x = [b1, 8080];\n"),
    ("x.sh", 'rsync -a /srv/x /mnt/y || logger "backup:failed"\nscp -p x y && echo "a:b"\n'),
    ("x.sh", "sftp -V\nsftp -b batch $FAR\necho '(a1, 2575)'\n"),
    ("server.xml", '<Server port="8005" shutdown="SHUTDOWN">\n<Connector port="8080" redirectPort="8443" address="10.0.0.1"/>\n'),
]  # fmt: skip


def mentions_of(folder, name, text, awk):
    """What the host's own awk lets out of a file, read as it is read here."""
    file = folder / name
    file.write_text(f"{text}\n")
    done = subprocess.run([*awk, "-v", "q='", MENTIONS, str(file)], capture_output=True, text=True, check=True)
    return Configuration().parse(done.stdout)


def calls_of(folder, name, text, awk):
    return {(call.target, call.port) for call in configured_calls(mentions_of(folder, name, text, awk))}


@pytest.mark.parametrize("awk", AWKS[:1], ids=lambda awk: awk[-1])
@pytest.mark.parametrize(("name", "text", "want"), FORMS, ids=[f"{n}-{form[0]}" for n, form in enumerate(FORMS)])
def test_connections_in_every_form(name, text, want, awk, tmp_path):
    assert calls_of(tmp_path, name, text, awk) == want


@pytest.mark.parametrize(("name", "text"), NOTHING, ids=[f"{n}-{form[0]}" for n, form in enumerate(NOTHING)])
def test_what_is_listened_on_or_only_described_is_no_connection(name, text, tmp_path):
    assert calls_of(tmp_path, name, text, AWKS[0]) == set()


OVERRULED = [
    (
        {"x.service": "Environment=DB_HOST=db1 DB_PORT=5433", "x.service.d/a.conf": "Environment=DB_HOST=db2"},
        {("db2", 5433)},
    ),
    (
        {"x.service": "Environment=DB_HOST=localhost\nEnvironmentFile=-{}/x.env", "x.env": "DB_HOST=db2\n"},
        {("db2", None)},
    ),
    ({"x.service": "Environment=A_HOST=a1\n", "x.env": "A_HOST=a2\n"}, {("a1", None), ("a2", None)}),
    ({"a.conf": "db_host=a1\n", "b.conf": "db_host=a2\n"}, {("a1", None), ("a2", None)}),
]


@pytest.mark.parametrize(("files", "want"), OVERRULED, ids=map(str, range(len(OVERRULED))))
def test_what_a_unit_sets_counts_until_something_after_it_sets_it_again(files, want, tmp_path):
    (tmp_path / "x.service.d").mkdir()
    said = [
        mention
        for name, text in files.items()
        for mention in mentions_of(tmp_path, name, text.format(tmp_path), AWKS[0])
    ]
    assert {(call.target, call.port) for call in configured_calls(said)} == want


PLACES = [
    (
        "dovecot.conf",
        "  unix_listener /var/spool/postfix/private/auth {",
        MentionKind.LISTEN,
        (None, "/var/spool/postfix/private/auth"),
    ),
    ("uwsgi.ini", "socket = /run/shop/shop.sock", MentionKind.LISTEN, (None, "/run/shop/shop.sock")),
    ("uwsgi.yml", "  http-socket: 127.0.0.1:8077", MentionKind.LISTEN, (8077, "")),
    ("uwsgi.ini", "https = :8443,a.pem,a.key", MentionKind.LISTEN, (8443, "")),
    ("uwsgi.ini", "chdir = /srv/shop", MentionKind.FOLDER, (None, "/srv/shop")),
    ("shop.conf", "[program:shop]\ndirectory=/srv/shop/", MentionKind.FOLDER, (None, "/srv/shop")),
    ("lighttpd.conf", 'server.document-root = "/srv/Shop/pub"', MentionKind.FOLDER, (None, "/srv/Shop/pub")),
    ("vhost.conf", "  DocumentRoot /var/www/shop", MentionKind.FOLDER, (None, "/var/www/shop")),
    ("x.sh", "rsync -a backup@nas1:/srv/far/ /srv/near/", MentionKind.DATA, (None, "/srv/near")),
    ("x.sh", "scp nas1:/srv/far $NAS:/srv/far /srv/near", MentionKind.DATA, (None, "/srv/near")),
    (
        "lsyncd.conf.lua",
        'source = "/srv/near",\nhost = "x@nas1",\ntargetdir = "/srv/far",',
        MentionKind.DATA,
        (None, "/srv/near"),
    ),
    ("x.sh", "rsync -a nas1::/srv/far /srv/near", MentionKind.DATA, (None, "/srv/near")),
    ("x.ini", "target = nas1:/srv/far\nlocal = /srv/near", MentionKind.DATA, (None, "/srv/near")),
    ("x.ini", "remote_dir = /srv/far\nlocal_dir = /srv/near", MentionKind.DATA, (None, "/srv/near")),
    ("dir.conf", "@/etc/x/all.conf\n", MentionKind.FILE, (None, "/etc/x/all.conf")),
    ("x.ini", "store = file:/srv/near", MentionKind.DATA, (None, "/srv/near")),
    ("x.conf", "unix:/srv/x/a.socket\ndata = /srv/near", MentionKind.DATA, (None, "/srv/near")),
]


@pytest.mark.parametrize(("name", "text", "kind", "want"), PLACES, ids=[f"{n}-{p[0]}" for n, p in enumerate(PLACES)])
def test_where_a_program_listens_and_works(name, text, kind, want, tmp_path):
    assert [(m.port, m.path) for m in mentions_of(tmp_path, name, text, AWKS[0]) if m.kind is kind] == [want]


PATHS = [
    ("shop/.env", {"db1"}),
    ("shop/.env.production", {"db1"}),
    ("shop/env", {"db1"}),
    ("shop/environment", {"db1"}),
    ("shop/.profile", {"db1"}),
    ("shop/Procfile", {"db1"}),
    ("shop/x.conf", {"db1"}),
    ("shop/notes", set()),
    ("shop/.history", set()),
    ("shop/.pgpass", set()),
    ("shop/passwd", set()),
    ("shop/app.secrets", set()),
    ("shop/secrets.yml", {"db1"}),
    ("shop/conf/old/x.conf", set()),
    ("shop/conf/sites/Alt-2019/x.conf", set()),
    ("etc/shop/disabled/x.conf", set()),
    ("shop/conf.d/disabled/x.conf", set()),
    ("old/shop/conf/x.conf", {"db1"}),
    ("etc/backup/x.conf", {"db1"}),
    ("shop/application-secrets.properties", {"db1"}),
    ("shop/credentials.env", {"db1"}),
    ("shop/10-secrets.conf", {"db1"}),
]


@pytest.mark.parametrize(("name", "want"), PATHS, ids=[name for name, _ in PATHS])
def test_of_a_file_without_an_extension_only_its_secrets_are_told_unless_its_name_says_settings(name, want, tmp_path):
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("DB_HOST=db1\nDB_PASSWORD=x\n")
    program = MENTIONS.replace("(home|opt|", f"({tmp_path.parts[1]}|home|opt|")
    assert program != MENTIONS
    done = subprocess.run([*AWKS[0], "-v", "q='", program, str(file)], capture_output=True, text=True, check=True)
    found = Configuration().parse(done.stdout)
    assert {m.host for m in found if m.host} == want
    assert [m.key for m in found if m.kind is MentionKind.SECRET] == ["db_password"]


def test_an_account_with_its_number_is_no_host_in_settings_that_are_called_after_secrets(tmp_path):
    text = "joe:4711\ndatabase_url: postgres://u:p@db1/x\nredis_host: r1\nredis_port: 6380\n"
    found = mentions_of(tmp_path, "secrets.yml", text, AWKS[0])
    assert {(call.target, call.port) for call in configured_calls(found)} == {("db1", 5432), ("r1", 6380)}


SET = [
    ("SHOP_DATA", "/srv/shop", ["/srv/shop"]),
    ("REPORT_DIR", "/srv/reports/", ["/srv/reports"]),
    ("PGDATA", "/var/lib/postgresql/15/main", ["/var/lib/postgresql/15/main"]),
    ("UPLOADS", "/home/shop/up", []),
    ("HOME", "/srv/shop", []),
    ("PWD", "/srv/shop", []),
    ("CATALINA_BASE", "/srv/shop", []),
    ("CONF_DIR", "/srv/shop/conf", []),
    ("PYTHONPATH", "/srv/shop:/srv/lib", []),
    ("SHOP_DATA_URL", "file:/srv/shop", []),
]


@pytest.mark.parametrize(("name", "value", "want"), SET, ids=[name for name, _, _ in SET])
def test_the_environment_of_a_process_names_folders_of_data(name, value, want):
    assert [m.path for m in told_by_a_process({name: value}) if m.kind is MentionKind.DATA] == want


STARTED = [
    ({"SHOP_DB_HOST": "db1"}, ["shop"], {("db1", None)}),
    ({"A_HOST": "a1", **{f"V{n}": "" for n in range(9)}, "A_PORT": "1111"}, ["shop"], {("a1", 1111)}),
    ({"SHOP_DB": "postgres://u:p@db1/x"}, ["shop"], {("db1", 5432)}),
    ({"HOST": "10.0.0.9", "HOSTNAME": "me", "SSH_CLIENT": "10.0.0.9 1 22"}, ["shop"], set()),
    ({}, ["shop", "--db-host", "db1", "--db-port=5433"], {("db1", 5433)}),
    ({}, ["java", "-Djava.rmi.server.hostname=me", "-Ddb.host=db1"], {("db1", None)}),
    # Another scan's own program: its text is long, and full of forms of connections.
    ({"MIGRATE_PID": "7", "REDACT": "http://b1:80"}, ["db.host=db1"], set()),
]


@pytest.mark.parametrize(("environment", "command", "want"), STARTED, ids=[str(n) for n, _ in enumerate(STARTED)])
def test_command_line_and_environment_of_a_process_name_what_it_connects_to(environment, command, want):
    found = told_by_a_process(environment, command)
    assert {(call.target, call.port) for call in configured_calls(found)} == want


def told_by_a_process(environment, command=()):
    """What the question lets out about a process with this environment that shows this command line."""
    waiting = ["/bin/sh", "-c", "read -r line", *command]
    with subprocess.Popen(waiting, env=environment, stdin=subprocess.PIPE, text=True) as process:
        done = subprocess.run(
            ["/bin/sh"], input=f"zeros=1\n{ProcessSettings.command}", capture_output=True, text=True, check=True
        )
        process.kill()
    return [m for m in ProcessSettings().parse(done.stdout) if pid_of(m) == process.pid]


@pytest.mark.parametrize("awk", AWKS[1:], ids=lambda awk: awk[-1])
def test_every_awk_reads_the_same(awk, tmp_path):
    text = "\n".join(text for _, text, _ in FORMS)
    assert calls_of(tmp_path, "a.conf", text, awk) == calls_of(tmp_path, "b.conf", text, AWKS[0])


TUNNELS = "Host jump\n  {}\n  {}\nHost other\n  HostName 10.0.0.2\n"
NAME, FORWARD = "HostName 10.0.0.1", "LocalForward 127.0.0.1:13306 {}:3306"


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        (NAME, FORWARD.format("localhost"), {("10.0.0.1", 3306)}),
        (FORWARD.format("127.0.0.1"), NAME, {("10.0.0.1", 3306)}),
        (NAME, FORWARD.format("db1"), {("db1", 3306)}),
        ("User anna", FORWARD.format("localhost"), set()),
    ],
)
def test_a_tunnel_leads_to_the_host_that_it_goes_through(first, second, want, awk, tmp_path):
    (tmp_path / ".ssh").mkdir()
    mentions = mentions_of(tmp_path, ".ssh/config", TUNNELS.format(first, second), awk)
    assert {(call.target, call.port) for call in configured_calls(mentions)} == want
    assert [m.port for m in mentions if m.kind is MentionKind.LISTEN] == [13306]


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
@pytest.mark.parametrize(
    ("line", "want"),
    [
        ('mysqldump --defaults-extra-file="$HOME/.save.cnf" x', "/.save.cnf"),
        ("curl --netrc-file /root/.netrc http://a/", "/root/.netrc"),
        ("rsync -a -e 'ssh -i ${HOME}/.ssh/vault' /srv/a vault:/srv/b", "/.ssh/vault"),
        ('  ssh = { identityFile = "/root/.ssh/vault" }', "/root/.ssh/vault"),
        (". $HOME/.profile; exec ./shop", "/.profile"),
        ("  JkWorkersFile /etc/shop/workers.properties", "/etc/shop/workers.properties"),
    ],
)
def test_files_that_hold_what_a_client_logs_in_with(line, want, awk, tmp_path):
    found = mentions_of(tmp_path, "x.sh", line, awk)
    assert want in [m.path for m in found if m.kind is MentionKind.FILE]


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
def test_groups_of_options_are_told_apart_where_files_have_them(awk, tmp_path):
    text = "[client]\nport=3306\n# [none]\n [mysqld.old]\ndatadir = /srv/old\n"
    found = {name: mentions_of(tmp_path, name, text, awk) for name in ("my.cnf", "my.ini")}
    groups = {name: [m.key for m in told if m.kind is MentionKind.GROUP] for name, told in found.items()}
    assert groups == {"my.cnf": ["client", "mysqld.old"], "my.ini": []}


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
@pytest.mark.parametrize(
    ("line", "want"),
    [
        ('my $db = DBI->connect("dbi:ODBC:STOCK") or die;', ["odbc STOCK"]),
        ("$db = new PDO('odbc:Stock', $u, $p);", ["odbc Stock"]),
        ("$db = new PDO('odbc:DSN=STOCK;UID=a');", ["odbc STOCK"]),
        ('pyodbc.connect("DSN=STOCK;UID=a")', ["odbc STOCK"]),
        ("$db = new PDO('odbc:Driver=FreeTDS;Server=x');", []),
        ("dsn = postgres://db1/x", []),
        ('DBI->connect("dbi:Pg:service=tides", "", "")', ["pg tides"]),
        ("export PGSERVICE=tides", ["pg tides"]),
        ("microservice=tides", []),
    ],
)
def test_names_that_stand_for_a_database(line, want, awk, tmp_path):
    found = mentions_of(tmp_path, "x.pl", line, awk)
    assert [m.text for m in found if m.kind is MentionKind.SOURCE] == want


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
@pytest.mark.parametrize(
    ("name", "text", "want"),
    [
        ("x.conf", "location / { root /srv/a/public; }", ["root /srv/a/public"]),
        ("x.conf", "location /b/ { alias /srv/b/; location /c { root b; } }", ["alias /srv/b"]),
        ("x.conf", 'Alias /media "/srv/a/media"', ["alias /srv/a/media"]),
        ("x.conf", "WSGIScriptAlias / /srv/a/shop.wsgi", ["runs /srv/a/shop.wsgi"]),
        ("x.conf", 'ScriptAlias /cgi-bin/ "/srv/a/cgi/"', ["runs /srv/a/cgi"]),
        ("x.conf", "WSGIDaemonProcess a user=a home=/srv/a threads=3", ["runs /srv/a"]),
        ("x.conf", "PassengerAppRoot /srv/a", ["runs /srv/a"]),
        ("x.conf", "passenger_enabled on;\nroot /srv/a/public;", ["root /srv/a/public", "runs /srv/a/public"]),
        ("x.conf", "root /srv/a/public;\npassenger_enabled on;", ["root /srv/a/public", "runs /srv/a/public"]),
        ("x.conf", "root /srv/a/public;\npassenger_enabled off;", ["root /srv/a/public"]),
        ("x.conf", "PerlRequire /srv/a/startup.pl", ["runs /srv/a/startup.pl"]),
        ("uwsgi-x.ini", "wsgi-file = /srv/a/app.py", ["runs /srv/a/app.py"]),
        ("x.ini", "wsgi-file = /srv/a/app.py", []),
        ("x.sh", "alias ll='ls /srv/a'", []),
    ],
)
def test_what_a_web_server_serves_and_what_it_runs_itself(name, text, want, awk, tmp_path):
    said = mentions_of(tmp_path, name, text, awk)
    assert [f"{m.key} {m.path}" for m in said if m.kind is MentionKind.FOLDER] == want


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
def test_a_folder_as_the_host_of_a_database_means_the_socket_in_it(awk, tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        path = str(tmp_path / ".s.PGSQL.5444")
        listening.bind(path)
        listening.listen()
        assert calls_of(tmp_path, "a.env", f"PGHOST={tmp_path}\nPGPORT=5444\n", awk) == {(path, None)}
        assert calls_of(tmp_path, "b.env", "PGHOST=/srv/pg/run\n", awk) == set()


def test_the_folder_of_a_socket_is_no_data(tmp_path):
    said = mentions_of(tmp_path, "a.env", "PGHOST=/srv/pg/run\nhost: '/srv/pg/run'\nTARGET=/srv/dumps\n", AWKS[0])
    assert [m.path for m in said if m.kind is MentionKind.DATA] == ["/srv/dumps"]


@pytest.mark.parametrize("awk", AWKS, ids=lambda awk: awk[-1])
def test_a_quoted_path_is_a_call_where_the_host_has_such_a_socket(awk, tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        path = str(tmp_path / "lmtp")
        listening.bind(path)
        listening.listen()
        assert calls_of(tmp_path, "main.cf", f"mailbox_transport = lmtp:unix:{path}\n", awk) == {(path, None)}
        text = f'action "box" lmtp "{path}" x\nother "{path}-two"\nplain {path}\nlog "/var/log/x"\n'
        assert calls_of(tmp_path, "smtpd.conf", text, awk) == {(path, None)}
