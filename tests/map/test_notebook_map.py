"""Maps of notebooks: places name the cell and count its lines, as Jupyter shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.map_cases import PROJECT, map_of, write
from tests.notebooks import notebook
from wflint.map import markdown, page, svg
from wflint.map.links import EDITORS, Links
from wflint.map.model import Map

IMPORTS = "from datetime import datetime\nfrom temporalio import workflow\n"
HELPER = """\
async def settle(order: str) -> None:
    await workflow.sleep(60)
"""
FLOW = """\
@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        await workflow.sleep(1)
        await settle(order)
        return str(datetime.now())
"""


def notebook_map(folder: Path) -> Map:
    """Write a notebook whose workflow calls a function of another cell, and return its map."""
    write(folder, {"pyproject.toml": PROJECT})
    (folder / "flow.ipynb").write_bytes(notebook(IMPORTS, HELPER, FLOW))
    return map_of(folder, {})


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Map:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("maps")
        patch.chdir(folder)
        return notebook_map(folder)


def test_the_page_names_cells(found: Map) -> None:
    text = page.render(found)
    assert ">flow.ipynb:cell 4:2</a>" in text  # the class
    assert ">flow.ipynb:cell 4:4</a>" in text  # `run`
    assert ">flow.ipynb:cell 3:1</a>" in text  # the helper


def test_markdown_names_cells(found: Map) -> None:
    text = markdown.render(found)
    assert "`flow.ipynb:cell 4:2`" in text
    assert "- `timer 1 s`, cell 4:5" in text
    assert "  - `timer 1 min`, cell 3:2" in text


def test_a_drawing_names_cells(found: Map) -> None:
    assert ">flow.ipynb:cell 4:2</text>" in svg.render(found)


def test_the_lines_of_a_cell_begin_with_its_number(found: Map) -> None:
    (file,) = found.files
    lines = {c.row + n: line for c in file.chunks for n, line in enumerate(c.lines)}
    assert [cell for _, cell in file.cells] == [2, 3, 4]
    for above, cell in file.cells[1:]:
        assert lines[above] == f"# cell {cell}"
        assert lines[above + 1]


def test_a_page_on_the_web_is_asked_for_no_line_of_a_notebook(tmp_path: Path) -> None:
    web = ("web", "https://git.shop.com/blob/{commit}/{file}#L{line}")
    links = Links(str(tmp_path), "abc", (web, ("vscode", EDITORS["vscode"])))
    path = str(tmp_path / "flow.ipynb")
    page_link, editor = links.of({"flow.ipynb": path}, ["flow.ipynb"])["flow.ipynb"]
    assert page_link == ("web", "https://git.shop.com/blob/abc/flow.ipynb#", "")
    assert editor[1].endswith("flow.ipynb:")
