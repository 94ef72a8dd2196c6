"""The demos of learning: rows 13 to 18 of the textbooks' examples, on real data."""

import importlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import autograd as ag

DEMOS = Path(__file__).parent.parent / "demos"
CIRCLE = """
import random, sys
sys.path[:0] = {path!r}
import autograd as ag
from training import eager, fit

def inside(row):
    return int(row[0] ** 2 + row[1] ** 2 < 0.5)

draw = random.Random(0)
rows = [[draw.uniform(-1, 1), draw.uniform(-1, 1)] for _ in range(20)]
targets = [inside(row) for row in rows]
model = ag.nn.MLP(2, [6, 2], rng=draw)
optimizer = ag.optim.Adam(model.parameters(), lr=0.02)
gradients_of = eager(model, ag.softmax_cross_entropy, l2=1e-3)
history = fit(model, optimizer, gradients_of, rows, targets, epochs={epochs}, batch=5,
              checkpoint=sys.argv[1], quiet=True)
print([x.hex() for x in ag.data(model.parameters()) + history["loss"]])
"""


@pytest.fixture(autouse=True)
def beside_the_demos(monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.syspath_prepend(str(DEMOS))


def demo(name, *needs):
    for library in needs:
        pytest.importorskip(library)
    return importlib.import_module(name)


def pictures(folder):
    return {p.name for p in folder.iterdir() if p.stat().st_size > 1000}


def test_three_layer_network(tmp_path, capsys):
    numbers = demo("20_three_layer_network").main(str(tmp_path))
    assert numbers == pytest.approx([0.31682708, 0.69627909], abs=5e-9)
    assert "0.31682708 0.69627909" in capsys.readouterr().out
    assert pictures(tmp_path) == {"first_layer.svg", "three_layer_network.svg"}


def test_all_activations_in_one_figure(tmp_path):
    figure = demo("21_activations", "matplotlib").main(str(tmp_path))
    largest = {axes.get_title(): max(axes.get_lines()[1].get_ydata()) for axes in figure.axes}
    expected = "identity relu leaky_relu prelu relu6 elu sigmoid tanh softplus gelu silu softmax"
    assert set(largest) == set(expected.split())
    assert largest["sigmoid"] == 0.25
    assert largest["tanh"] == largest["relu"] == 1.0
    assert pictures(tmp_path) == {"activations.png"}


def test_iris(tmp_path):
    result = demo("22_iris", "sklearn", "matplotlib").main(str(tmp_path), quiet=True)
    assert result["test"] >= 0.95
    losses = result["history"]["loss"]
    assert losses[-1] < losses[0] / 5
    assert pictures(tmp_path) == {"iris_curves.png"}


def test_breast_cancer_with_missing_values(tmp_path):
    cancer = demo("23_breast_cancer", "sklearn", "matplotlib")
    rows = cancer.blanked([[1.0] * 10] * 1000, share=0.05, seed=0)
    gaps = sum(row.count(None) for row in rows)
    assert 450 < gaps < 550
    kept, targets = cancer.without_gaps([[1, None], [2, 3]], ["a", "b"])
    assert (kept, targets) == ([[2, 3]], ["b"])
    assert cancer.column_means([[1, None], [3, 4]]) == [2.0, 4.0]
    assert cancer.filled([[1, None]], [0.0, 7.0]) == [[1, 7.0]]
    quick = ("fill with the mean", "drop the row")
    results = cancer.main(str(tmp_path), epochs=4, quiet=True, choices=quick)
    assert all(results[choice]["test"] >= 0.95 for choice in quick)
    assert results["drop the row"]["rows"] < results["fill with the mean"]["rows"] == 398
    assert len(pictures(tmp_path)) == 2


def test_digits_briefly(tmp_path):
    digits = demo("24_digits", "sklearn", "matplotlib")
    result = digits.main(str(tmp_path), epochs=3, rows=60, quiet=True)
    assert result["test"] > 0.25  # chance is 0.1; the slow test below asks for more
    assert pictures(tmp_path) == {"digits_curves.png", "digits_weights.png"}


@pytest.mark.slow
def test_digits(tmp_path):
    result = demo("24_digits", "sklearn", "matplotlib").main(str(tmp_path), quiet=True)
    assert result["test"] >= 0.90


def test_two_moons_briefly(tmp_path):
    moons = demo("25_two_moons", "sklearn", "matplotlib")
    result = moons.main(str(tmp_path), epochs=1, quiet=True)
    assert result["test"] > 0.75
    assert pictures(tmp_path) == {"moons_boundary.png", "moons_curves.png"}


@pytest.mark.slow
def test_two_moons(tmp_path):
    moons = demo("25_two_moons", "sklearn", "matplotlib")
    assert moons.main(str(tmp_path), quiet=True)["test"] == 1.0


def test_two_ways_to_a_gradient(tmp_path, capsys):
    rows = demo("26_two_ways_to_a_gradient", "matplotlib").main(str(tmp_path), (1, 2, 4))
    assert [r["parameters"] for r in rows] == [7, 15, 37]
    for r in rows:
        assert r["numerical_calls"] == 2 * r["parameters"]
        assert r["calls"] == 1
        assert r["difference"] < 1e-8
    assert rows[-1]["seconds"] < rows[-1]["numerical_seconds"]
    assert "74" in capsys.readouterr().out
    assert pictures(tmp_path) == {"two_ways_to_a_gradient.png"}


# --- the training loop ---


def circle(training, checkpoint=None, epochs=4, **options):
    """The training of CIRCLE, in this process; the parameters' numbers and the history."""
    draw = random.Random(0)
    rows = [[draw.uniform(-1, 1), draw.uniform(-1, 1)] for _ in range(20)]
    targets = [int(x * x + y * y < 0.5) for x, y in rows]
    model = ag.nn.MLP(2, [6, 2], rng=draw)
    optimizer = options.pop("optimizer", ag.optim.Adam)(model.parameters())
    gradients_of = training.eager(model, ag.softmax_cross_entropy)
    history = training.fit(
        *(model, optimizer, options.pop("wrap", lambda f: f)(gradients_of), rows, targets),
        **{"epochs": epochs, "batch": 5, "checkpoint": checkpoint, "quiet": True, **options},
    )
    return ag.data(model.parameters()), history


def test_ctrl_c_keeps_what_was_learned(tmp_path, capsys):
    training = demo("training")
    calls = []

    def interrupted(gradients_of):
        def wrapped(*batch):
            calls.append(batch)
            if len(calls) == 11:  # in the third epoch of four batches
                raise KeyboardInterrupt
            return gradients_of(*batch)

        return wrapped

    path = tmp_path / "run.json"
    numbers, history = circle(training, path, wrap=interrupted)
    assert len(history["loss"]) == 2
    assert numbers != json.loads(path.read_text())["parameters"]  # two batches more
    assert "stopped in epoch 3" in capsys.readouterr().out
    assert circle(training, path) == circle(training)  # and it goes on from the second


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    training = demo("training")
    path = tmp_path / "run.json"
    circle(training, path, epochs=1)
    state = json.loads(path.read_text())
    path.write_text(json.dumps({**state, "parameters": [1.0]}))
    with pytest.raises(ValueError, match="of a network of 1 parameters, this one has 32"):
        circle(training, path)
    path.write_text(json.dumps(state))
    with pytest.raises(ValueError, match="saved options"):
        circle(training, path, optimizer=ag.optim.SGD)


def test_the_learning_rate_of_each_epoch(tmp_path):
    training = demo("training")
    seen = []
    numbers, _ = circle(training, epochs=3, lr=lambda epoch: seen.append(epoch) or 0.0)
    assert seen == [0, 1, 2]
    assert numbers == circle(training, epochs=0)[0]  # at rate 0 nothing moves


def test_l2_penalty_is_half_the_sum_of_squared_weights():
    training = demo("training")
    model = ag.nn.MLP(2, [2], rng=random.Random(0))
    rows, targets = [[1.0, 2.0]], [0]
    plain = training.eager(model, ag.softmax_cross_entropy)(rows, targets)
    before = ag.grads(model.parameters())
    penalised = training.eager(model, ag.softmax_cross_entropy, l2=0.1)(rows, targets)
    weights = [w for n in model.layers[0].neurons for w in n.w]
    assert penalised == pytest.approx(plain + 0.05 * sum(w.data**2 for w in weights))
    after = ag.grads(model.parameters())
    for p, a, b in zip(model.parameters(), before, after, strict=True):
        assert b == pytest.approx(a + (0.1 * p.data if p in set(weights) else 0.0))


def test_scaling_by_the_rows_to_learn_from():
    training = demo("training")
    train, test = training.scaled([[1.0, 5.0], [3.0, 5.0]], [[5.0, 6.0]])
    assert train == [[-1.0, 0.0], [1.0, 0.0]]
    assert test == [[3.0, 1.0]]  # a constant column is only shifted


def test_rows_without_targets_are_refused():
    training = demo("training")
    with pytest.raises(ValueError, match="3 rows, but 2 targets"):
        training.fit(None, None, None, [[1]] * 3, [0, 1], epochs=1, batch=1)


def test_the_bar_shows_the_loss_and_the_time_left(capsys):
    _, history = circle(demo("training"), epochs=1, quiet=False)
    shown = capsys.readouterr().out
    assert "loss" in shown
    assert "0:00:00" in shown
    assert 0.0 < history["loss"][0] < 10.0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are of Unix")
def test_a_real_ctrl_c(tmp_path):
    paths = [str(DEMOS), str(Path(ag.__file__).parent.parent)]
    script, path = tmp_path / "circle.py", tmp_path / "run.json"
    # As in a terminal: a process started in the background may inherit that Ctrl-C is ignored.
    listens = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script.write_text(listens + CIRCLE.format(path=paths, epochs=100000))
    command = [sys.executable, str(script), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 30
            while not path.exists() and time.monotonic() < deadline:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=30)
        finally:
            process.kill()  # where it has not ended
    assert process.returncode == 0
    first, second = out.splitlines()
    assert first.startswith("stopped in epoch")
    assert len(second.split(",")) > 32  # the parameters, and the loss of each epoch


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is of Unix")
def test_killed_twenty_times_it_ends_with_the_same_numbers(tmp_path):
    paths = [str(DEMOS), str(Path(ag.__file__).parent.parent)]
    script = tmp_path / "circle.py"
    script.write_text(CIRCLE.format(path=paths, epochs=100))

    def start(checkpoint):
        command = [sys.executable, str(script), str(tmp_path / checkpoint)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    undisturbed, _ = start("undisturbed.json").communicate(timeout=60)
    path = tmp_path / "killed.json"
    delays = random.Random(0)
    epochs, kills = [], 0
    while kills < 20:
        process = start(path.name)
        # The first kill comes before training can have begun, the others while it runs.
        before = path.read_bytes() if path.exists() else b""
        deadline = time.monotonic() + 30
        while kills and time.monotonic() < deadline:
            if path.exists() and path.read_bytes() != before:
                break
            time.sleep(0.001)
        time.sleep(delays.uniform(0.0, 0.01))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        kills += 1
        epochs.append(len(json.loads(path.read_text())["history"]["loss"]) if path.exists() else 0)
    assert 0 < epochs[1] < epochs[-1] < 100
    killed, _ = start(path.name).communicate(timeout=60)
    assert killed == undisturbed
    assert undisturbed.startswith("['")
