"""The demo notebook runs in a real kernel, and its pictures and words show themselves."""

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def shown():
    """What each cell of code shows: source, and the data of its last output by MIME type."""
    notebook = nbformat.read(ROOT / "demos" / "12_notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    cells = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                assert output.output_type != "error"
                cells[cell.source] = output.get("data", {"text/plain": output.get("text")})
    return cells


def test_it_ships_with_its_outputs(shown):
    notebook = nbformat.read(ROOT / "demos" / "12_notebook.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source in shown:
            (output,) = cell.outputs
            now, then = shown[cell.source], output.get("data", {"text/plain": output.get("text")})
            assert now.keys() == then.keys()
            if now.keys() == {"text/plain"}:
                assert now == then, cell.source


def outputs(shown, call):
    found = [data for source, data in shown.items() if call in source]
    assert found
    return found


def test_pictures_show_themselves(shown):
    for data in outputs(shown, "ag.draw("):
        assert "<svg" in data["image/svg+xml"]
    price = outputs(shown, "ag.draw(price)")[0]["image/svg+xml"]
    for text in ("apple", "subtotal", "price", "100", "220", "2.2", "110"):
        assert f">{text}<" in price


def test_names_become_labels(shown):
    data = outputs(shown, "price.backward()")[0]
    assert data["text/plain"] == "Value(220.0, label='price', op='mul', grad=1.0)"


def test_words_show_themselves(shown):
    assert outputs(shown, "explain")[0]["text/plain"].splitlines() == [
        "d(price)/d(apple) = 2.2 at price = 220, apple = 100: 1 path",
        "  2.2  = 1.1 × 2  price → subtotal → apple",
    ]
    assert "+44 = 2.2 × 20" in outputs(shown, "what_if")[0]["text/plain"]
    assert outputs(shown, "tree")[0]["text/plain"].startswith("y               0.731")


def test_the_page_shows_itself_in_a_sandboxed_frame(shown):
    page = outputs(shown, "ag.explore(price)")[0]["text/html"]
    assert page.startswith("<iframe")
    assert 'sandbox="allow-scripts"' in page
    assert "subtotal" in page
