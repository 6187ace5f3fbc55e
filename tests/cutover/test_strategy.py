"""How a service leaves its hosts: by request, by one switch, or not at all, and what is said of it."""

import dataclasses

import pytest

from migrator.cutover.waves import strategy_of, waves
from migrator.model.estate import Edge, Estate, ServiceEntry
from migrator.model.services import Listen, Protocol, Runtime, ServiceKind
from tests.cutover.conftest import profile

HTTP = profile("x", port=80, http=True)


def listening(*listens):
    return dataclasses.replace(HTTP, listens=listens)


@pytest.mark.parametrize(
    ("one", "strategy", "said"),
    [
        (HTTP, "weighted", "speaks HTTP"),
        (profile("x", port=80), "switch", "port 80 is not known to speak HTTP"),
        (listening(Listen(Protocol.HTTP, "*", 80), Listen(Protocol.TCP, "*", 25)), "switch", "port 25 is not known"),
        (listening(Listen(Protocol.HTTP, "127.0.0.1", 80, loopback=True)), "switch", "a worker"),
        (listening(Listen(Protocol.UNIX, path="/run/x.sock")), "switch", "a worker"),
        (listening(Listen(Protocol.UDP, "*", 53)), "switch", "answers on UDP 53 only"),
        (profile("x"), "switch", "a worker"),
        (profile("x", port=80, http=True, kind=ServiceKind.JOB), "switch", "a job"),
        (profile("x", port=80, http=True, state=["/srv/x"]), "later", "keeps state in /srv/x on h1"),
        (profile("x", kind=ServiceKind.JOB, state=["/srv/x"]), "later", "keeps state in /srv/x on h1"),
        (profile("x", port=80, http=True, observed=False), "later", "could not be seen on h1"),
    ],
)
def test_a_service_leaves_as_its_profile_allows(one, strategy, said):
    found, why = strategy_of([one])
    assert (str(found), len(why)) == (strategy, 1)
    assert said in why[0]


@pytest.mark.parametrize("runtime", ["postgresql", "mysql", "mariadb", "redis", "valkey", "rabbitmq", "postfix"])
def test_databases_and_queues_stay_also_where_nobody_saw_their_data(runtime):
    found, (why,) = strategy_of([dataclasses.replace(profile("x", port=80, http=True), runtime=Runtime(runtime))])
    assert (str(found), why.split(",")[0]) == ("later", f"runs {runtime}")


def test_a_cache_in_memory_may_move():
    found, _ = strategy_of([dataclasses.replace(profile("x", port=11211), runtime=Runtime("memcached"))])
    assert str(found) == "switch"


def test_one_replica_with_state_holds_all_of_them():
    other = dataclasses.replace(profile("x", port=80, http=True, state=["/srv/x"]), host="h2")
    assert strategy_of([HTTP, other])[1] == (
        "keeps state in /srv/x on h2: a weighted split would make two copies of it",
    )


def test_callers_of_what_stays_are_told_where_it_is():
    estate = Estate(
        "t",
        services=(ServiceEntry("db", "binary", ("h1", "h2")),),
        edges=(Edge("app", "db"), Edge("app", "external:10.0.0.9"), Edge("app", "app")),
    )
    first, last = waves(estate, [profile("app", port=80, http=True), profile("db", port=1, state=["/d"])])
    assert first.services[0].why[1:] == ("goes on calling db (h1, h2), which stays on its host for now",)
    assert [service.name for service in last.services] == ["db"]


def test_what_talks_through_a_unix_socket_stays_together():
    edges = (Edge("web", "app", Protocol.UNIX),)
    (wave,) = waves(Estate("t", edges=edges), [profile("web", port=80, http=True), profile("app")])
    assert (wave.name, [service.name for service in wave.services]) == ("later", ["app", "web"])
    assert all("`web` reaches `app` through a Unix socket" in service.why[-1] for service in wave.services)


def test_each_socket_is_a_reason_and_what_would_move_otherwise_is_none():
    unix = Protocol.UNIX
    edges = (Edge("web", "app", unix), Edge("web", "cache", unix), Edge("web", "app", unix), Edge("web", "web", unix))
    named = [profile("web", port=80, http=True), profile("app", state=["/srv/app"]), profile("cache")]
    (wave,) = waves(Estate("t", edges=edges), named)
    reasons = {service.name: [why.split(" through")[0] for why in service.why] for service in wave.services}
    assert reasons == {
        "app": [
            "keeps state in /srv/app on h1: a weighted split would make two copies of it",
            "`web` reaches `app`",
        ],
        "cache": ["`web` reaches `cache`"],
        "web": ["`web` reaches `app`", "`web` reaches `cache`"],
    }
