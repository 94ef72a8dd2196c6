"""Build the playground: `python docs/playground/build.py FOLDER` makes a static page in FOLDER.

The package itself goes in as a wheel of pure Python, Pyodide, Graphviz and the editor come from npm
in the versions and with the hashes of package-lock.json; nothing is fetched when the page is used.
It needs pip and npm, and the package that is to go in, installed or in this checkout.  Any web
server will do: `python -m http.server -d FOLDER`.

Invariant: the page's policy allows requests to where the page came from and to nowhere else, and no
script but the page's own and those of the package's pages, by their hashes.
"""

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RUNTIME = "pyodide.mjs pyodide.asm.mjs pyodide.asm.wasm python_stdlib.zip pyodide-lock.json"
LANGUAGES = ("en", "ja")


def build(folder: Path, work: Path) -> None:
    """Make the page in the folder, which is emptied first if it is a playground already.

    What is needed on the way goes to the folder `work`.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "worker.js").exists():
        raise SystemExit(f"{folder} holds something else: name another folder, or empty it")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ThreadPoolExecutor() as pool:  # all three wait for the network most of the time
        modules = pool.submit(install, work)
        wheels = pool.submit(own_wheel, work, folder / "wheels")
        pool.submit(wheel, folder / "wheels", "--only-binary=:all:", "graphviz").result()
        wheels.result()
        bundle(work, modules.result(), folder)
    page = Template((HERE / "index.html").read_text("utf-8"))
    (folder / "index.html").write_text(page.substitute(policy=policy()), "utf-8")
    shutil.copy(HERE / "icon.svg", folder)
    styles = (ROOT / "autograd/page/picture.css", HERE / "style.css")
    (folder / "style.css").write_text("".join(path.read_text("utf-8") for path in styles), "utf-8")


def run(*command: object, cwd: Path | None = None) -> None:
    """Run a command; its output is shown where it fails."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def own_wheel(work: Path, wheels: Path) -> None:
    """The package as pure Python: the engine is compiled by setup.py, which is left out."""
    source = work / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    skip = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd", "*.c")
    shutil.copytree(ROOT / "autograd", source / "autograd", ignore=skip)
    try:
        ready = int(version("setuptools").partition(".")[0]) >= 77  # what pyproject.toml asks for
    except PackageNotFoundError:
        ready = False
    wheel(wheels, *["--no-build-isolation"] * ready, source)


def wheel(wheels: Path, *what: object) -> None:
    """A wheel into the folder."""
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, *what)


