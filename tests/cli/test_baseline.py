"""A baseline, as those use it who switch wflint on in an old code base."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke

FLOW = """\
from datetime import datetime

from temporalio import workflow

from util import stamp


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        first = datetime.now()
        second = datetime.now()
        return stamp(first, second)
"""
UTIL = """\
import os


def stamp(first, second):
    return f"{first}{second}{os.environ['HOST']}"
"""
BASELINE = ("--baseline", "known.toml")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = enter_project(tmp_path, monkeypatch)
    put("flow.py", FLOW)
    put("util.py", UTIL)
    return folder


def put(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def change(name: str, old: str, new: str, count: int = -1) -> None:
    text = Path(name).read_text()
    assert old in text
    Path(name).write_text(text.replace(old, new, count))


def written() -> list[str]:
    """The findings in the baseline, a line for each."""
    text = Path("known.toml").read_text()
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def update() -> None:
    result = invoke("check", *BASELINE, "--update-baseline")
    assert result.exit_code == 0, result.stderr


def found(*arguments: str) -> list[str]:
    """The places and codes of what is reported."""
    result = invoke("check", *BASELINE, "--output-format", "concise", *arguments)
    assert result.exit_code == (1 if result.stdout else 0), result.stderr
    return [" ".join(line.split()[:2]) for line in result.stdout.splitlines()]


class TestFile:
    def test_has_a_line_for_each_finding_and_no_line_numbers(self) -> None:
        update()
        assert written() == [
            '{ path = "flow.py", code = "WFL101", function = "OrderWorkflow.run", '
            'statement = "first = datetime.now()" },',
            '{ path = "flow.py", code = "WFL101", function = "OrderWorkflow.run", '
            'statement = "second = datetime.now()" },',
            '{ path = "util.py", code = "WFL131", function = "stamp", '
            """statement = "return f\\"{first}{second}{os.environ['HOST']}\\"" },""",
        ]
        assert found() == []

    def test_is_the_same_whatever_is_checked_and_wherever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        update()
        before = Path("known.toml").read_bytes()
        invoke("check", "util.py", *BASELINE, "--update-baseline")
        assert Path("known.toml").read_bytes() == before
        Path("deep").mkdir()
        monkeypatch.chdir("deep")
        result = invoke("check", "../flow.py", "..", "--baseline", "../known.toml")
        assert result.exit_code == 0, result.stdout
        invoke("check", "..", "--baseline", "../known.toml", "--update-baseline")
        assert Path("../known.toml").read_bytes() == before

    def test_has_paths_that_are_relative_to_itself(self) -> None:
        result = invoke("check", "--baseline", "ci/known.toml", "--update-baseline")
        assert result.exit_code == 2
        Path("ci").mkdir()
        invoke("check", "--baseline", "ci/known.toml", "--update-baseline")
        assert 'path = "../flow.py"' in Path("ci/known.toml").read_text()
        assert invoke("check", "--baseline", "ci/known.toml").exit_code == 0

    def test_of_equal_findings_has_lines_that_differ(self) -> None:
        change("flow.py", "first = datetime.now()", "second = datetime.now()")
        update()
        assert written()[1].endswith('statement = "second = datetime.now()", ordinal = 2 },')

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("print('hello')\n", "known.toml: this is not a baseline"),
            ("version = 2\nfindings = []\n", "a baseline of version 2"),
            ("version = 1\n", "this is not a baseline"),
            (
                "version = 1\nfindings = [\n<<<<<<< HEAD\n=======\n>>>>>>> main\n]\n",
                "known.toml:3: a merge is not finished; keep the lines of both sides",
            ),
        ],
    )
    @pytest.mark.parametrize("flag", ["--show-baselined", "--update-baseline"])
    def test_is_never_taken_for_one_or_overwritten(self, text: str, says: str, flag: str) -> None:
        put("known.toml", text)
        result = invoke("check", *BASELINE, flag)
        assert result.exit_code == 2
        assert says in result.stderr
        assert Path("known.toml").read_text() == text

    def test_is_missed_where_it_is_read(self) -> None:
        result = invoke("check", *BASELINE)
        assert result.exit_code == 2
        assert "there is no baseline known.toml; `wflint check --update-baseline`" in result.stderr


class TestWhatIsKnown:
    def test_survives_moved_lines_and_a_formatter(self) -> None:
        change("flow.py", "second = datetime.now()", "second = str(datetime.now(), 'x', y=[1, 2])")
        update()
        change("flow.py", "import datetime\n", "import datetime  # the clock\n\n\n")
        change(
            "flow.py",
            "str(datetime.now(), 'x', y=[1, 2])",
            'str(\n            datetime.now(),  # now\n            "x",\n            y = [1, 2,],\n'
            "        )",
        )
        assert found() == []

    @pytest.mark.parametrize("new", ["moved/helpers.py", "other.py"])
    def test_survives_a_renamed_file(self, new: str) -> None:
        update()
        put(new, UTIL)
        Path("util.py").unlink()
        module = new.removesuffix(".py").replace("/", ".")
        change("flow.py", "from util", f"from {module}")
        assert found("--error-stale-baseline") == []
        result = invoke("check", *BASELINE, "--prune-baseline")
        assert "3 places, 0 added, 0 removed; moved places updated\n" in result.stderr
        assert [line for line in written() if f'path = "{new}"' in line]
        assert len(written()) == 3

    def test_is_not_what_another_file_has_while_the_old_one_is_there(self) -> None:
        update()
        put("other.py", UTIL)
        change("flow.py", "import stamp\n", "import stamp\nimport other\n")
        change("flow.py", "return stamp", "other.stamp(1, 2)\n        return stamp")
        assert found() == ["other.py:5:30: WFL131"]

    def test_of_two_equal_ones_one_is_left_when_one_is_fixed(self) -> None:
        change("flow.py", "first = datetime.now()", "second = datetime.now()")
        update()
        change("flow.py", "second = datetime.now()", "second = 1", 1)
        assert found() == []
        change("flow.py", "second = 1", "second = datetime.now()")
        assert found() == []
        change("flow.py", "second = datetime.now()\n", "second = datetime.now()\n" * 2, 1)
        change("flow.py", "\nsecond", "\n        second")
        assert found() == ["flow.py:14:18: WFL101"]

    def test_does_not_make_room_for_another_one(self) -> None:
        update()
        change("flow.py", "first = datetime.now()", "third = datetime.now()")
        assert found() == ["flow.py:12:17: WFL101"]
        assert len(written()) == 3

    def test_of_a_report_on_several_places_are_the_places(self) -> None:
        put(
            "acts.py",
            "import time\nfrom temporalio import activity\n\n\n@activity.defn\n"
            "async def act(x):\n    time.sleep(1)\n    time.sleep(x)\n",
        )
        update()
        change("acts.py", "    time.sleep(1)\n", "")
        assert found() == []
        change("acts.py", "    time.sleep(x)\n", "    time.sleep(x)\n    time.sleep(x + 1)\n")
        assert found() == ["acts.py:8:5: WFL801"]

    def test_is_never_a_file_that_does_not_parse(self) -> None:
        update()
        put("flow.py", FLOW + "    def\n")
        assert [line.partition(" ")[2] for line in found("--update-baseline")] == ["WFL001"]
        put("flow.py", FLOW)
        assert found() == []


class TestChanges:
    def test_only_on_request(self) -> None:
        update()
        before = Path("known.toml").read_bytes()
        change("flow.py", "first = datetime.now()", "first = 1")
        change("util.py", "os.environ", "os.environb")
        for flags in ((), ("--show-baselined",), ("--error-stale-baseline",), ("--fix",)):
            invoke("check", *BASELINE, *flags)
            assert Path("known.toml").read_bytes() == before

    def test_by_pruning_takes_out_and_adds_nothing(self) -> None:
        update()
        change("flow.py", "first = datetime.now()", "third = datetime.now()")
        result = invoke("check", *BASELINE, "--prune-baseline")
        assert result.exit_code == 1
        assert "known.toml: 2 places, 0 added, 1 removed" in result.stderr
        assert len(written()) == 2

    def test_are_told(self) -> None:
        result = invoke("check", *BASELINE, "--update-baseline")
        assert result.stdout == ""
        assert "known.toml: 3 places, 3 added, 0 removed\n" in result.stderr
        assert "3 diagnostics are in the baseline; --show-baselined lists them." in result.stderr
        result = invoke("check", *BASELINE, "--update-baseline")
        assert "known.toml: 3 places, 0 added, 0 removed (unchanged)\n" in result.stderr

    def test_are_none_in_a_run_that_fails(self) -> None:
        result = invoke("check", ".", "nosuch", *BASELINE, "--update-baseline")
        assert result.exit_code == 2
        assert "no baseline is written" in result.stderr
        assert not Path("known.toml").exists()

    @pytest.mark.parametrize("flag", ["--update-baseline", "--prune-baseline"])
    def test_need_a_baseline(self, flag: str) -> None:
        result = invoke("check", flag)
        assert result.exit_code == 2
        assert "give --baseline FILE, or set `baseline`" in result.stderr

    @pytest.mark.parametrize("flag", ["--update-baseline", "--prune-baseline"])
    def test_do_not_go_with_a_diff(self, flag: str) -> None:
        assert invoke("check", *BASELINE, flag, "--diff").exit_code == 2


class TestNewPlaces:
    """Of a rule that speaks once in a function, what is new is shown, and not what is known."""

    def known(self) -> tuple[str, ...]:
        put("flow.py", FLOW.replace("second = datetime.now()", "print(1)\n        print(2)"))
        update()
        return BASELINE

    def shown(self, *flags: str) -> list[dict[str, object]]:
        result = invoke("check", *flags, "--output-format", "json")
        every = json.loads(result.stdout)
        return [one for one in every if not one.get("baselined")]

    def test_behind_known_ones(self) -> None:
        flags = self.known()
        assert self.shown(*flags) == []
        change(
            "flow.py", "print(2)", "print(2)\n        workflow.logger.info(3), print(3), print(4)"
        )
        (one,) = self.shown(*flags)
        assert one["location"] == {"row": 15, "column": 34}
        assert one["end_location"] == {"row": 15, "column": 42}
        assert one["chain"][-1]["location"] == one["location"]  # type: ignore[index]
        said = invoke("check", *flags, "--output-format", "concise").stdout
        assert "`print()`" in said and "(and 1 more in this function)" in said

    def test_between_known_ones(self) -> None:
        flags = self.known()
        change("flow.py", "print(2)", "print(3)\n        print(2)")
        (one,) = self.shown(*flags, "--show-baselined")
        assert one["location"] == {"row": 14, "column": 9}

    def test_before_known_ones(self) -> None:
        flags = self.known()
        change("flow.py", "print(1)", "print(0)\n        print(1)")
        (one,) = self.shown(*flags)
        assert one["location"] == {"row": 13, "column": 9}

    def test_since_a_revision(self) -> None:
        self.known()
        Path("known.toml").unlink()
        for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all")):
            who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
            subprocess.run(["git", *who, *command], check=True)
        change("flow.py", "print(2)", "print(2)\n        print(3)")
        (one,) = self.shown("--new-from", "HEAD")
        assert one["location"] == {"row": 15, "column": 9}


class TestStaleEntries:
    def test_are_counted_or_an_error_that_lists_them(self) -> None:
        update()
        change("flow.py", "first = datetime.now()", "first = 1")
        result = invoke("check", *BASELINE)
        assert result.exit_code == 0
        assert "known.toml: 1 entry is stale" in result.stderr
        result = invoke("check", *BASELINE, "--error-stale-baseline")
        assert result.exit_code == 1
        line = "wflint:   flow.py: WFL101 in OrderWorkflow.run: first = datetime.now()\n"
        assert line in result.stderr

    def test_are_those_of_deleted_files(self) -> None:
        update()
        put("more.py", "")
        Path("util.py").unlink()
        change("flow.py", "from util import stamp\n", "")
        change("flow.py", "stamp(first, second)", "str(first)")
        result = invoke("check", "flow.py", *BASELINE, "--error-stale-baseline")
        assert result.exit_code == 0, "the file may be elsewhere now, and was not looked at"
        assert invoke("check", *BASELINE, "--error-stale-baseline").exit_code == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ("flow.py",),
            ("--select", "WFL101"),
            ("--ignore", "WFL131"),
            ("--per-file-ignores", "util.py:WFL131"),
            ("--fail-on", "never"),
        ],
        ids=lambda arguments: arguments[0],
    )
    def test_are_none_of_what_was_not_looked_for(self, arguments: tuple[str, ...]) -> None:
        update()
        before = Path("known.toml").read_bytes()
        for flag in ("--error-stale-baseline", "--prune-baseline", "--update-baseline"):
            assert invoke("check", *arguments, *BASELINE, flag).exit_code == 0
            assert Path("known.toml").read_bytes() == before

    def test_are_none_of_what_a_setting_hides(self) -> None:
        change("util.py", "return f", "print(1)\n    return f")
        update()
        assert len(written()) == 4  # with a warning
        before = Path("known.toml").read_bytes()
        invoke("check", *BASELINE, "--min-severity", "error", "--update-baseline")
        assert Path("known.toml").read_bytes() == before

    def test_are_those_that_a_comment_hides_now(self) -> None:
        update()
        change(
            "flow.py",
            "first = datetime.now()",
            "first = datetime.now()  # wflint: ignore[WFL101] x",
        )
        assert invoke("check", *BASELINE, "--error-stale-baseline").exit_code == 1
        assert found("--no-ignores") == []

    def test_are_none_while_a_file_does_not_parse(self) -> None:
        update()
        put("flow.py", FLOW + "    def\n")
        result = invoke("check", *BASELINE, "--prune-baseline")
        assert result.exit_code == 1
        assert "stale entries of the baseline were not looked for" in result.stderr
        assert len(written()) == 3


class TestReports:
    def test_show_on_request_what_is_known(self) -> None:
        update()
        change("flow.py", "first = datetime.now()", "third = datetime.now()")
        result = invoke("check", *BASELINE, "--show-baselined", "--output-format", "json")
        shown = json.loads(result.stdout)
        assert [one["baselined"] for one in shown] == [False, True, True]
        assert result.exit_code == 1
        result = invoke("check", *BASELINE, "--show-baselined", "--output-format", "sarif")
        states = [
            one.get("baselineState") for one in json.loads(result.stdout)["runs"][0]["results"]
        ]
        assert states == [None, "unchanged", "unchanged"]
        result = invoke("check", *BASELINE, "--show-baselined", "--output-format", "concise")
        assert result.stdout.count("(in the baseline)") == 2
        assert "; 2 of them are in the baseline." in result.stderr

    def test_do_not_fail_for_what_is_known(self) -> None:
        update()
        result = invoke("check", *BASELINE, "--show-baselined", "--fail-on", "info")
        assert result.exit_code == 0
        assert result.stdout

    def test_come_from_the_cache_with_any_baseline(self) -> None:
        (everything,) = {invoke("check").stdout for _ in range(2)}
        update()
        assert found() == found() == []
        assert invoke("check").stdout == everything
        put("known.toml", "version = 1\nfindings = []\n")
        assert invoke("check", *BASELINE).stdout == everything


class TestFixes:
    def test_leave_alone_what_is_known(self) -> None:
        update()
        change("flow.py", "return stamp", "third = datetime.now()\n        return stamp")
        invoke("check", *BASELINE, "--fix", "--unsafe-fixes")
        text = Path("flow.py").read_text()
        assert "third = workflow.now()" in text
        assert text.count("datetime.now()") == 2

    def test_change_what_is_shown(self) -> None:
        update()
        invoke("check", *BASELINE, "--fix", "--unsafe-fixes", "--show-baselined")
        assert "datetime.now()" not in Path("flow.py").read_text()

    def test_in_the_statement_of_a_known_one_do_not_bring_it_back(self) -> None:
        change("flow.py", "first = datetime.now()", "first = os.environ['A'], 1")
        change("flow.py", "from datetime", "import os\nfrom datetime")
        update()
        change("flow.py", "os.environ['A'], 1", "os.environ['A'], datetime.now()")
        put("known.toml", Path("known.toml").read_text().replace("], 1", "], datetime.now()"))
        assert found() == ["flow.py:13:34: WFL101"]
        result = invoke("check", *BASELINE, "--fix", "--unsafe-fixes")
        assert result.exit_code == 0, result.stdout
        assert "os.environ['A'], workflow.now()" in Path("flow.py").read_text()
        assert found("--error-stale-baseline") == []
        assert len(written()) == 3


class TestSetting:
    def test_names_a_file_beside_the_configuration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put("pyproject.toml", '[tool.wflint]\nbaseline = "known.toml"\n')
        assert invoke("check").exit_code == 2
        assert invoke("check", "--update-baseline").exit_code == 0
        Path("deep").mkdir()
        monkeypatch.chdir("deep")
        assert invoke("check", "..").exit_code == 0

    def test_holds_for_the_files_of_its_configuration(self) -> None:
        subprocess.run(["git", "init", "-q"], check=True)
        for name in ("one", "two"):
            put(f"{name}/flow.py", FLOW.replace("from util", f"from {name}.util"))
            put(f"{name}/util.py", UTIL)
        Path("flow.py").unlink()
        put("one/wflint.toml", 'baseline = "known.toml"\n')
        result = invoke("check", "--update-baseline")
        assert result.exit_code == 1, "what no baseline is for is reported"
        assert all(line.startswith("two/") for line in result.stdout.splitlines())
        assert 'path = "flow.py"' in Path("one/known.toml").read_text()
        put("two/wflint.toml", 'baseline = "../one/known.toml"\n')
        assert invoke("check", "--update-baseline").exit_code == 0
        assert 'path = "../two/flow.py"' in Path("one/known.toml").read_text()

    def test_says_nothing_to_commands_that_report_nothing(self) -> None:
        put("pyproject.toml", '[tool.wflint]\nbaseline = "known.toml"\n')
        assert invoke("graph", "OrderWorkflow").exit_code == 0
        assert invoke("list").exit_code == 0

    @pytest.mark.skipif(os.name == "nt", reason="there are no links")
    def test_does_not_lead_out_of_the_repository(self, project: Path) -> None:
        subprocess.run(["git", "init", "-q"], check=True)
        outside = project.parent / "outside.toml"
        put("pyproject.toml", '[tool.wflint]\nbaseline = "../outside.toml"\n')
        result = invoke("check", "--update-baseline")
        assert result.exit_code == 2
        assert "baseline leads out of the repository" in result.stderr
        os.symlink(outside, "known.toml")
        put("pyproject.toml", '[tool.wflint]\nbaseline = "known.toml"\n')
        assert invoke("check", "--update-baseline").exit_code == 2
        assert not outside.exists()
