"""The text of programs: golden listings, and that what is shown is what runs."""

import ast
import contextlib
import gc
import linecache
import random
import traceback

import pytest

import autograd as ag
from autograd.program import source
from autograd.program.steps import Recording, lower


def price(apple, count, tax):
    return apple * count * tax


def test_source_is_python_to_be_read():
    assert (
        ag.trace(price, 100.0, 2.0, 1.1).source
        == """\
def price(apple, count, tax):
    t1 = apple * count
    result = t1 * tax

    # backward: d_x is the derivative of the result by x
    d_apple = tax * count
    d_count = tax * apple
    # finite: so are all numbers on the way, else the eager engine names the step
    finite(result, d_apple, d_count, t1)
    return (result, d_apple, d_count, t1)
"""
    )


def test_composites_tell_their_formula():
    assert (
        ag.trace(ag.sigmoid, 0.3).source
        == """\
def sigmoid(x):
    # guard: the program is right where this holds, else another branch is taken
    if not x > -354.0: guard(False, True, 'x > -354.0')
    # sigmoid: σ(x) = 1 / (1 + e⁻ˣ)
    t1 = exp(-x)
    t2 = t1 + 1.0
    sigmoid = 1 / t2

    # backward: d_x is the derivative of the result by x
    d_x = sigmoid * sigmoid * t1
    # finite: so are all numbers on the way, else the eager engine names the step
    finite(sigmoid, d_x, x, t2)
    return (sigmoid, d_x)
"""
    )


def test_the_listing():
    def f(x, y):
        return ag.softplus(x) / y if x > y else -x

    assert (
        str(ag.trace(f, 2.0, 1.0))
        == """\
f(x, y): 2 steps
  softplus = logaddexp(x, 0.0)
  result = divide(softplus, y)
  where x > y
  return result"""
    )
    assert len(ag.trace(f, 2.0, 1.0)) == 2


@pytest.mark.parametrize(
    ("f", "formula"),
    [
        (lambda x, y: x * y / (1 + y), r"\frac{x \, y}{1 + y}"),
        (lambda x, y: -((x - y) ** 2) * 3, r"-3 \, \left(x - y\right)^{2}"),
        (
            lambda x, y: ag.exp(-x) ** 3 + ag.sqrt(abs(y)),
            r"\left(e^{-x}\right)^{3} + \sqrt{\left|y\right|}",
        ),
        (
            lambda x, y: x - (y - (x - 1e-7)),
            r"x - \left(y - \left(x - 1 \cdot 10^{-7}\right)\right)",
        ),
        (lambda mu, x_1: (mu / x_1) ** 2, r"\left(\frac{\mu}{x_{1}}\right)^{2}"),
        (lambda x, y: ag.maximum(x, ag.sin(y)), r"\max\left(x, \sin\left(y\right)\right)"),
    ],
)
def test_formula(f, formula):
    assert ag.trace(f, 2.0, 1.0).formula() == formula


def test_names_are_python_names_and_none_is_taken_twice():
    def f(exp, finite, d_x, x):
        return ag.exp(exp) * finite * d_x * x

    p = ag.trace(f, 1.0, 2.0, 3.0, 4.0)
    assert p.value_and_grad(1.0, 2.0, 3.0, 4.0, argnums=(1, 3)) == ag.value_and_grad(
        f, argnums=(1, 3)
    )(1.0, 2.0, 3.0, 4.0)
    w = ag.Value(2.0, "a b[0]; import os")
    assert "import os" not in ag.trace(lambda x: x * w, 1.0).source


def test_a_traceback_shows_the_line(monkeypatch):
    from fractions import Fraction

    p = ag.trace(lambda x: ag.exp(x * x) + x * x, 1.0)
    with pytest.raises(TypeError) as caught:
        p(Fraction(1, 2))
    shown = "".join(traceback.format_exception(caught.value))
    assert "exp(t1)" in shown
    linecache.checkcache()
    assert "exp(t1)" in "".join(traceback.format_exception(caught.value))


def test_lines_are_dropped_with_their_program(monkeypatch):
    p = ag.compile(lambda x: x * x, "python")
    before = set(linecache.cache)
    p(3.0)
    (name,) = set(linecache.cache) - before
    ((variant,),) = p._variants.values()
    assert "".join(linecache.getlines(name)) == variant.run.code.source
    del variant
    monkeypatch.delattr("autograd.program.source.linecache")  # as where Python ends
    del p
    gc.collect()
    assert name not in linecache.cache


def test_many_inputs_and_long_sums():
    def f(xs):
        return ag.sum([x * x for x in xs])

    xs = [float(i) for i in range(400)]
    p = ag.trace(f, xs)
    assert p.value_and_grad(xs) == ag.value_and_grad(f)(xs)
    assert max(map(len, p.source.splitlines())) <= 100


@pytest.mark.parametrize("n", range(12, 60))
def test_any_number_of_inputs_is_a_program(n):
    """Where the list of inputs takes several lines, none ends where Python would not go on."""
    p = ag.trace(ag.sum, [1.0] * n)
    assert p([2.0] * n) == 2.0 * n
    assert all(len(line) <= 100 for line in p.source.splitlines())


def superfluous(line):
    """The line without a pair of brackets that changes nothing; None if there is no such pair."""
    tree, opened = ast.dump(ast.parse(line)), []
    for k, letter in enumerate(line):
        if letter == "(":
            opened.append(k)
        elif letter == ")":
            first = opened.pop()
            if not line[first - 1].isalnum():
                without = f"{line[:first]} {line[first + 1 : k]} {line[k + 1 :]}"
                with contextlib.suppress(SyntaxError):
                    if ast.dump(ast.parse(without.strip())) == tree:
                        return without
    return None


