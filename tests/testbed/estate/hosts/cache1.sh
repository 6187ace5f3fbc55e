# packages: redis-server rabbitmq-server net-tools
# Cache and queue: both keep what they hold on disk.
sed -i 's/^bind .*/bind 0.0.0.0/; s/^# requirepass .*/requirepass kessel.77.rot/; s/^appendonly no/appendonly yes/; s/^# maxmemory <bytes>/maxmemory 128mb/' \
  /etc/redis/redis.conf
cat >/etc/systemd/system/redis-seed.service <<'UNIT'
[Unit]
Description=put prices into the cache
After=redis-server.service
Requires=redis-server.service

[Service]
Type=oneshot
Environment=REDISCLI_AUTH=kessel.77.rot
ExecStart=/usr/bin/redis-cli mset price:A-1 19.90 price:A-2 24.50 price:A-3 5.00

[Install]
WantedBy=multi-user.target
UNIT
printf 'NODENAME=rabbit@cache1\nRABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none"\n' >/etc/rabbitmq/rabbitmq-env.conf
cat >/etc/rabbitmq/rabbitmq.conf <<'CONF'
listeners.tcp.default = 5672
load_definitions = /etc/rabbitmq/definitions.json
CONF
cat >/etc/rabbitmq/definitions.json <<'JSON'
{"users": [{"name": "feed", "password": "Hasenpfeffer.3", "tags": ""}],
 "vhosts": [{"name": "shop"}],
 "permissions": [{"user": "feed", "vhost": "shop", "configure": ".*", "write": ".*", "read": ".*"}],
 "queues": [{"name": "rates", "vhost": "shop", "durable": true, "auto_delete": false, "arguments": {}}]}
JSON
systemctl enable -q redis-server redis-seed rabbitmq-server
