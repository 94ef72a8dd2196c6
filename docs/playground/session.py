"""What runs in the playground's worker: a program as a session would run it, and what it shows.

Invariant: each run begins with new names and an empty folder; whatever the program does, the page
is told in messages, and an error of the program's is text in one of them.
"""

import ast
import base64
import builtins
import contextlib
import io
import json
import linecache
import os
import shutil
import sys
import traceback
import warnings
from pathlib import Path

import autograd as ag
from autograd.draw import layout
from autograd.draw.picture import Picture
from autograd.page.explore import Exploration
from autograd.shell.repl import label_names

FILE = "<program>"
PACKAGE = os.path.dirname(ag.__file__)
FOLDER = Path("/home/pyodide/files")
NAMES = {name: getattr(ag, name) for name in ag.__all__} | {"ag": ag}


class Stream(io.TextIOBase):
    """Where print writes to: the page, piece by piece."""

    def __init__(self, say, kind):
        self.say, self.kind = say, kind

    def write(self, text):
        """Hand the text on."""
        self.say(self.kind, text)
        return len(text)

    def writable(self):
        """Yes."""
        return True


class Session:
    """Programs are run here; `say(kind, text)` tells the page, `place(dot)` lays pictures out."""

    def __init__(self, say, place):
        self.say, self.shown = say, None
        layout.use(place)
        os.environ["COLUMNS"] = "100"  # lines that are longer are scrolled
        self.names = {}
        self.others, warnings.showwarning = warnings.showwarning, self.warn

    def run(self, source, check, lang):
        """Run a program and tell what comes of it; then a lesson's check, if there is one."""
        os.chdir("/")
        if FOLDER.exists():
            shutil.rmtree(FOLDER)
        FOLDER.mkdir()
        os.chdir(FOLDER)
        self.names = {"__name__": "__main__", "__builtins__": builtins, **NAMES}
        self.shown, sys.stdin = None, io.StringIO()  # nobody is asked: input() is at its end
        streams = Stream(self.say, "out"), Stream(self.say, "err")
        with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
            whole = self.transcript(source) if ">>> " in source else self.program(source)
            if check and whole:
                self.say("check", json.dumps(self.verdict(check)))
        self.show(source, lang)

    # --- running ---

    def program(self, source):
        """The statements one after the other; of a last expression the repr.  Whether all ran."""
        self.remember(FILE, source)
        try:
            tree = ast.parse(source, FILE)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            for statement in tree.body:
                exec(compile(ast.Module([statement], []), FILE, "exec"), self.names)
                label_names(self.names)
            if last is not None:
                self.display(eval(compile(ast.Expression(last.value), FILE, "eval"), self.names))
        except BaseException as error:
            self.tell(error)
            return False
        return True

    def transcript(self, source):
        """What was copied from a session of plain Python, with its prompts: the same output.

        So names become no labels here, which they do in a program, as in `autograd repl`.
        """
        import doctest  # late: it brings a debugger along

        try:
            examples = doctest.DocTestParser().get_examples(source)
        except ValueError as error:
            self.tell(SyntaxError(str(error)))
            return False
        whole = True
        for k, example in enumerate(examples, 1):
            lines = example.source.rstrip("\n").split("\n")
            prompts = [">>> ", *["... "] * (len(lines) - 1)]
            echo = "".join(p + line + "\n" for p, line in zip(prompts, lines, strict=True))
            self.say("echo", echo)
            name = f"<program {k}>"
            self.remember(name, example.source)
            hook, sys.displayhook = sys.displayhook, self.display
            try:
                exec(compile(example.source, name, "single"), self.names)
            except BaseException as error:
                self.tell(error)
                whole = False
            finally:
                sys.displayhook = hook
        return whole

    def display(self, result):
        """As a session does: the repr of what is not None, and here a picture too."""
        if result is not None:
            self.names["_"] = self.shown = result
            print(repr(result))

    def remember(self, name, source):
        """Let tracebacks show the lines."""
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)

    def tell(self, error):
        """A traceback as a session prints it, without frames of the package and of this file."""
        story = traceback.TracebackException.from_exception(error)
        seen = story
        while seen is not None:
            frames = seen.stack
            seen.stack = traceback.StackSummary.from_list(
                [f for f in frames if not f.filename.startswith((PACKAGE, __file__, "/lib"))]
            )
            seen = seen.__cause__ or seen.__context__
        print("".join(story.format()), end="", file=sys.stderr)
        if isinstance(error, ModuleNotFoundError) and error.name:
            missing = error.name.partition(".")[0]
            if missing != "autograd":
                missing = {"numpy": "NumPy"}.get(missing, missing)
                print(
                    f"{missing} is not in the playground, which has autograd and most of Python's "
                    "own library; where autograd is installed, both can be used together.",
                    file=sys.stderr,
                )

    def warn(self, message, category, filename, lineno, file=None, line=None):
        """A warning as Python shows it; that machine code is missing here, in a sentence."""
        if category is RuntimeWarning and "llvmlite" in str(message):
            print("compile: Python runs the programs here, as the playground has no machine code.")
        else:
            self.others(message, category, filename, lineno, file, line)

    def verdict(self, check):
        """What a lesson's check says: "right", or how it is wrong."""
        read = {n.id for n in ast.walk(ast.parse(check)) if isinstance(n, ast.Name)}
        open_ = sorted(name for name in read if self.names.get(name) is ...)
        if open_:
            return {"verdict": "blank", "message": ", ".join(open_)}
        self.remember("<check>", check)
        try:
            exec(compile(check, "<check>", "exec"), dict(self.names))
        except AssertionError as error:
            return {"verdict": "wrong", "message": str(error)}
        except Exception as error:
            told = "".join(traceback.format_exception_only(error)).strip()
            return {"verdict": "wrong", "message": told}
        return {"verdict": "right", "message": ""}

    # --- showing ---

    def show(self, source, lang):
        """The picture, then the page, then the files: of what was shown, saved or computed last."""
        files = sorted(FOLDER.rglob("*"), key=lambda path: path.stat().st_mtime_ns)
        files = [path for path in files if path.is_file()]
        subject = self.shown if self.drawable(self.shown) else None
        saved = [path for path in files if path.suffix in (".svg", ".html")]
        if subject is None and not saved:
            subject = self.computed(source)
        if isinstance(subject, Exploration):
            self.say("page", subject.page)
        elif isinstance(subject, Picture):
            self.made("picture", lambda: subject.pipe("svg", encoding="utf-8"))
        elif subject is not None:
            self.made("picture", lambda: ag.draw(subject).pipe("svg", encoding="utf-8"))
            self.made("page", lambda: ag.explore(subject, lang=lang).page)
        else:
            for path in saved[-1:]:
                kind = "picture" if path.suffix == ".svg" else "page"
                self.made(kind, lambda path=path: path.read_text("utf-8"))
        for path in files:
            content = base64.b64encode(path.read_bytes()).decode()
            name = str(path.relative_to(FOLDER))
            self.say("file", json.dumps({"name": name, "content": content}))

    def drawable(self, thing):
        """Whether it can be seen: a Value, a list of such, a picture or a page."""
        if isinstance(thing, list) and thing:
            return all(type(item) is ag.Value for item in thing)
        return isinstance(thing, Picture | Exploration) or type(thing) is ag.Value

    def computed(self, source):
        """The Value that the program named last, a computed one rather than a leaf."""
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return None
        stored = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store]
        stored.sort(key=lambda n: (n.lineno, n.col_offset))
        values = [self.names.get(n.id) for n in stored]
        values = [v for v in values if type(v) is ag.Value]
        return next(
            (v for v in reversed(values) if v.op is not None), values[-1] if values else None
        )

    def made(self, kind, make):
        """Tell what was made, or in words why it could not be."""
        try:
            self.say(kind, make())
        except Exception as error:
            self.say("unseen", f"{error}")
