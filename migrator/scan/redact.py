"""Hiding of values that look secret, twice: on the host before they leave it (`HOST_REDACT`), and here once more.

Both nets are made from one table of rules, which sed and Python read alike. They err on the side of hiding. Each rule
is linear in what a host may send: on our side every repetition has a bound.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_uppercase

from migrator.model.secret_forms import (
    ANYWHERE,
    APART,
    CLIENTS,
    FOREIGN,
    HARMLESS_KEYS,
    NEEDLES_APART,
    PLACES,
    PROGRAMS_WITH_OTHER_P,
    TOKENS,
    foreign_form,
)

__all__ = ["HOST_REDACT", "MASK", "looks_secret", "redact", "redact_arguments"]

MASK = "***"
_FIELD = "\x1f"
"""Between the arguments of a command line: an argument may hold blanks."""
_SPARED = "\x1e"
"""Before an option whose value is no secret, until the rules for options are through: sed cannot look behind or ahead."""
_MOST = 1000
"""Characters that a repetition may cover. A host could let an unbounded one run for hours."""
_SECRET = "(pass(word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|credentials?|private[-_]?key|{})".format(
    "|".join(map(foreign_form, FOREIGN))
)
_NAMED = f"{_SECRET}[A-Za-z0-9_.-]{{0,60}}"
_QUOTED = r"""("([^"~\\]|\\[^~])**"|'[^'~]**'|\\"[^"~]**")"""

_START = "(^|[ `~\"'(=,;])"
"""What stands before an option."""
_NAME = "[A-Za-z0-9_.-]{0,60}"
_TO = "([ `~]+|=)"
"""Between an option and its value."""
_WORD = f"({_QUOTED}|[^- `~\"'][^ `~]**)"
_SOFT = f"-({_NAME}({ANYWHERE})|({_NAME}[_.-])?({APART}))"
"""An option whose value may be the place of a secret."""
_ASSIGNED = f"({_NAME}[_.-]({ANYWHERE}|{APART})|{_NAME}salt)="
_USER = f"-(u|({_NAME}-)?(user|login)|{_NAME}(creds?|auth))"
"""An option whose value may be an account with its password."""

_WORDS = ("pass", "pwd", "secret", "token", "key", "credential", *FOREIGN)
"""One of them is in whatever `_SECRET` matches."""

# Texts of which one has to be there, in lower case with a blank for any gap; what to look for; what to put there.
# `~` is the field separator, '`' a tab, `§` spares what follows, and `**` is any number of times, which has a bound in Python.
_Rule = tuple[tuple[str, ...], str, str]
_TEXT: tuple[_Rule, ...] = (
    (("-----begin ",), r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY[^~]**", MASK),
    (
        ("hook",),
        (
            r"(://([^ `~\"'/]{0,60}hooks?[.][^ `~\"'/]{0,60}|[^ `~\"'/]{1,90}(/[^ `~\"'/]{1,60}){0,6}/(web)?hooks?(b2)?)/)"
            r"[^ `~\"']{10}[^ `~\"']**"
        ),
        rf"\1{MASK}",
    ),
    (("://",), r"(://)[^ `~\"']**@", rf"\1{MASK}@"),
    (("@",), r"(^|[ `~\"'=#,;(])([A-Za-z0-9_.%-]{1,60}):[^ `~\"'/@]**@([A-Za-z0-9])", rf"\1\2:{MASK}@\3"),
    ((":thin:", ":oci:"), r"(:thin:|:oci:)[^ `~\"'/@]**/[^ `~\"'@]**@", rf"\1{MASK}@"),
    (
        ("authorization",),
        r"(authorization[\"']?[ `]*[:=][ `]*[\"']?((basic|bearer|token|digest|apikey)[ `]+)?)[^ `~\"']**",
        rf"\1{MASK}",
    ),
    (("bearer ",), r"(bearer[ `]+)[A-Za-z0-9._~+/=-]**", rf"\1{MASK}"),
    (("auth ",), r"(auth[ `]+[^ `~:]{1,60}:)[^ `~]**", rf"\1{MASK}"),
    *((tuple(map(str.lower, needles)), pattern, MASK) for _, needles, pattern in TOKENS),
    (("auth-pass ",), r"(auth-pass[ `~]+[^ `~]+[ `~]+)[^ `~]+", rf"\1{MASK}"),
    (("sqlconnectinfo ",), r"(sqlconnectinfo[ `~]+[^ `~]+[ `~]+[^ `~]+[ `~]+)[^ `~]+", rf"\1{MASK}"),
    (_WORDS, rf"((^|[^A-Za-z0-9_.-])-{_NAME}{_NAMED}[ `]+)({_QUOTED}|[^- `~][^ `~]**)", rf"\1{MASK}"),
    (("auth",), r"(auth[ `]*(=[ `]*)?[(][ `]*[\"'][^\"'~]**[\"'][ `]*,[ `]*[\"'])[^\"'~]+", rf"\1{MASK}"),
    (("auth",), r"(([.]|->)auth[(][ `]*[\"'])[^\"'~]+", rf"\1{MASK}"),
    (("auth",), rf"((^|[^A-Za-z])auth[\"']?[ `]*(=>|[=:])[ `]*)({_QUOTED}|[^ `~\"'(]+)", rf"\1{MASK}"),
    (_WORDS, rf"({_NAMED}\\?[\"']?[ `]*(=>|[=:])[ `]*)({_QUOTED}|[^ `~\"']+)", rf"\1{MASK}"),
    (_WORDS, rf"({_NAMED}[\"']?[ `]+)({_QUOTED}|[^- `~\"'=:|&;<>][^ `~\"']**)", rf"\1{MASK}"),
    (_WORDS, rf"(<[A-Za-z0-9:_.-]{{0,60}}{_NAMED}>)[^<~]**", rf"\1{MASK}"),
    (
        ("echo ", "printf "),
        r"((echo|printf)[ `]+)[^|~]**([|][ `]*(sudo[ `]+)?(chpasswd|passwd|sudo -S|su|kinit|openssl|gpg|cryptsetup))",
        rf"\1{MASK} \3",
    ),
)
"""What to look for in any line, letters in either case, and what to put there."""

_SOFT_NEEDLES = ("key", "schluessel", "salt", "cookie", "signature", "psk", *NEEDLES_APART)
_USER_NEEDLES = ("-u ", "-u=", "-user ", "-user=", "-login ", "-login=", "cred", "auth")
_P_NEEDLES = ("-p ", "-p=")
_METHODS = (
    "none|basic|digest|ldap|pam|true|false|yes|no|on|off|enabled|disabled|required|optional|trust|md5|oauth2?|oidc|saml|"
    "jwt|ntlm"
)
"""What may be said of logging in that is no secret."""

_SPARING: tuple[_Rule, ...] = (
    (_SOFT_NEEDLES, rf"{_START}({_SOFT}{_TO}[\"']?({PLACES}))", r"\1§\2"),
    (_SOFT_NEEDLES, rf"(^|[ `~\"'(=,;?&])({_ASSIGNED}[\"']?({PLACES}))", r"\1§\2"),
    (("key",), rf"{_START}(-{{0,2}}({_NAME}[_.-])?({HARMLESS_KEYS})[_.-]?key{_TO})", r"\1§\2"),
    (_USER_NEEDLES, rf"{_START}({_USER}{_TO}[\"']?([0-9.]{{1,40}}|localhost):[0-9]{{1,5}})", r"\1§\2"),
    (("auth ",), rf"{_START}(-{{1,2}}auth[ `~]+[/.$])", r"\1§\2"),
    (("auth ",), rf"{_START}(-{{1,2}}auth[ `~]+({_METHODS})([ `~\"',;]|$))", r"\1§\2"),
)
"""Options whose values stay readable: paths and addresses are what a scan is for."""

_OPTIONS: tuple[_Rule, ...] = (
    (("pw",), rf"({_START}-{_NAME}pw{_TO}){_WORD}", rf"\1{MASK}"),
    (("pw",), rf"((^|[^A-Za-z0-9_.-]){_NAME}pw=)({_QUOTED}|[^ `~\"']+)", rf"\1{MASK}"),
    (_SOFT_NEEDLES, rf"({_START}{_SOFT}{_TO}){_WORD}", rf"\1{MASK}"),
    (_SOFT_NEEDLES, rf"((^|[ `~\"'(=,;?&]){_ASSIGNED})({_QUOTED}|[^ `~\"'&]+)", rf"\1{MASK}"),
    (("key=", "sig=", "pin="), r"([?&](key|sig|pin)=)[^ `~\"'&]+", rf"\1{MASK}"),
    (
        _USER_NEEDLES,
        rf"({_START}{_USER}{_TO}[\"']?[^- `~\"':/@][^ `~\"':/]{{0,60}}:)[^ `~\"'/][^ `~\"']**",
        rf"\1{MASK}",
    ),
    (("auth ",), rf"({_START}-{{1,2}}auth[ `~]+)([^- `~\"':]{{1,200}})", rf"\1{MASK}"),
)
"""What to look for behind an option, by the option's name."""

