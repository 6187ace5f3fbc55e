# packages: php7.4-fpm php7.4-pgsql nginx-light python3 python3-psycopg2 python3-pika screen net-tools
# Where everything went that had no other place: a job every minute, a screen session of a person who has left, a daemon
# from before systemd, and reports in PHP.
useradd --system --create-home --home-dir /opt/billing --shell /bin/sh billing
install -d -o billing /srv/bills
install -m 755 /recipe/payload/bill.py /opt/billing/bill.py
printf 'BILLING_DSN="host=db.corp.test dbname=shop user=billing password=Rechnung_8"\n' >/opt/billing/billing.conf
chown billing /opt/billing/billing.conf
chmod 600 /opt/billing/billing.conf
printf '#!/bin/sh\n. /opt/billing/billing.conf\nexport BILLING_DSN\nexec /opt/billing/bill.py\n' >/opt/billing/run.sh
chmod 755 /opt/billing/run.sh
printf 'SHELL=/bin/sh\n* * * * * billing /opt/billing/run.sh\n10 3 * * 1 root find /srv/bills -mtime +60 -delete\n' >/etc/cron.d/billing

useradd --create-home --shell /bin/bash mkoch
install -d -o mkoch /home/mkoch/rates
install -m 755 -o mkoch /recipe/payload/rates.py /home/mkoch/rates/rates.py
echo 'amqp://feed:Hasenpfeffer.3@mq.corp.test:5672/shop?heartbeat=60' >/home/mkoch/rates/queue-url
chown mkoch /home/mkoch/rates/queue-url
chmod 600 /home/mkoch/rates/queue-url
echo '@reboot screen -dmS rates /home/mkoch/rates/rates.py' | crontab -u mkoch -

install -m 755 /recipe/payload/meterd /usr/local/sbin/meterd
cat >/etc/init.d/meterd <<'INIT'
#!/bin/sh
### BEGIN INIT INFO
# Provides:          meterd
# Required-Start:    $network $remote_fs
# Required-Stop:     $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: counts lines
### END INIT INFO
case "$1" in
  start) /usr/local/sbin/meterd ;;
  stop) kill "$(cat /var/run/meterd.pid)" ;;
  restart) "$0" stop; "$0" start ;;
  status) kill -0 "$(cat /var/run/meterd.pid)" ;;
  *) echo "usage: $0 start|stop|restart|status"; exit 2 ;;
esac
INIT
chmod 755 /etc/init.d/meterd
update-rc.d meterd defaults

install -d /var/www/reports
cat >/var/www/reports/settings.php <<'PHP'
<?php const DSN = 'host=db.corp.test dbname=shop user=reports password=lesen*nur';
PHP
cat >/var/www/reports/index.php <<'PHP'
<?php
require 'settings.php';
$rows = pg_query(pg_pconnect(DSN), 'select article, sum(quantity) from orders group by 1 order by 2 desc limit 5');
while ($row = pg_fetch_row($rows)) echo "$row[0] $row[1]\n";
PHP
cat >/etc/nginx/sites-available/reports <<'NGINX'
server {
    listen 8082;
    root /var/www/reports;
    index index.php;
    location ~ \.php$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:/run/php/php7.4-fpm.sock;
    }
}
NGINX
rm -f /etc/nginx/sites-enabled/default
ln -s /etc/nginx/sites-available/reports /etc/nginx/sites-enabled/reports
echo 'nas.corp.test:/export/bills /mnt/bills nfs noauto,vers=3 0 0' >>/etc/fstab
systemctl enable -q nginx php7.4-fpm
