"""Small estates as files, for tests."""

from dataclasses import replace

from migrator.model.estate import Edge, Estate, HostReport, ServiceEntry
from migrator.model.services import (
    Account,
    Listen,
    OperatingSystem,
    Protocol,
    Runtime,
    ServiceKind,
    ServiceProfile,
    Usage,
)
from migrator.model.settings import Settings
from migrator.records import dump_record

DEBIAN = OperatingSystem("debian", "12", "Debian GNU/Linux 12 (bookworm)")
SHOP = ServiceProfile(
    service="shop",
    host="app01",
    runtime=Runtime("gunicorn"),
    command=("/usr/bin/gunicorn", "shop.wsgi"),
    account=Account("shop", 998, 998),
    os=DEBIAN,
    listens=(Listen(Protocol.HTTP, "*", 8000),),
    usage=Usage(memory_mib=100),
)
WORKER = replace(SHOP, service="worker", listens=())
JOB = replace(WORKER, service="nightly", kind=ServiceKind.JOB, schedule="0 3 * * *")


def scan(*profiles: ServiceProfile, edges: tuple[Edge, ...] = (), settings: Settings | None = None) -> dict[str, str]:
    """The files that a scan of these services would leave."""
    hosts = sorted({one.host for one in profiles})
    estate = Estate(
        "2026-01-15T09:30:00+00:00",
        tuple(HostReport(host, f"192.0.2.{number}", DEBIAN) for number, host in enumerate(hosts, 1)),
        tuple(ServiceEntry(one.service, one.runtime.name, (one.host,), one.kind) for one in profiles),
        edges,
    )
    files = {f"profiles/h{n}/p{n}.yaml": dump_record(one) for n, one in enumerate(profiles)}
    files["estate.yaml"] = dump_record(estate)
    return files | ({"migrate.yaml": dump_record(settings)} if settings else {})
