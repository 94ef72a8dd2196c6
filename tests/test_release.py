"""What is installed: the wheels, made from a copy of the checkout."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")

pytestmark = pytest.mark.skipif(
    not (ROOT / "setup.py").exists(), reason="the tests of a wheel have no sources"
)


@pytest.fixture
def checkout(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    for name in PROJECT:
        shutil.copy(ROOT / name, tmp_path)
    built = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(ROOT / "autograd", tmp_path / "autograd", ignore=built)
    return tmp_path


def wheel(checkout, **environment):
    """The one wheel that is made there."""
    made = subprocess.run(
        [sys.executable, "setup.py", "-q", "bdist_wheel"],
        cwd=checkout,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    (path,) = (checkout / "dist").iterdir()
    return path


def test_a_pure_wheel_is_made_on_purpose_and_takes_nothing_from_an_earlier_build(checkout):
    for folder in ("lib", f"lib.linux-x86_64-cpython-3{sys.version_info.minor}"):
        old = checkout / "build" / folder / "autograd" / "core"
        old.mkdir(parents=True)
        (old / "value.cpython-311-x86_64-linux-gnu.so").write_bytes(b"machine code of then")
        (old / "deleted.py").write_text("raise ImportError('deleted since')\n")
    path = wheel(checkout, AUTOGRAD_PURE="1")
    assert path.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    source = {p.relative_to(ROOT).as_posix() for p in (ROOT / "autograd").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == source
    suffixes = {Path(name).suffix for name in names if name.startswith("autograd/")}
    assert suffixes == {".py", ".js", ".css", ".json", ".typed"}


def test_in_a_browser_only_pure_python_is_needed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    there = [line for line in project["dependencies"] if "sys_platform != 'emscripten'" not in line]
    assert [line.partition(">")[0] for line in there] == ["graphviz"]
