"""What inventories write into `ansible_ssh_common_args`, as far as it says how a host is reached. Pure.

Sources: ssh(1), ssh_config(5); Ansible's documentation of its ssh connection, which has the form with
`ProxyCommand="ssh -W %h:%p …"`.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["SshArguments", "read_arguments"]

_WITH_VALUE = frozenset("BbcDEeFIiJLlmOopQRSWw")
"""Letters of ssh that take a value. Source: ssh(1), OpenSSH 9.2."""
_LETTERS = {"J": "proxyjump", "i": "identityfile", "l": "user", "p": "port"}
_FIELDS = {"user": "user", "port": "port", "identityfile": "key", "proxycommand": "proxy_command"}
_OURS = frozenset({
    *("addkeystoagent", "batchmode", "compression", "connectionattempts", "connecttimeout", "controlmaster"),
    *("controlpath", "controlpersist", "escapechar", "forwardagent", "forwardx11", "kbdinteractiveauthentication"),
    *("loglevel", "numberofpasswordprompts", "passwordauthentication", "preferredauthentications", "requesttty"),
    *("serveralivecountmax", "serveraliveinterval", "tcpkeepalive"),
})  # fmt: skip
"""A scan decides these itself, the same for every host: nothing is lost without them."""
_OUR_LETTERS = frozenset("AaCkqTtvXxY")
_HINTS = {
    "stricthostkeychecking": "say --host-key-checking",
    "userknownhostsfile": "say --known-hosts",
    "globalknownhostsfile": "say --known-hosts",
    "hostkeyalgorithms": "say `migrate_allow_legacy_crypto: true`",
    "pubkeyacceptedalgorithms": "say `migrate_allow_legacy_crypto: true`",
    "pubkeyacceptedkeytypes": "say `migrate_allow_legacy_crypto: true`",
    "kexalgorithms": "say `migrate_allow_legacy_crypto: true`",
    "ciphers": "say `migrate_allow_legacy_crypto: true`",
    "macs": "say `migrate_allow_legacy_crypto: true`",
}
_ELSE = "put it into your SSH configuration"
_OPTION = re.compile(r"\s*(\w+)(?:\s*=\s*|\s+)(.*)", re.DOTALL)
_RELAY = re.compile(r"(?:\S*/)?ssh")


@dataclass(frozen=True, slots=True)
class SshArguments:
    """What was understood, and one line about everything that was not."""

    jump: tuple[str, ...] = ()
    user: str | None = None
    port: str | None = None
    key: str | None = None
    proxy_command: str = ""
    """The only way to the host, if it is more than one ssh to a bastion."""
    unused: tuple[str, ...] = ()


def read_arguments(line: str) -> SshArguments:
    """Read a piece of ssh's command line. Raises ValueError when its quotes do not match."""
    found = SshArguments()
    for letter, value in _split(shlex.split(line)):
        found = _with(found, letter, value)
    return found


def _split(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Letter and value of each argument; an empty letter with what is no option. Letters may stand together: `-qA`."""
    todo = list(words)
    while todo:
        word = todo.pop(0)
        if not word.startswith("-") or word == "-":
            yield "", word
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in _WITH_VALUE:
                yield letter, letters or (todo.pop(0) if todo else "")
                break
            yield letter, ""


def _with(found: SshArguments, letter: str, value: str) -> SshArguments:
    """Of several values the first counts, as for ssh."""
    option = _OPTION.fullmatch(value) if letter == "o" else None
    name = option[1].lower() if option else _LETTERS.get(letter, "")
    said = option[2].strip().strip('"') if option else value
    jump = _jumps(name, said)
    if jump:
        return replace(found, jump=found.jump or jump)
    if (known := _FIELDS.get(name)) and not (known == "proxy_command" and said.lower() == "none"):
        value_of: dict[str, Any] = {known: getattr(found, known) or said}
        return replace(found, **value_of)
    if name in _OURS or letter in _OUR_LETTERS:
        return found
    shown = f"-{letter} {value}".strip() if letter else value
    return replace(found, unused=(*found.unused, f"{shown} ({_HINTS.get(name, _ELSE)})"))


def _jumps(name: str, said: str) -> tuple[str, ...]:
    """Bastions of a ProxyJump, or of a ProxyCommand that is nothing but `ssh -W %h:%p bastion`."""
    if name == "proxyjump":
        return tuple(part for part in said.split(",") if part)
    return _relay(said) if name == "proxycommand" else ()


def _relay(command: str) -> tuple[str, ...]:
    try:
        program, *words = shlex.split(command)
    except ValueError:
        return ()
    given = list(_split(words))
    values = {letter: value for letter, value in given if letter in {"", "W", "l", "p"}}
    known = all(letter in {"", "W", "l", "p"} or letter in _OUR_LETTERS for letter, _ in given)
    bastion = values.get("", "")
    if not (_RELAY.fullmatch(program) and known and values.get("W") == "%h:%p" and bastion):
        return ()
    name = f"{values['l']}@{bastion}" if "l" in values else bastion
    return (f"{name}:{values['p']}" if "p" in values else name,)
