"""Interactive sessions in which a variable's name becomes the label of its Value.

Invariant: only a Value without a label gets one, and only from a name bound at the top level.
"""

import ast
import code
import sys
from contextlib import suppress
from types import CodeType
from typing import Any

from autograd.core.value import Value

BANNER = """\
A variable's name becomes the label of its Value; the functions of autograd are at hand.
x = Value(3.0); y = x * x; y.backward(); print(tree(y)); print(explain(y, x)); save(y, "y.svg")"""
BINDING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.While, ast.If, ast.With, ast.Try)
LABEL = "__import__('autograd.shell.repl').shell.repl.label_names(globals())"


def label_names(names: dict[str, Any]) -> None:
    """Label each Value that has no label with the first name, not beginning with _, bound to it.

    >>> x = Value(3.0)
    >>> label_names({"x": x, "y": x})
    >>> x.label
    'x'
    """
    for name, v in list(names.items()):
        if type(v) is Value and v.label is None and not name.startswith("_"):
            v.label = name


class Labels:
    """What IPython calls: `after` each cell, and `visit` to rewrite a cell before it runs."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def after(self, result: object) -> None:
        """Label what the cell has bound."""
        label_names(self.shell.user_ns)

    def visit(self, cell: Any) -> Any:
        """The cell, labelling what a statement binds before the next: `x = ...; draw(x)`."""
        if isinstance(cell, ast.Module):
            body: list[ast.stmt] = []
            for statement in cell.body:
                if body and isinstance(body[-1], BINDING):
                    call = ast.parse(LABEL).body[0]
                    for part in ast.walk(call):
                        ast.copy_location(part, statement)
                    body.append(call)
                body.append(statement)
            cell.body = body
        return cell


def load(shell: Any, names: dict[str, Any]) -> None:
    """Label from now on what cells bind; put these names into the session where they are free."""
    for name, thing in names.items():
        shell.user_ns.setdefault(name, thing)
    unload(shell)  # loaded twice, it labels once
    labels = Labels(shell)
    shell.ast_transformers.append(labels)
    shell.events.register("post_run_cell", labels.after)


def unload(shell: Any) -> None:
    """Label no more."""
    for labels in [t for t in shell.ast_transformers if isinstance(t, Labels)]:
        shell.ast_transformers.remove(labels)
        shell.events.unregister("post_run_cell", labels.after)


class Console(code.InteractiveConsole):
    """Python's own console, for where there is no IPython."""

    def runcode(self, code: CodeType) -> None:
        """Run a statement, then label what it has bound."""
        super().runcode(code)
        label_names(self.locals)


def start(names: dict[str, Any]) -> None:
    """A session with these names: IPython where it is installed, else Python's console."""
    found = False
    with suppress(ImportError):
        from IPython import start_ipython
        from traitlets.config import Config

        found = True
    if not found:  # not inside an `except`, which every error would be chained to
        with suppress(ImportError):  # Windows has none
            import readline  # noqa: F401  (editing and history, from the import alone)
        Console(names).interact(f"Python {sys.version.split()[0]}. {BANNER}", "")
        return
    config = Config()
    config.InteractiveShellApp.extensions = ["autograd"]
    config.TerminalInteractiveShell.confirm_exit = False
    config.TerminalInteractiveShell.banner2 = BANNER + "\n"
    start_ipython(argv=[], user_ns=names, config=config)
