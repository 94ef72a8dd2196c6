"""What the compiled build must keep to, and the plain one with it."""

import copy
import gc
import importlib.util
import os
import pickle
import re
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value
from autograd.core.node import Node

PACKAGE = Path(__file__).parents[2] / "autograd" / "core"
compiled_only = pytest.mark.skipif(not ag.compiled, reason="about the compiled node")


def chain(length):
    y = Value(1.0)
    one = Value(1.0)
    for _ in range(length):
        y = y * one
    return y


def test_the_build_is_the_one_that_was_asked_for():
    assert ag.compiled is not sys.modules["autograd.core.value"].__file__.endswith(".py")
    if os.environ.get("AUTOGRAD_PLAIN"):
        assert not ag.compiled
    if os.environ.get("AUTOGRAD_COMPILED"):  # where wheels are built
        assert ag.compiled


@compiled_only
def test_nodes_are_not_tracked_by_the_garbage_collector():
    assert not gc.is_tracked(Value(1.0))
    assert not gc.is_tracked(Value(1.0) * Value(2.0))


@compiled_only
def test_a_node_takes_96_bytes():
    assert sys.getsizeof(Value(1.0)) == 96


AGAIN = """
import resource
from autograd import Value

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

one = Value(1.0)
for turn in range(8):
    before, y = faults(), one
    for _ in range(14_000):
        y = y * one
    y.backward()
    del y
    print(faults() - before)
"""


@compiled_only
@pytest.mark.skipif(sys.platform != "linux", reason="counts page faults")
def test_memory_of_a_released_graph_is_kept_for_the_next():
    run = subprocess.run([sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True)
    first, *rest = map(int, run.stdout.split())
    assert first > 300  # 1.3 MB in pages of 4 kB
    assert sorted(rest)[3] < 30


def test_no_reference_cycles():
    gc.collect()
    gc.disable()
    try:
        y = chain(1000)
        y.backward()
        del y
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("length", [10, 300_000])
def test_deep_graphs_are_swept_copied_and_released_on_a_small_stack(length):
    seen = []

    def work():
        y = chain(length)
        y.backward()
        y.zero_grad()
        again = pickle.loads(pickle.dumps(y))
        seen.append(copy.deepcopy(again).recompute().data)

    size = threading.stack_size(64 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert seen == [1.0]


def test_a_wide_node_is_released():
    x = Value(1.0)
    ys = [x * 2.0 for _ in range(1000)]
    count = sys.getrefcount(x)
    del ys
    assert sys.getrefcount(x) == count - 1000


def test_no_subclasses():
    with pytest.raises(TypeError):
        type("Sub", (Value,), {})


def test_no_weak_references_and_no_new_attributes():
    import weakref

    with pytest.raises(TypeError):
        weakref.ref(Value(1.0))
    with pytest.raises(AttributeError):
        Value(1.0).other = 2


def test_threads_lose_no_gradient():
    x = Value(1.5, "x")
    w = Value(2.0, "w")
    rounds, workers = 300, 8
    failed = []

    def work():
        try:
            for _ in range(rounds):
                y = w * x
                for _ in range(10):
                    y = y + w * x
                y.backward()
        except BaseException as error:
            failed.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failed
    assert x.grad == 2.0 * 11 * rounds * workers
    assert w.grad == 1.5 * 11 * rounds * workers


def test_a_traceback_names_the_line_of_the_user():
    def mine():
        return Value(0.0, "x").log()

    with pytest.raises(ValueError, match=r"log\(x=0.0\)") as caught:
        mine()
    assert "mine" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


@pytest.mark.parametrize("name", ["node", "value", "sweeps"])
def test_the_c_types_are_those_of_functions_that_are_there(name):
    if not PACKAGE.exists():
        pytest.skip("the tests of a wheel have no sources")
    types, source = [(PACKAGE / f"{name}.{end}").read_text("utf-8") for end in ("pxd", "py")]
    declared = re.findall(r"^cp?def (?!class)[\w ]*?(\w+)\(", types, re.M)
    assert declared
    assert set(declared) <= set(re.findall(r"^def (\w+)\(", source, re.M))


def test_the_c_types_are_those_of_all_slots():
    if not PACKAGE.exists():
        pytest.skip("the tests of a wheel have no sources")
    types = (PACKAGE / "node.pxd").read_text("utf-8")
    fields = re.findall(r"^    cdef public \w+ (.*)", types, re.M)
    assert sorted(", ".join(fields).split(", ")) == sorted(Node.__slots__)


INTERPRETERS = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
code = "import autograd as ag; x = ag.Value(3.0); (x * x).backward(); assert x.grad == 6.0"
exec(FIRST)
interpreters.run_string(interpreters.create(), code)
exec(code)
print(ag.compiled)
"""


@pytest.mark.parametrize("first", ["'pass'", "code"])
def test_a_second_interpreter_takes_the_source(first):
    if not any(map(importlib.util.find_spec, ("_interpreters", "_xxsubinterpreters"))):
        pytest.skip("one interpreter only")
    run = subprocess.run(
        [sys.executable, "-c", INTERPRETERS.replace("FIRST", first)],
        env={**os.environ, "PYTHONPATH": str(Path(ag.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    compiled = ag.compiled and first == "code"  # the first one has the machine code
    assert run.stdout == f"{compiled}\n", run.stderr
