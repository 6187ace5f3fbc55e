"""Prometheus by its HTTP API. The only importer of httpx. Source: Prometheus, "HTTP API", instant queries."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from migrator.errors import MetricError

__all__ = ["PrometheusSource"]

_SECONDS = 10.0
_MOST_BYTES = 1024 * 1024


class PrometheusSource:
    """One server. Its own clock decides what `now` is: no time is ever sent."""

    def __init__(self, address: str, *, seconds: float = _SECONDS) -> None:
        try:
            url = httpx.URL(address.rstrip("/"))
        except httpx.InvalidURL as error:
            raise MetricError(f"the address of the metric source is no URL: {_one_line(str(error))}") from error
        self._url = url.copy_with(path=f"{url.path.rstrip('/')}/api/v1/query", query=None, fragment=None)
        self._seconds = seconds
        self.name = f"prometheus {url.copy_with(userinfo=b'', query=None, fragment=None)}"

    def query(self, expression: str) -> tuple[float, ...]:
        """See `MetricSource.query`. An answer with several series, warnings or anything unexpected is no answer."""
        return _samples(_json(self._post(expression)))

    def _post(self, expression: str) -> bytes:
        form = {"query": expression, "timeout": f"{self._seconds:g}s"}
        # What is not compressed cannot grow beyond the limit between two looks at it.
        headers = {"Accept-Encoding": "identity"}
        try:
            with (
                httpx.Client(timeout=self._seconds, follow_redirects=False) as client,
                client.stream("POST", self._url, data=form, headers=headers) as answer,
            ):
                body = _limited(answer.iter_raw(), time.monotonic() + self._seconds)
        except httpx.HTTPError as error:
            raise MetricError(f"no answer: {type(error).__name__}: {_one_line(str(error))}") from error
        if answer.status_code != httpx.codes.OK:
            raise MetricError(f"HTTP {answer.status_code}: {_reason(body)}")
        return body


def _limited(pieces: Iterator[bytes], deadline: float) -> bytes:
    """All pieces, unless they are too many or come too slowly: the client's own limit is on each piece alone."""
    body = b""
    for piece in pieces:
        body += piece
        if len(body) > _MOST_BYTES:
            raise MetricError("the answer is larger than 1 MiB")
        if time.monotonic() > deadline:
            raise MetricError("no answer: it did not end in time")
    return body


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _reason(body: bytes) -> str:
    try:
        said = json.loads(body).get("error", "")
    except (ValueError, AttributeError):
        said = ""
    return _one_line(str(said)) or "no reason given"


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MetricError("the answer is not JSON") from error
    if not isinstance(found, dict) or found.get("status") != "success" or not isinstance(found.get("data"), dict):
        raise MetricError(f"the answer is no result: {_reason(body)}")
    warnings = found.get("warnings")
    if warnings:
        shown = " ".join(map(str, warnings)) if isinstance(warnings, list) else str(warnings)
        raise MetricError(f"the answer comes with a warning: {_one_line(shown)}")
    data: dict[str, Any] = found["data"]
    return data


def _samples(data: dict[str, Any]) -> tuple[float, ...]:
    kind, result = data.get("resultType"), data.get("result")
    if kind != "matrix" or not isinstance(result, list):
        raise MetricError(f"expected a matrix, got {kind!r}")
    if not result:
        return ()
    if len(result) > 1:
        raise MetricError(f"expected one series, got {len(result)}")
    try:
        return tuple(float(value) for _, value in result[0]["values"])
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise MetricError("the samples cannot be read") from error
