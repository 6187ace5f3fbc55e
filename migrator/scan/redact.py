"""Hiding of values that look secret. The second net: facts redact on the host first (`shell.REDACT`)."""

import re
from collections.abc import Sequence

__all__ = ["MASK", "looks_secret", "redact", "redact_arguments"]

MASK = "***"
_WORD = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|credentials?|private[-_]?key|auth)"
_USERINFO = re.compile(r"(://)[^\s\"'/]*(?:/[^\s\"']*)?@")
_ASSIGNMENT = re.compile(rf"(?i)({_WORD}[\w.-]*[\"']?\s*[=:]\s*[\"']?)([^\s\"',;&]+)")
_FLAG = re.compile(rf"(?i)--?[\w-]*{_WORD}[\w-]*")
_BASIC_AUTH = re.compile(r"(?i)(\bauth\s+\S+:)\S+")
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL)
_SECRET_NAME = re.compile(
    rf"(?i){_WORD}|dsn|(?:^|_)key$|cookie$|salt$|credential|connection_?string|(?:db|database|redis|amqp|rabbitmq|mongo|jdbc|broker|celery)\w*_ur[il]|_ur[il]$"
)
_CLIENTS_WITH_P = frozenset({"mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "sshpass"})
_VALUE_FLAGS = {"curl": {"-u", "--user"}, "redis-cli": {"-a"}, "sshpass": {"-p"}, "mongodump": {"-p"}, "mongo": {"-p"}}


def looks_secret(name: str) -> bool:
    """Whether the name of a variable says that its value is secret, or may hold a secret (a URL with a password)."""
    return _SECRET_NAME.search(name) is not None


def redact(text: str) -> str:
    """Replace passwords in URLs, assigned secrets and private keys by `***`. Errs on the side of hiding."""
    text = _KEY.sub(MASK, text)
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    text = _BASIC_AUTH.sub(rf"\1{MASK}", text)
    return _ASSIGNMENT.sub(rf"\1{MASK}", text)


def redact_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """Redact a command line: whole arguments, values that follow a secret-looking flag, and short password flags."""
    program = arguments[0].rsplit("/", 1)[-1] if arguments else ""
    hidden, hide_next = [], False
    for argument in arguments:
        if hide_next and not argument.startswith("-"):
            hidden.append(MASK)
            hide_next = False
            continue
        hide_next = _takes_secret(program, argument)
        hidden.append(_redact_short(program, redact(argument)))
    return tuple(hidden)


def _takes_secret(program: str, argument: str) -> bool:
    return _FLAG.fullmatch(argument) is not None or argument in _VALUE_FLAGS.get(program, ())


def _redact_short(program: str, argument: str) -> str:
    glued = program in _CLIENTS_WITH_P and argument.startswith("-p") and len(argument) > len("-p")
    return f"-p{MASK}" if glued else argument
