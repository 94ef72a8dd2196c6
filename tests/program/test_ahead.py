"""Work ahead in threads: in order, whoever does it; nobody waits for what has not begun."""

import threading
import time

import pytest

from autograd.program import ahead as module
from autograd.program.ahead import ahead


def square(i):
    time.sleep(0.001 * (i % 3))
    return i * i


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_results_come_in_order(workers, count):
    found = list(ahead(square, [(i,) for i in range(count)], workers))
    assert found == [i * i for i in range(count)]


def test_threads_help():
    together = threading.Barrier(3, timeout=10)  # broken, if not three come
    assert list(ahead(lambda i: together.wait() >= 0, [(i,) for i in range(6)], 3)) == [True] * 6


@pytest.mark.parametrize("workers", [2, 4])
def test_an_error_comes_in_its_turn_and_nothing_runs_on(workers):
    begun, ended = set(), set()

    def work(i):
        begun.add(i)
        time.sleep(0.002)
        if i >= 5:
            raise ValueError(i)
        ended.add(i)

    found = []
    with pytest.raises(ValueError, match="5"):
        for x in ahead(work, [(i,) for i in range(100)], workers):
            found.append(x)
    assert len(found) == 5 and ended == {0, 1, 2, 3, 4}
    before = set(begun)
    time.sleep(0.02)
    assert begun == before and len(begun) <= 6 + 2 * workers


def test_who_leaves_waits_for_what_was_begun():
    running = set()

    def work(i):
        running.add(i)
        time.sleep(0.02)
        running.discard(i)

    results = ahead(work, [(i,) for i in range(50)], 4)
    next(results)
    results.close()
    assert running == set()


def not_at_all(*_):
    pass


def too_many(*_):
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("start", [not_at_all, too_many])
def test_threads_that_never_begin_are_not_waited_for(monkeypatch, start):
    monkeypatch.setattr(module, "start_new_thread", start)
    assert list(ahead(square, [(i,) for i in range(20)], 3)) == [i * i for i in range(20)]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_each_worker_is_at_most_two_ahead(monkeypatch, workers):
    started, taken = [], []

    def each():
        for i in range(40):
            taken.append(i)
            yield (i,)

    monkeypatch.setattr(module, "start_new_thread", lambda *at: started.append(at))
    for n, _ in enumerate(ahead(square, each(), workers)):
        assert len(taken) == min(40, 2 * workers + n)
        assert len(started) == workers - 1


@pytest.mark.parametrize("leave", [False, True])
def test_no_thread_is_left(monkeypatch, leave):
    ended = threading.Semaphore(0)
    start = module.start_new_thread

    def watched(serve, at):
        def run():
            serve(*at)
            ended.release()

        start(run, ())

    monkeypatch.setattr(module, "start_new_thread", watched)
    results = ahead(square, [(i,) for i in range(20)], 4)
    next(results)
    if leave:
        results.close()
    else:
        assert len(list(results)) == 19
    assert all(ended.acquire(timeout=10) for _ in range(3))
