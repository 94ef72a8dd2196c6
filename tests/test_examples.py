"""The worked examples of the textbooks, with their numbers."""

import pytest

import autograd as ag
from autograd import Value


def test_apple_price():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    price = apple * count * tax
    price.backward()
    assert price.data == pytest.approx(220, rel=1e-15)
    grads = [v.grad for v in (apple, count, tax, price.inputs[0], price)]
    assert grads == pytest.approx([2.2, 110, 200, 1.1, 1], rel=1e-15)
    apple.data = 120
    assert price.recompute().data - 220 == pytest.approx(20 * 2.2, rel=1e-13)


@pytest.mark.parametrize(
    ("name", "to", "change"), [("apple", 110, 24), ("orange", 130, 18), ("tax", 1.1, -57.5)]
)
def test_shopping_in_three_questions(name, to, change):
    leaves = {"apple": Value(100), "orange": Value(125), "tax": Value(1.2)}
    apple, orange, tax = leaves.values()
    total = (2 * apple + 3 * orange) * tax
    total.backward()
    assert (total.data, tax.grad) == pytest.approx((690, 575), rel=1e-15)
    leaf = leaves[name]
    assert leaf.grad * (to - leaf.data) == pytest.approx(change, rel=1e-13)
    leaf.data = to
    assert total.recompute().data - 690 == pytest.approx(change, rel=1e-13)


def test_fruit_basket():
    apple, apples, orange, oranges, tax = map(Value, (100, 2, 150, 3, 1.1))
    total = apple * apples
    both = total + orange * oranges
    price = both * tax
    price.backward()
    grads = [v.grad for v in (apple, orange, apples, oranges, tax, both)]
    assert price.data == pytest.approx(715, rel=1e-15)
    assert grads == pytest.approx([2.2, 3.3, 110, 165, 650, 1.1], rel=1e-15)


@pytest.mark.parametrize(("x", "y"), [(1.0, 2.0), (-3.0, 0.5), (0.0, 0.0)])
def test_chain_rule(x, y):
    x, y = Value(x), Value(y)
    t = x + y
    z = t**2
    z.backward()
    assert [t.grad, x.grad, y.grad] == [2 * t.data, 2 * (x.data + y.data), 2 * (x.data + y.data)]


@pytest.mark.parametrize("at", [0.5, 1.0, 3.0])
def test_rules_of_the_nodes(at):
    a, b = Value(at), Value(7.0)
    rules = [
        ((a + b).partials, (1.0, 1.0)),
        ((a * b).partials, (7.0, at)),
        (a.reciprocal().partials, (-((1 / at) ** 2),)),
        (a.exp().partials, (a.exp().data,)),
        (a.log().partials, (1 / at,)),
    ]
    for got, want in rules:
        assert got == want


def test_sigmoid_taken_apart_and_put_together():
    x = Value(1.0, "x")
    y = 1 / (1 + (-x).exp())
    y.backward()
    chain = [y]
    while chain[-1].inputs:
        chain.append(next(v for v in chain[-1].inputs if v.op or v is x))
    assert [v.op for v in chain] == ["reciprocal", "add", "exp", "mul", None]
    assert [round(v.data, 4) for v in chain] == [0.7311, 1.3679, 0.3679, -1.0, 1.0]
    assert x.grad == pytest.approx(0.19661193324148185, rel=1e-15)
    assert x.grad == pytest.approx(y.data * (1 - y.data), rel=1e-15)
    together = Value(1.0)
    ag.sigmoid(together).backward()
    assert together.grad == x.grad


def test_sigmoid_at_ten():
    x = Value(10.0)
    y = ag.sigmoid(x)
    y.backward()
    assert y.data == 0.9999546021312976
    assert x.grad == pytest.approx(4.539580773595167e-05, rel=1e-13)


@pytest.mark.parametrize(("at", "value", "grad"), [(10.0, 10.0, 1.0), (-5.0, 0.0, 0.0)])
def test_relu(at, value, grad):
    x = Value(at)
    y = ag.relu(x)
    y.backward()
    assert (y.data, x.grad) == (value, grad)


ACTIVATIONS = [
    (lambda x: ag.leaky_relu(x, 0.1), -2.0, -0.2, 0.1),
    (lambda x: ag.prelu(x, Value(0.25)), -2.0, -0.5, 0.25),
    (ag.relu6, 3.0, 3.0, 1.0),
    (ag.relu6, 7.0, 6.0, 0.0),
    (ag.tanh, 0.0, 0.0, 1.0),
    (ag.sigmoid, 0.0, 0.5, 0.25),
    (ag.identity, 4.0, 4.0, 1.0),
]


@pytest.mark.parametrize(("function", "at", "value", "grad"), ACTIVATIONS)
def test_activations(function, at, value, grad):
    x = Value(at)
    y = function(x)
    y.backward()
    assert (y.data, x.grad) == pytest.approx((value, grad), rel=1e-15)


def test_softmax():
    y = ag.softmax([1010, 1000, 990])
    assert y == pytest.approx([0.9999546, 4.5398e-05, 2.0611e-09], rel=1e-5)
    assert sum(y) == pytest.approx(1, rel=1e-15)
    xs = ag.values([0.3, 2.9, 4.0])
    ys = ag.softmax(xs)
    for i, y in enumerate(ys):
        y.zero_grad()
        y.backward()
        want = [y.data * ((i == k) - ys[k].data) for k in range(3)]
        assert ag.grads(xs) == pytest.approx(want, rel=1e-14)
        y.zero_grad()


def test_cross_entropy_adds_the_books_1e_7_on_request():
    y = [0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0]
    assert ag.cross_entropy_error(y, 2, eps=1e-7) == pytest.approx(0.510825457099338, rel=1e-14)
    with pytest.raises(ValueError, match="log"):
        ag.cross_entropy_error(y, 3)


def test_sum_of_squares_error_of_a_layer():
    z, W, b, d = [1.0, 2.0], [[0.1, 0.2], [0.3, 0.4]], [0.5, -0.5], [1.0, 0.0]
    Ws = ag.values(W, "W")
    y = ag.affine(z, Ws, b)
    ag.sum_of_squares_error(y, d).backward()
    for i in range(2):
        for j in range(2):
            assert Ws[i][j].grad == pytest.approx((y[j].data - d[j]) * z[i], rel=1e-15)


@pytest.mark.parametrize("target", range(3))
def test_softmax_with_loss_has_the_gradient_y_minus_t(target):
    t = [float(k == target) for k in range(3)]
    for loss in (
        ag.softmax_cross_entropy,
        lambda x, t: ag.cross_entropy_error(ag.softmax(x), t),
    ):
        xs = ag.values([0.3, 2.9, 4.0])
        loss(xs, t).backward()
        want = [y - k for y, k in zip(ag.softmax([0.3, 2.9, 4.0]), t, strict=True)]
        assert ag.grads(xs) == pytest.approx(want, rel=1e-13)


def test_the_program_of_the_micrograd_readme():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f"{g:.4f}", f"{a.grad:.4f}", f"{b.grad:.4f}"] == ["24.7041", "138.8338", "645.5773"]
