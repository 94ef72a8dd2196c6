"""The book's layers against their matrix formulas in NumPy, against PyTorch, and by hand."""

import copy
import pickle

import pytest

import autograd as ag
from autograd.layers import AddLayer, Affine, MulLayer, Relu, Sigmoid, Softmax, SoftmaxWithLoss

W1, B1 = [[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], [0.1, 0.2, 0.3]
W2, B2 = [[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]], [0.1, 0.2]
W3, B3 = [[0.1, 0.3], [0.2, 0.4]], [0.1, 0.2]


def test_apples_and_oranges_as_in_the_book():
    apples, oranges, fruit, tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    price = tax.forward(fruit.forward(apples.forward(100, 2), oranges.forward(150, 3)), 1.1)
    assert type(price) is float
    assert price == pytest.approx(715, rel=1e-15)
    dfruit, dtax = tax.backward(1)
    dapples, doranges = fruit.backward(dfruit)
    assert (dfruit, dtax) == (1.1, 650.0)
    assert apples.backward(dapples) == pytest.approx((2.2, 110), rel=1e-15)
    assert oranges.backward(doranges) == pytest.approx((3.3, 165), rel=1e-15)


def test_three_layer_network_of_the_book():
    layers = [Affine(W1, B1), Sigmoid(), Affine(W2, B2), Sigmoid(), Affine(W3, B3)]
    x = [1.0, 0.5]
    for layer in layers:
        x = layer.forward(x)
    assert x == pytest.approx([0.31682708, 0.69627909], abs=5e-9)
    layer = layers[0]
    assert layer.output[0].op == "add"
    assert layer.output[0].data == pytest.approx(0.3)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_layers_and_networks_are_copied_and_pickled(again):
    layer = MulLayer()
    layer.forward([1.0, 2.0], 3.0)
    assert again(layer).backward() == layer.backward()
    model = ag.nn.MLP(2, [3, 2], activation="tanh")
    assert ag.data(again(model)([1.0, 2.0])) == ag.data(model([1.0, 2.0]))


def test_reprs_tell_the_last_output():
    layer = Relu()
    assert repr(layer) == "Relu()"
    layer.forward([10, -5])
    assert repr(layer) == "Relu(output=[10.0, 0.0])"
    layer.forward(list(range(100)))
    assert len(repr(layer)) < 80 and repr(layer).endswith("...)")


def test_repr_of_arrays_is_one_line(numpy):
    layer = Relu()
    layer.forward(numpy.ones((2, 2)))
    assert repr(layer) == "Relu(output=[[1. 1.] [1. 1.]])"


def test_relu_and_its_kink():
    layer = Relu()
    assert layer.forward([10, -5, 0]) == [10.0, 0.0, 0.0]
    assert layer.backward() == [1.0, 0.0, 0.0]
    assert layer.forward(10) == 10.0
    assert layer.backward(3) == 3.0


@pytest.fixture
def numpy():
    return pytest.importorskip("numpy")


@pytest.fixture
def batch(numpy):
    random = numpy.random.default_rng(0)
    return tuple(random.normal(size=s) for s in [(5, 4), (4, 3), 3, (5, 3)])


def close(found, expected):
    import numpy

    assert isinstance(found, numpy.ndarray)
    assert found.dtype == float
    assert found.shape == numpy.shape(expected)
    assert numpy.abs(found - expected).max() <= 1e-12


def test_affine_by_the_matrix_formulas(batch):
    x, W, b, dout = batch
    layer = Affine(W, b)
    close(layer.forward(x), x @ W + b)
    close(layer.backward(dout), dout @ W.T)
    close(layer.dW, x.T @ dout)
    close(layer.db, dout.sum(axis=0))
    close(layer.forward(x[0]), x[0] @ W + b)
    close(layer.backward(dout[0]), W @ dout[0])
    close(layer.dW, x[0][:, None] * dout[0])


def test_elementwise_layers_by_the_matrix_formulas(numpy, batch):
    x, _, _, dout = batch[3], None, None, batch[3][::-1].copy()
    for layer, y, dx in [
        (Relu(), numpy.maximum(x, 0), dout * (x > 0)),
        (Sigmoid(), (s := 1 / (1 + numpy.exp(-x))), dout * s * (1 - s)),
    ]:
        close(layer.forward(x), y)
        close(layer.backward(dout), dx)
    add, mul = AddLayer(), MulLayer()
    close(add.forward(x, dout), x + dout)
    close(mul.forward(x, dout), x * dout)
    for found, expected in zip(
        (*add.backward(x), *mul.backward(x)), (x, x, x * dout, x * x), strict=True
    ):
        close(found, expected)
    assert add.forward(x, 2.0).shape == x.shape
    assert add.backward()[1] == x.size  # one number added everywhere: its gradients add up


def test_softmax_layers_by_the_matrix_formulas(numpy, batch):
    x, t = batch[3], [0, 2, 1, 1, 0]
    dout = batch[3][::-1].copy()
    e = numpy.exp(x - x.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
    layer = Softmax()
    close(layer.forward(x), y)
    close(layer.backward(dout), y * (dout - (dout * y).sum(axis=1, keepdims=True)))
    onehot = numpy.eye(3)[t]
    for target in (t, numpy.array(t), onehot, onehot.tolist()):
        loss = SoftmaxWithLoss()
        assert loss.forward(x, target) == pytest.approx(-(onehot * numpy.log(y)).sum() / 5)
        close(loss.y, y)
        close(loss.backward(), (y - onehot) / 5)
        close(loss.backward(2.0), 2 * (y - onehot) / 5)


def test_a_network_of_layers_against_pytorch(numpy, batch):
    torch = pytest.importorskip("torch")
    x, W, b, _ = batch
    first, relu, second, loss = Affine(W, b), Relu(), Affine(W[:3].T.copy(), b[:3]), None
    loss = SoftmaxWithLoss()
    t = [2, 0, 1, 1, 0]
    scores = second.forward(relu.forward(first.forward(x)))
    ours = loss.forward(scores, t)
    dx = first.backward(relu.backward(second.backward(loss.backward())))
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, W, b, second.W, second.b)]
    tx, tW, tb, tV, tc = tensors
    theirs = torch.nn.functional.cross_entropy(torch.relu(tx @ tW + tb) @ tV + tc, torch.tensor(t))
    theirs.backward()
    assert ours == pytest.approx(theirs.item(), rel=1e-12)
    for found, tensor in zip((dx, first.dW, first.db, second.dW, second.db), tensors, strict=True):
        close(found, tensor.grad.numpy())


