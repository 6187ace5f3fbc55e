"""Ansible's connection variables to a host. Source: Ansible, "Connecting to hosts: behavioral inventory parameters"."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from migrator.errors import InventoryError
from migrator.model.hosts import Connection, Host

__all__ = ["host_of"]

_OLD = {"ansible_ssh_host": "ansible_host", "ansible_ssh_port": "ansible_port", "ansible_ssh_user": "ansible_user"}
_SECRETS = frozenset({
    "ansible_password", "ansible_ssh_pass", "ansible_ssh_password",
    "ansible_become_password", "ansible_become_pass", "ansible_sudo_pass",
})  # fmt: skip
_KNOWN = frozenset(
    {
        "ansible_host", "ansible_port", "ansible_user", "ansible_connection", "ansible_ssh_private_key_file",
        "ansible_private_key_file", "ansible_become", "ansible_become_method", "ansible_become_user",
        "ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_python_interpreter", "ansible_group_priority",
        "ansible_shell_type", "ansible_shell_executable",
    }
)  # fmt: skip
_JUMP = re.compile(r"(?i)ProxyJump[= ](\S+)")


def host_of(name: str, variables: Mapping[str, Any], groups: Sequence[str], source: str) -> tuple[Host, list[str]]:
    """A host and warnings about variables that are not understood.

    Raises InventoryError for what cannot work: passwords, winrm, unrendered templates. A value is never printed.
    """
    values = {_OLD.get(key, key): value for key, value in variables.items() if key.startswith("ansible_")}
    for key, value in values.items():
        _refuse(name, key, value, source)
    if str(values.get("ansible_become_method", "sudo")) != "sudo":
        raise _error(source, f"{name}: only `ansible_become_method: sudo` is supported")
    jump, warnings = _jump(name, values, source)
    key_file = values.get("ansible_ssh_private_key_file") or values.get("ansible_private_key_file")
    host = Host(
        name,
        address=_text(values.get("ansible_host")),
        port=_port(name, values.get("ansible_port"), source),
        user=_text(values.get("ansible_user")),
        key=_text(key_file),
        jump=jump,
        connection=_connection(name, values.get("ansible_connection", "ssh"), source),
        become=_boolean(values.get("ansible_become", False)),
        groups=tuple(groups),
        source=source,
    )
    unknown = sorted(set(values) - _KNOWN)
    warnings += [f"{source}: {name}: `{key}` is not understood and was ignored" for key in unknown]
    return host, warnings


def _refuse(name: str, key: str, value: object, source: str) -> None:
    if key in _SECRETS:
        raise _error(source, f"{name}: `{key}` is a password; use a key or an agent, and sudo without a password")
    if isinstance(value, str) and "{{" in value and key in _KNOWN:
        raise _error(source, f"{name}: `{key}` holds a template, which is not rendered here")


def _error(source: str, message: str) -> InventoryError:
    file, _, line = source.rpartition(":")
    return InventoryError(message, file=file or source, line=int(line) if line.isdecimal() else None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _boolean(value: object) -> bool:
    return str(value).strip().lower() in {"true", "yes", "on", "1", "y", "t"}


def _port(name: str, value: object, source: str) -> int | None:
    if value is None:
        return None
    if not str(value).isdecimal():
        raise _error(source, f"{name}: `ansible_port` is not a number")
    return int(str(value))


def _connection(name: str, value: object, source: str) -> Connection:
    """ssh, paramiko and smart all mean ssh here."""
    said = str(value).rsplit(".", 1)[-1]
    if said in {"ssh", "paramiko", "paramiko_ssh", "smart", "libssh"}:
        return Connection.SSH
    if said == "local":
        return Connection.LOCAL
    raise _error(source, f"{name}: `ansible_connection: {said}` is not supported; only ssh and local are")


def _jump(name: str, values: Mapping[str, Any], source: str) -> tuple[tuple[str, ...], list[str]]:
    """`-J a,b` or `-o ProxyJump=a,b` from the ssh arguments; anything else there is reported."""
    line = " ".join(str(values.get(key, "")) for key in ("ansible_ssh_common_args", "ansible_ssh_extra_args")).strip()
    if not line:
        return (), []
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise _error(source, f"{name}: the ssh arguments cannot be read: {error}") from error
    jumps, rest = _split_jump(words)
    warning = [f"{source}: {name}: ssh arguments ignored: {' '.join(rest)}"] if rest else []
    return tuple(part for jump in jumps for part in jump.split(",") if part), warning


def _split_jump(words: Sequence[str]) -> tuple[list[str], list[str]]:
    jumps: list[str] = []
    rest: list[str] = []
    todo = list(words)
    while todo:
        word = todo.pop(0)
        value = todo.pop(0) if word in {"-J", "-o"} and todo else ""
        match = _JUMP.fullmatch(value or word.removeprefix("-o"))
        if word == "-J" and value:
            jumps.append(value)
        elif match:
            jumps.append(match[1])
        else:
            rest.extend(filter(None, (word, value)))
    return jumps, rest
