"""Prometheus by its HTTP API. The only importer of httpx. Source: Prometheus, "HTTP API", instant queries."""

import json
from typing import Any

import httpx

from migrator.errors import MetricError

__all__ = ["PrometheusSource"]

_SECONDS = 10.0
_MOST_BYTES = 1024 * 1024


class PrometheusSource:
    """One server. Its own clock decides what `now` is: no time is ever sent."""

    def __init__(self, address: str, *, seconds: float = _SECONDS) -> None:
        self._address = address.rstrip("/")
        self._seconds = seconds
        self.name = f"prometheus {httpx.URL(self._address).copy_with(userinfo=b'')}"

    def query(self, expression: str) -> tuple[float, ...]:
        """See `MetricSource.query`. An answer with several series, warnings or anything unexpected is no answer."""
        return _samples(_json(self._get(expression)))

    def _get(self, expression: str) -> bytes:
        url = f"{self._address}/api/v1/query"
        try:
            with (
                httpx.Client(timeout=self._seconds, follow_redirects=False) as client,
                client.stream("POST", url, data={"query": expression, "timeout": f"{self._seconds:g}s"}) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise MetricError("the answer is larger than 1 MiB")
        except httpx.HTTPError as error:
            raise MetricError(f"no answer: {type(error).__name__}: {error}") from error
        if answer.status_code != httpx.codes.OK:
            raise MetricError(f"HTTP {answer.status_code}: {_reason(body)}")
        return body


def _reason(body: bytes) -> str:
    try:
        said = json.loads(body).get("error", "")
    except (ValueError, AttributeError):
        said = ""
    return " ".join(str(said).split())[:200] or "no reason given"


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MetricError("the answer is not JSON") from error
    if not isinstance(found, dict) or found.get("status") != "success" or not isinstance(found.get("data"), dict):
        raise MetricError(f"the answer is no result: {_reason(body)}")
    if found.get("warnings"):
        raise MetricError(f"the answer comes with a warning: {' '.join(map(str, found['warnings']))[:200]}")
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
    except (KeyError, TypeError, ValueError) as error:
        raise MetricError("the samples cannot be read") from error
