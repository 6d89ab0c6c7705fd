"""The README, the manual and the rule pages are up to date, and what they say can be tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import MANUAL, PAGES, README, ROOT, documents, prose
from tests import forking, harness
from tests.command_line import invoke
from wflint.checking.registry import added_apis, load_registry, select_rules
from wflint.config.find import find_project
from wflint.run.check import check
from wflint.run.request import Request

TEXTS = {path: path.read_text(encoding="utf-8") for path in prose()}
RUN = "pip install . && wflint check examples/orders"
RUN_TESTS = 'pip install -e ".[test]" && pytest'


def blocks(language: str, *paths: Path) -> list[str]:
    """The code blocks of a language, in some pages or in all."""
    wanted = [TEXTS[path] for path in paths or TEXTS]
    block = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [found for text in wanted for found in block.findall(text)]


def printed(arguments: list[str], variables: dict[str, str]) -> str:
    """Return what ``wflint`` prints at the top of the repository, in a copy of one process."""
    done = forking.run(ROOT, *arguments, variables=variables)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(False, id="of rules and settings"),
        pytest.param(True, id="with what commands print", marks=pytest.mark.exhaustive),
    ],
)
def test_generated_text_is_up_to_date(runs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.generate.printed", printed)
    wanted = documents(runs=runs)
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `python docs/generate.py`"
    assert set(PAGES.iterdir()) <= wanted.keys(), "remove the pages of rules that are gone"


def test_diagnostics_link_to_their_page() -> None:
    example = harness.run(harness.FIXTURES / "order_processing").diagnostics[0]
    _, _, path = example.url.partition("/blob/main/")
    assert (ROOT / path).is_file()


def test_example_ends_with_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert invoke(*RUN.partition(" && wflint ")[2].split()).exit_code == 1


@pytest.mark.parametrize("command", [RUN, RUN_TESTS])
def test_ci_runs_the_commands(command: str) -> None:
    assert f"{command}\n" in blocks("sh", README)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_suppressions_hide_everything_in_the_example(tmp_path: Path) -> None:
    (example,) = blocks("python", MANUAL / "suppressions.md")
    (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE)
    (tmp_path / "report.py").write_text(example, encoding="utf-8")
    assert harness.run(tmp_path, extend_select=["WFL003"]).diagnostics == []
    without = check(Request(paths=(str(tmp_path),), no_ignores=True, jobs=1)).diagnostics
    assert " ".join(d.code for d in without) == "WFL101 WFL101 WFL113 WFL139 WFL111 WFL102"


@pytest.mark.parametrize(
    "example", blocks("toml", *(page for page in TEXTS if page.name != "editors.md"))
)
def test_configuration_examples_are_valid(example: str, tmp_path: Path) -> None:
    folder = tmp_path / "services" / "orders"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")  # some examples extend it
    (folder / "pyproject.toml").write_text(example, encoding="utf-8")
    settings = find_project(folder, folder).settings
    registry = load_registry()
    assert select_rules(settings, registry).codes
    assert len(added_apis(settings, registry)) == example.count("[[tool.wflint.apis]]")


def test_the_first_example_is_what_wflint_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "invoices.py").write_text(blocks("python", README)[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = invoke("check", "--isolated", "--output-format", "full", "invoices.py").stdout
    assert found.startswith(blocks("text", README)[0])


def found_in(source: str, folder: Path) -> str:
    """Return the codes of what is wrong with a file on its own."""
    (folder / "pyproject.toml").write_text(harness.PROJECT_FILE)
    (folder / "flow.py").write_text(source, encoding="utf-8")
    return " ".join(d.code for d in harness.run(folder).diagnostics)


def test_the_workflow_that_assistants_are_shown_passes(tmp_path: Path) -> None:
    (example,) = blocks("python", MANUAL / "assistants.md")
    assert found_in(example, tmp_path) == ""


def not_to_be_written() -> list[str]:
    """The expressions that the page for assistants warns of."""
    cells = re.findall(r"^\| (`.+?) \| ", TEXTS[MANUAL / "assistants.md"], re.MULTILINE)
    spans = [span for cell in cells for span in re.findall("`([^`]+)`", cell)]
    return [span for span in spans if "(" in span or "[" in span]


@pytest.mark.parametrize("expression", not_to_be_written())
def test_what_assistants_should_not_write_is_reported(expression: str, tmp_path: Path) -> None:
    assert found_in(
        "import asyncio, logging, os, random, time, uuid\n"
        "from datetime import datetime\n"
        "from temporalio import activity, workflow\n\n\n"
        "@activity.defn\nasync def charge(order: str) -> None: ...\n\n\n"
        "@workflow.defn\nclass Flow:\n"
        "    @workflow.run\n    async def run(self, order: str) -> object:\n"
        f"        return {expression}\n",
        tmp_path,
    )


def test_commands_for_assistants_are_understood() -> None:
    (pasted,) = blocks("markdown", MANUAL / "assistants.md")
    for flag in {*re.findall(r"--[a-z-]+", pasted)}:
        assert flag in invoke("check", "--help").stdout


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len(TEXTS[README].splitlines()) <= 200


def anchors(text: str) -> set[str]:
    """The anchors of the headings of a page."""
    return {
        "#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    }


def without_code(text: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^):]+)\)", without_code(TEXTS[path])):
        name, mark, anchor = link.partition("#")
        page = (path.parent / name).resolve() if name else path
        if not page.exists() or (mark and f"#{anchor}" not in anchors(page.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


def test_links_from_elsewhere_to_the_repository_lead_somewhere() -> None:
    texts = [path.read_text("utf-8") for path in (*PAGES.iterdir(), ROOT / "llms.txt")]
    links = re.findall(r"github\.com/wflint/wflint/blob/main/([\w./-]+)", "".join(texts))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_page_is_in_the_navigation() -> None:
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [path.relative_to(MANUAL).as_posix() for path in TEXTS if path != README]
    assert [page for page in pages if page not in listed] == []