_WHOLE: tuple[_Rule, ...] = (
    (("pw",), rf"((^|~)-{{0,2}}{_NAME}pw[~=])[^~-][^~]**", rf"\1{MASK}"),
    (_SOFT_NEEDLES, rf"((^|~){_SOFT}[~=])[^~-][^~]**", rf"\1{MASK}"),
    (_USER_NEEDLES, rf"((^|~){_USER}[~=][^-~:/@][^~:/]{{0,60}}:)[^~/][^~]**", rf"\1{MASK}"),
)
"""The same where the arguments are known apart: the whole value, blanks and all."""

_P: tuple[_Rule, ...] = (
    (
        _P_NEEDLES,
        rf"((^|[^A-Za-z0-9_.-])({PROGRAMS_WITH_OTHER_P})([ `~](-[^ `~]{{0,60}}|[0-9]{{1,9}})){{0,9}}[ `~])(-p[ `~])",
        r"\1§\6",
    ),
    (_P_NEEDLES, rf"{_START}(-p{_TO}[\"']?({PLACES}|[A-Za-z0-9.-]{{1,80}}:[0-9]{{2,5}}))", r"\1§\2"),
    (
        _P_NEEDLES,
        rf"({_START}-p{_TO})({_QUOTED}|[0-9]{{6}}[^ `~]**|[0-9]{{0,5}}[^- `~\"'0-9:/,.|&;<>()][^ `~]**)",
        rf"\1{MASK}",
    ),
)
"""`-p` of a program that nobody knows: a port, an address or a path, or else a password. `-P` is something else."""

