"""Curves: what is drawn is the function and its derivative."""

import sys

import pytest

import autograd as ag


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_curves_of_a_function_and_its_derivative(pyplot):
    axes = ag.plot(ag.sigmoid, -2, 2, points=5)
    value, slope = axes.get_lines()[:2]
    assert list(value.get_xdata()) == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert list(value.get_ydata()) == ag.sigmoid([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert max(slope.get_ydata()) == 0.25
    assert axes.get_title() == "sigmoid"
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["sigmoid(x)", "sigmoid′(x)"]


def test_gaps_where_there_is_nothing_to_draw(pyplot):
    value, slope = ag.plot(ag.sqrt, -1, 1, points=3).get_lines()[:2]
    assert str(value.get_ydata().tolist()) == "[nan, 0.0, 1.0]"
    assert str(slope.get_ydata().tolist()) == "[nan, nan, 0.5]"
    with pytest.raises(ValueError, match="not defined anywhere"):
        ag.plot(ag.log, -2, -1)
    with pytest.raises(ValueError, match="no range"):
        ag.plot(ag.log, 2, 1)


def test_constants_lambdas_and_axes_of_the_user(pyplot):
    _, axes = pyplot.subplots()
    assert ag.plot(lambda x: 3.0, axes=axes) is axes
    assert set(axes.get_lines()[1].get_ydata()) == {0.0}
    assert axes.get_title() == "f"


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[plot\]'"):
        ag.plot(ag.sigmoid)


@pytest.mark.parametrize(
    ("function", "error", "says"),
    [
        (ag.softmax, ValueError, r"it takes a row, .* plot\(lambda x: f\(\[x, 0\.0\]\)\[0\]\)"),
        (ag.logsumexp, ValueError, r"it takes a row, .* plot\(lambda x: f\(\[x, 0\.0\]\)\)$"),
        (lambda x: [x, x], TypeError, r"one number; .* as in plot\(lambda x: f\(x\)\[0\]\)"),
        (lambda x: None, TypeError, "one number; expected a real number, got NoneType: None$"),
        (ag.Value(1.0), TypeError, "plot expects a function, got Value"),
    ],
)
def test_what_is_no_function_of_one_number_is_told(function, error, says):
    with pytest.raises(error, match=says):
        ag.plot(function)
