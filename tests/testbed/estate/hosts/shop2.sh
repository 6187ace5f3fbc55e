# packages: tomcat10 openjdk-17-jre-headless libpostgresql-jdbc-java
# The second of two equal servers.
. /recipe/hosts/shop1.sh
