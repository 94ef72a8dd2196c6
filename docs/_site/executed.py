"""Every block of code in a page is run as the page is read, and its pictures are drawn.

Invariant: what a page shows is what came out now; a block that gives something else than the page
says is a warning, and the build makes warnings errors.  Where what comes out now is right,
`-D accept=1` among the arguments of the build writes it into the pages: look at the difference.

    ```python             examples after >>> are compared with what is printed below them; without
                          >>> the block is run.  One page is one session.
    ```console            lines after $ are run, what they print is compared
    ```sh, ```text        shown, not run: installations, layouts of files
    ```{graph} y, ...     ag.save(y, ".svg", ...), with a caption
    ```{page} y, ...      the page ag.save(y, ".html", ...), to be used in place
    ```{sheet} y, ...     the page ag.worksheet(y, ...)
    ```{bars} unit        numbers that were measured, as a table with bars
"""

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

FENCE = re.compile(r"^(`{3,})(\{?[\w-]*\}?) ?(.*)\n((?:.*\n)*?)\1`*$", re.M)
DRAWN = Path(__file__).parents[1] / "_drawn"


class Alike(doctest.OutputChecker):
    """Takes for equal what differs in estimates of errors, and in the number of calls alone."""

    UNSTEADY = (
        (r"± \S+", "±"),
        (r"( +[\d.e+-]+){0,2} +(ok|wrong|kink)$", r" \2"),
        (r"^\d+ (calls of f|programs, \d+ bugs)", r"\1"),
        (r" +", " "),
    )

    def check_output(self, want, got, optionflags):
        """Whether got will do."""
        for pattern, steady in self.UNSTEADY:
            want, got = (re.sub(pattern, steady, text, flags=re.M) for text in (want, got))
        return super().check_output(want, got, optionflags)


class Runner(doctest.DocTestRunner):
    """Keeps what came out otherwise, and yet will do."""

    def __init__(self) -> None:
        super().__init__(checker=Alike(), verbose=False, optionflags=doctest.ELLIPSIS)
        self.filled: list[tuple[str, str]] = []
        self.failed: list[tuple[str, str]] = []

    def report_failure(self, out, test, example, got):
        """Tell of it, and note what the page would have to say."""
        super().report_failure(out, test, example, got)
        if example.want and not example.exc_msg:
            now = re.sub("^$", "<BLANKLINE>", got.rstrip("\n"), flags=re.M)
            self.failed.append((example.want, f"{now}\n"))

    def report_success(self, out, test, example, got):
        """Note it, to be shown in place of what the page says."""
        if got != example.want and not example.exc_msg and "<BLANKLINE>" not in example.want:
            self.filled.append((example.want, got))


class Session:
    """The names that the blocks of one page share."""

    def __init__(self, page: str, complain):
        self.page, self.complain, self.names, self.drawn = page, complain, {"__name__": page}, 0
        self.runner = Runner()

    def python(self, block: str, line: int) -> None:
        """Run the block, and complain of what comes out otherwise."""
        if ">>>" not in block:
            exec(compile("\n" * line + block, self.page, "exec"), self.names)
            return
        test = doctest.DocTestParser().get_doctest(block, {}, self.page, self.page, line)
        test.globs = self.names
        said = io.StringIO()
        self.runner.run(test, out=said.write, clear_globs=False)
        if said.getvalue():
            self.complain(said.getvalue(), line)

    def console(self, block: str, line: int) -> None:
        """Run its commands, and complain where one prints something else."""
        commands = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block, re.M)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        for command, expected in commands:
            done = subprocess.run(
                ["bash", "-c", command],
                env=os.environ | {"PATH": path, "PYTHONIOENCODING": "utf-8"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            if not Alike().check_output(expected.strip(), done.stdout.strip(), doctest.ELLIPSIS):
                self.complain(f"$ {command}\nexpected:\n{expected}\ngot:\n{done.stdout}", line)

    def picture(self, kind: str, arguments: str) -> None:
        """Draw what the arguments say, as the page's next picture."""
        import autograd as ag

        self.drawn += 1
        path = drawn(self.page, self.drawn, kind)
        path.parent.mkdir(parents=True, exist_ok=True)

        def draw(y, **options):
            write = ag.worksheet if kind == "sheet" else ag.save
            write(y, path, **options)

        eval(f"draw({arguments})", self.names | {"draw": draw})


def drawn(page: str, number: int, kind: str) -> Path:
    """Where the page's picture of that number is."""
    suffix = "svg" if kind == "graph" else "html"
    return DRAWN / f"{page.replace('/', '-')}-{number}.{suffix}"


def run(app, page: str, source: list[str]) -> None:
    """Run the blocks of a page, in a folder of their own."""
    if page.startswith(("gallery/", "reference/")):  # made of what tests run
        return

    def complain(text: str, line: int) -> None:
        logger.warning("this block gives something else:\n%s", text, location=(page, line))

    session = Session(page, complain)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for fence in FENCE.finditer(source[0]):
            _, kind, arguments, block = fence.groups()
            line = source[0].count("\n", 0, fence.start()) + 1
            try:
                if kind == "python":
                    session.python(block, line)
                elif kind == "console":
                    session.console(block, line)
                elif kind in ("{graph}", "{page}", "{sheet}"):
                    session.picture(kind.strip("{}"), arguments)
            except Exception as error:
                complain(f"{type(error).__name__}: {error}", line)
    for want, got in session.runner.filled:
        source[0] = source[0].replace(want, got, 1)
    if app.config.accept and session.runner.failed:
        path = Path(app.env.doc2path(page))
        text = path.read_text("utf-8")
        for want, got in session.runner.failed:
            text = text.replace(want, got, 1)
        path.write_text(text, "utf-8")


def setup(app):
    """Called by Sphinx."""
    app.add_config_value("accept", False, "", bool)
    app.connect("source-read", run)