def install(work: Path) -> Path:
    """What comes from npm."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, work)
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=work)
    return work / "node_modules"


def bundle(work: Path, modules: Path, folder: Path) -> None:
    """The two scripts, each in one file, and the runtime beside them."""
    wheels = sorted(path.name for path in (folder / "wheels").iterdir())
    if not all(name.endswith("-none-any.whl") for name in wheels):
        raise SystemExit(f"not of pure Python: {wheels}")
    for name in ("page.js", "editor.js", "editor.css", "worker.js", "session.py"):
        shutil.copy(HERE / name, work)
    (work / "content.json").write_text(json.dumps(content(), ensure_ascii=False), "utf-8")
    esbuild = (modules / "esbuild" / "bin" / "esbuild", "--bundle", "--format=esm", "--minify")
    esbuild += (
        "--target=es2022",
        "--charset=utf8",
        "--loader:.py=text",
        "--loader:.css=text",
        f"--outdir={folder}",
    )
    run(
        *esbuild,
        *("page.js", "worker.js", "--external:./pyodide/pyodide.mjs"),
        *("--legal-comments=none", f"--define:WHEELS={json.dumps(wheels)}"),
        cwd=work,
    )
    (folder / "pyodide").mkdir()
    for name in RUNTIME.split():
        shutil.copy(modules / "pyodide" / name, folder / "pyodide")
    lines = []
    for path in sorted(modules.rglob("package.json")):
        about = json.loads(path.read_text("utf-8"))
        of_page = {"name", "version", "license"} <= about.keys()
        if of_page and not any(
            tool in about["name"] for tool in ("esbuild", "axe", "types", "/ws")
        ):
            lines.append(f"{about['name']} {about['version']}: {about['license']}")
    notice = "This page contains, each under its own licence (sources: npmjs.com, pypi.org):\n\n"
    lines.append("Graphviz, inside @viz-js/viz: EPL-2.0\nCPython, inside pyodide: PSF-2.0")
    lines.append("graphviz (Python): MIT\nscalar-autograd: MIT\n")
    (folder / "licences.txt").write_text(notice + "\n".join(lines), "utf-8")


def policy() -> str:
    """What the page may do.  The package's own pages, shown in frames, bring their hashes."""
    import autograd as ag

    y = ag.Value(2.0, "x") * 3.0
    y.backward()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "page.html")
        pages = [ag.explore(y).page]
        ag.worksheet(y, path)
        pages.append(path.read_text("utf-8"))
        model = ag.nn.MLP(2, [1])
        history: dict[str, object] = {"rows": [[1.0, 2.0]], "targets": [1.0], "lr": 0.1}
        history |= {"criterion": ag.hinge, "loss": [1.0], "parameters": [[0.0] * 3]}
        ag.playback(model, history, path)
        pages.append(path.read_text("utf-8"))
    of = {
        kind: " ".join(
            sorted({h for page in pages for h in re.findall(rf"{kind}-src ('sha256-[^']+')", page)})
        )
        for kind in ("script", "style")
    }
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'wasm-unsafe-eval' {of['script']}",
            f"style-src 'self' {of['style']}",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "img-src 'self' data:",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


# --- words, examples, lessons ---


def content() -> dict[str, object]:
    """What the page tells: words, examples and lessons, their texts as markup."""
    words = json.loads((HERE / "words.json").read_text("utf-8"))
    own = json.loads((ROOT / "autograd" / "page" / "words.json").read_text("utf-8"))
    for language in LANGUAGES:  # how the package tells slips in other languages than English
        words[language]["slips"] = own[language]["phrases"]
    lessons = [lesson(path) for path in sorted((HERE / "lessons").glob("*.toml"))]
    examples = tomllib.loads((HERE / "examples.toml").read_text("utf-8"))
    shown = [
        {"id": name, "title": {k: made[k] for k in LANGUAGES}, "code": {"en": made["code"].strip()}}
        for name, made in examples.items()
    ]
    return {"WORDS": words, "LESSONS": lessons, "EXAMPLES": shown}


def lesson(path: Path) -> dict[str, object]:
    """A lesson from its file: title, text and praise in both languages, program, check, solution.

    A program may be in one language; a line that ends in `# en | ja` has its comment in two.
    """
    made = tomllib.loads(path.read_text("utf-8"))
    told = {"kind": made["kind"], "check": made["check"].strip()}
    told["id"] = f"{made['kind']}-{path.stem.partition('_')[2]}"
    for part in ("title", "text", "praise"):
        told[part] = {k: made[k][part].strip() for k in LANGUAGES}
    told["text"] = {k: markup(text) for k, text in told["text"].items()}
    for part in ("code", "solution"):
        told[part] = {k: spoken(made[part].strip(), k) for k in LANGUAGES}
    return told


def spoken(program: str, language: str) -> str:
    """A program with its comments in one language of the two, `# English | 日本語`."""
    side = LANGUAGES.index(language)
    return re.sub(r"# (.+?) \| (.+)", lambda m: f"# {m[1 + side].strip()}", program)


def markup(text: str) -> str:
    """Paragraphs, `code` and **stress** as HTML; all else is text."""
    paragraphs = [html.escape(p.strip()) for p in re.split(r"\n\s*\n", text)]
    joined = "".join(f"<p>{p}</p>" for p in paragraphs)
    joined = re.sub(r"`([^`]+)`", r"<code>\1</code>", joined)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", joined)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the page goes")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as work:
        build(parser.parse_args().folder, Path(work))
