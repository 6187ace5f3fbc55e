from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import SMALL

__all__ = ["User", "Users", "UsersFacts"]


@dataclass(frozen=True, slots=True)
class User:
    """One line of the user database, without the password field."""

    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = ""


@dataclass(frozen=True, slots=True)
class UsersFacts:
    """Local accounts by uid, and group names by gid."""

    by_uid: Mapping[int, User] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    def name(self, uid: int) -> str:
        """The account's name, or the number when the host's files do not hold it (LDAP, deleted)."""
        user = self.by_uid.get(uid)
        return user.name if user else str(uid)

    def named(self, name: str) -> User | None:
        """The account of that name."""
        return next((user for user in self.by_uid.values() if user.name == name), None)


class Users(Fact[UsersFacts]):
    """Accounts and groups. The second field of passwd(5) is cut off on the host: old systems keep hashes there."""

    name = "users"
    shell = SMALL
    command = r"""
awk -F: 'FNR == 1 { part = substr(FILENAME, 6); print "#" part }
  part == "group" { print " " $1 ":" $3; next } { print " " $1 ":" $3 ":" $4 ":" $6 ":" $7 }' /etc/passwd /etc/group
"""

    def parse(self, text: str) -> UsersFacts:
        """Read both lists; malformed lines are skipped. The first account of a uid names it, as getpwuid(3) does."""
        parts = sections(text)
        by_uid: dict[int, User] = {}
        for line in parts.get("passwd", []):
            fields = line.strip().split(":")
            if len(fields) == 5 and fields[1].isdecimal() and fields[2].isdecimal():  # noqa: PLR2004
                by_uid.setdefault(int(fields[1]), User(fields[0], int(fields[1]), int(fields[2]), *fields[3:]))
        groups: dict[int, str] = {}
        for line in parts.get("group", []):
            name, _, gid = line.strip().partition(":")
            if gid.isdecimal():
                groups.setdefault(int(gid), name)
        return UsersFacts(by_uid, groups)
