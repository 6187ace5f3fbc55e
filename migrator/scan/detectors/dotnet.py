""".NET: `dotnet APP.dll`, or a program beside its own `APP.runtimeconfig.json`. Source: dotnet(1), "apphost"."""

from pathlib import PurePosixPath

from migrator.model.services import Evidence
from migrator.scan.detector import Detection, names_of, runtime_of, script_of
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import NOTHING, Version, version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by dotnet, named after its assembly; or one whose file says which framework it wants."""
    main = workload.main
    path = main.exe or next(iter(main.arguments), "")
    hosted = "dotnet" in names_of(main)
    wanted = f"{path}.runtimeconfig.json"
    if not hosted and wanted not in snapshot.value(Programs, ProgramsFacts()).said:
        return None
    version = version_of(main, snapshot, package=r"(?:aspnetcore|dotnet)-runtime-[\d.]+", called=r"dotnet")
    if not version.number:
        version = _stated(script_of(main).removesuffix(".dll") if hosted else path, snapshot)
    name = workload.own_name(PurePosixPath(script_of(main)).stem.lower() if hosted else main.program)
    return Detection(runtime_of("dotnet", main, version), name=name, packages=version.package.pins)


def _stated(path: str, snapshot: Snapshot) -> Version:
    """The framework that the program's own file asks for."""
    file = f"{path}.runtimeconfig.json"
    number = snapshot.value(Programs, ProgramsFacts()).said.get(file, "")
    return Version(number, (Evidence(Programs.name, number, file),)) if number else NOTHING
