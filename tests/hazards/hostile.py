"""A service of which every text that comes from a host is hostile."""

from dataclasses import replace

from migrator.model.findings import Finding, Severity
from migrator.model.services import (
    Account,
    Artifact,
    Call,
    Certificate,
    Evidence,
    HealthCheck,
    KernelNeed,
    Listen,
    OperatingSystem,
    Protocol,
    Runtime,
    SecretPlace,
    ServiceKind,
    ServiceProfile,
    State,
    Variable,
)
from tests.generate.builders import SHOP

__all__ = ["everywhere", "job"]


def everywhere(text: str) -> ServiceProfile:
    """The text in each of some thirty fields; where something reads more than a text, behind what is read."""
    why = (Evidence("processes", text, text),)
    return replace(
        SHOP,
        runtime=Runtime("gunicorn", text, why),
        unit=text,
        origin=text,
        command=("/usr/bin/gunicorn", text, f"--{text}", f"x{text}"),
        executable=f"/usr/bin/{text}",
        directory=f"/srv/{text}",
        account=Account(text, 998, 998),
        os=OperatingSystem("debian", "12", text),
        listens=(
            Listen(Protocol.HTTP, "*", 8000, evidence=why),
            Listen(Protocol.TCP, text, 8001),
            Listen(Protocol.UNIX, path=f"/run/{text}"),
        ),
        calls=(Call(text, Protocol.TCP, 5432, evidence=why), Call(f"/run/{text}", Protocol.UNIX)),
        state=(
            State(f"/srv/{text}", 10, exact=True, evidence=why),
            State(f"/data/{text}", 10, file_system=f"/{text}"),
        ),
        config=(f"/etc/{text}",),
        changed=(f"/etc/{text}",),
        certificates=(Certificate(f"/etc/{text}.pem", text, "2027-01-01T00:00:00Z", (text,)),),
        licences=(f"/opt/{text}",),
        affinity=why,
        kernel=(KernelNeed(text, why),),
        artifacts=(Artifact(f"/opt/{text}"), Artifact(text)),
        packages=(f"{text}=1.0", "python3=3.11"),
        variables=(Variable(text, source=text), Variable(f"X{text}", secret=True, source=text)),
        secrets=(SecretPlace(f"/etc/{text}", 1, text),),
        health=(HealthCheck(8000, f"/{text}", why),),
        modified={f"/opt/{text}": f"2024-05-01T12:00:00Z, {text}"},
        evidence=why,
        findings=(Finding("MIG010", Severity.WARNING, text, text, text),),
        labels={"x": text},
    )


def job(text: str) -> ServiceProfile:
    """The same as something that runs by the clock."""
    return replace(
        everywhere(text), service="nightly", kind=ServiceKind.JOB, schedule="0 3 * * *", timezone=text, listens=()
    )
