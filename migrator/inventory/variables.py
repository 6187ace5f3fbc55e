"""Ansible's connection variables to a host. Source: Ansible, "Connecting to hosts: behavioral inventory parameters"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrator.errors import InventoryError
from migrator.inventory.ssh_arguments import SshArguments, read_arguments
from migrator.model.hosts import Connection, Host

__all__ = ["host_of"]

_OLD = {"ansible_ssh_host": "ansible_host", "ansible_ssh_port": "ansible_port", "ansible_ssh_user": "ansible_user"}
_PREFIXES = ("ansible_", "migrate_")
_SECRETS = frozenset({
    "ansible_password", "ansible_ssh_pass", "ansible_ssh_password",
    "ansible_become_password", "ansible_become_pass", "ansible_sudo_pass",
})  # fmt: skip
_KNOWN = frozenset(
    {
        "ansible_host", "ansible_port", "ansible_user", "ansible_connection", "ansible_ssh_private_key_file",
        "ansible_private_key_file", "ansible_become", "ansible_become_method", "ansible_become_user",
        "ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_python_interpreter", "ansible_group_priority",
        "ansible_shell_type", "ansible_shell_executable", "ansible_ssh_args",
        "migrate_connection", "migrate_allow_legacy_crypto",
    }
)  # fmt: skip
_INSTEAD = {
    "ansible_ssh_executable": "the `ssh` on your PATH is used",
    "ansible_host_key_checking": "say --host-key-checking",
    "ansible_ssh_host_key_checking": "say --host-key-checking",
}


def host_of(name: str, variables: Mapping[str, Any], groups: Sequence[str], source: str) -> tuple[Host, list[str]]:
    """A host and warnings about variables that are not understood.

    Raises InventoryError for what cannot work: passwords, winrm, unrendered templates. A value is never printed.
    """
    values = {_OLD.get(key, key): value for key, value in variables.items() if key.startswith(_PREFIXES)}
    for key, value in values.items():
        _refuse(name, key, value, source)
    if str(values.get("ansible_become_method", "sudo")) != "sudo":
        raise _error(source, f"{name}: only `ansible_become_method: sudo` is supported")
    given = _arguments(name, values, source)
    key_file = values.get("ansible_ssh_private_key_file") or values.get("ansible_private_key_file")
    legacy = values.get("migrate_allow_legacy_crypto")
    host = Host(
        name,
        address=_text(values.get("ansible_host")),
        port=_port(name, values.get("ansible_port", given.port), source),
        user=_text(values.get("ansible_user", given.user)),
        key=_text(key_file or given.key),
        jump=given.jump,
        proxy_command="" if given.jump else given.proxy_command,
        connection=_connection(name, values, source),
        become=_boolean(values["ansible_become"]) if "ansible_become" in values else None,
        allow_legacy_crypto=_boolean(legacy) if legacy is not None else None,
        groups=tuple(groups),
        source=source,
    )
    return host, [f"{source}: {name}: {line}" for line in _unused(values, given)]


def _unused(values: Mapping[str, Any], given: SshArguments) -> Iterator[str]:
    """Everything that a scan does without, each by name."""
    yield from (f"ssh argument not used: {said}" for said in given.unused)
    for key in sorted(set(values) - _KNOWN):
        yield f"`{key}` is not understood and was ignored" + (f"; {_INSTEAD[key]}" if key in _INSTEAD else "")


def _refuse(name: str, key: str, value: object, source: str) -> None:
    if key in _SECRETS:
        raise _error(source, f"{name}: `{key}` is a password; use a key or an agent, and sudo without a password")
    if isinstance(value, str) and "{{" in value and key in _KNOWN:
        raise _error(source, f"{name}: `{key}` holds a template, which is not rendered here")
    if key in _KNOWN and _encrypted(value):
        raise _error(source, f"{name}: `{key}` is encrypted with Ansible Vault; keep connection settings in plain text")


def _encrypted(value: object) -> bool:
    """As Ansible's own program answers it, and as it stands in a file. Neither is decrypted, with a password or not."""
    return "__ansible_vault" in value if isinstance(value, Mapping) else str(value).startswith("$ANSIBLE_VAULT")


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


def _connection(name: str, values: Mapping[str, Any], source: str) -> Connection:
    """`ssh` and `smart` leave it open how SSH is spoken; `migrate_connection` has our own words for it."""
    said = str(values.get("migrate_connection", values.get("ansible_connection", "ssh"))).rsplit(".", 1)[-1]
    known = {"smart": "ssh", "libssh": "ssh", "paramiko_ssh": "paramiko"}.get(said, said)
    if known not in set(Connection):
        raise _error(source, f"{name}: `ansible_connection: {said}` is not supported; only ssh, paramiko and local are")
    return Connection(known)


def _arguments(name: str, values: Mapping[str, Any], source: str) -> SshArguments:
    keys = ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args")
    try:
        return read_arguments(" ".join(str(values[key]) for key in keys if key in values))
    except ValueError as error:
        raise _error(source, f"{name}: the ssh arguments cannot be read: {error}") from error
