from collections.abc import Iterator

from migrator.scan.certificate import Certificate, read
from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["Certificates"]

_END = "-----END CERTIFICATE-----"


class Certificates(Fact[tuple[Certificate, ...]]):
    """TLS certificates in files: the first of each, which is the server's own. Never a key.

    A certificate is public. What leaves the host is the text between its two marks and nothing else of the file, which
    may hold the key too. Certificates of public authorities are left out. Bounded in depth, size and number of files.
    Source: RFC 7468.
    """

    name = "certificates"
    shell = FILES
    command = r"""
[ -r /proc/1/environ ] || [ -z "$(chosen !)" ] || echo 'find: some folders: Permission denied' >&2
set -- $(readable p)
[ "$#" -eq 0 ] || awk 'FNR == 1 { p = 0; print " file " FILENAME }
  p == 2 { next }
  /-----BEGIN/ && !/-----BEGIN CERTIFICATE-----/ && p { p = 2; next }
  /-----BEGIN CERTIFICATE-----/ { p = 1 }
  p && /^[A-Za-z0-9+\/=]+\r?$|^-----(BEGIN|END) CERTIFICATE-----/ { sub(/\r$/, ""); print " " $0 }
  p && /-----END CERTIFICATE-----/ { p = 2 }' "$@"
"""

    def parse(self, text: str) -> tuple[Certificate, ...]:
        """Read every whole certificate, in the order of paths. Those of authorities are nobody's own and left out."""
        found = (read(path, pem) for path, pem in sorted(_blocks(text.split("\n"))))
        return tuple(one for one in found if one and not one.authority)


def _blocks(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Path and PEM text of each file that holds one."""
    path, block = "", list[str]()
    for line in lines:
        if line.startswith(" file /"):
            path, block = line.removeprefix(" file "), []
            continue
        block.append(line.strip())
        if line.strip() == _END and path:
            yield path, "\n".join(block)
            path = ""
