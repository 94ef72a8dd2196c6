import inspect
import math
import textwrap

import pytest

import autograd as ag
from autograd.checks.engine import BASIC, COMPOSED, OPERATIONS, check_engine


class Engine:
    """A class after micrograd's exercise, with nothing wrong: bugs are planted in its source."""

    def __init__(self, data, parents=(), op=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = tuple(parents)
        self._op = op

    def __add__(self, other):
        other = other if isinstance(other, Engine) else Engine(other)
        out = Engine(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad  # add

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Engine) else Engine(other)
        out = Engine(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad  # mul by self
            other.grad += self.data * out.grad  # mul by other

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = Engine(self.data**n, (self,), "**")

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad  # power

        out._backward = _backward
        return out

    def relu(self):
        out = Engine(max(self.data, 0.0), (self,), "relu")

        def _backward():
            self.grad += (out.data > 0) * out.grad  # relu

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Engine(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t * t) * out.grad  # tanh

        out._backward = _backward
        return out

    def exp(self):
        out = Engine(math.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad  # exp

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()
        stack = [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                order.append(v)
            elif id(v) not in seen:
                seen.add(id(v))
                stack.append((v, True))
                stack += [(x, False) for x in v._prev]
        for v in order:  # clear
            v.grad = v.grad if not v._prev else 0.0
        self.grad = 1.0
        for v in reversed(order):
            v._backward()

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * (other**-1)

    def __rtruediv__(self, other):
        return other * self**-1


BUGS = [  # what is replaced, by what, and what the report must name
    ("other.grad += out.grad  # add", "other.grad = out.grad", "`=` for `+=` in addition"),
    ("self.grad += out.grad\n", "self.grad = out.grad\n", "`=` for `+=` in addition"),
    (
        "other.grad += self.data * out.grad",
        "other.grad = self.data * out.grad",
        "`=` for `+=` in multiplication",
    ),
    ("self.grad += (1 - t * t)", "self.grad = (1 - t * t)", "`=` for `+=` in tanh"),
    ("tuple(parents)", "set(parents)", "a set of parents"),
    ("v.grad = v.grad if not v._prev else 0.0", "pass", "gradients from an earlier sweep"),
    ("stack.append((v, True))", "order.insert(0, v)", "topological"),
    ("elif id(v) not in seen:", "elif True:", "topological|twice"),
    (
        "other.data * out.grad  # mul by self",
        "self.data * out.grad",
        "a wrong rule for multiplication",
    ),
    (
        "self.data * out.grad  # mul by other",
        "other.data * out.grad",
        "a wrong rule for multiplication",
    ),
    (
        "self.data * out.grad  # mul by other",
        "self.data",
        "incoming gradient is left out in multiplication",
    ),
    ("self.data ** (n - 1)", "self.data ** n", "a wrong rule for power"),
    ("n * self.data ** (n - 1) * out.grad", "n * self.data ** (n - 1)", "left out in power"),
    ("(out.data > 0) * out.grad", "(out.data > 0)", "left out in relu"),
    ("(1 - t * t) * out.grad", "(1 - t) * out.grad", "a wrong rule for tanh"),
    ("out.data * out.grad  # exp", "self.data * out.grad", "a wrong rule for exp"),
    ("return other + (-self)", "return self - other", "number - x"),
    ("return other * self**-1", "return self / other", "number / x"),
    ("self.grad = 1.0", "self.grad = 2.0", "wrong rule for addition"),
    ("            other.grad += out.grad  # add\n", "", "a wrong rule for addition"),
    ("max(self.data, 0.0)", "abs(self.data)", "a wrong value for relu"),
    ("return self + (-other)", "return (-self) + other", "subtraction"),
]


def planted(old, new):
    source = textwrap.dedent(inspect.getsource(Engine))
    assert source.count(old) >= 1, old
    namespace = {"math": math}
    exec(source.replace(old, new, 1), namespace)
    return namespace["Engine"]


def test_a_right_engine_passes():
    for engine in (Engine, ag.Value):
        report = check_engine(engine)
        assert report.passed and report.bugs == (), str(report)
    assert "no bugs found" in str(report)
    assert min(check_engine(engine).programs for engine in (Engine, ag.Value)) > 200
    assert check_engine(Engine).missing == (
        "log",
        "sigmoid",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "softplus",
    )


def test_a_class_of_two_operators_is_judged_by_these():
    class Small:
        """Sums and products with values and numbers, and nothing else."""

        add = True  # whether a gradient is added to what is there

        def __init__(self, data, *parents):
            self.data, self.grad, self.parents = data, 0.0, parents

        def _made(self, other, data, slopes):
            other = other if isinstance(other, type(self)) else type(self)(other)
            a, b = slopes(self.data, other.data)
            return type(self)(data(self.data, other.data), (self, a), (other, b))

        def __add__(self, other):
            return self._made(other, lambda a, b: a + b, lambda a, b: (1.0, 1.0))

        def __mul__(self, other):
            out = self._made(other, lambda a, b: a * b, lambda a, b: (b, a))
            out.add = self.add
            return out

        __radd__, __rmul__ = __add__, __mul__

        def backward(self):
            order, stack = {}, [(self, False)]
            while stack:
                v, done = stack.pop()
                if done:
                    order.setdefault(v)
                elif v not in order:
                    stack += [(v, True), *((x, False) for x, _ in v.parents)]
            for v in order:
                v.grad = 0.0
            self.grad = 1.0
            for v in reversed(order):
                for x, slope in v.parents:
                    x.grad = slope * v.grad + (x.grad if v.add else 0.0)

    missing = ("__pow__", "relu", "tanh", "exp", "log", "sigmoid", "sqrt", "sin", "cos", "tan")
    missing += ("softplus", "__sub__", "__truediv__", "__neg__", "__rsub__", "__rtruediv__")
    report = check_engine(Small)
    assert (report.bugs, report.missing) == ((), missing), str(report)
    assert "no such method: __pow__, relu, tanh" in str(report)

    class OnTheLeft(Small):
        __radd__ = __rmul__ = None

    report = check_engine(OnTheLeft)
    assert (report.bugs, set(report.missing)) == ((), {*missing, "__radd__", "__rmul__"})

    class Overwriting(Small):
        add = False

        def __add__(self, other):
            out = super().__add__(other)
            out.add = True
            return out

        __radd__ = __add__

    report = check_engine(Overwriting)
    assert [bug.name for bug in report.bugs] == [
        "`=` for `+=` in multiplication: a node that is used twice"
    ]
    assert report.missing == missing


@pytest.mark.parametrize("name", sorted(BASIC | COMPOSED))
def test_what_is_shown_of_an_operation_is_what_is_tried(name):
    operation = OPERATIONS[name]
    operands = [ag.Value(1.3), ag.Value(0.4)][: operation.operands]
    typed = eval(operation.text.format("x", "y"), dict(zip("xy", operands, strict=False)))
    assert operation.apply(*operands).data == typed.data
    assert operation.apply(*operands).op == typed.op


def test_planted_bugs_are_named(capsys):
    named = [bug for bug in BUGS if _names(*bug)]
    with capsys.disabled():
        print(
            f"\n{len(named)} of {len(BUGS)} planted bugs named", [b for b in BUGS if b not in named]
        )
    assert len(named) >= 0.95 * len(BUGS)


def _names(old, new, told):
    report = check_engine(planted(old, new))
    return any(part in bug.name for bug in report.bugs[:2] for part in told.split("|"))


def test_our_own_sweep_is_what_is_tested():
    def doubled(y, nodes):
        return ag.gradients(y * 2, list(nodes))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.checks.engine.gradients", doubled)
        assert not check_engine(ag.Value).passed


def test_one_fault_is_told_once_whatever_is_composed_of_it():
    overwritten = "self.grad += out.grad\n            other.grad += out.grad  # add"
    report = check_engine(planted(overwritten, overwritten.replace("+=", "=")))
    assert [bug.name for bug in report.bugs] == [
        "`=` for `+=` in addition: a node that is used twice"
    ]
    assert all(bug.expected and bug.found for bug in report.bugs)


def test_the_smallest_program_is_shown():
    report = check_engine(planted(*BUGS[2][:2]))
    assert str(report.bugs[0]) == (
        "`=` for `+=` in multiplication: a node that is used twice\n"
        "    x = Value(1.3)\n"
        "    v0 = x * x\n"
        "    v0.backward()\n"
        "    expected 2.6 as the gradient of x, found 1.3"
    )


def test_a_difference_that_no_single_operation_shows_is_shrunk():
    report = check_engine(planted("reversed(order)", "list(reversed(order))[:8]"))
    assert [bug.name for bug in report.bugs] == ["a difference in a longer program"]
    assert len(report.bugs[0].program.splitlines()) <= 14


def test_micrograd():
    micrograd = pytest.importorskip("micrograd.engine")
    names = [bug.name for bug in check_engine(micrograd.Value).bugs]
    assert [name.partition(":")[0] for name in names] == [
        "gradients from an earlier sweep",
        "a set of parents",
        "a sweep by recursion",
    ]


def test_what_is_no_engine():
    with pytest.raises(TypeError, match="an engine is a class"):
        check_engine(float)
