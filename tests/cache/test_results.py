"""A run with a cache says what a run without one says, and a repeated run does nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.caching import (
    FLOW,
    LABELS,
    OTHER,
    PRICES,
    counted_analyses,
    entries,
    make_project,
    output,
    plain_output,
    write,
)
from tests.command_line import enter_project, invoke

FULL = ("--output-format", "full")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    root = enter_project(tmp_path, monkeypatch)
    return make_project(root)


def _package(folder: str, text: str) -> None:
    write(Path(folder, "lib/python3.11/site-packages/acme.py"), text)


CHANGES: dict[str, Callable[[], object]] = {
    "a helper": lambda: write(Path("shop/prices.py"), PRICES.replace('os.getenv("CURRENCY")', "1")),
    "a helper that is excluded": lambda: write(
        Path("shop/extra/labels.py"), LABELS.replace("new_name()\n", "1\n")
    ),
    "a helper that is excluded goes": lambda: Path("shop/extra/labels.py").unlink(),
    "a helper goes": lambda: Path("shop/prices.py").unlink(),
    "a workflow goes": lambda: Path("shop/other.py").unlink(),
    "a package shadows a module": lambda: write(
        Path("shop/prices/__init__.py"), "def stamp():\n    return open('x')\n"
    ),
    "an excluded package shadows a module": lambda: write(
        Path("shop/extra/labels/__init__.py"), "def label():\n    return 1\n"
    ),
    "a standard module is shadowed": lambda: write(Path("os.py"), "def getenv(x):\n    return x\n"),
    "lines move": lambda: write(Path("shop/prices.py"), "# A comment.\n" + PRICES),
    "a comment hides the fault": lambda: write(
        Path("shop/prices.py"), PRICES.replace('Y"))', 'Y"))  # wflint: ignore[WFL131] on purpose')
    ),
    "a comment hides the call": lambda: write(
        Path("shop/flow.py"), FLOW.replace("label()", "label()  # wflint: ignore[WFL132] fine")
    ),
    "a setting": lambda: write(Path("pyproject.toml"), "[tool.wflint]\nignore = ['WFL13']\n"),
    "a setting of severity": lambda: write(
        Path("pyproject.toml"), "[tool.wflint.severity]\nWFL131 = 'warning'\n"
    ),
    "the syntax breaks": lambda: write(Path("shop/other.py"), OTHER + "def ("),
    "a file is named as a test": lambda: Path("shop/other.py").rename("shop/test_other.py"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_changed_counts_at_once(change: Callable[[], object]) -> None:
    before = output(*FULL)
    assert before == plain_output(*FULL)
    change()
    after = output(*FULL)
    assert after == plain_output(*FULL)
    assert after != before
    assert after == output(*FULL)


FLAGS = {
    "a file": ("shop/prices.py",),
    "a folder": ("shop/extra",),
    "another rule": ("--select", "WFL132"),
    "fewer rules": ("--ignore", "WFL131"),
    "no ignores": ("--no-ignores",),
    "gaps": ("--show-gaps",),
    "another exclusion": ("--exclude", "other.py"),
    "json": ("--output-format", "json"),
    "statistics": ("--statistics",),
}


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS.keys())
def test_flags_count_at_once(flags: tuple[str, ...]) -> None:
    source = FLOW.replace("label()", "label()  # wflint: ignore[WFL132] fine")
    write(Path("shop/flow.py"), source + "\n    def more(self, x):\n        x()\n")
    before = output()
    with counted_analyses():
        assert output(*flags) == plain_output(*flags) == output(*flags)
    assert output() == before


def test_a_run_in_another_folder_shows_other_paths(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output()
    monkeypatch.chdir(project / "shop")
    assert output(*FULL) == plain_output(*FULL)


def test_a_link_that_leads_elsewhere_counts_at_once(project: Path) -> None:
    (project / "shop/extra/labels.py").rename(project / "shop/extra/v1.txt")
    write(project / "shop/extra/v2.txt", LABELS.replace("new_name()\n", "1\n"))
    link = project / "shop/extra/labels.py"
    link.symlink_to("v1.txt")
    before = output()
    link.unlink()
    link.symlink_to("v2.txt")
    assert output() == plain_output() != before


def test_the_version_of_the_sdk_counts_at_once(project: Path) -> None:
    source = FLOW.replace("return prices", "workflow.random_seed()\n        return prices")
    write(project / "shop/flow.py", source)
    lock = '[[package]]\nname = "temporalio"\nversion = "1.{}.0"\n'
    write(project / "uv.lock", lock.format(35))
    before = output()
    write(project / "uv.lock", lock.format(0))
    assert output() == plain_output()
    write(project / "uv.lock", lock.format(35))
    assert output() == before


def test_a_followed_package_that_is_installed_anew_counts_at_once(project: Path) -> None:
    write(project / "shop/prices.py", "import acme\n\n\ndef stamp():\n    return acme.now()\n")
    settings = ("--config", 'follow-packages = ["acme"]', "--python", "env")
    _package("env", "import time\n\n\ndef now():\n    return time.time()\n")
    before = output(*settings)
    assert before == plain_output(*settings)
    _package("env", "def now():\n    return 1\n")
    assert output(*settings) == plain_output(*settings) != before


class TestARepeatedRun:
    def test_analyses_nothing(self) -> None:
        with counted_analyses() as roots:
            first = output(*FULL)
            assert output(*FULL) == first
        assert len(roots) == 1

    def test_analyses_nothing_where_packages_have_no_init_file(self, project: Path) -> None:
        (project / "shop/extra/__init__.py").unlink()
        (project / "shop/__init__.py").unlink()
        with counted_analyses() as roots:
            first = output(*FULL)
            assert output(*FULL) == first
        assert len(roots) == 1

    def test_does_not_mind_touched_files(self, project: Path) -> None:
        output()
        for file in project.rglob("*.py"):
            os.utime(file, (1, 1))
        with counted_analyses() as roots:
            output()
        assert not roots

    def test_does_not_mind_what_tools_leave_behind(self, project: Path) -> None:
        output()
        write(project / "shop/__pycache__/prices.cpython-311.pyc", "")
        write(project / "shop/notes.md", "")
        with counted_analyses() as roots:
            output()
        assert not roots

    def test_does_not_mind_what_workflows_have_nothing_to_do_with(self, project: Path) -> None:
        write(project / "shop/website.py", "import flask\n")
        first = output()
        write(project / "shop/website.py", "import django\n")
        with counted_analyses() as roots:
            assert output() == plain_output() == first
        assert roots == [str(project)]  # of the run without a cache

    def test_imports_neither_the_analysis_nor_rules(self, project: Path) -> None:
        import subprocess

        program = (
            "import sys; from wflint.cli.main import main\n"
            "try: main(['check'])\n"
            "finally: print(*sys.modules, file=sys.stderr)"
        )
        command = [sys.executable, "-c", program]
        cold, warm = (
            subprocess.run(command, capture_output=True, text=True, check=False) for _ in range(2)
        )
        assert cold.returncode == warm.returncode == 1
        assert cold.stdout == warm.stdout
        assert "libcst" in cold.stderr.split()
        tops = ("libcst", "rich", "multiprocessing", "asyncio", "importlib.metadata")
        engine = ("wflint.rules.", "wflint.checking", "wflint.facts", "wflint.run.program_run")
        unwanted = [m for m in warm.stderr.split() if m.startswith(engine) or m in tops]
        assert not unwanted


class TestNothingIsLeftBehind:
    def test_with_no_cache(self, project: Path) -> None:
        plain_output()
        assert not (project / ".wflint_cache").exists()

    def test_by_what_stands_on_stdin(self, project: Path) -> None:
        stdin = FLOW.replace("prices.label()", "str(open('x'))")
        result = invoke("check", "-", "--stdin-filename", "shop/flow.py", stdin=stdin)
        assert "WFL132" in result.stdout
        assert not (project / ".wflint_cache").exists()

    def test_but_stdin_may_be_told_from_what_was_kept(self, project: Path) -> None:
        flags = ("check", "-", "--stdin-filename", "shop/flow.py", "--output-format", "full")
        first = output(*FULL, "shop/flow.py")
        kept = entries(project)
        with counted_analyses() as roots:
            result = invoke(*flags, stdin=FLOW)
        assert not roots
        assert (result.exit_code, result.stdout) == first[:2]
        assert entries(project) == kept

    def test_of_a_project_that_has_nothing_to_do_with_temporal(self, project: Path) -> None:
        for name in ("flow", "other"):
            (project / f"shop/{name}.py").unlink()
        output()
        assert not (project / ".wflint_cache").exists()


def test_the_folder_of_the_cache_can_be_chosen(project: Path) -> None:
    output("--cache-dir", "a")
    output("--config", 'cache-dir = "b/c"')
    assert not entries(project)
    assert list((project / "a").glob("result-*"))
    assert list((project / "b/c").glob("result-*"))


def test_clean_removes_the_cache(project: Path) -> None:
    output()
    result = invoke("clean")
    assert result.stderr == "removed .wflint_cache\n"
    assert not (project / ".wflint_cache").exists()


def test_clean_removes_entries_alone_from_a_folder_that_was_chosen(project: Path) -> None:
    write(project / "mine/notes.txt", "mine")
    (project / "pyproject.toml").write_text('[tool.wflint]\ncache-dir = "mine"\n')
    output()
    output("--cache-dir", "other")
    result = invoke("clean", "--cache-dir", "other")
    assert sorted(result.stderr.splitlines()) == ["removed mine", "removed other"]
    assert [p.name for p in (project / "mine").iterdir()] == ["notes.txt"]
    assert not (project / "other").exists()
    assert invoke("clean").stderr == ""


def test_the_cache_is_no_part_of_the_project(project: Path) -> None:
    output()
    assert (project / ".wflint_cache/.gitignore").read_text() == "*\n"
    tag = (project / ".wflint_cache/CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")
    write(project / ".wflint_cache/flow.py", FLOW)
    assert "wflint_cache" not in output()[1]


ENGINE = "from temporalio import workflow\n\n\ndef durable(cls):\n    return workflow.defn(cls)\n"
PLAIN = "import time\nfrom shop import engine\n\n\nclass Late:\n    async def run(self):\n"
USING = PLAIN.replace("class", "@engine.durable\nclass").replace("  async", "  @main\n    async")


def test_a_file_that_begins_to_use_a_name_of_the_project_counts_at_once() -> None:
    write(Path("shop/engine.py"), f"{ENGINE}\n\nmain = workflow.run\n")
    write(Path("shop/late.py"), f"{PLAIN}        return time.time()\n")
    assert "shop/late.py" not in output()[1]
    imported = USING.replace("import engine", "import engine\nfrom shop.engine import main")
    write(Path("shop/late.py"), f"{imported}        return time.time()\n")
    assert "shop/late.py:" in output()[1]
    assert output() == plain_output()


ASSERTS = """\
from temporalio import workflow


@workflow.defn
class AssertingWorkflow:
    @workflow.run
    async def run(self, total: int) -> int:
        assert total > 2
        return total
"""


def test_rules_that_are_off_by_default_find_what_runs_without_them_did_not_note() -> None:
    write(Path("shop/asserting.py"), ASSERTS)
    assert "WFL702" not in output()[1]
    found = output("--extend-select", "WFL702")
    assert "WFL702" in found[1]
    assert found == plain_output("--extend-select", "WFL702")
    assert output() == plain_output()
