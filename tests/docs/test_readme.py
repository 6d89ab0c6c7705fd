"""README.md and the rule pages are up to date, and what README.md says can be tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import PAGES, README, ROOT, documents
from tests import forking, harness
from tests.command_line import invoke
from wflint.checking.registry import added_apis, load_registry, select_rules
from wflint.config.find import find_project
from wflint.run.check import check
from wflint.run.request import Request

TEXT = README.read_text(encoding="utf-8")
RUN = "pip install . && wflint check tests/fixtures/order_processing"
RUN_TESTS = 'pip install -e ".[test]" && pytest'


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def printed(arguments: list[str], variables: dict[str, str]) -> str:
    """Return what ``wflint`` prints at the top of the repository, in a copy of one process."""
    done = forking.run(ROOT, *arguments, variables=variables)
    return done.stdout + done.stderr


def test_generated_text_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.generate.printed", printed)
    wanted = documents()
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
    assert f"{command}\n" in blocks("sh")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_suppressions_hide_everything_in_the_example(tmp_path: Path) -> None:
    (example,) = blocks("python")
    (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE)
    (tmp_path / "report.py").write_text(example, encoding="utf-8")
    assert harness.run(tmp_path, extend_select=["WFL003"]).diagnostics == []
    without = check(Request(paths=(str(tmp_path),), no_ignores=True, jobs=1)).diagnostics
    assert " ".join(d.code for d in without) == "WFL101 WFL101 WFL113 WFL139 WFL111 WFL102"


@pytest.mark.parametrize("example", blocks("toml"))
def test_configuration_examples_are_valid(example: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    settings = find_project(tmp_path, tmp_path).settings
    registry = load_registry()
    assert select_rules(settings, registry).codes
    assert len(added_apis(settings, registry)) == example.count("[[tool.wflint.apis]]")


def test_links_lead_somewhere() -> None:
    prose = re.sub(r"^```.*?^```$", "", TEXT, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    anchors = {"#" + heading.lower().replace(" ", "-") for heading in headings}
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir())
    links = re.findall(r"\]\(([^):]+)\)", prose)
    links += re.findall(r"github\.com/wflint/wflint(#[\w-]+)", pages)
    assert [link for link in links if link not in anchors and not (ROOT / link).exists()] == []
