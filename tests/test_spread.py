"""Many jobs in several processes: results in order, errors as they are, nothing left running."""

import copy
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from migrator import spread as module
from migrator.errors import InputError, MigrateError, TransportError
from migrator.spread import spread

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def two_processes_from_the_third_job_on(monkeypatch):
    monkeypatch.setattr(module, "FEW", 2)
    monkeypatch.setattr(module, "_processors", lambda: 2)


def squared(number):
    return number * number, os.getpid()


def failing(number):
    raise InputError("is wrong", file="estate.yaml", line=number)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def test_results_come_in_order_from_this_process_and_from_others():
    done = list(spread(partial(squared, number) for number in range(60)))
    assert [number for number, _ in done] == [number * number for number in range(60)]
    here, elsewhere = done[:2], done[2:]
    assert {pid for _, pid in here} == {os.getpid()}
    assert os.getpid() not in {pid for _, pid in elsewhere}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_few_jobs_start_no_process(count):
    assert {pid for _, pid in spread(partial(squared, number) for number in range(count))} <= {os.getpid()}


def test_a_machine_with_one_processor_does_them_all_here(monkeypatch):
    monkeypatch.setattr(module, "_processors", lambda: 1)
    assert {pid for _, pid in spread(partial(squared, number) for number in range(9))} == {os.getpid()}


def test_a_system_without_semaphores_does_them_all_here(monkeypatch):
    def refused(*_, **__):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(module, "ProcessPoolExecutor", refused)
    assert {pid for _, pid in spread(partial(squared, number) for number in range(9))} == {os.getpid()}


def test_jobs_are_taken_as_they_can_be_done():
    taken = []

    def jobs():
        for number in range(500):
            taken.append(number)
            yield partial(squared, number)

    results = spread(jobs())
    assert [next(results)[0] for _ in range(10)][-1] == 81
    results.close()
    assert len(taken) < 60


def test_an_error_keeps_its_file_and_line():
    with pytest.raises(InputError) as caught:
        list(spread([partial(squared, 1), partial(squared, 2), partial(failing, 9)]))
    assert (str(caught.value), caught.value.file, caught.value.line) == ("estate.yaml:9: is wrong", "estate.yaml", 9)


@pytest.mark.parametrize("error", [InputError("x", file="f", line=3), TransportError("web1", "x"), MigrateError("x")])
def test_every_kind_of_error_can_cross(error):
    other = copy.copy(error)
    assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))


def test_a_process_that_is_killed_is_said():
    with pytest.raises(MigrateError, match="ended from outside; is there enough memory"):
        list(spread([partial(squared, 1), partial(squared, 2), killed]))


PARENT = """
import signal, time
from functools import partial
from migrator import spread as module
from tests.test_spread import squared
module.FEW, module._processors = 0, lambda: 2
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts in the background ignore it
    results = module.spread(partial(squared, number) for number in range(10_000_000))
    print(next(results)[1], flush=True)
    for _ in range(600):
        time.sleep(0.1)  # one long sleep would outlast a signal that arrives just before it begins
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_goes_on_where_the_first_process_has_ended(tmp_path, how):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as parent:
        worker = int(parent.stdout.readline())
        parent.send_signal(how)
        assert parent.wait(30) != 0
        assert ended(worker)


def ended(pid):
    for _ in range(300):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
