"""Every metric source, by how it is asked for: a URL, `built-in`, or nothing."""

import importlib
from collections.abc import Callable

from migrator.cutover.metrics import MetricSource
from migrator.cutover.sources import built_in, none

__all__ = ["SOURCES", "open_source"]


def _prometheus(address: str) -> MetricSource:
    """Imported on first use: httpx costs 100 ms."""
    source: MetricSource = importlib.import_module("migrator.cutover.sources.prometheus").PrometheusSource(address)
    return source


SOURCES: dict[str, Callable[[str], MetricSource]] = {
    "http": _prometheus,
    "https": _prometheus,
    "built-in": lambda _address: built_in.BuiltInSource(),
    "": lambda _address: none.NoSource(),
}
"""Scheme of the address -> how to open it; `prometheus` serves http and https."""


def open_source(address: str) -> MetricSource:
    """The source that an address means. MetricError for one that nobody serves."""
    scheme = address.partition("://")[0]
    if scheme not in SOURCES:
        raise none.unknown(address, [known for known in SOURCES if known])
    return SOURCES[scheme](address)
