"""Networks in micrograd's manner, against micrograd itself."""

import builtins
import inspect
import random

import pytest

import autograd as ag
from autograd.nn import MLP, Layer, Neuron


def test_neuron_is_what_it_says():
    neuron = Neuron(2)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 2.0, -1.0, 0.5
    assert neuron([3.0, 1.0]).data == 5.5
    assert neuron([0.0, 1.0]).data == 0.0
    assert Neuron(2, nonlin=False).activation is None
    assert neuron([3.0, 1.0]).scopes == ("neuron",)
    assert neuron([[3.0, 1.0], [0.0, 1.0]])[0].data == 5.5


def test_a_layer_takes_a_row_or_rows():
    layer = Layer(2, 3)
    rows = [[1.0, 2.0], [3.0, 4.0]]
    assert [ag.data(row) for row in layer(rows)] == [ag.data(layer(row)) for row in rows]
    assert [len(row) for row in layer(rows)] == [3, 3]


def test_seeds():
    def weights(**options):
        return [p.data for p in MLP(3, [4, 2], **options).parameters()]

    random.seed(5)
    ours = weights()
    assert weights() != ours
    assert weights(rng=random.Random(5)) == ours
    assert weights(rng=random.Random(6)) != ours
    state = random.getstate()
    weights(rng=random.Random(7))
    assert random.getstate() == state  # the global one is left alone


@pytest.mark.parametrize(("init", "deviation"), [("xavier", 0.1), ("he", 0.02**0.5), (0.01, 0.01)])
def test_deviation_of_the_initial_weights(init, deviation):
    layer = Layer(100, 50, init=init, rng=random.Random(1))
    numbers = [w.data for n in layer.neurons for w in n.w]
    found = (builtins.sum(x * x for x in numbers) / len(numbers)) ** 0.5
    assert found == pytest.approx(deviation, rel=0.03)
    assert all(n.b.data == 0.0 for n in layer.neurons)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "silu", ag.elu, lambda x: x * x])
def test_activations(activation):
    model = MLP(2, [3, 1], activation=activation, rng=random.Random(2))
    y = model([0.5, -0.5])
    model.zero_grad()
    y.backward()
    function = getattr(ag, activation) if isinstance(activation, str) else activation
    hidden = [function(n.b + n.w[0] * 0.5 + n.w[1] * -0.5).data for n in model.layers[0].neurons]
    last = model.layers[1].neurons[0]
    assert y.data == pytest.approx(last.b.data + ag.dot(ag.data(last.w), hidden))
    assert ag.grads(last.w) == pytest.approx(hidden)


def test_inputs_may_be_values_and_get_gradients():
    model = MLP(2, [3, 1], rng=random.Random(3))
    x = [ag.Value(1.0), ag.Value(2.0)]
    y = model(x)
    y.backward()
    assert None not in ag.grads(x)
    assert model([1.0, 2.0]).data == y.data
    deep = MLP(2, [1, 1, 2], rng=random.Random(3))
    assert len(deep([1.0, 2.0])) == 2


