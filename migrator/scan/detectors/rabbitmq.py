"""RabbitMQ: an Erlang machine that boots the `rabbit` application."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """An Erlang machine whose arguments name RabbitMQ's folders."""
    if not any(name.startswith("beam") for name in names_of(workload.main)):
        return None
    if not any("rabbitmq" in word or word == "rabbit" for word in workload.main.arguments):
        return None
    package = package_of(snapshot, r"rabbitmq-server")
    runtime = Runtime("rabbitmq", package.version, (command_evidence(workload.main),))
    return Detection(runtime, name="rabbitmq", stateful=True, packages=package.pins)
