from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["Deployments"]


class Deployments(Fact[tuple[str, ...]]):
    """Java archives that an application server deploys, as paths: where Debian, Red Hat and tarballs put them."""

    name = "deployments"
    shell = FILES
    command = r"""
chosen d
"""

    def parse(self, text: str) -> tuple[str, ...]:
        """Read one path a line."""
        return tuple(sorted({line for line in text.split("\n") if line.startswith("/")}))
