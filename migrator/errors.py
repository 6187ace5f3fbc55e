"""Every error that `migrate` raises on purpose, and the exit code that each one ends the process with.

    MigrateError                 1   something the user can mend; the message says what and where
    ├── InputError               1   a file people edit is wrong; carries file:line
    │   ├── InventoryError
    │   ├── ProfileError
    │   ├── SettingsError
    │   └── PlanError
    ├── TransportError           -   a host could not be read; a line in the scan's result, never the end of the run
    │   ├── ConnectError
    │   ├── AuthError
    │   ├── HostKeyError
    │   ├── LegacyCryptoError
    │   ├── IncapableError
    │   ├── DeadlineError
    │   └── FloodError
    ├── FactError                -   an answer could not be read; becomes a `Missing` with the reason
    ├── TemplateError            1   template name and line
    ├── RepositoryError          1
    │   ├── DirtyTree
    │   └── PushRejected
    ├── MetricError              -   a metric source could not answer; the gate waits
    ├── ClusterError             1   the cluster could not be asked
    └── Held                     4   a gate or a rule forbids the next phase

An error stops the item it is about; what is merely worth knowing is a `Finding`, which is data.
"""

from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the process returns. Click itself returns 2 for a wrong command line."""

    OK = 0
    FAILED = 1
    """Something is wrong that you can mend; the message says what and where. So end a scan that no host answered, and a
    `cutover status` that cannot tell where a service stands."""
    USAGE = 2
    """The command line is wrong; with `--detailed-exitcode`: something changed."""
    PARTIAL = 3
    """Done, but some hosts failed."""
    HELD = 4
    """A gate waits or fails, or a rule forbids the step. Nothing was committed."""
    ROLLED_BACK = 5
    DRIFT = 6
    """Hosts are not as they were when their services were scanned."""
    INTERRUPTED = 130


class MigrateError(Exception):
    """Base of all of them. The message is one line that says what is wrong and what to do next."""

    exit_code = ExitCode.FAILED

    def __reduce__(self) -> tuple[Any, ...]:
        """An error crosses from one process to another as it is: what `__init__` takes differs between the kinds."""
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(kind: type[MigrateError], args: tuple[Any, ...], state: dict[str, Any]) -> MigrateError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InputError(MigrateError):
    """A file that people edit is wrong. `line` counts from 1; None where the whole file is meant."""

    def __init__(self, message: str, *, file: str, line: int | None = None) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {message}")
        self.file = file
        self.line = line


class InventoryError(InputError):
    """The inventory is missing, malformed or contradicts itself."""


class ProfileError(InputError):
    """A profile or the estate file is missing or malformed."""


class SettingsError(InputError):
    """`migrate.yaml` is malformed."""


class PlanError(InputError):
    """`cutover/plan.yaml` is malformed or asks for something unsafe."""


class TransportError(MigrateError):
    """A host could not be read. The message starts with the host's name."""

    def __init__(self, host: str, message: str) -> None:
        super().__init__(f"{host}: {message}")
        self.host = host
        self.reason = message


class ConnectError(TransportError):
    """No connection: refused, unreachable, no route, unknown name, no common algorithm."""


class AuthError(TransportError):
    """The host answered but did not let us in."""


class HostKeyError(TransportError):
    """The host key is unknown, revoked or not the one on record. Nothing was sent."""


class LegacyCryptoError(TransportError):
    """The host has only algorithms that are broken, and nobody has allowed them. The message names the option."""


class IncapableError(TransportError):
    """The host needs what this transport cannot do. Another one may."""


class DeadlineError(TransportError):
    """The host did not finish within its wall-clock budget."""


class FloodError(TransportError):
    """The host sent more than its byte budget."""


class FactError(MigrateError):
    """The answer to one fact could not be read."""


class TemplateError(MigrateError):
    """A template is wrong, or a value did not fit where the template put it."""


class RepositoryError(MigrateError):
    """Git refused, is absent, or the folder is not what it should be."""


class DirtyTree(RepositoryError):
    """Files that the commit would write hold changes which are not committed."""


class PushRejected(RepositoryError):
    """The remote did not take the push."""


class MetricError(MigrateError):
    """A metric source could not be asked, or its answer could not be read."""


class ClusterError(MigrateError):
    """The cluster could not be asked, or refused the question."""


class Held(MigrateError):
    """A gate or a rule forbids the next phase. Nothing was committed."""

    exit_code = ExitCode.HELD
