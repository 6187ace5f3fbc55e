"""Which algorithms of SSH are broken or close to it. Pure.

SHA-1 signatures and key exchange (RFC 8332, RFC 9142), DSA, ciphers in CBC mode, RC4 and Blowfish, MACs of MD5 or cut
to 96 bits: none of them is among the defaults of OpenSSH 9.2. HMAC-SHA1 in full length is not broken, and hosts of the
age that we meet have nothing else.
"""

import re
from collections.abc import Iterable

__all__ = ["ALLOW", "is_legacy", "legacy_only", "without_legacy"]

ALLOW = "--allow-legacy-crypto"
_LEGACY = re.compile(
    r"ssh-(rsa|dss)(-cert-v0[01]@openssh\.com)?"
    r"|(diffie-hellman-|gss-).*-sha1(-.*)?"
    r"|.*-cbc(@.*)?|(arcfour|blowfish|cast128).*"
    r"|hmac-(md5|ripemd|sha1-96).*"
)
_NO_ALGORITHM = re.compile(r"kex-strict-.*|ext-info-.*")


def is_legacy(algorithm: str) -> bool:
    """Whether an algorithm may be used with `--allow-legacy-crypto` only."""
    return _LEGACY.fullmatch(algorithm) is not None


def without_legacy(algorithms: Iterable[str]) -> tuple[str, ...]:
    """The others, in their order."""
    return tuple(name for name in algorithms if not is_legacy(name))


def legacy_only(offer: Iterable[str]) -> bool:
    """Whether a host's offer has something that legacy cryptography would reach."""
    return any(is_legacy(name) for name in offer if not _NO_ALGORITHM.fullmatch(name))
