from collections.abc import Iterator

from migrator.scan.certificate import Certificate, read
from migrator.scan.fact import Fact

__all__ = ["Certificates"]

_END = "-----END CERTIFICATE-----"


class Certificates(Fact[tuple[Certificate, ...]]):
    """TLS certificates in files: the first of each, which is the server's own. Never a key.

    A certificate is public. What leaves the host is the text between its two marks and nothing else of the file, which
    may hold the key too. Certificates of public authorities are left out. Bounded in depth, size and number of files.
    Source: RFC 7468.
    """

    name = "certificates"
    command = r"""
roots=
for d in /etc /opt /srv /usr/local /var/lib /home /data /app /apps; do [ -d "$d" ] && roots="$roots $d"; done
find $roots -xdev -maxdepth 5 \( -path /etc/ssl/certs -o -path /etc/ca-certificates -o -path /etc/pki/ca-trust \
  -o -path /etc/pki/tls/certs -o -path /usr/local/share/ca-certificates -o -path /var/lib/ca-certificates \
  -o -path /var/lib/dpkg -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/containers \
  -o -name .git -o -name node_modules -o -name site-packages -o -name dist-packages -o -name cacerts \) -prune -o \
  \( -type f -o -type l \) -size -64k \( -name '*.pem' -o -name '*.crt' -o -name '*.cer' -o -name '*.cert' \) -print |
head -n 300 | while IFS= read -r f; do
  if [ -f "$f" ] && [ -r "$f" ]; then
    printf ' file %s\n' "$f"
    awk '/-----BEGIN/ && !/-----BEGIN CERTIFICATE-----/ && p { exit }
      /-----BEGIN CERTIFICATE-----/ { p = 1 }
      p && /^[A-Za-z0-9+\/=]+\r?$|^-----(BEGIN|END) CERTIFICATE-----/ { sub(/\r$/, ""); print " " $0 }
      p && /-----END CERTIFICATE-----/ { exit }' "$f"
  elif [ -f "$f" ]; then echo "$f: Permission denied" >&2; fi
done
true
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
