"""Whatever a metric server says: unless every number is there and good, nobody is promoted."""

import copy
import functools
import json
import math
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug import Response

from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover
from migrator.cutover.sources.prometheus import PrometheusSource
from migrator.model.changes import ChangeSet
from migrator.testing import FixedMetrics, MemoryRepository
from tests.cutover.conftest import NOON, files

LATER = datetime.now(UTC) + timedelta(days=2000)
GOOD = {"histogram": (12.0,) * 3, "increase(": (500.0,) * 3, "rate(": (1.0,) * 3}


def matrix(values):
    result = [{"metric": {}, "values": [[1, str(value)] for value in values]}] if values is not None else []
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def at_one_percent():
    return copy.deepcopy(_at_one_percent())


@functools.cache
def _at_one_percent():
    repository = MemoryRepository(now=lambda: NOON)
    repository.commit(ChangeSet("start", files=files()))
    engine.plan(repository)
    Cutover(repository).start("shop", out_of_order="test")
    Cutover(repository).advance("shop", FixedMetrics({}), now=LATER, approved_by="ann")
    return repository


def advanced(repository, source):
    return Cutover(repository).advance("shop", source, now=LATER)


def answering(httpserver, bad, to):
    """A server that is healthy but for the question that holds the word `to`."""

    def reply(request):
        question = request.form["query"]
        values = next(values for word, values in GOOD.items() if word in question)
        return bad() if to in question else Response(matrix(values))

    httpserver.expect_request("/api/v1/query", method="POST").respond_with_handler(reply)
    return PrometheusSource(httpserver.url_for("/"), seconds=0.3)


def slow():
    time.sleep(0.4)
    return Response(matrix((1.0,) * 3))


REPLIES = {
    "no series": lambda: Response(matrix(None)),
    "no samples": lambda: Response(matrix(())),
    "too few samples": lambda: Response(matrix((1.0,))),
    "not a number": lambda: Response(matrix(("NaN",) * 3)),
    "infinite": lambda: Response(matrix(("+Inf",) * 3)),
    "once not a number": lambda: Response(matrix((1.0, 1.0, "NaN"))),
    "500": lambda: Response("oops", 500),
    "503 with good numbers": lambda: Response(matrix((1.0,) * 3), 503),
    "elsewhere": lambda: Response(status=302, headers={"Location": "/api/v1/query?query=up"}),
    "slow": slow,
    "a page": lambda: Response("<html>sign in</html>", 200),
    "an error": lambda: Response('{"status": "error", "error": "too many samples"}'),
    "another form": lambda: Response('{"status": "success", "data": {"resultType": "scalar", "result": [1, "1"]}}'),
    "huge": lambda: Response(" " * 2_000_000 + matrix((1.0,) * 3)),
    "cut off": lambda: Response(matrix((1.0,) * 3)[:-4]),
}


def test_good_numbers_promote(httpserver):
    source = answering(httpserver, bad=None, to="\0")
    assert advanced(at_one_percent(), source).after == "shift-5"


@pytest.mark.parametrize("question", ["histogram_quantile", "increase(", "upstream_rq_xx"])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_one_bad_reply_among_good_ones_holds_and_is_no_failure(httpserver, reply, question):
    repository = at_one_percent()
    outcome = Cutover(repository).advance("shop", answering(httpserver, reply, question), now=LATER, on_fail="rollback")
    assert (outcome.commit, outcome.after) == (None, "shift-1")
    assert [str(verdict.kind) for verdict in outcome.verdicts].count("wait") >= 1
    assert not any(verdict.kind == "fail" for verdict in outcome.verdicts), "what is not known is not bad"


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("increase(", (0.0,) * 3),
        ("increase(", (500.0, 0.0, 500.0)),
        ("rate(envoy_cluster_upstream_rq_xx", (0.98,) * 3),
        ("rate(envoy_cluster_upstream_rq_xx", (1.0, 0.9, 1.0)),
        ("histogram", (1001.0,) * 3),
        ("histogram", (1.0, 5000.0, 1.0)),
    ],
)
def test_no_traffic_errors_and_slowness_hold(word, values):
    outcome = advanced(at_one_percent(), FixedMetrics({word: values, **{w: v for w, v in GOOD.items() if w != word}}))
    assert (outcome.commit, outcome.after) == (None, "shift-1")


NUMBERS = st.lists(st.sampled_from([0.99, 1.0, 500.0]) | st.floats(), min_size=2, max_size=5).map(tuple)


def is_good(samples, wanted):
    known = len(samples) >= 3 and all(math.isfinite(value) for value in samples)
    return known and all(wanted(value) for value in samples[-3:])


@example(success=(0.0, 0.99, 1.0, 1.0), latency=(1000.0,) * 3, requests=(20.0,) * 3)
@given(success=NUMBERS, latency=NUMBERS, requests=NUMBERS)
def test_a_promotion_rests_on_three_good_samples_of_everything(success, latency, requests):
    outcome = advanced(at_one_percent(), FixedMetrics({"histogram": latency, "increase(": requests, "rate(": success}))
    good = (
        is_good(success, lambda share: share >= 0.99)
        and is_good(latency, lambda milliseconds: milliseconds <= 1000)
        and is_good(requests, lambda count: count >= 20)
    )
    assert outcome.after == ("shift-5" if good else "shift-1")
