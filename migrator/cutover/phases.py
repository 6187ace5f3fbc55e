"""The default policy: which phases a service goes through, and what has to hold before each one ends. Pure data."""

from migrator.model.plans import GateSpec, PhaseSpec, Strategy

__all__ = ["default_phases"]

SOAK = {1: "5m", 5: "10m", 25: "15m", 50: "30m"}
"""How long traffic stays at a weight before more of it moves."""
WINDOW = "5m"
_TRAFFIC = (
    GateSpec("success-rate", threshold=0.99, window=WINDOW),
    GateSpec("latency", threshold=1000, window=WINDOW),
    GateSpec("requests", threshold=20, window=WINDOW),
)
_DEPLOY = PhaseSpec("deploy", 0, (GateSpec("approval"),))
_ALL = PhaseSpec("shift-100", 100)


def default_phases(strategy: Strategy) -> tuple[PhaseSpec, ...]:
    """Phases in order. Gates say what has to hold before the next phase begins.

    `deploy` ends by a person's word: that the workload is Ready, filled with its secrets and tried.
    """
    if strategy is Strategy.LATER:
        return ()
    if strategy is Strategy.SWITCH:
        return (_DEPLOY, _ALL)
    shifts = [PhaseSpec(f"shift-{w}", w, (GateSpec("soak", window=soak), *_TRAFFIC)) for w, soak in SOAK.items()]
    return (_DEPLOY, *shifts, _ALL)
