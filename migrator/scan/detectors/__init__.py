"""Every detector, the particular before the general; the first that answers decides."""

from migrator.scan.detector import Detector
from migrator.scan.detectors import (
    apache,
    binary,
    dotnet,
    gunicorn,
    haproxy,
    java,
    memcached,
    mysql,
    nginx,
    node,
    php,
    php_fpm,
    postfix,
    postgresql,
    python,
    rabbitmq,
    redis,
    ruby,
    shell,
    tomcat,
    uwsgi,
    web_server,
)

__all__ = ["DETECTORS"]

DETECTORS: tuple[Detector, ...] = (
    tomcat.detect,
    java.detect,
    gunicorn.detect,
    uwsgi.detect,
    node.detect,
    php_fpm.detect,
    php.detect,
    nginx.detect,
    apache.detect,
    haproxy.detect,
    postgresql.detect,
    mysql.detect,
    redis.detect,
    memcached.detect,
    rabbitmq.detect,
    postfix.detect,
    dotnet.detect,
    python.detect,
    ruby.detect,
    web_server.detect,
    shell.detect,
    binary.detect,
)
