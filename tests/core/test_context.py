"""What surrounds a recording: per thread, per task, and unharmed by Ctrl-C."""

import asyncio
import contextlib
import contextvars
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd as ag
from autograd.core.context import current, open_contexts, recording


def together(work, threads=8):
    """The work in several threads that begin at once; what they raise, this raises."""
    start, errors = threading.Barrier(threads), []

    def run():
        try:
            start.wait()
            work()
        except Exception as error:
            errors.append(error)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not errors


def test_one_scope_may_be_open_in_eight_threads():
    scope = ag.named_scope("shared")
    x = ag.Value(2.0)

    @scope
    def square(x):
        return x * x

    def work():
        for _ in range(200):
            with scope:
                assert (x * x).scopes == ("shared",)
                assert square(x).scopes == ("shared", "shared")
            assert (x * x).scopes == ()

    together(work)


def test_one_no_grad_may_be_open_in_eight_threads():
    context = ag.no_grad()
    x = ag.Value(2.0)

    def work():
        for _ in range(200):
            with context:
                assert (x * x).op is None
            assert (x * x).op == "mul"

    together(work)
    assert (x * x).op == "mul"


def test_tasks_have_contexts_of_their_own():
    x = ag.Value(2.0)

    async def work(name):
        with ag.named_scope(name):
            for _ in range(10):
                await asyncio.sleep(0)
                assert (x * x).scopes == (name,)
        return (x * x).scopes

    async def main():
        return await asyncio.gather(*[work(f"task {i}") for i in range(8)])

    assert asyncio.run(main()) == [()] * 8


def test_a_thread_that_inherits_a_context_is_in_its_scope_and_in_no_call_of_another_thread():
    x, over, found, threads = ag.Value(2.0), threading.Event(), [], 3

    def inherited():
        scopes = set()
        for _ in range(300):
            scopes |= {(x * x).scopes, ag.sigmoid(x).scopes, ag.silu(x).inputs[1].scopes}
        found.append(scopes)
        assert over.wait(10)
        return {(x * x).scopes, ag.sigmoid(x).scopes}

    @ag.named_scope("call")
    def call(pool):
        with ag.named_scope("block"):
            in_block = pool.submit(contextvars.copy_context().run, lambda: x * x).result()
        started = [pool.submit(contextvars.copy_context().run, inherited) for _ in range(threads)]
        while len(found) < threads and not any(task.done() for task in started):
            assert ag.sigmoid(x).scopes == ("call", "sigmoid")
        return in_block, started

    with ThreadPoolExecutor(threads) as pool:
        in_block, started = call(pool)
        assert in_block.scopes == ("call", "block") and (x * x).scopes == ()
        over.set()
        assert [task.result() for task in started] == [{(), ("sigmoid",)}] * threads
    assert found == [{("call",), ("call", "sigmoid"), ("call", "silu", "sigmoid")}] * threads


def test_a_thread_that_inherits_no_grad_records_when_that_is_over():
    x, ended, over = ag.Value(2.0), threading.Event(), threading.Event()

    def inherited():
        found = ag.sigmoid(x).op, (x * x).op
        ended.set()
        assert over.wait(10)
        return found, ag.sigmoid(x).op, (x * x).op

    with ThreadPoolExecutor(1) as pool:
        with ag.no_grad():
            task = pool.submit(contextvars.copy_context().run, inherited)
            assert ended.wait(10)
        over.set()
        assert task.result() == ((None, None), "reciprocal", "mul")


def test_a_context_entered_by_hand_is_left_by_hand():
    x, context = ag.Value(2.0), ag.no_grad()
    context.__enter__()
    assert (x * x).op is None
    with ag.named_scope("inside"), context:
        assert (x * x).op is None
    assert (x * x).op is None
    context.__exit__(None, None, None)
    assert (x * x).op == "mul"


