"""Machine code for one point: the bits of the eager engine, the builtin, and what may go wrong."""

import ctypes
import functools
import gc
import itertools
import math
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

pytest.importorskip("llvmlite")

import autograd as ag
from autograd import Value
from autograd.core import primitives
from autograd.core.primitives import Primitive
from autograd.program import builtin as builtin_module
from autograd.program import cache as store
from autograd.program import llvm, machine, native, scalar
from autograd.program.steps import lower, record
from autograd.program.trace import traced

OURS = {p.name: p for p in primitives.PRIMITIVES.values()}  # before other tests declare their own


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own for each test."""
    monkeypatch.setenv("AUTOGRAD_CACHE", str(tmp_path / "cache"))
    store.folder.cache_clear()
    yield tmp_path / "cache"
    store.folder.cache_clear()


def steps_of(f, *at, gradient=True):
    """The steps of a function of numbers, recorded at a point, with its derivatives."""
    xs = [Value(x) for x in at]
    out = f(*xs)
    return lower(record([out], xs)[0], by=list(range(len(xs))) if gradient else None)


def eager(f, *at):
    """Value and gradient in one list, or the type of the error."""
    try:
        y, slopes = ag.value_and_grad(f, argnums=tuple(range(len(at))))(*at)
    except (ValueError, ArithmeticError) as error:
        return type(error)
    return [y, *slopes]


NUMBERS = [-1e300, -745.2, -28.5, -3.0, -2.0, -1.0, -0.7, -1e-9, -5e-324, -0.0]
NUMBERS += [5e-324, 1e-310, 0.25, 0.5, 0.999, 1.0, 1.5, 2.0, 3.0, 30.0, 709.7, 1e17, 1e200, 1.7e308]


def test_machine_code_knows_every_primitive():
    assert set(OURS) - {"identity"} <= llvm.KNOWN  # steps have no identity


@pytest.mark.parametrize("name", [name for name in OURS if name in llvm.KNOWN])
def test_each_primitive_has_the_bits_of_the_eager_engine(name):
    primitive: Primitive = OURS[name]
    rng = random.Random(name)
    numbers = NUMBERS + [rng.gauss(0, 2) for _ in range(20)] + [rng.random() for _ in range(20)]
    count = len(primitive.partials)
    points = list(itertools.product(numbers, repeat=count))
    first = next(
        p for p in [(1.5, 0.5), (0.5, 0.5)] if not isinstance(eager(primitive, *p[:count]), type)
    )
    run = native.Native(steps_of(primitive, *first[:count]))
    equal = 0
    for at in points:
        expected = eager(primitive, *at)
        flag, got = run(at)
        if not flag:
            assert repr(got) == repr(expected), at
            equal += 1
        elif not isinstance(expected, type):  # a partial is missing where the adjoint is 0
            assert flag == llvm.NOT_FINITE
    assert equal > len(points) / 5


@pytest.mark.parametrize("name", [name for name in OURS if name in llvm.KNOWN])
def test_each_primitive_answers_by_itself_at_usual_numbers(name):
    """The eager engine need not be asked, but where digits may be lost."""
    primitive, found = OURS[name], 0
    count = len(primitive.partials)
    run = None
    for at in [(1.5, 0.5), (0.5, 0.25), (0.5, -3.5), (2.5, -0.75), (-0.5, 2.0), (1e-90, 3.0)]:
        expected = eager(primitive, *at[:count])
        if isinstance(expected, type):
            continue
        run = run or native.Native(steps_of(primitive, *at[:count]))
        assert run(at[:count]) == (0, expected), at
        found += 1
    assert found > 1


@pytest.mark.parametrize("a", [1e-280, 1e-145, 1e-146, 1e-73])
def test_a_power_that_has_lost_digits_is_left_to_the_eager_engine(a):
    """A slope is b a^(b-1): where a^(b-1) alone is less than 1e-290 it may be subnormal."""
    run = native.Native(steps_of(ag.power, 1.5, 3.5))
    for b in (2.0, 3.0, 4.0):
        flag, found = run([a, b])
        tiny = [y for y in (a**b, a ** (b - 1.0)) if y <= 1e-290]
        assert (flag == llvm.NOT_FINITE) == bool(tiny)
        if not flag:
            assert found == eager(ag.power, a, b)


def test_workspace_is_on_the_stack_where_it_is_small():
    for size, on_stack in ((8, True), (65_536, True), (65_537, False), (1 << 20, False)):
        reserve, release = llvm.workspace(size)
        assert ("alloca" in reserve) == on_stack and ("Free" in release) != on_stack
        assert int(re.search(r"i64 (\d+)", reserve)[1]) >= size + 63  # so that it can be aligned


def some_functions():
    yield lambda x, y: ag.sigmoid(x * y) + ag.tanh(x) / (1 + y * y)
    yield lambda x, y: ag.softplus(x) * ag.gelu(y) - ag.silu(x * y)
    yield lambda x, y: ag.logsumexp([x, y, x * y]) + ag.elu(x) * ag.leaky_relu(y)
    yield lambda x, y: ag.relu6(x) + ag.maximum(x, y) * ag.minimum(x * x, y) + abs(x - y)
    yield lambda x, y: (x * x + 1) ** y + x**3 - 2**y
    yield lambda x, y: ag.softmax([x, y, 1.0])[1] * ag.log1p(x * x)


@pytest.mark.parametrize("f", list(some_functions()))
def test_functions_have_the_bits_of_the_eager_engine(f):
    rng = random.Random(1)
    run = native.Native(steps_of(f, 0.7, 1.2))
    equal = 0
    for _ in range(300):
        at = rng.gauss(0, 3), rng.gauss(0, 3)
        flag, got = run(at)
        if not flag:
            assert got == eager(f, *at), at
            equal += 1
    assert equal > 100


def chain(n):
    """A function of 3 n steps or so, with a value that is needed at the very end."""

    def f(x, y):
        z, kept = x, []
        for k in range(n):
            z = ag.sin(z * y) + 0.1 * k
            kept.append(z)
        return sum(kept[::7], z) * x

    return f


@pytest.mark.parametrize("n", [1, 100, 300, 2_000])
def test_long_programs_in_chunks(n):
    f = chain(n)
    steps = steps_of(f, 0.7, 1.2)
    run = native.Native(steps)
    for at in [(0.7, 1.2), (-0.3, 2.0)]:
        assert run(at) == (0, eager(f, *at))
    assert len(steps) > 5 * n


def test_too_large_a_sum_of_numbers_looked_at_is_left_to_the_eager_engine():
    f = ag.compile(lambda *xs: ag.maximum(xs[0], xs[1]) + 0.0 * ag.maximum(xs[2], xs[3]))
    for at in [(1.0, 2.0, 3.0, 4.0), (1.7e308, 1.7e308, -1.7e308, -1.7e308), (1.7e308,) * 4]:
        assert f(*at) == max(at[:2])


def test_much_workspace_is_not_on_the_stack():
    def f(*xs):
        squares = [x * x for x in xs]
        return sum((a * b for a, b in zip(squares, reversed(squares), strict=True)), 0.0)

    at = [0.1 * k for k in range(10_000)]
    text = scalar.program(steps_of(f, *at))
    assert "@PyMem_RawMalloc(i64 " in text.replace("declare ptr @PyMem_RawMalloc(i64)", "")
    assert native.Native(steps_of(f, *at))(at) == (0, eager(f, *at))


def test_a_number_that_is_none_is_told():
    run = native.Native(steps_of(lambda x, y: ag.exp(x) * y, 1.0, 2.0))
    assert run([800.0, 2.0])[0] == llvm.NOT_FINITE
    assert run([1.0, math.inf])[0] == llvm.NOT_FINITE
    lost = native.Native(steps_of(lambda x, y: 1 / ag.exp(x) + 0 * y, 1.0, 2.0))
    assert lost([800.0, 2.0])[0] == llvm.NOT_FINITE  # 1/inf is 0
    assert lost([1.0, math.nan])[0] == llvm.NOT_FINITE


def test_a_guard_that_does_not_hold_is_told():
    xs = [Value(2.0), Value(1.0)]
    out = xs[0] * xs[1]
    for kind, holds in [("gt", True), ("lt", False), ("ge", True), ("le", False), ("eq", False)]:
        steps = lower(record([out], xs, [(kind, xs[0], 1.5, holds)])[0], by=[0, 1])
        run = native.Native(steps)
        assert run([2.0, 1.0]) == (0, [2.0, 1.0, 2.0])
        assert run([1.5 if kind == "eq" else 1.0, 1.0])[0] == llvm.ELSEWHERE
        assert run([1.5, 1.0])[0] == (0 if kind in ("ge", "lt") else llvm.ELSEWHERE)


def test_constants_and_inputs_as_results():
    x = Value(2.0)
    steps = lower(record([x, 0.0 + x, x], [x])[0], by=[0])
    assert native.Native(steps)([3.0]) == (0, [3.0, 3.0, 3.0, 1.0, 1.0, 1.0])


def test_numbers_are_counted():
    with pytest.raises(TypeError, match="2 numbers for 1 inputs"):
        native.Native(steps_of(lambda x: x * x, 1.0))([1.0, 2.0])


def test_a_derivative_is_never_minus_zero():
    run = native.Native(steps_of(lambda x, y: -(x * 0.0) + y, 1.0, 2.0))
    assert repr(run([1.0, 2.0])[1]) == repr(eager(lambda x, y: -(x * 0.0) + y, 1.0, 2.0))


def test_a_primitive_of_the_users_own_has_no_machine_code():
    steps = steps_of(lambda x: ag.exp(x) + x, 1.0)
    steps.op[steps.order[1]] = "mine"
    with pytest.raises(LookupError, match="no machine code for mine"):
        native.Native(steps)


def waiting(n):
    """Steps of which n numbers wait to be used at once, in whichever order."""

    def f(x):
        each = [ag.sin(x * (k + 2.0)) for k in range(n)]
        total = each[0]
        for z in reversed(each):
            total = z * total
        return total

    return steps_of(f, 0.5, gradient=False)


def test_rows_are_taken_by_sixteen_where_registers_are_enough():
    column = [("column", 1)]
    assert [llvm.wide(waiting(n), column, column, True) for n in (14, 15, 16, 17)] == [
        *(True, True, False, False)
    ]
    many = waiting(20)
    for reads, sums in (
        ([("same", 16), *column], False),
        ([("same", 17), *column], True),  # what all rows share is read half as often
        ([("same", 8), ("together", 9), *column], True),
        ([("column", 20)], False),
    ):
        assert llvm.wide(many, reads, None, True) == sums
        assert not llvm.wide(many, reads, column, True)


class Asked(Exception):
    pass


@pytest.fixture
def asked(monkeypatch):
    """How thoroughly code would be made: the level of the generator, and of the passes before."""

    def instead(key, text, level, passes=0):
        raise Asked(level, passes, text)

    monkeypatch.setattr(machine, "compiled", instead)


def test_long_programs_are_made_fast_rather_than_thoroughly(asked):
    def chained(n):
        f = lambda x: functools.reduce(lambda z, _: z + x, range(n), x)  # noqa: E731
        steps = steps_of(f, 1.0, gradient=False)
        assert len(steps.order) == n + 1
        return steps

    for n, level, passes in ((30, 2, 1), (31, 2, 0), (300, 2, 0), (301, 0, 0), (2_000, 0, 0)):
        with pytest.raises(Asked) as told:
            native.Native(chained(n - 1))
        assert told.value.args[:2] == (level, passes)


JOINED = [  # what is computed, in which operations of rows
    (lambda a, b: a / b, ["divide"]),
    (lambda a, b: 1 / b, ["reciprocal"]),
    (lambda a, b: [a / b, (a + 2.0) / b], ["a / b", "a / b", "add"]),
    (lambda a, b: [a / b, 1 / b], ["1 / b", "a / b"]),
    (lambda a, b: [a / b, b / a], ["divide", "divide"]),
    (lambda a, b: [b / a, 1 / a], ["1 / b", "a / b"]),
    (lambda a, b: a * b + a, ["a·b + c"]),
    (lambda a, b: a + a * b, ["a·b + c"]),
    (lambda a, b: a * b - a, ["a·b - c"]),
    (lambda a, b: a - a * b, ["c - a·b"]),
    (lambda a, b: a * b + a * a, ["a·b + c", "mul"]),  # the other is rounded
    (lambda a, b: [a * b + a, a * b], ["add", "mul"]),  # it is needed by itself
    (lambda a, b: -(a * b), ["-a·b"]),
    (lambda a, b: [-(a * b), a * b], ["mul", "neg"]),
    (lambda a, b: -(a + b), ["add", "neg"]),
    (lambda a, b: ag.relu(OURS["sign"](a)) * b, ["mul", "positive"]),
    (lambda a, b: [ag.relu(OURS["sign"](a)), OURS["sign"](a)], ["positive", "sign"]),
    (lambda a, b: (a * b + a) * (1.0 if a * b + a > 0.0 else 2.0), ["add", "mul"]),
    (lambda a, b: a if ag.exp(a * b + a) > 1.0 else b, ["add", "exp", "mul"]),
    (lambda a, b: a / b + 1 / b if a / b > 0.1 else a, ["add", "divide", "reciprocal"]),
]


@pytest.mark.parametrize(("f", "joined"), JOINED)
def test_what_rows_join(f, joined):
    """A product and its sum, quotients by one divisor; not what a branch depends on."""
    steps = traced(f, (0.5, 0.25)).steps()
    done = llvm.joined(steps, exact=False)
    computed = [done.op[i] for i in steps.order if done.op[i] not in ("input", "constant", "")]
    assert sorted(computed) == joined
    exact = llvm.joined(steps, exact=True)
    kept = [exact.op[i] for i in steps.order if exact.op[i] != ""]
    assert not {"a / b", "1 / b", "a·b + c", "a·b - c", "c - a·b", "-a·b"} & set(kept)
    assert ("positive" in kept) == ("positive" in joined)


# --- the builtin ---


def product(x, y):
    return x * y + ag.sin(x)


def builtin(f, *at, arguments, result, gradient=True, fallback=None):
    code = native.Native(steps_of(f, *at, gradient=gradient), (arguments, result))
    return code.builtin("f", fallback or (lambda *args: ("else", args)))


def test_a_builtin_takes_floats_and_ints():
    value = builtin(product, 0.5, 1.5, arguments=(0, 0), result=0, gradient=False)
    both = builtin(product, 0.5, 1.5, arguments=(0, 0), result=(0, (0, 0)))
    assert value(0.5, 1.5) == product(0.5, 1.5)
    assert both(0.5, 1.5) == ag.value_and_grad(product, argnums=(0, 1))(0.5, 1.5)
    assert both(1, -1) == both(1.0, -1.0)
    assert type(both).__name__ == "builtin_function_or_method"
    assert both.__name__ == "f"


@pytest.mark.parametrize(
    "args", [(1.0,), (1.0, 2.0, 3.0), ("a", 1.0), (1.0, None), ([1.0], 1.0), (1e308, 1e308)]
)
def test_a_builtin_hands_over_what_it_does_not_take(args):
    value = builtin(product, 0.5, 1.5, arguments=(0, 0), result=0, gradient=False)
    assert value(*args) == ("else", args)


def test_a_builtin_hands_over_an_int_too_large_and_a_subclass():
    class Mine(float):
        pass

    value = builtin(product, 0.5, 1.5, arguments=(0, 0), result=0, gradient=False)
    assert value(10**400, 1.0) == ("else", (10**400, 1.0))
    assert value(Mine(1.0), True) == ("else", (1.0, True))
    assert value(-1, 2) == product(-1.0, 2.0)


def test_a_builtin_raises_what_its_fallback_raises():
    def refuse(*args):
        raise ZeroDivisionError("so")

    value = builtin(product, 0.5, 1.5, arguments=(0, 0), result=0, fallback=refuse)
    with pytest.raises(ZeroDivisionError, match="so"):
        value(math.inf, 0.0)


def test_a_builtin_takes_nested_lists_and_tuples():
    def f(x, rest):
        (a, b), c = rest
        return x * a + b * c[0] + c[1]

    shape = ((0, 0), [0, 0])
    steps = steps_of(lambda x, a, b, c, d: f(x, ((a, b), [c, d])), 1.0, 2.0, 3.0, 4.0, 5.0)
    code = native.Native(steps, ((0, shape), ([0], (0, shape))))
    both = code.builtin("f", lambda *args: "else")
    at = 1.0, ((2, 3.0), [4.0, 5.0])
    y, slopes = ag.value_and_grad(f, argnums=(0, 1))(*at)
    assert both(*at) == ([y], slopes)
    for wrong in [((2, 3), (4, 5)), ([2, 3], [4, 5]), ((2,), [4, 5]), ((2, 3), [4, 5, 6]), 1.0]:
        assert both(1.0, wrong) == "else"


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("n", [1, 7, 8, 9, 20])
def test_a_builtin_takes_and_gives_any_count(kind, n):
    steps = steps_of(lambda *xs: sum((x * (k + 1.0) for k, x in enumerate(xs)), 0.0), *[1.0] * n)
    shape = kind([0] * n)
    both = native.Native(steps, ((shape,), (0, shape))).builtin("f", lambda *args: "else")
    value, slopes = both(kind(map(float, range(n))))
    assert value == sum(k * (k + 1) for k in range(n))
    assert slopes == kind(k + 1.0 for k in range(n))
    for count in (n - 1, n + 1):
        assert both(kind([1.0] * count)) == "else"


def test_a_builtin_has_functions_for_what_it_takes_only():
    steps = steps_of(product, 0.5, 1.5)
    for shape, kinds in ((0, ""), ([0, 0], "list"), ((0, 0), "tuple"), ([(0,), 0], "list tuple")):
        text = builtin_module.wrapper(steps, (shape,), 0, True)
        for kind in ("list", "tuple"):
            assert (f"@is_{kind}(" in text) == (kind in kinds)


def test_a_builtin_takes_the_keywords_that_it_was_made_with():
    steps = steps_of(product, 0.5, 1.5)
    shapes = (0, 0), (0, (0, 0))
    expected = ag.value_and_grad(product, argnums=(0, 1))(0.5, 1.5)
    for bare in (True, False):
        code = native.Native(steps, shapes, bare)
        both = code.builtin("f", lambda *a, **k: ("else", a, k), argnums=(0, 1))
        assert both(0.5, 1.5, argnums=(0, 1)) == expected
        assert both(0.5, 1.5) == (expected if bare else ("else", (0.5, 1.5), {}))
        for options in ({"argnums": 0}, {"out": 1}, {"argnums": (0, 1), "out": 1}):
            assert both(0.5, 1.5, **options) == ("else", (0.5, 1.5), options)
    assert code.builtin("f", lambda *a, **k: k)(0.5, 1.5, argnums=0) == {"argnums": 0}


def test_there_is_no_builtin_where_it_needs_much_stack_or_python_is_another(monkeypatch):
    def made():
        return builtin(product, 0.5, 1.5, arguments=(0, 0), result=(0, (0, 0)))

    monkeypatch.setattr(native, "MOST_ON_STACK", 5)  # two go in and three come out
    assert made()(0.5, 1.5) == ag.value_and_grad(product, (0, 1))(0.5, 1.5)
    monkeypatch.setattr(native, "MOST_ON_STACK", 4)
    assert made() is None
    code = native.Native(steps_of(product, 0.5, 1.5), ((0, 0), (0, (0, 0)))).code
    with pytest.raises(LookupError, match="no function call"):
        code.address("call")
    fast = ag.compile(product)
    for _ in range(2):
        assert fast.value_and_grad(0.5, 1.5, argnums=(0, 1)) == ag.value_and_grad(product, (0, 1))(
            0.5, 1.5
        )
    monkeypatch.undo()
    monkeypatch.setattr(builtin_module, "python_as_expected", lambda: False)
    assert made() is None
    assert ag.compile(product)(0.5, 1.5) == product(0.5, 1.5)


def test_a_builtin_keeps_its_code():
    made = [builtin(product, 0.5, k, arguments=(0, 0), result=(0, (0, 0))) for k in (1.0, 2.0)]
    kept = made[1]
    del made
    gc.collect()
    ag.clear_cache()
    assert [kept(0.5, 1.5) for _ in range(1000)][-1] == ag.value_and_grad(product, (0, 1))(0.5, 1.5)


def test_builtins_do_not_leak():
    both = builtin(product, 0.5, 1.5, arguments=(0, 0), result=(0, (0, 0)))
    lists = builtin(product, 0.5, 1.5, arguments=(0, 0), result=[0, [0, 0]])
    before = sys.getallocatedblocks()
    for k in range(10_000):
        both(0.5, k)
        lists(0.5, 1.5)
        both("a", k)
    assert sys.getallocatedblocks() - before < 100


WITHOUT_MEMORY = """
import sys
sys.path[:0] = {path!r}
import _testcapi
import autograd as ag
from test_native import builtin, product
shapes = [0, (0, 0)], (0, [0, 0]), [0] * 3, (0,) * 3
made = [builtin(product, 0.5, 1.5, arguments=(0, 0), result=shape) for shape in shapes]
right = [repr(f(0.5, 1.5)) for f in made]
kept = [float(k) for k in range(1000)]  # and the floats that Python keeps free are in use
before, failed = sys.getallocatedblocks(), 0
for n in range(8):
    for f in made:
        try:
            _testcapi.set_nomemory(n, n + 1)
            found = f(0.5, 1.5)
            _testcapi.remove_mem_hooks()
        except MemoryError:
            _testcapi.remove_mem_hooks()
            failed += 1
            continue
        del found