def test_parameters_and_labels():
    model = MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 337
    labels = [p.label for p in model.parameters()]
    assert len(set(labels)) == 337
    assert labels[:3] == ["W1[0,0]", "W1[1,0]", "b1[0]"]
    assert repr(MLP(1, [1, 1])) == "MLP of [Layer of [ReLUNeuron(1)], Layer of [LinearNeuron(1)]]"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: MLP(2, [3], activation="foo"), "activation='foo': expected a function or one of"),
        (lambda: MLP(2, [3, 0]), r"nouts\[1\]=0: a layer needs"),
        (lambda: MLP(4, [2])([1, 2, 3]), "x has 3 numbers, expected a row of 4"),
        (lambda: MLP(2, [2])([[1, 2], [1]]), r"x\[1\] has 1 numbers, expected a row of 2"),
        (lambda: MLP(2, [2])([[1, 2], [1, float("nan")]]), r"x\[1\]\[1\]: expected a finite"),
        (lambda: Neuron(2)(1.0), "x is 1.0, expected a row of 2"),
        (lambda: Neuron(2, activation="rely"), "activation='rely': expected"),
        (lambda: Neuron(2, init="zavier"), "init='zavier': expected"),
        (lambda: Neuron(2, init=float("nan")), "init=nan: expected"),
        (lambda: Neuron(0), "nin=0"),
        (lambda: Layer(1, 0), "nout=0"),
        (lambda: MLP(1, []), "nouts"),
    ],
)
def test_mistakes_are_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: MLP(2, [3], activation=3), "activation=3: expected a function or its name"),
        (lambda: MLP(2, [3, 1], activation=None), "activation=None: expected a function or its"),
        (lambda: MLP(2, 3), r"nouts=3: expected a list of sizes"),
        (lambda: MLP(2, "31"), r"nouts='31': expected a list of sizes"),
        (lambda: MLP(2, [3, "a"]), r"nouts\[1\]='a': expected a whole number"),
        (lambda: MLP("a", [1]), "nin='a': expected a whole number, 1 or more"),
        (lambda: Neuron(2.0), r"nin=2\.0: expected a whole number"),
        (lambda: Layer(2, None), "nout=None: expected a whole number"),
        (lambda: MLP(2, [1], rng=3), r"rng=3: expected a random\.Random or None"),
        (lambda: MLP(2, [1], rng=3, init="he"), r"rng=3: expected a random\.Random or None"),
        (lambda: MLP(2, [1], seed=1), r"MLP takes no seed: write rng=random\.Random\(1\)"),
        (lambda: MLP(2, [1], init=[1]), r"init=\[1\]: expected 'xavier', 'he', a deviation"),
    ],
)
def test_arguments_of_another_kind_are_told(call, says):
    with pytest.raises(TypeError, match=says):
        call()


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("state_dict", r"ag\.data\(model\.parameters\(\)\)"),
        ("load_state_dict", r"ag\.assign\(model\.parameters\(\), numbers\)"),
        ("forward", r"model\(x\)"),
    ],
)
def test_what_pytorch_would_call_is_told(name, instead):
    with pytest.raises(AttributeError, match=f"MLP has no {name}: write {instead}"):
        getattr(MLP(2, [1]), name)
    assert not hasattr(MLP(2, [1]), "parms")


def test_options_stand_in_the_signatures():
    for kind in (MLP, Layer, Neuron):
        options = inspect.signature(kind).parameters
        assert {"nonlin", "activation", "init", "rng"} < set(options)
        assert options["activation"].default == "relu"


def test_a_weight_that_became_an_inner_node_is_told():
    model = MLP(2, [2, 1])
    model.layers[1].neurons[0].w[0] -= 0.1
    with pytest.raises(ValueError, match=r"parameters\[6\] is the result of add.*ag\.assign"):
        model.zero_grad()


def notebook(Value, MLP, X, y, steps):
    """The training of micrograd's demo.ipynb, up to its pictures: loss and accuracy of each step.

    https://github.com/karpathy/micrograd, MIT licence.
    """
    model = MLP(2, [16, 16, 1])

    def loss():
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (s.data > 0) for yi, s in zip(y, scores, strict=True)]
        return total_loss, sum(accuracy) / len(accuracy)

    history = []
    for k in range(steps):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        history.append((total_loss.data, acc))
    return history


def test_the_notebook_of_micrograd():
    engine = pytest.importorskip("micrograd.engine")
    nn = pytest.importorskip("micrograd.nn")
    draw = random.Random(0)
    X = [[draw.uniform(-1, 1), draw.uniform(-1, 1)] for _ in range(20)]
    y = [1 if a * b > 0 else -1 for a, b in X]
    random.seed(1337)
    theirs = notebook(engine.Value, nn.MLP, X, y, 5)
    random.seed(1337)
    ours = notebook(ag.Value, MLP, X, y, 5)
    for (a, hits), (b, theirs_hits) in zip(ours, theirs, strict=True):
        assert a == pytest.approx(b, rel=1e-10)
        assert hits == theirs_hits


def test_the_numbers_that_the_notebook_of_micrograd_prints():
    np = pytest.importorskip("numpy")
    make_moons = pytest.importorskip("sklearn.datasets").make_moons
    np.random.seed(1337)
    random.seed(1337)
    X, y = make_moons(n_samples=100, noise=0.1)
    (loss, accuracy), (second, _) = notebook(ag.Value, MLP, X, y * 2 - 1, 2)
    assert loss == pytest.approx(0.8958441028683222, rel=1e-12)
    assert accuracy == 0.5
    assert second == pytest.approx(1.7235905336972022, rel=1e-10)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "relu(w · x + b)"),
        ({"activation": "tanh"}, "tanh(w · x + b)"),
        ({"activation": lambda v: v * v}, "activation(w · x + b)"),
        ({"nonlin": False}, "w · x + b"),
    ],
)
def test_pictures_tell_what_a_neuron_computes(options, words):
    y = Neuron(2, **options, rng=random.Random(0))(ag.values([1.0, 2.0], "x"))
    svg = ag.draw(y).pipe(format="svg").decode()
    assert f"{words}<" in svg
