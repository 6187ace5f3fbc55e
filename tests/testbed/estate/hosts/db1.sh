# packages: postgresql-15
# The database, with data. Here sudo asks for a password, which a scan does not have.
rm /etc/sudoers.d/scanner
echo 'scanner ALL=(root) ALL' >/etc/sudoers.d/scanner-asks
chmod 440 /etc/sudoers.d/scanner-asks
sed -i "s/^#listen_addresses.*/listen_addresses = '*'/; s/^max_connections.*/max_connections = 50/; s/^shared_buffers.*/shared_buffers = 64MB/" \
  /etc/postgresql/15/main/postgresql.conf
echo 'host shop all 10.78.0.0/24 scram-sha-256' >>/etc/postgresql/15/main/pg_hba.conf
pg_ctlcluster 15 main start
cat >/tmp/make.sql <<'SQL'
create role shop login password 'Herbst-2016-shop';
create role desk login password 'Schalter#5';
create role billing login password 'Rechnung_8';
create role reports login password 'lesen*nur';
create database shop owner shop;
\c shop
create table orders (id bigserial primary key, article text, quantity int, price numeric(10, 2), made timestamptz default now());
insert into orders (article, quantity, price)
  select 'A-' || (i % 700), 1 + i % 9, (i % 20000) / 100.0 from generate_series(1, 200000) i;
create table tickets (id serial primary key, subject text);
insert into tickets (subject) select 'Ticket ' || i from generate_series(1, 500) i;
alter table orders owner to shop;
alter table tickets owner to desk;
grant select on orders, tickets to billing, reports;
grant select on orders to desk;
SQL
su postgres -c 'psql -q -v ON_ERROR_STOP=1 -f /tmp/make.sql'
rm /tmp/make.sql
pg_ctlcluster 15 main stop
install -d -o postgres -g postgres /srv/dumps
printf 'PATH=/usr/bin:/bin\n40 1 * * * postgres pg_dump -Fc shop >/srv/dumps/shop.dump\n' >/etc/cron.d/dump-shop
systemctl enable -q postgresql
