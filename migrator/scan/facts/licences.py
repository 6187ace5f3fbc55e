from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["Licences"]


class Licences(Fact[tuple[str, ...]]):
    """Files that look like a product's licence, as paths: many are bound to a host's name, address or disk.

    By name only; nothing is read. The text of a free licence (`LICENSE`, `LICENSE.txt`) is no such file.
    """

    name = "licences"
    shell = FILES
    command = r"""
for f in $(chosen l); do [ -h "$f" ] || printf '%s\n' "$f"; done
true
"""

    def parse(self, text: str) -> tuple[str, ...]:
        """Read one path a line."""
        return tuple(sorted({line for line in text.split("\n") if line.startswith("/")}))
