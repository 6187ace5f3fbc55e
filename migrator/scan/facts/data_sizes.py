from collections.abc import Mapping

from migrator.scan.fact import Fact

__all__ = ["DataSizes"]


class DataSizes(Fact[Mapping[str, int]]):
    """Space used below the usual data folders, MiB by path, three levels deep. Dear, so asked only with `--deep`.

    At the third level, where a database's version has its clusters, there may be very many: those that hold a mebibyte
    are told, 1,000 of each folder at most. What holds less has the folder that it is in for a bound.
    Without root, du(1) is silently wrong where it may not enter a folder; its complaints become a gap.
    """

    name = "data_sizes"
    deep = True
    command = r"""
for d in /var/lib /srv /opt /var/www /data /home /export /var/spool; do
  [ -d "$d" ] && du -x -k -d 3 "$d" | awk -F/ -v top="$d" 'BEGIN { two = split(top, part, "/") + 2 } NF <= two || ($1 + 0 >= 1024 && n++ < 1000)'
done
true
"""

    def parse(self, text: str) -> Mapping[str, int]:
        """Read `KiB<tab>path` lines; anything below one MiB counts as one."""
        sizes = {}
        for line in text.split("\n"):
            kib, tab, path = line.partition("\t")
            if tab and kib.isdecimal():
                sizes[path] = max(1, -(-int(kib) // 1024))
        return sizes
