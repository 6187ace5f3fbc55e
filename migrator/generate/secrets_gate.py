"""The last look at everything that is about to be written: a secret stops the run. Pure.

Scan leaves values out; this is for what people wrote into profiles and templates, and for what scan did not know.
"""

import re
from collections.abc import Mapping

from migrator.errors import InputError

__all__ = ["check"]

_HARMLESS = r"(?:\*+|\$[({]?\w|<|\{\{|%|\.\.\.|x+\b|changeme\b|REDACTED)"
_VERSION = r"(?:\d+:)?\d+\.\d[\w.+~:-]*(?:['\"\s]|$)"
"""`passwd=1:4.13` is a package."""
_EMPTY = r"(?:true|false|null|yes|no|~|[|>][+-]?|[&*!\[{]\S*)['\"]?\s*$"
"""What stands behind `password:` without being one."""
_PATTERNS = (
    ("a password in a URL", "://", re.compile(rf"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:(?!{_HARMLESS})[^\s/@'\"]+@")),
    ("a private key", "PRIVATE KEY", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    (
        "a password",
        "=",
        re.compile(
            r"(?:passw(?:or)?d|passphrase|secret_?key|api_?key|access_?token|auth_?token)['\"]?="
            rf"['\"]?(?!{_HARMLESS}|{_VERSION})[^\s'\"&;,\]]+",
            re.IGNORECASE,
        ),
    ),
    (
        "a password",
        "assw",
        re.compile(
            rf"^[ -]*(['\"]?)[\w.-]*passw(?:or)?d\1: +"
            rf"(['\"]?)(?!{_HARMLESS}|{_EMPTY})[^\s'\"]+\2,? *(?: #.*)?$",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    ("a key of a cloud account", "IA", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("an access token of GitHub", "gh", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}")),
    ("an access token of GitLab", "glpat-", re.compile(r"\bglpat-[A-Za-z0-9_-]{20}")),
    ("an access token of Slack", "xox", re.compile(r"\bxox[abpr]-[A-Za-z0-9-]{20,}")),
    ("a web token", "eyJ", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
)
"""What it is, a text without which it cannot be there (most files are done with that), and what it looks like."""


def check(files: Mapping[str, str]) -> None:
    """Raise InputError with file:line for the first secret. The message never repeats it."""
    for path, text in files.items():
        for what, needle, pattern in _PATTERNS:
            found = pattern.search(text) if needle in text or needle.upper() in text else None
            if found:
                line = text.count("\n", 0, found.start()) + 1
                message = f"looks like {what}; nothing was written. Take it out of the profile and give it to a Secret"
                raise InputError(message, file=path, line=line)
        _check_text(path, text)


def _check_text(path: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        line = text.count("\n", 0, problem.start) + 1
        raise InputError("is not Unicode text", file=path, line=line) from problem
