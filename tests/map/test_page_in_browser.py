"""The page of a map in a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the browser is told what to do over pipes of POSIX", allow_module_level=True)

from tests.browser import Browser, browser, find_chromium
from tests.map.test_notebook_map import notebook_map
from tests.map.test_page import HOSTILE
from tests.map_cases import SHOP, map_of
from wflint.map import page
from wflint.map.links import EDITORS, Links

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert CHROMIUM is not None
    with browser(CHROMIUM, tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "map.html").write_text(page.render(map_of(folder / "p", SHOP)), encoding="utf-8")
    return folder / "map.html"


SHOWN = "Array.from(document.querySelectorAll('details.workflow')).map((s) => !s.hidden)"


def test_it_opens_with_the_graph_and_without_a_complaint(chromium: Browser, shop: Path) -> None:
    chromium.open(shop)
    assert chromium.run("cy.nodes().map((n) => n.id()).sort().join(' ')") == "a0 a1 k0 w0 w1 xpack"
    assert chromium.said == []


def test_a_click_on_a_step_shows_its_source(chromium: Browser, shop: Path) -> None:
    chromium.open(shop)
    chromium.run("document.querySelector('li.child > a').click()")
    assert chromium.run("document.querySelector('#source h2').textContent") == "p/shop/flows.py:35"
    line = "document.querySelector('#source .line.chosen').textContent"
    assert "execute_child_workflow(ShipWorkflow.run" in chromium.run(line)
    chromium.press("Escape", 27)
    assert chromium.run("document.getElementById('source').hidden") is True
    assert chromium.run("document.activeElement.tagName") in ("A", "BODY")


def test_the_source_of_a_notebook_is_counted_by_cells(chromium: Browser, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        (tmp_path / "map.html").write_text(page.render(notebook_map(tmp_path)), encoding="utf-8")
    chromium.open(tmp_path / "map.html")
    chromium.run("document.querySelector('li.timer > a').click()")
    assert chromium.run("document.querySelector('#source h2').textContent") == "flow.ipynb:cell 4:5"
    lines = "Array.from(document.querySelectorAll('#source .line')).map((l) => l.textContent)"
    shown = chromium.run(lines)
    assert "# cell 4\n" in shown
    assert "5        await workflow.sleep(1)\n" in shown
    chromium.run("document.querySelector('li.call li.timer > a').click()")
    assert chromium.run("document.querySelector('#source h2').textContent") == "flow.ipynb:cell 3:2"


def test_search_and_filters_leave_what_fits(chromium: Browser, shop: Path) -> None:
    chromium.open(shop)
    search = "const s = document.getElementById('search'); s.value = {!r}; applyFilters();"
    chromium.run("{" + search.format("PACK") + "}")
    assert chromium.run(SHOWN) == [False, True]
    chromium.run("{" + search.format("") + "}")
    chromium.run("document.getElementById('errors').click()")
    assert chromium.run(SHOWN) == [True, False]


def test_each_graph_is_drawn(chromium: Browser, shop: Path) -> None:
    chromium.open(shop, dark=True)
    for kind, wanted in (("flow", "condition self.paid"), ("calls", "price")):
        chromium.run(f"draw({{kind: {kind!r}, number: 0}})")
        labels = chromium.run("cy.nodes().map((n) => n.data('label'))")
        assert any(wanted in label for label in labels)
    places = "cy.nodes().map((n) => [n.position('x'), n.position('y')].join()).length"
    assert chromium.run(f"new Set(cy.nodes().map((n) => n.position('y'))).size > 1 && {places}")
    chromium.run("document.getElementById('drawing').focus()")
    chromium.press("n", 78)
    assert chromium.run("cy.nodes(':selected').length") == 1
    assert chromium.said == []


def test_the_keyboard_is_enough(chromium: Browser, shop: Path) -> None:
    chromium.open(shop)
    chromium.press("/")
    assert chromium.run("document.activeElement.id") == "search"
    chromium.run("document.getElementById('search').value = 'settle'")
    for at in (1, 2):
        chromium.press("Enter", 13)
        assert chromium.run("document.getElementById('status').textContent").startswith(f"{at} of ")
    assert "settle" in chromium.run("document.querySelector('main .chosen').textContent")
    chromium.run("draw({kind: 'flow', number: 0}); byId('drawing').focus()")
    before = chromium.run("[cy.pan('x'), cy.zoom()]")
    for key in ("ArrowRight", "+", "n", "n", "Enter"):
        chromium.press(key)
    after = chromium.run("[cy.pan('x'), cy.zoom()]")
    assert before[0] != after[0]
    assert before[1] < after[1]
    said = chromium.run("byId('graph-said').textContent")
    assert said == chromium.run("cy.nodes(':selected').data('label')")
    assert chromium.run("document.querySelector('#source .line.chosen').textContent").strip()
    reached = "Array.from(document.querySelectorAll('a[href], button, summary'))"
    assert chromium.run(f"{reached}.every((e) => e.tabIndex === 0)")


def test_source_has_a_link_for_each_place_that_was_asked_for(
    chromium: Browser, tmp_path: Path
) -> None:
    places = (
        ("web", "https://x.com/{file}#L{line}"),
        *((e, EDITORS[e]) for e in ("vscode", "idea")),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        found = map_of(tmp_path / "p", SHOP, Links(str(tmp_path / "p"), "abc", places))
        (tmp_path / "map.html").write_text(page.render(found), encoding="utf-8")
    chromium.open(tmp_path / "map.html")
    chromium.run("document.querySelector('li.child > a').click()")
    links = chromium.run("Array.from(document.querySelectorAll('.links a')).map((a) => a.href)")
    file = f"{tmp_path.as_posix()}/p/shop/flows.py"
    assert links == [
        "https://x.com/shop/flows.py#L35",
        f"vscode://file{file}:35",
        f"idea://open?file={file}&line=35",
    ]
    assert chromium.said == []


def test_print_has_the_whole_outline_and_nothing_to_press(chromium: Browser, shop: Path) -> None:
    chromium.open(shop, dark=True)
    chromium.run("sections.forEach((s) => { s.open = false; })")
    chromium.run("dispatchEvent(new Event('beforeprint'))")
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    chromium.tell("Emulation.setEmulatedMedia", media="print", features=[dark])
    try:
        assert chromium.run("sections.every((s) => s.open)")
        shown = "Array.from(document.querySelectorAll({!r})).some((e) => e.offsetHeight > 0)"
        assert chromium.run(shown.format("ol.steps li"))
        assert not chromium.run(shown.format("button, input, select, nav, #drawing, #source"))
        back = "getComputedStyle(document.body).backgroundColor"
        assert chromium.run(back) == "rgb(255, 255, 255)"
    finally:
        chromium.tell("Emulation.setEmulatedMedia", media="")


STARTS = "await workflow.execute_child_workflow('W{}')"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map of many workflows: the last one starts 12 others, and these 6 of the first each."""
    source = "from temporalio import workflow\n"
    for n in range(85):
        started = range(72, 84) if n == 84 else range(6 * (n - 72), 6 * (n - 71))
        body = "\n        ".join(STARTS.format(each) for each in started if n >= 72)
        source += f"""
@workflow.defn
class W{n}:
    @workflow.run
    async def run(self) -> None:
        if {n} < self.limit or "<&>":
            await workflow.sleep({n})
        {body or "return"}
"""
    folder = tmp_path_factory.mktemp("tree")
    found = map_of(folder / "p", {"flow.py": source})
    (folder / "map.html").write_text(page.render(found), encoding="utf-8")
    return folder / "map.html"


