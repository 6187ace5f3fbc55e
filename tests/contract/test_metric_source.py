"""One contract for every metric source: samples oldest first, empty for no data, MetricError for no answer."""

import gzip
import json
import math
import time

import pytest
from werkzeug import Response

from migrator.cutover.sources import open_source
from migrator.cutover.sources.prometheus import PrometheusSource
from migrator.errors import MetricError
from migrator.testing import FixedMetrics


def matrix(*series, **more):
    result = [{"metric": {}, "values": [[1, str(value)] for value in values]} for values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}, **more})


@pytest.fixture
def prometheus(httpserver):
    httpserver.expect_request("/api/v1/query", method="POST").respond_with_handler(
        lambda request: Response(matrix((1.0, 2.0, 3.0)) if "known" in request.form["query"] else matrix())
    )
    return PrometheusSource(httpserver.url_for("/"))


@pytest.fixture(params=["prometheus", "fixed"])
def source(request):
    if request.param == "fixed":
        return FixedMetrics({"known": (1.0, 2.0, 3.0)})
    return request.getfixturevalue("prometheus")


def test_samples_come_oldest_first(source):
    assert source.query("(known)[30s:15s]") == (1.0, 2.0, 3.0)


def test_no_data_is_empty(source):
    assert source.query("(unheard_of)[30s:15s]") == ()


def test_every_source_has_a_name(source):
    assert source.name


BAD = [
    ("not json", 200, "not JSON"),
    ("[]", 200, "is no result"),
    ('{"status": "error", "error": "parse error"}', 400, "HTTP 400: parse error"),
    ("", 503, "HTTP 503"),
    ("<html>", 302, "HTTP 302"),
    (matrix((1.0,), (2.0,)), 200, "expected one series, got 2"),
    (matrix((1.0,), warnings=["partial data"]), 200, "warning: partial data"),
    ('{"status": "success", "data": {"resultType": "scalar", "result": [1, "2"]}}', 200, "expected a matrix"),
    ('{"status": "success", "data": {"resultType": "matrix", "result": [{"values": [["x"]]}]}}', 200, "cannot be read"),
    ('{"status": "success", "data": 3}', 200, "is no result"),
    (matrix((1.0,), warnings=5), 200, "warning: 5"),
    ('{"status": "success", "data": {"resultType": "matrix", "result": [3]}}', 200, "cannot be read"),
    (matrix((1.0,)).replace('"1.0"', "1" + "0" * 400), 200, "cannot be read"),
    (
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"values": [[1, [2]]]}]}}',
        200,
        "cannot be read",
    ),
    ('{"status": "success", "data": {"resultType": "vector", "result": []}}', 200, "expected a matrix"),
    (b"\xff\xfe", 200, "not JSON"),
    ('{"status": "error", "error": "two\\nlines \\u001b[2J"}', 422, "HTTP 422: two lines"),
    ("x" * 2_000_000, 200, "larger than 1 MiB"),
    ("[" * 200_000, 200, "not JSON"),
]


@pytest.mark.parametrize(("body", "status", "said"), BAD, ids=range(len(BAD)))
def test_every_bad_answer_is_one_line(httpserver, body, status, said):
    httpserver.expect_request("/api/v1/query").respond_with_data(body, status=status)
    with pytest.raises(MetricError, match=said) as caught:
        PrometheusSource(httpserver.url_for("/")).query("x")
    assert "\n" not in str(caught.value)


def test_a_server_that_does_not_answer_in_time(httpserver):
    def slow(_request):
        time.sleep(0.6)
        return Response(matrix())

    httpserver.expect_request("/api/v1/query").respond_with_handler(slow)
    with pytest.raises(MetricError, match="no answer: ReadTimeout"):
        PrometheusSource(httpserver.url_for("/"), seconds=0.2).query("x")


def test_a_server_that_answers_drop_by_drop(httpserver):
    def dripping(_request):
        def body():
            for _ in range(12):
                time.sleep(0.1)
                yield b" "

        return Response(body())

    httpserver.expect_request("/api/v1/query").respond_with_handler(dripping)
    with pytest.raises(MetricError, match="no answer: "):
        PrometheusSource(httpserver.url_for("/"), seconds=0.6).query("x")


def test_a_compressed_answer_is_not_opened(httpserver):
    body = gzip.compress(b" " * 50_000_000)
    httpserver.expect_request("/api/v1/query").respond_with_data(body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(MetricError, match="not JSON"):
        PrometheusSource(httpserver.url_for("/")).query("x")


def test_the_question_goes_to_the_address_with_its_path_and_without_a_time(httpserver):
    httpserver.expect_request("/metrics/api/v1/query", method="POST").respond_with_handler(
        lambda request: Response(matrix((float(len(request.form)),)))
    )
    assert PrometheusSource(httpserver.url_for("/metrics/")).query("x") == (2.0,), "query and timeout, no time"


@pytest.mark.parametrize("address", ["http://h:x", "http://127.0.0.1:9/\n", "http://a\x1bb/"])
def test_what_is_no_address_is_said_in_one_line(address):
    with pytest.raises(MetricError, match="no URL|no answer") as caught:
        open_source(address).query("x")
    assert "\n" not in str(caught.value)


def test_nobody_there():
    with pytest.raises(MetricError, match="no answer: ConnectError"):
        PrometheusSource("http://127.0.0.1:1").query("x")


def test_not_a_number_is_passed_on_for_the_gate_to_judge(httpserver):
    httpserver.expect_request("/api/v1/query").respond_with_data(matrix(("NaN", "+Inf", "1")))
    first, second, third = PrometheusSource(httpserver.url_for("/")).query("x")
    assert (math.isnan(first), second, third) == (True, float("inf"), 1.0)


def test_a_password_in_the_address_is_not_in_the_name():
    assert "hunter2" not in PrometheusSource("http://u:hunter2@127.0.0.1:9/?key=hunter2").name


def test_sources_by_address():
    assert open_source("http://127.0.0.1:9").name.startswith("prometheus")
    assert "stand-in" in open_source("built-in").name
    with pytest.raises(MetricError, match=r"no metric source: set metrics\.prometheus"):
        open_source("").query("x")
    with pytest.raises(MetricError, match=r"'ftp://x' is no metric source"):
        open_source("ftp://x")
