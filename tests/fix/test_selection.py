"""Rules, files and places are fixed as selected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.mending import CLOCK, FIXED_CLOCK, FIXED_NAIVE, NAIVE, put


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory."""
    return enter_project(tmp_path, monkeypatch)


def configure(project: Path, *lines: str) -> None:
    """Write settings."""
    put(project, "\n".join(["[tool.wflint]", *lines, ""]), "pyproject.toml")


def exit_code(*arguments: str) -> int:
    """Check the whole project."""
    return invoke("check", *arguments).exit_code


class TestWhichRulesAreFixed:
    @pytest.mark.parametrize(
        ("arguments", "is_fixed"),
        [
            (["--fixable", "WFL101"], True),
            (["--fixable", "WFL1"], True),
            (["--fixable", "ALL"], True),
            (["--fixable", "wall-clock-time"], True),
            (["--fixable", "WFL102,WFL101"], True),
            (["--fixable", "WFL102"], False),
            (["--fixable", "random-uuid"], False),
            (["--unfixable", "WFL101"], False),
            (["--unfixable", "WFL1"], False),
            (["--unfixable", "ALL"], False),
            (["--unfixable", "wall-clock-time"], False),
            (["--unfixable", "WFL102", "--unfixable", "WFL101"], False),
            (["--unfixable", "WFL1", "--fixable", "WFL101"], True),
            (["--unfixable", "WFL101", "--fixable", "WFL101"], False),
            (["--unfixable", "WFL101", "--fixable", "ALL"], False),
        ],
    )
    def test_by_flags_and_by_settings(
        self, project: Path, arguments: list[str], is_fixed: bool
    ) -> None:
        file = put(project, CLOCK)
        assert (invoke("check", "--diff", *arguments).exit_code == 1) is is_fixed
        tables: dict[str, list[str]] = {}
        for flag, value in zip(arguments[::2], arguments[1::2], strict=True):
            tables.setdefault(flag.removeprefix("--"), []).extend(value.split(","))
        configure(project, *(f"{key} = {json.dumps(value)}" for key, value in tables.items()))
        assert (exit_code("--fix") == 0) is is_fixed
        assert (file.read_text() == FIXED_CLOCK) is is_fixed

    def test_what_is_not_fixable_has_no_mark(self, project: Path) -> None:
        put(project, CLOCK)
        assert "[*]" in invoke("check").stdout
        assert "[*]" not in invoke("check", "--unfixable", "WFL101").stdout

    @pytest.mark.parametrize("rule", ["WFL101", "WFL1", "wall-clock-time", "ALL"])
    def test_unsafe_fixes_may_be_called_safe(self, project: Path, rule: str) -> None:
        configure(project, f'extend-safe-fixes = ["{rule}"]')
        file = put(project, NAIVE)
        assert exit_code("--fix") == 0
        assert file.read_text() == FIXED_NAIVE

    @pytest.mark.parametrize("rule", ["WFL101", "WFL1", "wall-clock-time", "ALL"])
    def test_safe_fixes_may_be_called_unsafe(self, project: Path, rule: str) -> None:
        configure(project, f'extend-unsafe-fixes = ["{rule}"]')
        file = put(project, CLOCK)
        assert "[**]" in invoke("check").stdout
        assert exit_code("--fix") == 1
        assert file.read_text() == CLOCK
        assert exit_code("--fix", "--unsafe-fixes") == 0

    def test_the_narrower_setting_wins(self, project: Path) -> None:
        configure(project, 'extend-unsafe-fixes = ["WFL1"]', 'extend-safe-fixes = ["WFL101"]')
        put(project, NAIVE)
        assert exit_code("--fix") == 0

    @pytest.mark.parametrize(
        "key", ["fixable", "unfixable", "extend-safe-fixes", "extend-unsafe-fixes"]
    )
    def test_an_unknown_rule_is_an_error(self, project: Path, key: str) -> None:
        configure(project, f'{key} = ["wall-clock-tim"]')
        file = put(project, CLOCK)
        result = invoke("check", "--fix")
        assert result.exit_code == 2
        hint = 'there is no rule "wall-clock-tim"; did you mean "wall-clock-time"?'
        assert result.stderr == f"wflint: {key}: {hint}\n"
        assert file.read_text() == CLOCK

    @pytest.mark.parametrize("key", ["fixable", "unfixable"])
    def test_an_unknown_rule_in_a_flag(self, project: Path, key: str) -> None:
        put(project, CLOCK)
        result = invoke("check", "--fix", f"--{key}", "WFL9999")
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