_UNSPARED: _Rule = ((*_SOFT_NEEDLES, *_USER_NEEDLES, *_P_NEEDLES), "§", "")

_ARGUMENTS: tuple[_Rule, ...] = (
    (_WORDS, rf"((^|~)-{{0,2}}[A-Za-z0-9_.-]{{0,60}}{_NAMED}=)[^~]+", rf"\1{MASK}"),
    (_WORDS, rf"((^|~)-{{0,2}}[A-Za-z0-9_.-]{{0,60}}{_NAMED}~)[^~-][^~]**", rf"\1{MASK}"),
)
"""What to look for where the arguments of a command are known apart: the whole value is hidden, blanks and all."""


def looks_secret(name: str) -> bool:
    """Whether the name of a variable says that its value is secret, or may hold a secret (a URL with a password)."""
    return _SECRET_NAME.search(name) is not None


_SECRET_NAME = re.compile(
    rf"(?i){_SECRET}|auth|dsn|(?:^|_)key$|cookie$|salt$|credential|connection_?string|(?:db|database|redis|amqp|rabbitmq|mongo|jdbc|broker|celery)\w*_ur[il]|_ur[il]$|pw$|(?:^|_)(?:pin|psk|sig|signature)$"
)
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL)


def redact(text: str) -> str:
    """Replace passwords in URLs, assigned secrets, access tokens and private keys in any text by `***`."""
    return "\n".join(_hidden(line, arguments=_FIELD in line) for line in _KEY.sub(MASK, text).split("\n"))


def redact_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """Redact a command line whose arguments are known apart."""
    plain = (_KEY.sub(MASK, argument).replace(_FIELD, " ") for argument in arguments)
    lines = _FIELD.join(plain).split("\n")
    return tuple("\n".join(_hidden(line, arguments=True) for line in lines).split(_FIELD)) if arguments else ()


def _hidden(line: str, *, arguments: bool) -> str:
    plain = line.lower().replace(_FIELD, " ").replace("\t", " ") if line.isascii() else None
    if plain is not None and not any(map(plain.__contains__, _needles())):
        return line
    for needles, pattern, replacement in _compiled(arguments=arguments):
        # Beyond ASCII, case is no simple matter (a long s counts as an s): there every pattern has its turn.
        if plain is None or any(needle in plain for needle in needles):
            line = pattern.sub(replacement, line)
    return line


