"""The last look at everything that is about to be written: a secret stops the run. Pure.

Scan leaves values out; this is for what people wrote into profiles and templates, and for what scan did not know.
"""

import re
from collections.abc import Mapping

from migrator.errors import InputError
from migrator.model.secret_forms import (
    ANYWHERE,
    APART,
    CLIENTS,
    FOREIGN,
    HARMLESS_KEYS,
    PLACES,
    PROGRAMS_WITH_OTHER_P,
    TOKENS,
)

__all__ = ["check"]

_HARMLESS = r"(?:\*+|\$[({]?\w|<|\{\{|%|\.\.\.|x+\b|changeme\b|REDACTED|ENC\[|Ag[A-Za-z0-9+/]{16})"
"""What stands in place of a secret; the last two are sealed by SOPS and by Sealed Secrets."""
_VERSION = r"(?:\d+:)?\d+\.\d[\w.+~:-]*(?:['\"\s,]|$)"
"""`passwd=1:4.13` is a package."""
_EMPTY = r"(?:true|false|null|yes|no|~|[|>][+-]?|[&*!\[{]\S*)['\"]?\s*$"
"""What stands behind `password:` without being one."""
_VALUE = rf"['\"]?(?!{_HARMLESS}|{_VERSION})[^\s'\"&;,\]]+"
_RANDOM = r"(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+/=_-]{12,}"
_OPTION = (
    rf"(?:passw(?:or)?d|passphrase|secret|token|api-?key|{'|'.join(FOREIGN)}[\w-]*)(?!-?(?:file|dir|path|name|ref|url))"
)
_SOFT = rf"(?![\w.-]*(?:{HARMLESS_KEYS})[_.-]?key\b)(?:[\w.-]*(?:{ANYWHERE}|pw)|(?:[\w.-]*[_.-])?(?:{APART}))"
"""An option whose value is secret, unless it is the place of one."""
_GAP = r"(?:['\"]?(?:[ \t,]+|\n[ \t]*- +)|=)"
"""Between an option and its value: in a line, or in a list of YAML."""
_BEFORE = r"(?:^|[\s'\"\[])"
_LINES = re.IGNORECASE | re.MULTILINE
_PLAIN = {ord("~"): None, ord("`"): "\t"}
"""Here is no command line whose arguments are known apart."""


_PATTERNS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "a password in a URL",
        ("://",),
        re.compile(rf"\b[a-z][a-z0-9+.-]{{0,40}}://[^\s/:@'\"]*:(?!{_HARMLESS}|\d+[/?#\s])[^\s@'\"]+@"),
    ),
    ("a private key", ("PRIVATE KEY",), re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    (
        "a password",
        ("=",),
        re.compile(
            r"(?:passw(?:or)?d|passphrase|secret_?key|api_?key|access_?(?:token|key)|auth_?token|[?&_]token|[a-z]_secret)"
            rf"['\"]?(?:=| = ){_VALUE}",
            re.IGNORECASE,
        ),
    ),
    (
        "a password",
        ("assw",),
        re.compile(
            rf"^[ -]*(['\"]?)[\w.-]*passw(?:or)?d\1: +(['\"]?)(?!{_HARMLESS}|{_EMPTY})[^\s'\"]+\2,? *(?: #.*)?$"
            rf"|\\?['\"][\w.-]*passw(?:or)?d\\?['\"] *: *\\?['\"](?!{_HARMLESS})[^'\"]+"
            rf"|\bpassw(?:or)?d: *[|>][+-]?\n +(?!{_HARMLESS})\S"
            r"|\blogin\s+\S+\s+password\s+\S|\binsecure-password\s+\S",
            _LINES,
        ),
    ),
    (
        "a secret",
        (": ",),
        re.compile(rf"^[ -]*['\"]?[\w.-]*(?:secret|token|api_?key)['\"]?: +['\"]?{_RANDOM}['\"]?$", _LINES),
    ),
    (
        "a password on a command line",
        ("-",),
        re.compile(rf"\s['\"]?--?[\w.-]*{_OPTION}(?!=){_GAP}(?!-){_VALUE}", re.IGNORECASE),
    ),
    (
        "a password on a command line",
        ("-",),
        re.compile(rf"{_BEFORE}--?{_SOFT}{_GAP}(?!['\"]?(?:-|{PLACES})){_VALUE}".translate(_PLAIN), _LINES),
    ),
    (
        "a password on a command line",
        ("-u", "user", "login", "auth", "cred"),
        re.compile(
            rf"{_BEFORE}(?:-u|--?(?:[\w.-]*-)?(?:user|login|creds?|auth)){_GAP}"
            rf"(?!['\"]?(?:-|[\d.]+:|localhost:))['\"]?[^\s:/'\"]{{1,60}}:(?!/){_VALUE}",
            _LINES,
        ),
    ),
    (
        "a password on a command line",
        ("-p ", "-p="),
        re.compile(
            rf"(?:^|[\s'\"/])(?!(?:{PROGRAMS_WITH_OTHER_P}|compose|\d+)\s)[\w.]+"
            r"(?:[ \t](?:-\S{0,60}|\d+))*?[ \t]-p(?:[ \t]+|=)"
            rf"(?!['\"]?(?:-|{PLACES}|[\w.-]+:\d|\d{{1,5}}(?:\D|$)|[|&;<>()])){_VALUE}".translate(_PLAIN),
            re.MULTILINE,
        ),
    ),
    *(
        (
            "a password on a command line",
            needles,
            re.compile(
                rf"(?:^|[^\w.-])(?:{program})(?:[ \t][^|;&\n]{{0,300}})?[ \t]{before}(?!-){_VALUE}".translate(_PLAIN),
                re.MULTILINE,
            ),
        )
        for needles, program, before, _ in CLIENTS
    ),
    (
        "a password on a command line",
        ("asswd",),
        re.compile(
            rf"\b(?:echo|printf)[ \t]+['\"]?(?!{_HARMLESS})[^|\n]*\|[ \t]*(?:sudo[ \t]+)?(?:ch)?passwd\b", re.IGNORECASE
        ),
    ),
    (
        "a password in a header",
        ("uthorization",),
        re.compile(rf"uthorization['\"]?[:=] *['\"]?(?:basic|bearer) +{_VALUE}", re.IGNORECASE),
    ),
    ("a password of a balancer", ("auth",), re.compile(rf"\bstats[ \t]+auth[ \t]+[^\s:]+:{_VALUE}")),
    (
        "a password of an Oracle database",
        (":thin:", ":oci:"),
        re.compile(rf":(?:thin|oci):[^\s/@'\"]*/(?!{_HARMLESS})[^\s@'\"]+@"),
    ),
    ("a password file", (":",), re.compile(rf"^[\w.*-]+:(?:\d+|\*):[\w*-]+:[\w*-]+:{_VALUE}$", re.MULTILINE)),
    ("the hash of a password", ("$",), re.compile(r"\$(?:1|2[aby]|5|6|y|gy|apr1)\$[./A-Za-z0-9$=,]{8,}")),
    *((what, needles, re.compile(rf"(?<![A-Za-z0-9]){form}")) for what, needles, form in TOKENS),
)
"""What it is, texts of which one has to be there (most files are done with that), and what it looks like."""


def check(files: Mapping[str, str]) -> None:
    """Raise InputError with file:line for the first secret. The message never repeats it."""
    for path, text in files.items():
        for what, needles, pattern in _PATTERNS:
            there = any(needle in text or needle.upper() in text for needle in needles)
            found = pattern.search(text) if there else None
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
