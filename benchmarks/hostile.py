"""Coverage-guided fuzzing of what reads other people's text: expressions and JSON documents.

Run: python benchmarks/hostile.py parser|load [--seconds 600] [--corpus FOLDER].  Needs atheris.  It
ends with exit 0 and the count of what was tried, or at the first input that raises something else
than a refusal, or takes over ten seconds, which libFuzzer writes into a file.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograd.shell.expression", "autograd.core.document"]):
    from autograd.core import document
    from autograd.shell import expression

import autograd as ag
from autograd import Value

EXPRESSIONS = [
    *("apple*count*tax", "2*x + sigmoid(y)", "-x**2/(1+y)", "softmax_cross_entropy([x, y], 1)"),
    *(
        "sum([[x, 1], [2, y]])",
        "matmul([[x]], [[y]])",
        "elu(x, alpha=2)",
        "1e308*10",
        "x/0",
        "((x))",
    ),
    *("norm([x,y])", "log(-1)", "hypot(3,4)", "[x]", "x.y", "x[0]", "lambda: x", "1_000", "0x1f"),
]


def documents() -> list[str]:
    """Small graphs as `save` writes them."""
    x, w = Value(2.0, "x"), Value(3.0, "w")
    with ag.named_scope("model", "f(x) = wx"):
        y = ag.sigmoid(x * w) + x / w
    y.backward()
    return [document.write([y]), document.write([x, y * 2.0]), document.write([x])]


def read_expression(data: bytes) -> None:
    """Parse it and, if it may be, compute it, sweep it and tell it."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        parsed = expression.parse(text)
    except ValueError:
        return
    variables = {name: Value(0.5, name) for name in parsed.names}
    try:
        y = parsed(variables)
        if type(y) is Value:
            y.backward()
            ag.tree(y)
    except (ValueError, TypeError, ArithmeticError):
        return


def read_document(data: bytes) -> None:
    """Read it and, if it is one, write it again: the same graph comes back."""
    try:
        outputs = document.read(data)
    except ValueError:
        return
    again = document.read(document.write(outputs))
    assert [v.data for v in again] == [v.data for v in outputs]
    try:
        outputs[0].backward()
    except (ValueError, ArithmeticError):
        return


TARGETS = {
    "parser": (read_expression, EXPRESSIONS),
    "load": (read_document, documents()),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", help="a folder to keep and grow")
    options = parser.parse_args()
    target, seeds = TARGETS[options.target]
    folder = Path(options.corpus or tempfile.mkdtemp(prefix="autograd-corpus-"))
    folder.mkdir(exist_ok=True)
    for i, text in enumerate(seeds):
        (folder / f"seed{i}").write_text(text, "utf-8")
    limits = [f"-max_total_time={options.seconds}", "-timeout=10", "-rss_limit_mb=2048"]
    atheris.Setup(
        [sys.argv[0], *limits, "-max_len=4096", "-print_final_stats=1", str(folder)], target
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