def test_a_graph_begins_where_its_ways_begin(chromium: Browser, tree: Path) -> None:
    chromium.open(tree, 400, 800)
    x, y, width, height = chromium.run(
        "(({x, y}) => [x, y, cy.width(), cy.height()])(cy.nodes().roots()[0].renderedPosition())"
    )
    assert chromium.run("cy.nodes().roots().length") == 1
    assert 0 < x < width
    assert 0 < y < height


STEPS = "document.querySelectorAll('ol.steps li').length"


def test_what_is_folded_in_a_large_map_is_read_when_it_is_opened(
    chromium: Browser, tree: Path
) -> None:
    chromium.open(tree)
    assert chromium.run(STEPS) == 0
    chromium.run("sections[84].querySelector('summary').click()")
    chromium.run("new Promise((done) => setTimeout(done, 50))")
    assert chromium.run(STEPS) == 14
    chromium.run("document.querySelector('a[href=\"#w72\"]').click()")
    assert chromium.run("sections[72].open && sections[72].querySelectorAll('li').length") == 8
    chromium.run("document.querySelector('section.more > details > summary').click()")
    chromium.run("new Promise((done) => setTimeout(done, 50))")
    assert chromium.run("document.querySelectorAll('section.more > details tr').length") == 86
    chromium.run("sections[84].querySelector('li a').click()")
    assert "if 84 <" in chromium.run("document.querySelector('#source .chosen').textContent")
    assert chromium.said == []


