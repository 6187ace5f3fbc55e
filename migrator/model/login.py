"""How the scan got into a host: what an auditor asks about the connection itself."""

from dataclasses import dataclass
from enum import StrEnum

from migrator.model.record import Record

__all__ = ["HostKeyTrust", "Login"]


class HostKeyTrust(StrEnum):
    """Why the host key was believed."""

    ON_RECORD = "on record"
    CERTIFICATE = "certificate"
    """An authority on record has signed it."""
    NEW = "new"
    """Nobody knew it; it was taken as it came and is on record now."""
    UNVERIFIED = "unverified"
    """Nobody compared it with anything."""


@dataclass(frozen=True, slots=True)
class Login(Record):
    """One SSH connection. What is empty or null was not seen."""

    client: str = ""
    """`paramiko` or `openssh`."""
    host_key: str = ""
    """Type and fingerprint, as ssh shows them."""
    trust: HostKeyTrust | None = None
    key_exchange: str = ""
    cipher: str = ""
    mac: str = ""
    strict_key_exchange: bool | None = None
    """Whether both sides close the gap of CVE-2023-48795 (Terrapin)."""
    legacy: tuple[str, ...] = ()
    """Broken algorithms that were used because they were allowed."""

    @property
    def open_to_terrapin(self) -> bool:
        """Whether the gap is open and this cipher can be attacked through it. Source: CVE-2023-48795."""
        attackable = self.cipher.startswith("chacha20-poly1305") or ("-cbc" in self.cipher and "-etm@" in self.mac)
        return self.strict_key_exchange is False and attackable
