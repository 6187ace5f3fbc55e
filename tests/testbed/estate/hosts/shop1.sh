# packages: tomcat10 openjdk-17-jre-headless libpostgresql-jdbc-java
# The shop: a Tomcat as Debian packages it, an exploded application, passwords in an EnvironmentFile that a drop-in names.
install -d -o root -g tomcat -m 750 /etc/shop
cat >/etc/shop/shop.env <<'ENV'
SHOP_DB_URL=jdbc:postgresql://db.corp.test:5432/shop
SHOP_DB_USER=shop
SHOP_DB_PASSWORD=Herbst-2016-shop
SHOP_CACHE_PASSWORD=kessel.77.rot
JAVA_OPTS=-Xmx256m
ENV
chown root:tomcat /etc/shop/shop.env
chmod 640 /etc/shop/shop.env
install -d /etc/systemd/system/tomcat10.service.d
printf '[Service]\nEnvironmentFile=/etc/shop/shop.env\n' >/etc/systemd/system/tomcat10.service.d/shop.conf
cp -r /recipe/payload/shop /var/lib/tomcat10/webapps/shop
install -d /var/lib/tomcat10/webapps/shop/WEB-INF/lib
cp -L /usr/share/java/postgresql.jar /var/lib/tomcat10/webapps/shop/WEB-INF/lib/
rm -rf /var/lib/tomcat10/webapps/ROOT
chown -R tomcat:tomcat /var/lib/tomcat10/webapps/shop
systemctl enable -q tomcat10
