"""Another try after a dropped connection, places at bastions, and the grammar of what comes before a host."""

import threading

import pytest

from migrator.errors import AuthError, ConnectError, DeadlineError
from migrator.scan.deadline import Clock
from migrator.scan.ssh import pace
from migrator.scan.ssh.bastions import Places, next_bastion, of_bastion
from migrator.scan.ssh.pace import Dropped, retried


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pace, "_PAUSES", (0.0, 0.0, None))


def failing(times, error):
    left = [error] * times

    def once():
        if left:
            raise left.pop()
        return "in"

    return once


def test_a_dropped_connection_is_tried_again_a_few_times():
    with Clock("box", 20) as clock:
        assert retried(clock, failing(2, Dropped("box", "cut"))) == "in"
        with pytest.raises(ConnectError, match=r"^box: cut$") as caught:
            retried(clock, failing(3, Dropped("box", "cut")))
    assert type(caught.value) is ConnectError


def test_a_clear_no_is_not_asked_again():
    with Clock("box", 20) as clock, pytest.raises(AuthError):
        retried(clock, failing(1, AuthError("box", "no")))


def test_time_ends_the_tries():
    with Clock("box", 0.0) as clock, pytest.raises(DeadlineError):
        retried(clock, failing(1, Dropped("box", "cut")))


def test_places_are_few_for_each_bastion_and_given_back_once():
    places = Places()
    with Clock("box", 0.3) as clock:
        taken = [places.take("bastion", clock) for _ in range(8)]
        places.take("another", clock)
        taken[0]()
        taken[0]()
        places.take("bastion", clock)
        with pytest.raises(DeadlineError):
            places.take("bastion", clock)


def test_who_waits_gets_the_next_place():
    places = Places()
    with Clock("box", 20) as clock:
        taken = [places.take("bastion", clock) for _ in range(8)]
        waiting = threading.Thread(target=places.take, args=("bastion", clock))
        waiting.start()
        taken[3]()
        waiting.join(20)
        assert not waiting.is_alive()


def test_the_last_bastion_is_reached_through_those_before_it():
    hop = next_bastion("box", ("a", "me@b:23"), 1)
    assert (hop.address, hop.port, hop.user, hop.jump) == ("b", 23, "me", ("a",))
    with pytest.raises(ConnectError, match="more than 8 bastions in a row, or a loop of them"):
        next_bastion("box", ("a",), 9)


def test_an_error_of_a_bastion_is_told_once():
    error = of_bastion(AuthError("b", "no"), "box", "b")
    assert (type(error), error.reason) == (AuthError, "bastion b: no")
    assert of_bastion(error, "box", "a").reason == "bastion b: no"
