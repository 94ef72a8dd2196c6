"""Slips in one local derivative: its sign, its factors, its numbers; wrong formulas are in `forms`.

Invariant: what is offered is a number, and not the right one by another name: forms are told apart
by what they give.
"""

import math
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from autograd import functions
from autograd.checks.forms import (
    ALIKE,
    BELONGS,
    FORGOTTEN,
    FORMS,
    FORMULAS,
    FUNCTION,
    NOUNS,
    SIGN,
    WRONG,
    Factor,
)
from autograd.checks.region import divisor, number
from autograd.checks.rounding import KINKED
from autograd.checks.written import Edge, Written
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value

SUPERSCRIPT = str.maketrans("-.0123456789", "⁻·⁰¹²³⁴⁵⁶⁷⁸⁹")
STEP = "a step on the way left out"
MOST_FACTORS = 6  # of a product, each of which may be the one that is forgotten
COINCIDENT = {"relu", "log", "absolute", "reciprocal", "sqrt", "log2", "log10", "log1p"}


class Local(NamedTuple):
    """What could stand in the place of one local derivative."""

    kind: str
    detail: str
    number: float
    cost: float
    general: bool = False  # whether the detail is a formula, the same wherever the operation stands


def local(written: Written, e: Edge) -> Iterator[Local]:
    """Each single slip in one local derivative."""
    p, x, y = e.partial, e.input.data, e.consumer.data
    whole = _whole(written, e)
    yield Local(SIGN, f"of {whole}", -p, 1.5)
    n = divisor(e)
    if n is not None:
        yield Local("a missing mean", f"not divided by N = {n},", p * n, 1.2)
        yield Local("the mean taken twice", f"divided by N = {n} again,", p / n, 1.5)
    of_a_mean = 1.0 * (n is not None)
    unlikely = of_a_mean + 3.0 * (p in (0.0, -1.0))  # a gate; else the sign is what is forgotten
    yield Local(FORGOTTEN, whole, 1.0, 1.9 + unlikely)
    yield Local("a factor squared", whole, p * p, 2.6 + unlikely)
    if p:
        yield Local("the reciprocal", f"{number(1.0 / p)} for {whole}", 1.0 / p, 2.3)
    yield Local("counted twice", whole, 2.0 * p, 2.9)
    yield Local("a path forgotten", f"{written.name(e.input, 20)} treated as a constant", 0.0, 2.4)
    if e.kind == "mul":
        swapped = f"its own {number(x)} for its partner's {number(p)}"
        yield Local("the inputs of a product not swapped", swapped, x, 1.6)
        yield Local(BELONGS, f"{number(y)} for {number(p)}", y, 2.5)
        yield from _of_a_product(written, e.consumer.inputs[1 - e.slot], e.input)
        if x:
            yield Local("divided, not multiplied", "", p / x, 3.2)
        yield Local("the sum of the factors for the other one", "", x + p, 3.2)
        yield Local("integrated instead", "", p * x * x / 2.0, 3.0)
    elif e.kind == "sub":
        return
    elif e.kind == "add":
        other = e.consumer.inputs[1 - e.slot]
        yield Local("the derivative of a product for that of a sum", "", other.data, 2.3)
        if other.is_literal and other.data:
            kept = f"{number(other.data)} kept"
            yield Local("the derivative of a constant is 0", kept, 1.0 + other.data, 3.0)
            yield Local("the derivative of a constant is 0, not 1", "", 2.0, 3.2)
        yield Local("½ for 1", "", 0.5, 3.4)
    else:
        yield from _of_a_rule(written, e)


def _whole(written: Written, e: Edge) -> str:
    """The local derivative in words, with its number."""
    form = FORMS.get((e.kind, e.slot), ())
    if e.kind == "mul":
        partner = e.consumer.inputs[1 - e.slot]
        if partner.is_literal:
            return f"the factor {number(e.partial)}"
        return f"the factor {written.name(partner, 16)} = {number(e.partial)}"
    if e.kind == "divide" and e.slot == 0 and e.consumer.inputs[1].is_literal:
        return f"the factor 1/{number(e.consumer.inputs[1].data)}"
    if e.kind == "leaky_relu":
        return f"the slope {number(e.partial)}"
    formula = FORMULAS.get((e.kind, e.slot)) or (form[0].text if len(form) == 1 else "")
    return f"the local derivative {formula}{' = ' * bool(formula)}{number(e.partial)}"


def _of_a_product(written: Written, partner: Value, node: Value) -> Iterator[Local]:
    """Slips in the factor that a product hands on, where that is made of others."""
    p, name = partner.data, partial(written.name, width=16)
    if partner.op in ("add", "divide", "power") or partner in written.inside:
        inner = written.inside[partner][1] if partner in written.inside else partner.inputs
        known = 0.4 * (partner.label is not None)
        for u in inner[:3]:
            if not u.is_literal:
                yield Local(STEP, _in_place(written, u, partner), u.data, 1.9 + known)
    factors = [partner]
    while len(factors) < MOST_FACTORS:
        product = next((u for u in factors if u.op == "mul" and u not in written.inside), None)
        if product is None:
            break
        i = factors.index(product)
        factors[i : i + 1] = product.inputs
    for f in factors if len(factors) > 1 else ():
        if abs(f.data) not in (0.0, 1.0):
            yield Local(FORGOTTEN, f"{name(f)} of {name(partner)}", p / f.data, 1.8)
            swapped = f"{name(node)} itself for its partner {name(f)}"
            yield Local("the inputs of a product not swapped", swapped, p / f.data * node.data, 1.7)