class TestWhatIsNotFixed:
    @pytest.mark.parametrize("comment", ["# wflint: ignore[WFL101] why", "# noqa: WFL101"])
    def test_what_a_comment_hides(self, project: Path, comment: str) -> None:
        text = CLOCK.replace("time.time()", f"time.time()  {comment}")
        file = put(project, text)
        assert exit_code("--fix") == 0
        assert file.read_text() == text
        assert exit_code("--fix", "--no-ignores") == 0
        assert f"workflow.time()  {comment}" in file.read_text()

    def test_what_a_comment_at_the_call_hides(self, project: Path) -> None:
        helper = put(project, "import time\n\n\ndef now():\n    return time.time()\n", "util.py")
        before = helper.read_text()
        call = "now()  # wflint: ignore[WFL101] why"
        put(
            project,
            CLOCK.replace("import time", "from util import now").replace("time.time()", call),
        )
        assert exit_code("--fix") == 0
        assert helper.read_text() == before

    @pytest.mark.parametrize(
        ("name", "head"),
        [
            ("flow.py", "# @generated by a program\n"),
            ("flow.py", "# Code generated by protoc. DO NOT EDIT.\n"),
            ("flow_pb2.py", ""),
            ("flow_pb2_grpc.py", ""),
        ],
    )
    def test_generated_files(self, project: Path, name: str, head: str) -> None:
        file = put(project, head + CLOCK, name)
        result = invoke("check", "--fix")
        assert (result.exit_code, file.read_text()) == (1, head + CLOCK)
        assert "(not fixed: the file is generated)" in result.stdout

    def test_files_that_are_not_named(self, project: Path) -> None:
        other, file = put(project, CLOCK, "other.py"), put(project, CLOCK)
        assert exit_code("--fix", "flow.py") == 0
        assert (file.read_text(), other.read_text()) == (FIXED_CLOCK, CLOCK)

    def test_a_helper_that_is_not_named(self, project: Path) -> None:
        text = "import time\n\n\ndef now():\n    return time.time()\n"
        helper = put(project, text, "util.py")
        put(
            project,
            CLOCK.replace("import time", "from util import now").replace("time.time", "now"),
        )
        assert exit_code("--fix", "flow.py") == 0
        assert helper.read_text() == text
        assert exit_code("--fix", "util.py") == 0
        assert "return workflow.time()" in helper.read_text()

    def test_files_that_are_excluded(self, project: Path) -> None:
        configure(project, 'extend-exclude = ["flow.py"]')
        file = put(project, CLOCK)
        assert exit_code("--fix", "--force-exclude", "flow.py") == 0
        assert file.read_text() == CLOCK

    def test_rules_that_do_not_run_in_a_file(self, project: Path) -> None:
        other, file = put(project, CLOCK, "other.py"), put(project, CLOCK)
        assert exit_code("--fix", "--per-file-ignores", "other.py:WFL101") == 0
        assert (file.read_text(), other.read_text()) == (FIXED_CLOCK, CLOCK)

    def test_rules_that_are_not_selected(self, project: Path) -> None:
        file = put(project, CLOCK)
        assert exit_code("--fix", "--ignore", "WFL101") == 0
        assert file.read_text() == CLOCK

    def test_what_is_held_back_in_tests(self, project: Path) -> None:
        configure(project, '[tool.wflint.severity]\nWFL101 = "warning"')
        file, test = put(project, CLOCK), put(project, CLOCK, "tests/test_flow.py")
        assert exit_code("--fix") == 0
        assert (file.read_text(), test.read_text()) == (FIXED_CLOCK, CLOCK)

    def test_errors_in_tests_are_fixed(self, project: Path) -> None:
        test = put(project, CLOCK, "tests/test_flow.py")
        assert exit_code("--fix") == 0
        assert test.read_text() == FIXED_CLOCK
