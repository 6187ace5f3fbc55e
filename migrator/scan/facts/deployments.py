from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["Deployments"]


class Deployments(Fact[tuple[str, ...]]):
    """What is deployed, as paths: Java archives, where Debian, Red Hat and tarballs put them, and folders for uploads."""

    name = "deployments"
    shell = FILES
    command = r"""
chosen d
"""

    def parse(self, text: str) -> tuple[str, ...]:
        """Read one path a line."""
        return tuple(sorted({line for line in text.split("\n") if line.startswith("/")}))