def test_search_finds_what_is_folded_in_a_large_map(chromium: Browser, tree: Path) -> None:
    chromium.open(tree)
    chromium.run("byId('search').value = \"IF 70 < self.limit or '<&>'\"; applyFilters()")
    assert chromium.run("sections.filter((s) => !s.hidden).map((s) => s.dataset.w).join()") == "70"
    chromium.run("nextFound()")
    assert chromium.run("byId('status').textContent") == "1 of 1"
    assert "if 70 <" in chromium.run("document.querySelector('main .chosen').textContent")
    chromium.run("byId('search').value = ''; applyFilters(); byId('only').value = '3'")
    chromium.run("applyFilters()")
    assert chromium.run("sections[3].querySelectorAll('ol.steps li').length") == 3


def test_a_large_map_prints_in_full_and_leads_into_what_is_folded(
    chromium: Browser, tree: Path
) -> None:
    chromium.open(tree)
    step = chromium.run("MAP.workflows[80].g[0].n[0][4]")
    chromium.run(f"location.hash = 's{step}'; revealHash()")
    assert chromium.run(f"byId('s{step}').closest('details').dataset.w") == "80"
    assert chromium.run(f"byId('s{step}').getBoundingClientRect().top < innerHeight")
    chromium.run("dispatchEvent(new Event('beforeprint'))")
    assert chromium.run("document.querySelectorAll('noscript').length") == 0
    assert chromium.run("sections.every((s) => s.open && s.querySelector('ol.steps li'))")


def test_the_outline_of_a_large_map_is_there_without_scripts(chromium: Browser, tree: Path) -> None:
    chromium.tell("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(tree)
        root = chromium.tell("DOM.getDocument")["root"]["nodeId"]
        steps = chromium.tell("DOM.querySelectorAll", nodeId=root, selector="ol.steps li")
        assert len(steps["nodeIds"]) > 3 * 85
    finally:
        chromium.tell("Emulation.setScriptExecutionDisabled", value=False)


def test_hostile_names_run_nothing(chromium: Browser, tmp_path: Path) -> None:
    found = map_of(tmp_path / "project", {"flow.py": HOSTILE})
    (tmp_path / "map.html").write_text(page.render(found), encoding="utf-8")
    chromium.open(tmp_path / "map.html")
    chromium.run("draw({kind: 'flow', number: 0})")
    chromium.run("document.querySelector('ol.steps a[data-p]').click()")
    assert chromium.run("document.images.length") == 0
    assert chromium.run("document.scripts.length") == 5
    assert chromium.said == []


def test_nothing_is_wider_than_a_small_screen(chromium: Browser, shop: Path) -> None:
    chromium.open(shop, 400, 800)
    chromium.run("sections.forEach((s) => { s.open = true; })")
    assert chromium.run("document.documentElement.scrollWidth") <= 400


def test_the_outline_is_there_without_scripts(chromium: Browser, shop: Path) -> None:
    chromium.tell("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(shop)
        root = chromium.tell("DOM.getDocument")["root"]["nodeId"]
        steps = chromium.tell("DOM.querySelectorAll", nodeId=root, selector="ol.steps li")
        assert len(steps["nodeIds"]) > 8
    finally:
        chromium.tell("Emulation.setScriptExecutionDisabled", value=False)
