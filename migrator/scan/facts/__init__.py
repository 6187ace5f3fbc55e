"""Every question that a scan asks, in the order in which it asks them.

Cheap and safe ones come first, so that a host that hangs half-way has answered what matters. A new fact is one module
here and one line in this table.
"""

from typing import Any

from migrator.scan.fact import Fact
from migrator.scan.facts.certificates import Certificates
from migrator.scan.facts.changed_files import ChangedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import Crontabs
from migrator.scan.facts.data_sizes import DataSizes
from migrator.scan.facts.deployments import Deployments
from migrator.scan.facts.descriptors import Descriptors
from migrator.scan.facts.environment import Environment
from migrator.scan.facts.file_times import FileTimes
from migrator.scan.facts.inittab import Inittab
from migrator.scan.facts.kernel import Kernel
from migrator.scan.facts.licences import Licences
from migrator.scan.facts.machine import Machine
from migrator.scan.facts.mounts import Mounts
from migrator.scan.facts.network import Network
from migrator.scan.facts.on_demand import OnDemand
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.process_settings import ProcessSettings
from migrator.scan.facts.processes import Processes
from migrator.scan.facts.programs import Programs
from migrator.scan.facts.sockets import Sockets
from migrator.scan.facts.timers import Timers
from migrator.scan.facts.units import Units
from migrator.scan.facts.users import Users

__all__ = ["FACTS"]

FACTS: tuple[Fact[Any], ...] = (
    Machine(),
    OsRelease(),
    Network(),
    Users(),
    Inittab(),
    Kernel(),
    Processes(),
    Sockets(),
    Descriptors(),
    Environment(),
    ProcessSettings(),
    Units(),
    Timers(),
    OnDemand(),
    Crontabs(),
    Packages(),
    ChangedFiles(),
    Programs(),
    Configuration(),
    Certificates(),
    Licences(),
    FileTimes(),
    Deployments(),
    Mounts(),
    DataSizes(),
)
