"""What one X.509 certificate says of itself. The only importer of cryptography.

Source: RFC 5280. Certificates are public; no private key is ever read.
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

__all__ = ["Certificate", "read"]

_MOST_NAMES = 20
_NOT_UNDERSTOOD = (
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises beside ValueError, none of which is one."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The first certificate of a file: the server's own, where a chain follows."""

    path: str
    subject: str
    names: tuple[str, ...]
    """DNS names and addresses that it is for, at most 20."""
    expires: str
    """ISO 8601 in UTC."""
    authority: bool = False
    """Whether it may sign others; so may most that sign themselves."""


def read(path: str, pem: str) -> Certificate | None:
    """Read one PEM block; None when it is none that the library understands."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        expires = found.not_valid_after_utc.isoformat(timespec="seconds")
        return Certificate(path, found.subject.rfc4514_string(), _names(found), expires, _is_authority(found))
    except (ValueError, *_NOT_UNDERSTOOD):
        return None


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)[:_MOST_NAMES]


def _is_authority(found: x509.Certificate) -> bool:
    try:
        return found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