print("unharmed", failed > 8, [repr(f(0.5, 1.5)) for f in made] == right)
print(sys.getallocatedblocks() - before < 100)
"""


def test_without_memory_for_a_result_there_is_an_error():
    pytest.importorskip("_testcapi")
    code = WITHOUT_MEMORY.format(path=[os.path.dirname(__file__)])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert run.stdout.split() == ["unharmed", "True", "True", "True"], (run.stdout, run.stderr)


def test_machine_code_runs_in_threads_at_once():
    f = chain(200)
    run = native.Native(steps_of(f, 0.7, 1.2))
    expected = {k: run([0.01 * k, 1.2]) for k in range(50)}
    wrong = []

    def work():
        for _ in range(20):
            wrong.extend(k for k in expected if run([0.01 * k, 1.2]) != expected[k])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


# --- the cache ---


def compiled(k=1.0):
    """The machine code of another function for each k, at a point."""
    return native.Native(steps_of(lambda x, y: x * y + k, 1.0, 2.0))([3.0, 4.0])[1][0]


def files(cache):
    return sorted(cache.glob("*"))


def test_code_is_kept_in_a_folder_of_ones_own(cache, monkeypatch):
    assert compiled() == 13.0
    (file,) = files(cache)
    assert cache.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(machine, "_compile", None)  # from here on it is only loaded
    assert compiled() == 13.0
    with pytest.raises(TypeError):
        compiled(2.0)
    ag.clear_cache()
    assert not files(cache)
    assert not file.exists()


def truncated(data):
    return data[: len(data) // 2]


def flipped(data):
    return data[:200] + bytes([data[200] ^ 1]) + data[201:]


@pytest.mark.parametrize("damage", [truncated, flipped, lambda data: b"", lambda data: b"x" * 1000])
def test_a_damaged_file_is_not_loaded(cache, damage):
    compiled()
    (file,) = files(cache)
    data = file.read_bytes()
    file.write_bytes(damage(data))
    assert compiled() == 13.0
    assert file.read_bytes()[: store.DIGEST] == data[: store.DIGEST] or len(data) > 0
    assert compiled() == 13.0


def test_the_code_of_another_program_is_not_loaded(cache):
    assert ag.compile(lambda x: x * x)(3.0) == 9.0
    (other,) = files(cache)
    data = other.read_bytes()
    other.unlink()
    assert ag.compile(lambda x: x + x)(3.0) == 6.0
    (file,) = files(cache)
    file.write_bytes(data)
    assert ag.compile(lambda x: x + x)(3.0) == 6.0


def test_a_file_for_another_machine_has_another_name(cache, monkeypatch):
    compiled()
    monkeypatch.setattr(machine, "_machine", lambda: b"another")
    compiled()
    assert len(files(cache)) == 2


def test_a_folder_that_others_can_write_to_is_not_used(cache):
    cache.mkdir(mode=0o700)
    cache.chmod(0o777)
    assert compiled() == 13.0
    assert not files(cache)


def test_no_cache_at_all(cache, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_CACHE", "")
    store.folder.cache_clear()
    assert compiled() == 13.0
    assert not cache.exists()
    ag.clear_cache()


def test_a_full_disk_and_a_folder_that_is_none(cache, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert compiled() == 13.0
    assert not files(cache)  # nothing half written is left
    monkeypatch.undo()
    cache.rmdir()
    cache.write_text("a file")
    monkeypatch.setenv("AUTOGRAD_CACHE", str(cache))
    store.folder.cache_clear()
    assert compiled() == 13.0


def test_the_cache_is_bounded(cache, monkeypatch):
    compiled(0.0)
    size = files(cache)[0].stat().st_size
    monkeypatch.setattr(store, "MOST_BYTES", 8 * size)
    for k in range(1, 30):
        compiled(float(k))
        time.sleep(0.002)
    assert sum(f.stat().st_size for f in files(cache)) <= 8 * size
    monkeypatch.setattr(machine, "_compile", None)
    assert compiled(29.0) == 41.0  # the last are kept


PROGRAM = """
import sys
from autograd import Value, sin
from autograd.program import native
from autograd.program.steps import lower, record
def f(x):
    for k in range({n}):
        x = sin(x) * 1.01 + 0.1 * k
    return x
