from migrator.scan.fact import Fact

__all__ = ["Deployments"]


class Deployments(Fact[tuple[str, ...]]):
    """Java archives that an application server deploys, as paths: where Debian, Red Hat and tarballs put them."""

    name = "deployments"
    command = r"""
for d in /var/lib /opt /srv /usr/local /usr/share/tomcat*; do
  [ -d "$d" ] && find "$d" -xdev -maxdepth 5 \( -name '*.war' -o -name '*.ear' \) -print 2>/dev/null
done | head -n 500
true
"""

    def parse(self, text: str) -> tuple[str, ...]:
        """Read one path a line."""
        return tuple(sorted({line for line in text.split("\n") if line.startswith("/")}))