@cache
def _needles() -> tuple[str, ...]:
    """Of which a text holds one wherever a rule has anything to look for: nearly no line does."""
    found = {needle for needles, *_ in _rules(arguments=True) for needle in needles}
    return tuple(sorted(one for one in found if not any(other in one for other in found - {one})))


@cache
def _compiled(*, arguments: bool) -> tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...]:
    return tuple(
        (needles, re.compile(_plain(pattern).replace("**", f"{{0,{_MOST}}}"), re.IGNORECASE if flag else 0), _plain(to))
        for needles, pattern, to, flag in _rules(arguments=arguments)
    )


def _plain(pattern: str) -> str:
    return pattern.replace("~", _FIELD).replace("`", "\t").replace("§", _SPARED)


def _rules(*, arguments: bool) -> Iterator[tuple[tuple[str, ...], str, str, str]]:
    """Needles, pattern, replacement, and sed's `I` where the case of letters means nothing: `-P` is not `-p`."""
    gap = "~" if arguments else "[ `]"
    value = "[^~]+" if arguments else f"({_QUOTED}|[^ `~]+)"
    for needles, program, before, _ in CLIENTS:
        yield needles, rf"((^|[^A-Za-z0-9_.-])({program})({gap}[^|;&]**)?{gap}{before}){value}", rf"\1{MASK}", ""
    for needles, pattern, replacement in _P:
        yield needles, pattern, replacement, ""
    options = (*_SPARING, *(_WHOLE if arguments else ()), *_OPTIONS, _UNSPARED)
    for needles, pattern, replacement in (*options, *(_ARGUMENTS if arguments else ()), *_TEXT):
        yield needles, pattern, replacement, "I"


def _program(*, arguments: bool) -> str:
    """The rules as a program of sed.

    Its first line lets pass what holds none of the needles: nearly every line, and sed is slow with this many rules.
    """
    rules = (f"s!{_unbounded(pattern)}!{to}!g{flag}" for _, pattern, to, flag in _rules(arguments=arguments))
    return "\n".join([f"s!{_suspect()}!&!I", "t suspect", "b", ":suspect", *rules])


def _suspect() -> str:
    """An expression for whatever holds one of the needles, in lower case."""
    return "|".join(needle.replace(".", "[.]").replace(" ", "[ `~]") for needle in _needles())


def _unbounded(pattern: str) -> str:
    """Without the bounds that Python needs: sed takes twice as long to read the program with them, and hides no more."""
    return _BOUND.sub(lambda bound: {"0": "*", "1": "+"}.get(bound[1], f"{{{bound[1]},}}"), pattern.replace("**", "*"))


_BOUND = re.compile(r"\{(\d+),\d+\}")


_HIDE = """tolower($0) ~ suspect { held[n++] = $0; next } { print }
END { if (n) { fflush(); hide = "sed -E \\"${REDACT:?}\\""; for (i = 0; i < n; i++) print held[i] | hide; close(hide) } }"""


def _host_redact() -> str:
    """The programs quoted for the shell; letters that none of them has stand for the control characters in them."""
    rules = {"REDACT": _program(arguments=False), "REDACT_ARGUMENTS": _program(arguments=True), "SUSPECT": _suspect()}
    values = {**rules, "HIDE": _HIDE}
    free = [letter for letter in ascii_uppercase if letter not in "".join([*values, *values.values()])][:3]
    spelled = str.maketrans(dict(zip("~`§", free, strict=True)))
    lines = (
        f"{name}={shlex.quote(text.translate(spelled) if name in rules else text)}" for name, text in values.items()
    )
    return rf"HIDING=$(printf '%s\n' {shlex.quote(chr(10).join(lines))} | tr {''.join(free)} '\037\011\036')"


HOST_REDACT = _host_redact()
"""Sets HIDING, which a shell evaluates to have two programs for `sed -E`: REDACT for lines of text, and REDACT_ARGUMENTS
for arguments between U+001F. It stands once in the script.

sed needs longer to read such a program than for a hundred lines, so `HIDE`, a program of awk with `suspect` as its
variable, starts it only for what holds a needle; those lines come last. Who uses one writes `"${REDACT:?}"`,
`"${SUSPECT:?}"`: without them nothing passes. None of it is exported, but to the one awk that starts sed: a host reads the
environment of all processes, and those of scans are the longest.
"""
