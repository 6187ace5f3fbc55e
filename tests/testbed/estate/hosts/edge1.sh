# packages: haproxy openssl net-tools
# The way in: TLS, three applications by path, checks of each.
install -d -m 700 /etc/haproxy/certs
openssl req -x509 -newkey rsa:2048 -nodes -days 400 -subj /CN=shop.corp.test -addext subjectAltName=DNS:shop.corp.test \
  -keyout /tmp/key.pem -out /tmp/cert.pem 2>/dev/null
cat /tmp/cert.pem /tmp/key.pem >/etc/haproxy/certs/shop.pem
chmod 600 /etc/haproxy/certs/shop.pem
rm /tmp/key.pem /tmp/cert.pem
cat >/etc/haproxy/haproxy.cfg <<'CFG'
global
    log /dev/log local0
    user haproxy
    group haproxy
    stats socket /run/haproxy/admin.sock mode 660 level admin
    daemon

defaults
    mode http
    log global
    option httplog
    timeout connect 5s
    timeout client 30s
    timeout server 30s

frontend public
    bind *:80
    bind *:443 ssl crt /etc/haproxy/certs/shop.pem
    acl is_desk path_beg /desk
    acl is_price path_beg /price
    use_backend desk if is_desk
    use_backend price if is_price
    default_backend shop

backend shop
    balance roundrobin
    cookie NODE insert indirect nocache
    option httpchk GET /shop/health
    server shop1 shop1.corp.test:8080 check inter 5s cookie one
    server shop2 shop2.corp.test:8080 check inter 5s cookie two

backend desk
    option httpchk GET /desk/health
    server web1 web1.corp.test:8000 check inter 5s

backend price
    option httpchk GET /healthz
    server web1 web1.corp.test:3000 check inter 5s

listen statistics
    bind 127.0.0.1:8404
    stats enable
    stats uri /
    stats auth watch:Zaehler_19
CFG
install -d -o haproxy -g haproxy /run/haproxy
systemctl enable -q haproxy
