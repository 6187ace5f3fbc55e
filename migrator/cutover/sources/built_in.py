"""A STAND-IN for Prometheus: a healthy service that is always there. For the quickstart, which has no cluster.

It knows the shape of our own queries and nothing else; what it says proves nothing about any real service.
"""

__all__ = ["BuiltInSource"]

_ANSWERS = (("histogram_quantile", 12.0), ("increase(", 500.0), ("rate(", 1.0))


class BuiltInSource:
    """Answers every query of our gates as a healthy service would."""

    name = "built-in (a stand-in: always healthy)"

    def query(self, expression: str) -> tuple[float, ...]:
        """See `MetricSource.query`."""
        value = next((value for word, value in _ANSWERS if word in expression), None)
        return () if value is None else (value, value, value)
