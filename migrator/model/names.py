"""Names that Kubernetes and Kuma accept, made from whatever a host calls things."""

import hashlib
import re

__all__ = ["dns_label", "is_dns_label"]

MAX_LENGTH = 63
_ADDRESS = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
"""IPv4 in the one form that it is written in."""
_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def is_dns_label(name: str) -> bool:
    """Tell whether `name` is an RFC 1035 label: what a Service and every Kuma resource must be called."""
    return _LABEL.fullmatch(name) is not None


def dns_label(text: str, *, limit: int = MAX_LENGTH) -> str:
    """Make an RFC 1035 label of at most `limit` characters from any text.

    Total and deterministic. A label is kept as it is. Any other text keeps its readable part and gets eight hex digits
    of its SHA-256, unless lower-casing and dots-to-dashes was all it took; so two different texts that look
    alike do not collide silently. An IPv4 address gets `ip-` before it, as clouds call their machines, and no digest.
    """
    if len(text) <= limit and is_dns_label(text):
        return text
    if _ADDRESS.fullmatch(text):
        text = f"ip-{text}"
    plain = re.sub(r"[._/@ ]", "-", text.lower())
    if text.isascii() and len(plain) <= limit and is_dns_label(plain) and "--" not in plain:
        return plain
    readable = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]", "-", text.lower())).strip("-0123456789")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable[: limit - 9].rstrip('-') or 'x'}-{digest}"
