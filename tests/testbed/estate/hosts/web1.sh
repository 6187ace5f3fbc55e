# packages: nginx-light python3 python3-venv nodejs
# Two applications: gunicorn in a virtual environment behind nginx on a Unix socket, and Node under pm2.
useradd --system --home-dir /opt/desk --shell /usr/sbin/nologin desk
install -d -o desk -g desk /opt/desk /var/lib/desk /var/lib/desk/uploads
python3 -m venv /opt/desk/venv
/opt/desk/venv/bin/pip --quiet install --no-index --find-links /downloads/wheels gunicorn psycopg2-binary
install -m 644 /recipe/payload/desk.py /opt/desk/desk.py
cat >/opt/desk/settings.ini <<'INI'
[desk]
dsn = host=db.corp.test dbname=shop user=desk password=Schalter#5
uploads = /var/lib/desk/uploads
secret_key = 4f1e0c77aa90b2d3
INI
chown desk:desk /opt/desk/settings.ini
chmod 640 /opt/desk/settings.ini
for number in 1 2 3; do head -c 200000 /dev/urandom >/var/lib/desk/uploads/ticket-$number; done
chown desk:desk /var/lib/desk/uploads/*
cat >/etc/systemd/system/desk.service <<'UNIT'
[Unit]
Description=help desk
After=network.target

[Service]
User=desk
WorkingDirectory=/opt/desk
RuntimeDirectory=desk
ExecStart=/opt/desk/venv/bin/gunicorn --workers 2 --bind unix:/run/desk/desk.sock desk:application
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/nginx/sites-available/desk <<'NGINX'
upstream desk { server unix:/run/desk/desk.sock; }
server {
    listen 8000;
    location /desk { proxy_pass http://desk; proxy_set_header Host $host; }
}
NGINX
rm -f /etc/nginx/sites-enabled/default
ln -s /etc/nginx/sites-available/desk /etc/nginx/sites-enabled/desk

useradd --system --create-home --home-dir /home/deploy --shell /bin/sh deploy
install -d /opt/price /opt/pm2
cp -r /downloads/pm2/node_modules /opt/pm2/
install -m 644 /recipe/payload/price.js /opt/price/price.js
cat >/opt/price/ecosystem.config.js <<'JS'
module.exports = {
  apps: [{
    name: 'price',
    script: '/opt/price/price.js',
    cwd: '/opt/price',
    env: { PORT: 3000, CACHE: 'cache.corp.test:6379', CACHE_PASSWORD: 'kessel.77.rot' },
  }],
};
JS
cat >/etc/systemd/system/pm2-deploy.service <<'UNIT'
[Unit]
Description=PM2 process manager
After=network.target

[Service]
Type=forking
User=deploy
Environment=PM2_HOME=/home/deploy/.pm2
PIDFile=/home/deploy/.pm2/pm2.pid
ExecStart=/usr/bin/node /opt/pm2/node_modules/pm2/bin/pm2 start /opt/price/ecosystem.config.js
ExecStop=/usr/bin/node /opt/pm2/node_modules/pm2/bin/pm2 kill
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable -q nginx desk pm2-deploy
