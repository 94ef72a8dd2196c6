"""Threads and processes: results as in one thread, whatever runs at once."""

import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd as ag
from autograd import Value

THREADS = 8
BACKENDS = ("python", "native") if importlib.util.find_spec("llvmlite") else ("python",)


def everything(i):
    """Record, sweep, draw, tell, compile: texts and numbers."""

    def f(x, w):
        y = x
        for k in range(10 + i % 3):
            y = ag.tanh(y * w + 0.1 * k)
        return y

    x, w = Value(0.3 + i % 3, "x"), Value(1.2, "w")
    with ag.named_scope(f"model {i % 3}"):
        y = f(x, w)
    y.backward()
    found = [y.data, x.grad, w.grad, y.scopes, ag.tree(y), str(ag.explain(y, x))]
    found += [ag.draw(y).source, ag.draw(y, fold=True).pipe("svg")]
    found += [ag.hessian(lambda x: f(x, 1.2))(0.3), ag.jvp(f, (0.3, 1.2), (1.0, 0.0))]
    for backend in BACKENDS:
        found.append(ag.compile(f, backend).value_and_grad(0.3, 1.2, argnums=(0, 1)))
    with ag.no_grad():
        assert (x * w).op is None
    assert (x * w).op == "mul"
    return found


@pytest.fixture(scope="module")
def alone():
    return [everything(i) for i in range(3)]


def test_eight_threads_at_once_give_what_one_gives(alone):
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(everything, range(2 * THREADS)))
    finally:
        sys.setswitchinterval(before)
    for i, one in enumerate(found):
        assert one == alone[i % 3]


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_processes_begun_after_the_import_give_the_same(alone, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map_async(everything, range(3)).get(120)
    assert found == alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_while_other_threads_draw_and_compile_leaves_the_child_whole(alone):
    stop = threading.Event()

    def busy(i):
        while not stop.is_set():
            everything(i)

    threads = [threading.Thread(target=busy, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                signal.alarm(60)  # ends a child that hangs
                os._exit(0 if everything(1) == alone[1] else 1)
            assert os.waitpid(pid, 0)[1] == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