def test_an_exit_stack_closes_contexts():
    x = ag.Value(2.0)
    with contextlib.ExitStack() as stack:
        for name in "abc":
            stack.enter_context(ag.named_scope(name))
        assert (x * x).scopes == ("a", "b", "c")
    assert (x * x).scopes == ()


def test_looking_at_a_context_opens_nothing():
    context = ag.named_scope("looked at")
    assert [hasattr(context, name) for name in ("__enter__", "__exit__")] == [True, True]
    assert (ag.Value(2.0) * 2).scopes == ()


def test_a_context_that_is_over_costs_nothing():
    x = ag.Value(2.0)
    thread = threading.Thread(target=ag.no_grad()(lambda: None))
    thread.start()
    thread.join()
    with ag.no_grad(), ag.named_scope("a"):
        assert (x * x).op is None
    x = x * x
    assert not open_contexts


@pytest.mark.parametrize("form", [ag.no_grad, ag.no_grad()])
def test_no_grad_is_written_with_parentheses_or_without(form):
    x = ag.Value(2.0)
    with form:
        assert (x * x).op is None
    assert form(lambda: x * x)().op is None
    assert (x * x).op == "mul"


def test_the_name_of_a_scope_is_text():
    with pytest.raises(TypeError, match="the name of a scope is text, not 3"):
        ag.named_scope(3)


def test_a_decorated_function_is_given_all_its_arguments():
    @ag.no_grad()
    @ag.named_scope("cube")
    def power(x, *, n=2):
        return x**n

    x = ag.Value(2.0)
    assert power(x).data == 4.0
    assert power(x, n=3).data == 8.0


def test_variables_are_copied_only_where_some_are_added():
    xs = ag.values([1.0, 2.0])
    with recording(xs):
        variables = current().variables
        with recording():
            assert current().variables is variables
        with recording([ag.Value(3.0)]):
            assert current().variables > variables


def test_an_exception_passes_and_closes():
    with pytest.raises(KeyError), ag.named_scope("a"), ag.no_grad():
        raise KeyError
    assert current().outer is None


def test_a_node_in_a_thousand_scopes_is_pickled():
    @ag.named_scope("down")
    def down(x, n):
        return down(x, n - 1) if n else x * 2.0

    sys.setrecursionlimit(10_000)
    try:
        y = down(ag.Value(1.0), 900)
    finally:
        sys.setrecursionlimit(1000)
    first, second = pickle.loads(pickle.dumps([y, y + 1.0]))
    assert first.scopes == y.scopes and len(y.scopes) == 901
    assert second.inputs[0].scope is first.scope  # shared as they were


INTERRUPTED = """
import random, signal, sys
import autograd as ag
from autograd.core.context import current

x = ag.Value(2.0)
scope = ag.named_scope("scope")

@scope
def square(x):
    return x * x

@ag.no_grad
def plain(x):
    return x * x

def loop(limit=200):
    for _ in range(limit):
        with ag.no_grad():
            x * x
        with ag.named_scope("new"):
            x * x
        with scope:
            square(x)
            plain(x)
        plain(x)
        square(x)

draw = random.Random(int(sys.argv[1])).uniform
hits = 0
while hits < int(sys.argv[2]):
    try:
        signal.setitimer(signal.ITIMER_REAL, draw(1e-6, 3e-4))
        loop()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        hits += 1
    y = x * x
    assert (y.op, y.scopes) == ("mul", ()), (hits, y, y.scopes)
    assert current().outer is None
print("unharmed", ag.compiled)
"""


@pytest.mark.skipif(not hasattr(__import__("signal"), "setitimer"), reason="needs setitimer")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_interrupts_change_nothing(seed):
    code = "import signal; signal.signal(signal.SIGALRM, signal.default_int_handler)" + INTERRUPTED
    run = subprocess.run(
        [sys.executable, "-c", code, str(seed), "1000"], capture_output=True, text=True, timeout=120
    )
    assert run.stdout == f"unharmed {ag.compiled}\n", run.stderr
