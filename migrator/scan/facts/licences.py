from migrator.scan.fact import Fact

__all__ = ["Licences"]


class Licences(Fact[tuple[str, ...]]):
    """Files that look like a product's licence, as paths: many are bound to a host's name, address or disk.

    By name only; nothing is read. The text of a free licence (`LICENSE`, `LICENSE.txt`) is no such file.
    """

    name = "licences"
    command = r"""
for d in /etc /opt /srv /usr/local /var/lib /home /data /app /apps; do
  [ -d "$d" ] && find "$d" -xdev -maxdepth 5 \( -name .git -o -name node_modules -o -name site-packages -o -name dist-packages \) -prune -o \
    -type f \( -name '*.lic' -o -name '*.LIC' -o -name '*.licence' -o -name '*.license' -o -iname 'licen[cs]e*.dat' -o -iname 'licen[cs]e*.key' \
    -o -iname 'licen[cs]e*.xml' \) -print 2>/dev/null
done | head -n 200
true
"""

    def parse(self, text: str) -> tuple[str, ...]:
        """Read one path a line."""
        return tuple(sorted({line for line in text.split("\n") if line.startswith("/")}))