def test_values_in_values_out_that_can_be_differentiated_again():
    x = ag.Value(3.0, "x")
    layer = MulLayer()
    y = layer.forward(x, x)
    assert y.inputs == (x, x)
    dx, dy = layer.backward()
    assert (dx.data, dy.data) == (3.0, 3.0)  # each with the other held
    assert x.grad is None
    sigmoid = Sigmoid()
    sigmoid.forward(x)
    (second,) = ag.gradients(sigmoid.backward(), [x])
    s = ag.sigmoid(3.0)
    assert second.data == pytest.approx(s * (1 - s) * (1 - 2 * s), rel=1e-12)
    two = ag.Value(2.0)
    add = AddLayer()
    add.forward(x, two * x)
    assert [d.data for d in add.backward(two)] == [2.0, 2.0]


def test_affine_with_values_as_parameters_is_trained_by_a_sweep():
    layer = Affine(ag.values(W1, "W"), ag.values(B1, "b"))
    y = layer.forward([1.0, 0.5])
    assert [type(v) for v in y] == [ag.Value] * 3
    ag.sum(y).backward()
    assert ag.grads(layer.W) == [[1.0] * 3, [0.5] * 3]
    dx = layer.backward([1.0, 0.0, 0.0])
    assert ag.data(dx) == [0.1, 0.2]
    assert ag.data(layer.dW) == [[1.0, 0.0, 0.0], [0.5, 0.0, 0.0]]
    assert type(layer.db[0]) is ag.Value
    plain = Affine(W1, B1)
    assert type(plain.forward(ag.values([1.0, 0.5]))[0]) is ag.Value
    assert type(plain.backward()[0]) is ag.Value
    assert plain.dW == [[1.0] * 3, [0.5] * 3]  # W is plain, and so is its gradient


def test_backward_twice_gives_the_same_and_no_grad_does_not_matter():
    layer = Affine(W1, B1)
    with ag.no_grad():
        layer.forward([[1.0, 2.0], [3.0, 4.0]])
    assert layer.backward() == layer.backward()
    assert layer.output[0][0].grad == 1.0
    assert "affine" in layer.output[0][0].scopes


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Affine(W1, B1).forward([1, 2, 3]), "x has 3 numbers, expected 2, one for each"),
        (
            lambda: Affine([[1]] * 4, [0]).forward([[1, 2, 3, 4], [1, 2, 3]]),
            "row 1 of x has 3 numbers, expected 4, one for each row of W",
        ),
        (lambda: Affine(W1, B1).forward([[1, 2], 3]), "row 1 of x is 3, expected 2 numbers"),
        (lambda: Affine(W1, B1).forward(1.0), "x is 1.0, expected a row"),
        (lambda: Affine(W1, [1, 2]).forward([1, 2]), "b has 2 numbers, expected 3"),
        (lambda: Affine([[1, 2], [3]], [1, 2]).forward([1, 2]), "row 1 of W has 1 numbers"),
        (lambda: Affine([1, 2], [1, 2]).forward([1, 2]), "W is .*, expected rows"),
        (
            lambda: Affine(W1, B1).forward([[0, 0], [1, float("nan")]]),
            r"x\[1,1\]: expected a finite number, got nan",
        ),
        (lambda: Relu().forward([1, float("inf")]), r"x\[1\]: expected a finite number, got inf"),
        (lambda: AddLayer().forward([1, 2], [1, 2, 3]), "y has 3 elements, expected 2, as in x"),
        (lambda: MulLayer().forward([[1, 2]], [[1]]), r"y\[0\] has 1 elements, expected 2"),
        (lambda: AddLayer().forward([[1, 2], [3, 4]], [1, 2]), r"y\[0\] is a number, expected a"),
        (lambda: SoftmaxWithLoss().forward([[1, 2]], [2]), "target of row 0 is class 2, of 2 cl"),
        (lambda: SoftmaxWithLoss().forward([[1, 2]] * 3, [0, 1]), "3 rows of outputs, but 2 targ"),
        (lambda: SoftmaxWithLoss().forward([[1, 2]], [[0, 1, 0]]), "row 0 has 2 outputs, but 3"),
    ],
)
def test_mistakes_are_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_dout_of_another_shape_and_backward_too_early():
    with pytest.raises(RuntimeError, match=r"Relu\.backward before Relu\.forward"):
        Relu().backward()
    layer = Relu()
    layer.forward([1, 2])
    with pytest.raises(ValueError, match="dout has 3 elements, expected 2, as in the output"):
        layer.backward([1, 2, 3])
