"""Graphs that the tests of pictures draw: each is made anew, and swept where it says so."""

import random

import autograd as ag
from autograd import Value
from autograd.nn import MLP, Neuron


def swept(y):
    for output in y if isinstance(y, list) else [y]:
        output.backward()
    return y


def apple():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    price = apple * count * tax
    price.label = "price"
    return swept(price)


def basket():
    """Apples and oranges; what both cost has a name and goes two ways."""
    fruit = Value(100, "apple") * 2 + Value(150, "orange") * Value(3, "oranges")
    fruit.label = "fruit"
    return swept(fruit * Value(1.1, "tax") - fruit / 50)


def fan():
    x = Value(2.0, "x")
    return swept(x * x + 3 * x)


def literals():
    """Every way in which a number is written into its operator, and numbers that are not."""
    x = Value(2.0, "x")
    ways = [x + 1, x - 0.5, x - 0.0, x * -3, 2 / x, x / -4, 2**x, x**-2, x**0.5, x**1e3, (-x) ** 2]
    ways += [ag.maximum(x, 0.0), ag.minimum(1.0, x), ag.atan2(x, 2.0), ag.atan2(-1.0, x)]
    ways += [Value(3.0) * Value(4.0), x + x]
    named = x * 7
    named.inputs[1].label = "seven"
    return [*ways, named]


def nested():
    """A composite within another, whose result has a name and goes two ways."""
    with ag.named_scope("outer", "f(x) = 3 s(x)", "3 s′"):
        with ag.named_scope("inner"):
            s = Value(0.5, "x") ** 2 + 1
        y = s * 3 + s
    s.label, y.label = "s", "y"
    return swept(y)


def twice():
    """A leaf that another sweep reached too."""
    x = Value(2.0, "x")
    y = x * x + 3 * x
    swept([y, x * 5])
    return y


def softmax():
    scores, t = ag.values([0.3, 2.9, 4.0], "a"), ag.values([0, 0, 1], "t")
    return swept(ag.cross_entropy_error(ag.softmax(scores), t))


def regression(n=12):
    w, b, loss = Value(0.5, "w"), Value(0.1, "b"), Value(0.0)
    for i in range(n):
        loss = loss + (w * i + b - 3 * i) ** 2
    loss.label = "loss"
    return swept(loss)


def squares():
    return swept(ag.sum([v**2 for v in ag.values([float(i - 5) for i in range(12)], "x")]))


def product():
    """Many that go into one composite, where they are not added up; not swept."""
    x = ag.values([2.0] * 12, "x")
    with ag.named_scope("product", "Π xᵢ"):
        y = x[0]
        for v in x[1:]:
            y = y * v
    return y


def softmaxed(n=10):
    """More inputs of one composite than lines run side by side at ease."""
    return ag.softmax(ag.values([0.0] * (n - 1) + [1.0], "a"))[0]


def skipping():
    """Neurons of which the second is given what the first is given too; not all of it swept."""
    x = ag.values([1.0, -2.0], "x")
    first = Neuron(2, activation=ag.identity, rng=random.Random(1))
    second = Neuron(3, activation=ag.identity, rng=random.Random(1))
    for neuron, weights in ((first, [0.5, -0.25, 1.0]), (second, [0.5, 2.0, -1.0, 0.125])):
        for w, number in zip(neuron.parameters(), weights, strict=True):
            w.data = number
    return swept(second([first(x), *x]) * 2 + x[0])


def network(*sizes):
    """A network, swept by its outputs' sum."""
    x = ag.values([0.5, -1.0] * 6, "x")[: sizes[0]]
    outputs = MLP(sizes[0], sizes[1:], rng=random.Random(1))(x)
    ag.sum(outputs).backward()
    return outputs


def squashed():
    """Twelve sigmoids in one sum, times as many squares in another."""
    x = ag.values([0.1 * i for i in range(24)], "x")
    with ag.named_scope("group"):
        first = ag.sum([ag.sigmoid(v) for v in x[:12]])
    return swept(first * ag.sum([v * v for v in x[12:]]))


def apart():
    """Sixty uses, half by one output and half by the other, of leaves without names; not swept."""
    x = [Value(1.0 + i) for i in range(24)]
    return [ag.sum([ag.exp(-v) for v in x[i::2]]) for i in (0, 1)]


def unfinished():
    """An output that is used, another sweep, a slope that does not exist, a loss from outside."""
    x, y = Value(0.0, "x"), Value(2.0, "y")
    with ag.named_scope("steep"):
        z = x.sqrt() * 3 + x
    part = z * y
    part.label = "part"
    swept(y * 5)
    y.grad, part.grad = 5.0, 1.0
    return [part + y, part, y]


def several():
    """A composite of two results, and one that is given a weight."""
    a = ag.softmax(ag.values([1.0, 2.0], "a"))
    return swept(a[0] * 2 + ag.affine(a, [[0.5], [-0.5]], [0.1])[0])


def chain(n):
    y = w = Value(1.0, "w")
    for _ in range(n):
        y = y * w
    return y
