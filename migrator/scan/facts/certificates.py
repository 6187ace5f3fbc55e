from collections.abc import Iterable, Iterator

from migrator.scan.certificate import Certificate, read
from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["Certificates"]

_END = "-----END CERTIFICATE-----"


class Certificates(Fact[tuple[Certificate, ...]]):
    """TLS certificates in files: the first of each, which is the server's own. Never a key.

    A certificate is public. What leaves the host is the text between its two marks, whether others follow and whether a
    private key stands beside it, and nothing else of the file. Collections of authorities are left out: the links of the
    folders where systems keep them, and files of several without a key. One that may sign others is no authority by that alone:
    `openssl req -x509` makes each server certificate so. Bounded in depth, size and number of files. Source: RFC 7468.
    """

    name = "certificates"
    shell = FILES
    command = r"""
[ -r /proc/1/environ ] || [ -z "$(chosen !)" ] || echo 'find: some folders: Permission denied' >&2
set -- $(readable p)
[ "$#" -eq 0 ] || awk 'FNR == 1 { p = 0; print " file " FILENAME }
  /-----BEGIN .*PRIVATE KEY-----/ { print " (key)" }
  p == 2 && /-----BEGIN CERTIFICATE-----/ { print " (more)"; p = 3 }
  p > 1 { next }
  /-----BEGIN/ && !/-----BEGIN CERTIFICATE-----/ && p { p = 2; next }
  /-----BEGIN CERTIFICATE-----/ { p = 1 }
  p && /^[A-Za-z0-9+\/=]+\r?$|^-----(BEGIN|END) CERTIFICATE-----/ { sub(/\r$/, ""); print " " $0 }
  p && /-----END CERTIFICATE-----/ { p = 2 }' "$@"
"""

    def parse(self, text: str) -> tuple[Certificate, ...]:
        """Read every whole certificate, in the order of paths."""
        found = ((read(path, pem), collected) for path, pem, collected in sorted(_files(text.split("\n"))))
        return tuple(one for one, collected in found if one and not (one.authority and collected))


def _files(lines: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """Path, PEM text and whether there are others and no key, of each file that holds a whole certificate."""
    parts: dict[str, list[str]] = {}
    path = ""
    for line in lines:
        if line.startswith(" file /"):
            path = line.removeprefix(" file ")
        elif path:
            parts.setdefault(path, []).append(line.strip())
    for name, part in parts.items():
        block = [line for line in part if not line.startswith("(")]
        if _END in block:
            yield name, "\n".join(block[: block.index(_END) + 1]), "(more)" in part and "(key)" not in part
