"""The seam of metric sources: one question, a few numbers. `sources/` holds the implementations."""

from typing import Protocol

__all__ = ["MetricSource"]


class MetricSource(Protocol):
    """Where gates get their numbers."""

    name: str
    """What is shown beside every result, so that a stand-in is known to be one."""

    def query(self, expression: str) -> tuple[float, ...]:
        """Samples of one series, oldest first; empty for no data. Raises MetricError when there is no answer."""