def _in_place(written: Written, u: Value, v: Value) -> str:
    """One node for another, in words; in numbers where the words are too long."""
    names = [written.name(node, 20) for node in (u, v)]
    if any("…" in name for name in names):
        names = [number(u.data), number(v.data)]
    return " for ".join(names)


def _of_a_rule(written: Written, e: Edge) -> Iterator[Local]:
    """Slips in the rule of a function: in its factors, its formula, the numbers put into it."""
    p, c = e.partial, e.consumer
    x, y = e.input.data, c.data
    o = c.inputs[1 - e.slot].data if e.kind == c.op and len(c.inputs) == 2 else 0.0
    form = FORMS.get((e.kind, e.slot), ())
    numbers = _numbers(form, x, y, o)
    formula = FORMULAS.get((e.kind, e.slot)) or " ".join(f.text for f in form)
    texts = [f.text for f in form]
    if e.kind == "power" and e.slot == 0 and c.inputs[1].is_literal and form:
        power = "" if o == 2.0 else number(o - 1.0).translate(SUPERSCRIPT)
        texts, formula = [number(o), f"x{power}"], f"{number(o)}x{power}"
    for i, factor in enumerate(numbers if len(numbers) > 1 else ()):
        if factor != -1.0:
            rest = math.prod(numbers[:i] + numbers[i + 1 :])
            what = f"{texts[i]} of {formula}"
            yield Local(FORGOTTEN, what, rest, 1.7, True)
            yield Local("a factor squared", what, p * factor, 2.3, True)
    if e.kind == "power" and x and e.slot == 0:
        yield Local(FORGOTTEN, f"one {number(x)} of {number(p)}", p / x, 2.1)
    for wrong in WRONG.get((e.kind, e.slot), ()):
        for there in _numbers((Factor("", wrong.at),), x, y, o):
            yield Local(wrong.slip, wrong.text, there, wrong.cost, True)
    yield Local(FUNCTION, f"{number(y)} for {number(p)}", y, 2.4)
    yield Local(BELONGS, f"{number(y)} for {number(x)}", _derivative_at(e, o, y, None), 2.2)
    yield Local(BELONGS, f"{number(y)} for {number(x)}", _derivative_at(e, o, y, y), 2.2)
    reverse = "the input used where the output belongs"
    yield Local(reverse, f"{number(x)} for {number(y)}", _derivative_at(e, o, x, x), 2.2)
    inner = list(e.input.inputs)
    if e.input in written.inside:
        inner = written.inside[e.input][1][:3]
    for u in () if e.kind in KINKED else inner:
        if not u.is_literal:
            there = _derivative_at(e, o, u.data, None)
            yield Local(STEP, _in_place(written, u, e.input), there, 1.9)
    for (other, slot), factors in FORMS.items():
        if other == e.kind or slot or other in ("power", "divide"):
            continue
        cost = 2.0 if {other, e.kind} in ALIKE else 5.0 if other in COINCIDENT else 3.6
        right = NOUNS.get(e.kind, e.kind)
        text = f"the derivative of {NOUNS.get(other, other)} for that of {right}"
        for there in {_function(other, x), *[y] * (other in ("sigmoid", "tanh", "exp"))}:
            found = _numbers(factors, x, there, 0.0)
            if found:
                yield Local(text, "", math.prod(found), cost)


def _derivative_at(e: Edge, o: float, x: float, y: float | None) -> float:
    """The local derivative as it would be at other numbers; NaN where there is none."""
    form = FORMS.get((e.kind, e.slot))
    try:
        if form is not None:
            there = _function(e.kind, x) if y is None else y
            if e.kind == "power" and y is None:
                there = x**o if e.slot == 0 else o**x
            numbers = _numbers(form, x, there, o)
            return math.prod(numbers) if numbers else math.nan
        if e.kind == e.consumer.op:
            primitive = e.consumer.primitive
            others = [o, o]
            others[e.slot] = x
            arguments = others[: len(e.consumer.inputs)]
            there = primitive.forward(*arguments) if y is None else y
            return float(primitive.partials[e.slot](*arguments, there))
    except (*ARITHMETIC, TypeError):
        pass  # not defined there: no candidate
    return math.nan


def _function(kind: str, x: float) -> float:
    """The function of that name at x; NaN where it is not defined or takes more than x."""
    try:
        return float(getattr(functions, kind)(x))
    except (*ARITHMETIC, AttributeError, TypeError):
        return math.nan


def _numbers(factors: Iterable[Factor], x: float, y: float, o: float) -> tuple[float, ...]:
    """The factors at these numbers; none where they are not defined."""
    try:
        found = tuple(f.at(x, y, o) for f in factors)
    except ARITHMETIC:
        return ()
    real = all(isinstance(f, float) and math.isfinite(f) for f in found)
    return found if real else ()