x = Value(0.5)
steps = lower(record([f(x)], [x])[0], by=[0])
print("ready", flush=True)
print(native.Native(steps)([0.5])[1])
"""


def start(n, cache):
    command = [sys.executable, "-c", PROGRAM.format(n=n)]
    environment = os.environ | {"AUTOGRAD_CACHE": str(cache)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def test_two_processes_compile_at_once(cache):
    both = [start(300, cache) for _ in range(2)]
    told = [process.communicate(timeout=120) for process in both]
    assert told[0] == told[1]
    assert told[0][1] == ""
    assert len(files(cache)) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_in_the_middle_of_compiling(cache):
    process = start(6_000, cache)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=120)
    assert process.returncode in (0, -signal.SIGINT, 130, 1)
    assert "Aborted" not in told[1]
    assert "Segmentation" not in told[1]
    again = start(6_000, cache)
    assert again.communicate(timeout=120)[1] == ""
    assert not list(cache.glob("*.new"))


def test_what_a_processor_has(monkeypatch):
    features = "-avx512fp16,+avx2,-avx512f,+fma"
    monkeypatch.setattr(machine, "_processor", lambda: ("some", features))
    assert [machine.has(name) for name in ("avx2", "fma", "avx512f", "avx", "fm", "")] == [
        *(True, True, False, False, False, False)
    ]


def test_memory_that_is_not_there_is_told_before_llvm_asks_for_it(monkeypatch):
    machine._room(1 << 20)
    with pytest.raises(MemoryError, match="no memory for machine code"):
        machine._room(1 << 60)
    asked = []
    monkeypatch.setattr(machine, "_room", asked.append)
    text = "define double @f(double %x) {\nret double %x\n}"
    machine.compiled(b"room", lambda: text, 0, 0)
    assert asked == [1 << 25, (1 << 25) + 8 * len(text)]
    machine.compiled(b"room", lambda: text, 0, 0)  # it is there
    assert asked[2:] == [1 << 25]


def test_code_of_another_level_is_made_anew(cache):
    text = "define double @f(double %x) {\nret double %x\n}"
    for level, passes in ((0, 0), (2, 0), (2, 1), (0, 0)):
        machine.compiled(b"one", lambda: text, level, passes)
    machine.compiled(b"two", lambda: text, 0, 0)
    assert len(files(cache)) == 4


def test_a_digest_is_of_all_that_steps_compute():
    def made():
        x, y = Value(2.0), Value(3.0)
        told = [("lt", x, y, True)]
        return lower(record([x * y + 0.5, x], [x, y], told)[0], by=[0, 1])

    changes = [
        lambda s: s.op.__setitem__(s.order[-1], "sub"),
        lambda s: s.a.__setitem__(s.order[-1], 1),
        lambda s: s.b.__setitem__(s.order[-1], 1),
        lambda s: s.constants.__setitem__(next(iter(s.constants)), 7.0),
        lambda s: s.constants.__setitem__(len(s.op), 0.5),
        lambda s: setattr(s, "inputs", 3),
        lambda s: s.results.reverse(),
        lambda s: s.rows.reverse(),
        lambda s: s.checked.pop(),
        lambda s: setattr(s, "guards", [s.guards[0]._replace(kind="le")]),
        lambda s: setattr(s, "guards", [s.guards[0]._replace(holds=False)]),
        lambda s: setattr(s, "guards", [s.guards[0]._replace(a=s.guards[0].b)]),
        lambda s: setattr(s, "guards", [s.guards[0]._replace(b=s.guards[0].a)]),
    ]
    digests = {native.digest(made()), native.digest(made())}
    assert len(digests) == 1
    for change in changes:
        steps = made()
        change(steps)
        digests.add(native.digest(steps))
    assert len(digests) == 1 + len(changes)


def test_a_function_that_is_not_there_is_no_call_of_address_0():
    text = "declare double @c_nothing(double)\ndefine double @f(double %x) {\n"
    text += "%y = call double @c_nothing(double %x)\nret double %y\n}"
    with pytest.raises(LookupError, match="c_nothing"):
        machine.compiled(b"nothing", lambda: text, 0, 0)
    code = machine.compiled(b"one", lambda: "define double @f(double %x) {\nret double %x\n}", 0, 0)
    with pytest.raises(LookupError, match="no function g"):
        code.address("g")


def test_a_function_outlives_the_name_of_its_code():
    text = "define double @f(double %x) {\n%y = fadd double %x, %x\nret double %y\n}"
    f = machine.compiled(b"double", lambda: text, 0, 0).function(
        "f", ctypes.c_double, result=ctypes.c_double
    )
    gc.collect()
    assert f(1.5) == 3.0


# --- compiled functions call it ---


def test_a_compiled_function_is_called_as_a_builtin():
    fast = ag.compile(product)
    assert fast(0.5, 1.5) == product(0.5, 1.5)
    assert type(type(fast).__dict__["__call__"]).__name__ == "builtin_function_or_method"
    assert fast(2, 3) == product(2, 3)
    for argnums in (0, 1, -1, (0, 1), [1, 0], (1,)):
        for _ in range(2):
            expected = ag.value_and_grad(product, argnums=argnums)(0.5, 1.5)
            assert fast.value_and_grad(0.5, 1.5, argnums=argnums) == expected
            assert fast.value_and_grad(0.5, 1.5) == ag.value_and_grad(product)(0.5, 1.5)
    assert fast(Value(0.5), 1.5).op == "add"
    with pytest.raises(OverflowError, match=r"mul\(1e\+308, 1e\+308\)"):
        fast(1e308, 1e308)
    with pytest.raises(TypeError, match="missing"):
        fast(1.0)


def test_a_compiled_function_goes_on_where_its_builtin_is_of_another_branch():
    fast = ag.compile(lambda x, n=1: x * x * n if x > 0 else -x)
    for x in (2.0, -2.0, 3, -3, 0.5):
        assert fast(x) == (x * x if x > 0 else -x)
        assert fast(x, n=2.0) == (x * x * 2 if x > 0 else -x)
        assert fast.value_and_grad(x)[1] == (2 * x if x > 0 else -1.0)


def test_compile_time_does_not_grow_faster_than_the_program():
    for n in (100, 3_000):
        fast = ag.compile(chain(n))
        fast.value_and_grad(0.7, 1.2)
        assert fast.seconds < 0.5 + 0.003 * n
