"""What wflint says to those who do not know its commands yet, or misspell them."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tests.command_line import CLOCK, enter_project, invoke
from wflint.cli.main import main


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project of its own."""
    return enter_project(tmp_path, monkeypatch)


def said(*arguments: str) -> str:
    """The one line that a wrong command line is answered with."""
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line.removeprefix("wflint: ")


def test_the_program_alone_names_the_command_to_begin_with() -> None:
    result = invoke()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "  wflint check  " in result.stderr and "wflint --help" in result.stderr


class TestFiles:
    """A path is never taken for a command, so that a new command is no trap for a folder."""

    @pytest.mark.parametrize(
        ("arguments", "command"),
        [
            ((".",), "wflint check ."),
            (("flow.py", "--fix"), "wflint check flow.py --fix"),
            (("-",), "wflint check -"),
            (("--select", "WFL1", "flow.py"), "wflint check --select WFL1 flow.py"),
            (("--fix", "my flow"), "wflint check --fix 'my flow'"),
        ],
        ids=str,
    )
    def test_the_command_that_checks_them_is_named(
        self, project: Path, arguments: tuple[str, ...], command: str
    ) -> None:
        (project / "flow.py").write_text(CLOCK)
        assert said(*arguments) == f"to check files, write `{command}`"

    def test_a_folder_named_like_a_command_is_the_command(self, project: Path) -> None:
        (project / "version").mkdir()
        assert invoke("version").stdout.startswith("wflint ")

    def test_a_file_that_is_not_there_is_no_command(self) -> None:
        assert said("src/flow.py").startswith('there is neither a command nor a file "src/flow.py"')


class TestGuesses:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (("chekc",), 'there is no command "chekc"; did you mean "check"?'),
            (("explian", "WFL101"), 'there is no command "explian"; did you mean "explain"?'),
            (("rule", "WFL1O1"), 'there is no rule "WFL1O1"; did you mean "WFL101"?'),
            (("rule", "WFL10l"), 'there is no rule "WFL10l"; did you mean "WFL101"?'),
            (("foo",), 'there is no command "foo"; `wflint --help` lists them'),
            (
                ("check", "--selct", "WFL1"),
                '`wflint check` has no option "--selct"; did you mean "--select"?',
            ),
            (
                ("check", "--frob"),
                '`wflint check` has no option "--frob"; see `wflint check --help`',
            ),
            (("--frob",), '`wflint` has no option "--frob"; see `wflint --help`'),
            (("rule",), "name one rule, or give --all; see `wflint rule --help`"),
        ],
        ids=str,
    )
    def test_are_made_where_they_are_near(self, arguments: tuple[str, ...], expected: str) -> None:
        assert said(*arguments) == expected

    def test_what_is_repeated_of_the_command_line_cannot_steer_a_terminal(self) -> None:
        assert "\x1b" not in said("\x1b[31m")


class TestHelp:
    COMMANDS = [(), *((name,) for name in main.commands)]

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_fits_80_columns(self, command: tuple[str, ...]) -> None:
        lines = invoke(*command, "--help").stdout.splitlines()
        assert [line for line in lines if len(line) > 80] == []

    @pytest.mark.parametrize("command", sorted(main.commands.keys() - {"version", "server"}))
    def test_each_command_that_people_type_has_examples(self, command: str) -> None:
        assert re.search(r"Examples:\n(  .*\n)*?  .*wflint", invoke(command, "--help").stdout)

    @pytest.mark.parametrize(
        "command", sorted(main.commands.keys() - {"version", "completion", "server"})
    )
    def test_each_command_that_can_fail_has_exit_codes(self, command: str) -> None:
        assert re.search(r"Exit codes:\n +0 .*\n( +1 .*\n)? +2 ", invoke(command, "--help").stdout)

    def test_lists_each_command_once(self) -> None:
        listed = [name for names in main.sections.values() for name in names]
        assert sorted(listed) == sorted(main.commands)
        assert set(main.aliases.values()) <= main.commands.keys()

    def test_options_of_check_are_in_sections(self) -> None:
        text = invoke("check", "--help").stdout
        headings = re.findall(r"^(\w[\w ]*):$", text, re.MULTILINE)
        assert headings[:2] == ["Rules", "Files"] and headings[-1] == "Help"
        for option in main.commands["check"].params:
            if isinstance(option, click.Option):
                assert f"{option.opts[0]}" in text


def test_explain_is_another_word_for_rule() -> None:
    assert invoke("explain", "WFL101").stdout == invoke("rule", "WFL101").stdout != ""
    assert "explain" not in invoke("--help").stdout
