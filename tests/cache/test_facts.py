"""Facts of a file are found once: a change of one file parses that file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.caching import (
    FLOW,
    LABELS,
    NAMES,
    OTHER,
    PRICES,
    entries,
    folder_at,
    make_project,
    output,
    parsed_files,
    plain_output,
    write,
)
from tests.command_line import enter_project
from wflint.cache.fact_cache import FactCache
from wflint.cache.shelf import Shards

GUARDED = """\
import os

from shop.where import in_temporal


def stamp() -> str:
    if in_temporal():
        return ""
    return str(os.getenv("CURRENCY"))
"""
VALUE = 'os.getenv("CURRENCY")'
LABEL = "\n\nlabel = str\n"
WHERE = """\
from temporalio import workflow


def in_temporal() -> bool:
    return workflow.in_workflow()
"""
WORKER = """\
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from shop.passed import NAMES

runner = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*NAMES)
)
"""
FULL = ("--output-format", "full", "--no-ignores", "--show-gaps")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    return make_project(enter_project(tmp_path, monkeypatch))


def _without_values(project: Path) -> None:
    """Leave no error whose weight depends on what its value reaches, which is asked anew."""
    write(project / "shop/prices.py", PRICES.replace(VALUE, "open('prices')"))


class TestWhatIsParsed:
    def test_is_the_file_that_was_changed(self, project: Path) -> None:
        _without_values(project)
        output()
        write(project / "shop/names.py", NAMES.replace("read()", "read(1)"))
        with parsed_files(project) as files:
            found = output()
        assert set(files) == {"shop/names.py"}
        assert found == plain_output()

    def test_is_also_what_may_now_weigh_more(self, project: Path) -> None:
        write(project / "shop/more.py", OTHER.replace("RefundWorkflow", "MoreWorkflow"))
        output()
        write(project / "shop/flow.py", FLOW.replace("prices.stamp() + ", "prices.stamp() and "))
        with parsed_files(project) as files:
            found = output()
        assert not set(files) & {"shop/more.py", "shop/other.py", "shop/__init__.py"}
        assert found == plain_output()

    def test_is_nothing_for_a_fix_that_was_found_before(self, project: Path) -> None:
        clock = PRICES.replace(VALUE, "time.time()").replace("import os", "import time")
        write(project / "shop/prices.py", clock)
        first = output()
        with parsed_files(project) as files:
            found = output("--select", "WFL", "--output-format", "json")
        assert not files
        assert found == plain_output("--select", "WFL", "--output-format", "json")
        write(project / "shop/script.py", "from shop import prices\n\nprint(prices.stamp())\n")
        assert output() == plain_output() != first  # the fix is withheld now

    def test_is_the_file_that_was_added(self, project: Path) -> None:
        _without_values(project)
        output()
        write(project / "shop/more.py", OTHER.replace("RefundWorkflow", "MoreWorkflow"))
        with parsed_files(project) as files:
            found = output()
        assert set(files) == {"shop/more.py"}
        assert found == plain_output()

    @pytest.mark.parametrize(
        "flags",
        [
            ("--select", "WFL"),
            ("--select", "WFL132"),
            ("--ignore", "WFL131"),
            ("--no-ignores",),
            ("--extend-select", "WFL005", "--show-gaps"),
            ("--config", "severity = {WFL131 = 'warning'}"),
            ("shop/flow.py",),
        ],
        ids=" ".join,
    )
    def test_is_nothing_when_something_else_is_asked(
        self, project: Path, flags: tuple[str, ...]
    ) -> None:
        output()
        with parsed_files(project) as files:
            found = output(*flags)
        assert not files
        assert found == plain_output(*flags)

    def test_is_nothing_when_a_file_goes(self, project: Path) -> None:
        _without_values(project)
        output()
        (project / "shop/other.py").unlink()
        with parsed_files(project) as files:
            output()
        assert not files

    def test_is_nothing_when_another_rule_speaks_at_a_place(self, project: Path) -> None:
        output("--ignore", "WFL131")
        with parsed_files(project) as files:
            output("--ignore", "WFL131", "--no-ignores")
        assert not files

    @pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
    def test_is_nothing_after_several_processes_have_read(self, project: Path) -> None:
        first = output("--jobs", "2")
        for entry in entries(project, "result"):
            entry.unlink()
        with parsed_files(project) as files:
            assert output("--jobs", "1") == first
        assert not files

    def test_is_one_function_where_a_guard_elsewhere_has_changed(self, project: Path) -> None:
        write(project / "shop/prices.py", GUARDED.replace(VALUE, "open('prices')") + LABEL)
        write(project / "shop/where.py", WHERE)
        before = output()
        write(project / "shop/where.py", WHERE.replace("workflow.in_workflow()", "True"))
        with parsed_files(project) as files:
            after = output()
        assert after == plain_output() != before
        # The function that asks is read anew, and that which calls it is shown for the first time.
        assert set(files) == {"shop/flow.py", "shop/prices.py", "shop/where.py"}
        write(project / "shop/where.py", WHERE)
        assert output() == plain_output() == before

    def test_is_the_file_that_says_what_is_passed_through(self, project: Path) -> None:
        _without_values(project)
        write(project / "shop/worker.py", WORKER)
        write(project / "shop/passed.py", 'NAMES = ["shop.flow"]\n')
        output()
        write(project / "shop/passed.py", 'NAMES = ["shop.prices"]\n')
        with parsed_files(project) as files:
            found = output()
        assert set(files) == {"shop/passed.py"}
        assert found == plain_output()


def test_a_file_that_cannot_be_parsed_is_told_of_each_time(project: Path) -> None:
    _without_values(project)
    write(project / "shop/other.py", OTHER + "def (")
    first = output()
    write(project / "shop/names.py", NAMES.replace("read()", "read(1)"))
    with parsed_files(project) as files:
        second = output()
    assert "WFL001" in second[1]
    assert second[1] == first[1]
    assert set(files) == {"shop/names.py"}


def test_settings_that_rules_ask_for_are_part_of_the_notes(project: Path) -> None:
    for timeout in ("10", "20"):
        flags = ("--config", f"default-activity-timeout = {timeout}")
        assert output(*flags) == plain_output(*flags)


def test_two_files_with_the_same_content_do_not_share_what_others_say(project: Path) -> None:
    for shop, answer in (("a", "workflow.in_workflow()"), ("b", "True")):
        folder = project / shop
        write(folder / "pyproject.toml", "[project]\nname = 'x'\n")
        write(folder / "src/shop/__init__.py", "")
        write(folder / "src/shop/flow.py", FLOW.replace(" + prices.label()", ""))
        write(folder / "src/shop/prices.py", GUARDED)
        write(folder / "src/shop/where.py", WHERE.replace("workflow.in_workflow()", answer))
    assert output() == plain_output() == output()


def test_two_files_with_the_same_content_do_not_share_what_their_settings_say(
    project: Path,
) -> None:
    seed = "from temporalio import workflow\n\n\ndef stamp():\n    return workflow.random_seed()\n"
    subprocess.run(["git", "init", "-q"], check=True)
    for shop, version in (("a", "1.0.0"), ("b", "1.35.0")):
        folder = project / shop
        write(folder / "pyproject.toml", "[tool.wflint]\n")
        write(folder / "uv.lock", f'[[package]]\nname = "temporalio"\nversion = "{version}"\n')
        write(folder / "src/shop/__init__.py", "")
        write(folder / "src/shop/flow.py", FLOW.replace(" + prices.label()", ""))
        write(folder / "src/shop/prices.py", seed)
    cold = plain_output("--output-format", "json", "a", "b")
    found = {(d["filename"], d["code"]) for d in json.loads(cold[1])}
    assert found == {("a/src/shop/prices.py", "WFL214")}
    for _ in range(2):
        assert output("--output-format", "json", "a", "b") == cold
        for entry in entries(project, "result"):
            entry.unlink()


def test_two_files_with_the_same_content_do_not_share_what_their_values_decide(
    project: Path,
) -> None:
    uses = {"a": "workflow.logger.info(prices.stamp())", "b": "return prices.stamp() == 'x'"}
    stamp = "import os\n\n\ndef stamp() -> str:\n    return str(os.getenv('CURRENCY'))\n"
    for shop, use in uses.items():
        folder = project / shop
        write(folder / "pyproject.toml", "[project]\nname = 'x'\n")
        write(folder / "src/shop/__init__.py", "")
        write(folder / "src/shop/prices.py", stamp)
        flow = FLOW.replace("return prices.stamp() + prices.label()", use)
        flow = flow.replace("@workflow.defn", "@workflow.defn(sandboxed=False)")
        write(folder / "src/shop/flow.py", flow.replace("OrderWorkflow", f"Order{shop}Workflow"))
    for _ in range(2):
        found = json.loads(output("--output-format", "json", "a", "b")[1])
        severities = {d["filename"]: d["severity"] for d in found}
        assert severities == {"a/src/shop/prices.py": "warning", "b/src/shop/prices.py": "error"}
        for entry in entries(project, "result"):
            entry.unlink()


class TestANotebook:
    def test_forgets_what_nobody_uses(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path / "cache")

        def run(*contents: bytes) -> int:
            """Note something of files on one sheet; gives how many notes were kept before."""
            book = FactCache(lambda path: path.encode(), Shards(folder, b""))
            kept = 0
            for content in contents:
                notes = book.of(content.decode(), "m", False)
                kept += notes.get("question", int) is not None
                notes.put("question", 1)
            book.save()
            return kept

        names = [f"f{number}" for number in range(200)]
        book = FactCache(lambda path: path.encode())
        for name in names:
            book.of(name, "m", False)
        same = [key for key in book._book._open if key[0] == "0"][:2]
        first, second = (names[list(book._book._open).index(key)].encode() for key in same)
        run(first, second)
        assert run(first) == 1
        assert run(second) == 1
        for _ in range(40):
            run(first)
        assert run(second) == 0

    def test_takes_over_what_another_process_noted(self) -> None:
        ours, theirs = (FactCache(lambda path: path.encode()) for _ in range(2))
        theirs.of("a", "m", False).put("numbers", {3: (1, 2)})
        ours.add(theirs.news())
        assert ours.of("a", "m", False).get("numbers", dict[int, tuple[int, int]]) == {3: (1, 2)}
        assert ours.of("b", "m", False).get("numbers", dict[int, tuple[int, int]]) is None

    @pytest.mark.parametrize("odd", ["half", "huge", "deep"])
    def test_leaves_out_what_cannot_be_written_down(self, tmp_path: Path, odd: str) -> None:
        deep: list[object] = []
        for _ in range(100_000):
            deep = [deep]
        answers: dict[str, object] = {"half": "\ud800", "huge": 10**40, "deep": deep}
        book = FactCache(lambda path: path.encode(), Shards(folder_at(tmp_path / "cache"), b""))
        book.of("a", "m", False).put("odd", answers[odd])
        book.of("a", "m", False).put("plain", 1)
        book.save()
        ours = FactCache(lambda path: path.encode(), Shards(folder_at(tmp_path / "cache"), b""))
        assert ours.of("a", "m", False).get("odd", object) is None
        assert ours.of("a", "m", False).get("plain", int) == 1

    def test_an_answer_of_another_shape_is_none(self) -> None:
        ours, theirs = (FactCache(lambda path: path.encode()) for _ in range(2))
        theirs.of("a", "m", False).put("number", "one")
        ours.add(theirs.news())
        assert ours.of("a", "m", False).answer("number", int, lambda: 1) == 1


VERSIONS: dict[str, list[str | None]] = {
    "shop/flow.py": [FLOW, FLOW.replace("prices.label()", "''"), "# \n" + FLOW, None],
    "shop/prices.py": [
        PRICES,
        GUARDED + "\n\ndef label() -> str:\n    return ''\n",
        PRICES.replace(VALUE, "1"),
        PRICES.replace('Y"))', 'Y"))  # wflint: ignore[WFL131] fine'),
        PRICES.replace(VALUE, "time.time()").replace("import os", "import time"),
        PRICES + "def (",
        None,
    ],
    "shop/where.py": [None, WHERE, WHERE.replace("workflow.in_workflow()", "True")],
    "shop/extra/labels.py": [LABELS, LABELS.replace("new_name()\n", "1\n"), None],
    "shop/names.py": [NAMES, NAMES.replace("open", "print"), None],
    "shop/names/__init__.py": [None, "def new_name() -> str:\n    return open('x').read()\n"],
    "shop/other.py": [OTHER, OTHER.replace("subprocess.run(", "print("), None],
    "os.py": [None, "def getenv(name: str) -> str:\n    return name\n"],
    "shop/script.py": [None, "from shop import prices\n\nprint(prices.stamp())\n"],
    "shop/passed.py": ['NAMES = ["shop.names"]\n', "NAMES = []\n"],
    "shop/worker.py": [None, WORKER],
    "pyproject.toml": [
        '[tool.wflint]\nextend-exclude = ["extra/"]\n',
        '[tool.wflint]\nignore = ["WFL132"]\n',
        '[tool.wflint]\nselect = ["ALL"]\n',
    ],
}


def _edits() -> st.SearchStrategy[dict[str, str | None]]:
    """Some files with other contents, or without any."""
    contents = {name: st.sampled_from(texts) for name, texts in VERSIONS.items()}
    return st.fixed_dictionaries({}, optional=contents)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(_edits(), min_size=1, max_size=4))
def test_after_any_edits_a_run_with_a_cache_says_the_same(
    project: Path, steps: list[dict[str, str | None]]
) -> None:
    make_project(project)
    for edits in steps:
        for name, text in edits.items():
            if text is not None:
                write(project / name, text)
            else:
                (project / name).unlink(missing_ok=True)
        for flags in (FULL, ("shop/prices.py", "--output-format", "json")):
            assert output(*flags) == plain_output(*flags)
