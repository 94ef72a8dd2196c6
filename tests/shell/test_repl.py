import ast
import os
import subprocess
import sys
import textwrap

import pytest

import autograd as ag
from autograd.shell.repl import Labels, label_names

PLAIN = (
    "import sys; sys.modules['IPython'] = None; from autograd.__main__ import main; main(['repl'])"
)


def session(lines, command, tmp_path):
    """What a session prints, fed through a pipe."""
    environment = {
        **os.environ,
        **{"PYTHONIOENCODING": "utf-8", "IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path)},
    }
    done = subprocess.run(
        [sys.executable, *command],
        input=textwrap.dedent(lines),
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_label_names():
    x, named = ag.Value(1.0), ag.Value(2.0, "other")
    label_names({"_": x, "x": x, "y": x, "named": named, "n": 3, "list": [ag.Value(1.0)]})
    assert (x.label, named.label) == ("x", "other")


def test_python_console(tmp_path):
    out = session(
        """\
        x = Value(3.0)
        y = x * x
        z = y
        y
        for t in [1.0, 2.0]:
            a = Value(t)

        a
        explain(y, x)
        1 / 0
        w = sum([x, exp(0.0)])
        print(tree(w))
        """,
        ["-c", PLAIN],
        tmp_path,
    )
    assert "Value(9.0, label='y', op='mul')" in out
    assert "Value(2.0, label='a')" in out
    assert "d(y)/d(x) = 6 at y = 9, x = 3: 2 paths" in out
    assert "ZeroDivisionError" in out
    assert "IPython" not in out and "During handling" not in out
    assert "sum › add" in out
    assert "\nNone" not in out


def test_ipython(tmp_path):
    pytest.importorskip("IPython")
    out = session(
        """\
        x = Value(3.0); y = x * x; print(tree(y))
        (n := y + 1)
        n
        explain(y, x)
        %reset -f
        import autograd as ag
        b = ag.Value(1.0)
        b
        %unload_ext autograd
        c = ag.Value(5.0)
        c
        """,
        ["-m", "autograd", "repl"],
        tmp_path,
    )
    assert "y     9  mul\n├─ x  3       #1" in out
    assert "Value(10.0, label='n', op='add')" in out
    assert "d(y)/d(x) = 6 at y = 9, x = 3: 2 paths\n" in out
    assert "Value(1.0, label='b')" in out
    assert "Value(5.0)" in out
    assert "Error" not in out


def test_ipython_in_a_terminal(tmp_path):
    pexpect = pytest.importorskip("pexpect")
    pytest.importorskip("IPython")
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path), "TERM": "dumb"}
    child = pexpect.spawn(
        sys.executable, ["-m", "autograd", "repl"], env=environment, encoding="utf-8", timeout=30
    )
    child.expect("becomes the label")
    child.expect("In .*1")
    child.sendline("apple = Value(100.0)")
    child.expect("In .*2")
    child.sendline("apple")
    child.expect(r"label='apple'")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_load_ext(tmp_path):
    pytest.importorskip("IPython")
    out = session(
        """\
        %load_ext autograd
        %load_ext autograd
        %reload_ext autograd
        りんご = Value(100.0); ag.tree(りんご * 2)
        sum([1, 2])
        len(get_ipython().ast_transformers)
        """,
        ["-m", "IPython"],
        tmp_path,
    )
    assert "├─ りんご  100" in out
    assert "Out[5]: 3\n" in out  # Python's sum, not ours
    assert "Out[6]: 1\n" in out


def test_cells_keep_their_meaning():
    """Only between statements, and never before an import from __future__."""
    source = '"doc"\nfrom __future__ import annotations\nx = 1\nif x:\n    y = 2\ndef f(): pass\nx'
    cell = Labels(None).visit(ast.parse(source))
    kinds = [type(s).__name__ for s in cell.body]
    assert kinds == ["Expr", "ImportFrom", "Assign", "Expr", "If", "Expr", "FunctionDef", "Expr"]
    names = {}
    exec(compile(cell, "cell", "exec"), names)
    assert (names["x"], names["y"]) == (1, 2)
