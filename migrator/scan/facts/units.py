import re
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.redact import redact, redact_arguments
from migrator.scan.shell import blocks
from migrator.scan.shells import MANAGER

__all__ = ["Unit", "Units"]

_UNLIMITED = 2**63
_EXEC = re.compile(r"\{ path=(?P<path>.*?) ; argv\[\]=(?P<argv>.*?) ; ")


@dataclass(frozen=True, slots=True)
class Unit:
    """One loaded systemd service unit."""

    name: str
    description: str = ""
    active: bool = False
    sub: str = ""
    type: str = ""
    main_pid: int = 0
    command: tuple[str, ...] = ()
    """Of the first ExecStart, redacted. systemd joins arguments by spaces, so one with spaces comes apart."""
    user: str = ""
    group: str = ""
    directory: str = ""
    environment_files: tuple[str, ...] = ()
    fragment: str = ""
    """The unit file."""
    source: str = ""
    """What a generator made the unit from: `/etc/init.d/x`, `/etc/fstab`."""
    enabled: str = ""
    cgroup: str = ""
    memory_max_mib: int | None = None
    state_folders: tuple[str, ...] = ()
    """Folders that systemd makes for its data."""
    wanted: bool = False
    """Whether something that is loaded starts it, as the system does when it boots."""
    on_demand: bool = False
    """Whether a socket, timer or path starts it, or a message to its name on the bus."""
    unfit: bool = False
    """Whether systemd tried to start it and found that it is not for this machine: a `Condition…=` does not hold."""


class Units(Fact[tuple[Unit, ...]]):
    """Loaded service units with what starts them, as whom and under which limits. Of packages' units at rest, those that are switched on.

    `Environment=` is not asked for: units are world-readable and people put passwords there. Unknown properties are
    skipped silently by old versions. Source: systemctl(1), systemd.exec(5); read on 247 and 252.
    """

    name = "units"
    shell = MANAGER
    needs = is_of = ("systemctl",)
    command = r"""
[ "$said" ] || exit 1
of service
"""

    def parse(self, text: str) -> tuple[Unit, ...]:
        """Read blocks of `Key=value` lines; units that are not loaded are left out."""
        return tuple(_unit(block) for block in blocks(text) if block.get("LoadState", "loaded") == "loaded")


def _unit(block: dict[str, str]) -> Unit:
    command = _EXEC.search(block.get("ExecStart", ""))
    files = "\n".join(block.get(key, "") for key in ("EnvironmentFiles", "EnvironmentFile")).split("\n")
    return Unit(
        name=block["Id"],
        description=redact(block.get("Description", "")),
        active=block.get("ActiveState") == "active",
        sub=block.get("SubState", ""),
        type=block.get("Type", ""),
        main_pid=_integer(block.get("MainPID", "")) or 0,
        command=redact_arguments(command["argv"].split()) if command else (),
        user=block.get("User", ""),
        group=block.get("Group", ""),
        directory=block.get("WorkingDirectory", "").lstrip("!"),
        environment_files=tuple(sorted({line.split(" (")[0] for line in files if line.startswith("/")})),
        fragment=block.get("FragmentPath", ""),
        source=block.get("SourcePath", ""),
        enabled=block.get("UnitFileState", ""),
        cgroup=block.get("ControlGroup", ""),
        memory_max_mib=_limit(block),
        state_folders=tuple(f"/var/lib/{name}" for name in block.get("StateDirectory", "").split()),
        wanted=bool(block.get("WantedBy") or block.get("RequiredBy")),
        on_demand=bool(block.get("TriggeredBy")) or block.get("Type") == "dbus",
        unfit=block.get("ConditionResult") == "no" and block.get("ConditionTimestampMonotonic", "0") != "0",
    )


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _limit(block: dict[str, str]) -> int | None:
    """MemoryMax in MiB. Old versions print 2^64-1 for `infinity`, and know MemoryLimit only."""
    for key in ("MemoryMax", "MemoryLimit"):
        limit = _integer(block.get(key, ""))
        if limit is not None and 0 < limit < _UNLIMITED:
            return limit // (1024 * 1024)
    return None