def test_no_brackets_but_those_that_are_needed():
    rng = random.Random(0)
    makers = [
        *(lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / y),
        *(lambda x, y: -x, lambda x, y: 1 / x, lambda x, y: x**3, lambda x, y: ag.exp(x)),
        *(lambda x, y: x**-1, lambda x, y: x - 2.5, lambda x, y: -2.5 - y, lambda x, y: x * -0.1),
    ]
    lines = pairs = 0
    for _ in range(150):
        chosen = [(rng.choice(makers), rng.randrange(9), rng.randrange(9)) for _ in range(9)]

        def f(x, y, chosen=chosen):
            values = [x, y]
            for make, a, b in chosen:
                values.append(make(values[-1 - a % min(3, len(values))], values[b % len(values)]))
            return values[-1]

        try:
            p = ag.trace(f, rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5))
        except (ArithmeticError, ValueError):  # a quotient by 0
            continue
        for line in p.source.splitlines():
            if " = " in line and "#" not in line:
                assert superfluous(line.strip()) is None
                lines, pairs = lines + 1, pairs + line.count("(")
    assert lines > 500 and pairs > 300


@pytest.mark.parametrize(
    ("name", "written", "formula"),
    [
        ("x", "x", "x"),
        ("alpha", "alpha", r"\alpha"),
        ("omega_2", "omega_2", r"\omega_{2}"),
        ("w_1_2", "w_1_2", "w_{1,2}"),
        ("price", "price", r"\mathrm{price}"),
        ("total_net", "total_net", r"\mathrm{total}_{net}"),
        ("lambda", "lambda_2", r"\lambda_{2}"),
        ("2nd", "v2nd", r"\mathrm{v2nd}"),
        ("--", "v", "v"),
        ("a b[0]", "a_b_0", "a_{b,0}"),
        ("x0", "x0", r"\mathrm{x0}"),
        ("exp", "exp_2", r"\mathrm{exp}"),
    ],
)
def test_names_in_python_and_in_formulas(name, written, formula):
    w = ag.Value(2.0, name)
    p = ag.trace(lambda y: ag.exp(y) * w, 1.0)
    assert p.source.startswith(f"def program(y, {written}):")
    assert p.formula() == rf"e^{{y}} \, {formula}"
    assert p(0.0) == 2.0


@pytest.mark.parametrize(("power", "text"), [(2.0**31 - 1, "x ** 2147483647"), (2.0**31, "power")])
def test_whole_powers_are_operators_where_they_are_not_huge(power, text):
    assert text in ag.trace(lambda x: x**power, 1.0).source


def test_what_stands_inside_another_expression_is_short():
    """In Python up to 36 letters, in a formula 120; up to 4 and 9 operations deep."""
    for length, inside in ((36, True), (37, False)):
        a = ag.Value(2.0, "a" * (length - 4))
        p = ag.trace(lambda x, a=a: (x + a) * 2.0, 1.0)
        assert ("2.0 * (x +" in p.source) == inside
    for length, inside in ((120, True), (121, False)):
        a = ag.Value(2.0, "a" * (length - 4 - len(r"\mathrm{}")))
        p = ag.trace(lambda x, a=a: (x + a) * 2.0, 1.0)
        assert (r"2 \, \left(x +" in p.formula()) == inside

    def nested(depth):
        def f(x, y):
            z = x
            for _ in range(depth):
                z = z + y
            return z + y

        return ag.trace(f, 1.0, 2.0)

    assert "result = x" + 5 * " + y" in nested(4).source
    assert "t1 = x" + 5 * " + y" in nested(5).source
    a = ag.Value(2.0, "a" * 200)  # the last line may be long
    assert "aligned" not in ag.trace(lambda x: x * a, 1.0).formula()
    assert nested(9).formula() == "x" + 10 * " + y"
    assert nested(10).formula().startswith("\\begin{aligned}\nt_{1} &= x" + 10 * " + y")


@pytest.mark.parametrize(("length", "wrapped"), [(81, False), (82, True)])
def test_a_head_that_is_long_is_wrapped(length, wrapped):
    def f(x, y):
        return x * y

    w = ag.Value(2.0, "a" * (length - len("x, y, ")))
    text = ag.trace(lambda x, y: f(x, y) * w, 1.0, 2.0).source
    assert text.startswith("def program(*inputs):") == wrapped


def test_a_long_name_is_not_broken():
    w = ag.Value(2.0, "a" * 200)
    p = ag.trace(lambda x: x * w, 1.0)
    assert p.value_and_grad(3.0) == (6.0, 2.0) and "a" * 200 in p.source


@pytest.mark.parametrize(
    ("number", "text", "formula"),
    [(-2.0, "(-2.0) ** 3", r"\left(-2\right)^{3}"), (2.0, "2.0 ** 3", "2^{3}")],
)
def test_a_power_of_a_number_has_brackets_where_it_is_negative(number, text, formula):
    r = Recording()
    x = r.new_input()
    y = r.node("power", r.new_constant(number), r.new_constant(3.0))
    r.results = [r.node("mul", x, y)]
    steps = lower(r)
    assert text in source.python(steps, r, "f")
    assert formula in source.latex(steps, r)


def test_the_first_step_of_derivatives_has_its_name():
    p = ag.trace(lambda x: x * x + 1.0 + 0.0, 3.0)  # so that 1 and 0 are no new steps
    assert "    d_x = x + x\n" in p.source
