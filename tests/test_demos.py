"""The demos of the textbook's examples run, print their numbers and save their pictures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEMOS = {  # name: what it prints, what it saves
    "01_apple_price": (["price = 220", "apple = 2.2", "+44"], ["price.svg"]),
    "02_shopping": (["690", "more: +24,", "more: +18,", "%: -57.5,"], ["shopping.svg"]),
    "03_fruit_basket": (["orange = 3.3", "tax = 650"], ["fruit_basket.svg"]),
    "04_chain_rule": (["= 10", "3 + 2 + 2 = 7"], ["chain_rule.svg", "sum_rule.svg"]),
    "05_sigmoid": (
        ["-1.0000 → 0.3679 → 1.3679 → 0.7311", "0.1966119332414818", "0.786447732965927"],
        ["sigmoid_by_hand.svg", "sigmoid_apart.svg", "sigmoid_together.svg", "tanh_apart.svg"],
    ),
    "06_softmax_with_loss": (
        ["-0.263403   -0.263403", "-4.2484e-18"],
        ["softmax_with_loss.svg", "softmax_with_loss_folded.svg", "softmax_with_loss_book.svg"],
    ),
    "07_gradients_as_graphs": (
        ["∂price/∂apple = 2.2", "e⁻ˣ = 0.19661193324148", "dx² = -0.72686198138358"],
        ["apple_gradients.svg", "sigmoid_gradient.svg", "tanh_second_derivative.svg"],
    ),
    "08_curve_fit": (["a, b, c  = [7.150563 0.432044 1.71231 ]", "loss     = 0.002897"], []),
    "13_published_hessians": (
        ["HIMMELBB as published:\nwrong second derivative at (x, x)", "likely slip: wrong sign"],
        [],
    ),
    "29_playback": (["99 of 100 points right", "moons.html: 200 steps in"], ["moons.html"]),
    "09_calibration": (["2.000000 -7.000000 1.600000 0.100000 -0.050000 0.030000 800.000000"], []),
}


def run(demo, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-W", "error", ROOT / "demos" / f"{demo}.py", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.mark.parametrize("demo", DEMOS)
def test_demo(demo, tmp_path):
    words, pictures = DEMOS[demo]
    if not pictures:  # 08 and 09
        pytest.importorskip("scipy")
    result = run(demo, tmp_path)
    assert result.returncode == 0, result.stderr
    for text in words:
        assert text in result.stdout
    for name in pictures:
        picture = (tmp_path / name).read_text("utf-8")
        assert picture.startswith(("<?xml", "<svg", "<!doctype html>"))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(pictures)


def test_bundle_adjustment(tmp_path):
    pytest.importorskip("scipy")
    pytest.importorskip("llvmlite")
    result = run("27_bundle_adjustment", tmp_path, "2000")
    assert result.returncode == 0, result.stderr
    assert "2,000 observations, 390 unknowns" in result.stdout


def test_digits_are_learned_in_seconds(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("llvmlite")
    result = run("30_digits_in_seconds", tmp_path)
    assert result.returncode == 0, result.stderr  # it asserts 0.95 itself
    assert "of 597 images that were not learned from" in result.stdout


@pytest.mark.slow
def test_a_gradient_by_a_cluster_with_a_worker_killed(tmp_path):
    pytest.importorskip("dask.distributed")
    pytest.importorskip("llvmlite")
    result = run("28_cluster", tmp_path, "2000000")
    assert result.returncode == 0, result.stderr
    assert "killed worker" in result.stdout
    assert "the same to the last bit: True" in result.stdout


@pytest.mark.parametrize(
    ("demo", "missing", "needs"),
    [
        ("08_curve_fit", "numpy", "numpy scipy"),
        ("09_calibration", "scipy", "numpy scipy"),
        ("21_activations", "matplotlib", "matplotlib"),
        ("22_iris", "sklearn", "scikit-learn matplotlib rich"),
        ("23_breast_cancer", "rich", "scikit-learn matplotlib rich"),
        ("24_digits", "matplotlib", "scikit-learn matplotlib rich"),
        ("25_two_moons", "sklearn", "scikit-learn matplotlib rich"),
        ("26_two_ways_to_a_gradient", "matplotlib", "matplotlib"),
        ("27_bundle_adjustment", "scipy", "numpy scipy llvmlite"),
        ("28_cluster", "dask.distributed", "numpy llvmlite dask distributed"),
    ],
)
def test_a_demo_says_what_to_install(demo, missing, needs, tmp_path):
    path = str(ROOT / "demos" / f"{demo}.py")
    assert f"`pip install {needs}`" in (ROOT / "demos" / f"{demo}.py").read_text("utf-8")
    hidden = (
        f"import runpy, sys; sys.argv = [{path!r}]; sys.modules[{missing!r}] = None; "
        f"runpy.run_path({path!r}, run_name='__main__')"
    )
    folders = os.pathsep.join([str(ROOT), str(ROOT / "demos")])
    result = subprocess.run(
        [sys.executable, "-c", hidden],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert result.returncode == 1
    assert result.stderr == f"this demo needs: pip install {needs}\n"
    assert result.stdout == ""


def test_the_picture_in_the_readme_is_the_one_that_the_demo_draws(tmp_path):
    assert run("01_apple_price", tmp_path).returncode == 0
    assert (tmp_path / "price.svg").read_bytes() == (ROOT / "demos" / "price.svg").read_bytes()
