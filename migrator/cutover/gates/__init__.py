"""Every gate by the name that plans use."""

from migrator.cutover.gate import Gate
from migrator.cutover.gates import approval, latency, requests, soak, success_rate

__all__ = ["GATES"]

GATES: dict[str, Gate] = {
    "approval": approval.GATE,
    "soak": soak.GATE,
    "success-rate": success_rate.GATE,
    "latency": latency.GATE,
    "requests": requests.GATE,
}
