"""Every detector, the particular before the general; the first that answers decides."""

from migrator.scan.detector import Detector
from migrator.scan.detectors import (
    apache,
    binary,
    dotnet,
    interpreted,
    java,
    java_server,
    known,
    mysql,
    node,
    perl,
    php,
    php_fpm,
    python,
    python_server,
    ruby,
    shell,
    socket_server,
    tomcat,
)

__all__ = ["DETECTORS"]

DETECTORS: tuple[Detector, ...] = (
    socket_server.detect,
    tomcat.detect,
    java_server.detect,
    java.detect,
    python_server.detect,
    node.detect,
    php_fpm.detect,
    php.detect,
    apache.detect,
    known.detect,
    mysql.detect,
    dotnet.detect,
    python.detect,
    ruby.detect,
    perl.detect,
    interpreted.detect,
    shell.detect,
    binary.detect,
)
