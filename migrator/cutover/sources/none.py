"""No metric source at all: every question stays open, so every gate that needs numbers waits."""

from collections.abc import Sequence

from migrator.errors import MetricError

__all__ = ["NoSource", "unknown"]


class NoSource:
    """Says why there is no number."""

    name = "none"

    def query(self, _expression: str) -> tuple[float, ...]:
        """See `MetricSource.query`."""
        raise MetricError("no metric source: set metrics.prometheus in migrate.yaml, or give --metrics URL")


def unknown(address: str, known: Sequence[str]) -> MetricError:
    """The error for an address that nobody serves."""
    return MetricError(f"{address!r} is no metric source; known are: {', '.join(known)}")
