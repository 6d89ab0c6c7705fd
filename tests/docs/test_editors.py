"""What the page on editors says reads what wflint prints."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import forking

ROOT = Path(__file__).resolve().parents[2]
ORDERS = ROOT / "examples" / "orders"
PAGE = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
SEVERITIES = {"error", "warning", "info"}


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def table_rows(name: str) -> list[str]:
    """The settings of that name in the tables of the page."""
    return re.findall(rf"^\| {name} \| `(.+)` \|$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def run() -> subprocess.CompletedProcess[str]:
    """What wflint says of the example in the format that editors read."""
    return forking.run(ORDERS, "check", "--output-format", "concise")


@pytest.fixture
def lines(run: subprocess.CompletedProcess[str]) -> list[str]:
    """What an editor is given to read, in the folder that it is run in."""
    printed = run.stdout.splitlines()
    assert {line.split()[3] for line in printed} >= {"error", "warning"}
    return printed


def tasks() -> list[dict[str, Any]]:
    """The tasks of VS Code."""
    (text,) = blocks("json")
    found: list[dict[str, Any]] = json.loads(text)["tasks"]
    return found


@pytest.mark.parametrize("task", tasks(), ids=lambda task: str(task["label"]))
def test_problem_matchers_of_vs_code(task: dict[str, Any], lines: list[str]) -> None:
    pattern = task["problemMatcher"]["pattern"]
    for line in lines:
        found = re.search(pattern["regexp"], line)
        assert found, line
        assert (ORDERS / found[pattern["file"]]).is_file()
        assert found[pattern["line"]].isdigit() and found[pattern["column"]].isdigit()
        assert re.fullmatch(r"WFL\d{3}", found[pattern["code"]])
        assert found[pattern["severity"]] in SEVERITIES
        assert line.endswith(found[pattern["message"]]) and "`" in found[pattern["message"]]


def test_the_watching_task_knows_when_a_run_ends(
    run: subprocess.CompletedProcess[str], lines: list[str]
) -> None:
    background = tasks()[1]["problemMatcher"]["background"]
    assert [line for line in run.stderr.splitlines() if re.search(background["endsPattern"], line)]
    assert not [line for line in lines if re.search(background["endsPattern"], line)]
    assert re.search(background["beginsPattern"], "[21:16:15] 1 change detected")


@pytest.mark.parametrize("written", table_rows("Output filters"))
def test_output_filters_of_pycharm(written: str, lines: list[str]) -> None:
    regexp = written
    for macro, meaning in (
        ("$FILE_PATH$", r"((?:[a-zA-Z]:)?[0-9 a-z_A-Z\-\\./]+)"),
        ("$LINE$", "([0-9]+)"),
        ("$COLUMN$", "([0-9]+)"),
        ("$MESSAGE$", "(.*)"),
    ):
        regexp = regexp.replace(macro, meaning)
    for line in lines:
        found = re.search(regexp, line)
        assert found and (ORDERS / found[1]).is_file()


def test_paths_are_whole_in_the_working_directory_for_pycharm(tmp_path: Path) -> None:
    assert set(table_rows("Working directory")) == {"$PyInterpreterDirectory$"}
    named = str(ORDERS / "src" / "orders" / "util.py")
    printed = forking.run(tmp_path, "check", "-q", "--output-format", "concise", named).stdout
    assert all(line.startswith(f"{ORDERS.as_posix()}/") for line in printed.splitlines())


def quickfix(
    program: str, errorformat: str, lines: list[str], folder: Path
) -> list[dict[str, Any]]:
    """Return what Vim or Neovim makes of lines: its quickfix list."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"there is no {program}")
    printed, result = folder / "printed", folder / "result"
    printed.write_text("\n".join(lines), encoding="utf-8")
    script = folder / "read.vim"
    script.write_text(
        "set nocompatible encoding=utf-8\ncommand! -nargs=* CompilerSet set <args>\n"
        f"{errorformat}\ncgetfile {printed}\n"
        f"call writefile([json_encode(getqflist())], '{result}')\nqall!\n",
        encoding="utf-8",
    )
    quiet = ["--headless"] if program == "nvim" else ["-es"]
    command = [path, *quiet, "-u", "NONE", "-i", "NONE", "-S", str(script)]
    subprocess.run(command, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    found: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
    return found


def compiler_file() -> str:
    """The compiler file for Vim."""
    return next(block for block in blocks("vim") if "CompilerSet" in block)


def efm_formats() -> str:
    """The formats of efm-langserver, which are those of Vim, as commands of Vim."""
    (text,) = blocks("yaml")
    formats = re.findall(r"^ +- '(%f.*)'$", text, re.MULTILINE)
    assert len(formats) == 3
    return "set errorformat=\n" + "".join(
        f"set errorformat+={form}\n"
        for form in (form.replace("\\", "\\\\").replace(" ", "\\ ") for form in formats)
    )


@pytest.mark.parametrize("errorformat", [compiler_file(), efm_formats()], ids=["vim", "efm"])
@pytest.mark.parametrize("program", ["vim", "nvim"])
def test_error_formats_of_vim(
    program: str, errorformat: str, lines: list[str], tmp_path: Path
) -> None:
    found = quickfix(program, errorformat, lines, tmp_path)
    assert len(found) == len(lines)
    for line, entry in zip(lines, found, strict=True):
        _, row, column, rest = line.split(":", 3)
        code, _, severity, _ = rest.split(maxsplit=3)
        assert entry["valid"] == 1
        assert (entry["lnum"], entry["col"]) == (int(row), int(column))
        assert (f"WFL{entry['nr']}", entry["type"]) == (code, severity[0])
        assert line.endswith(entry["text"])


def test_the_pattern_of_neovim(lines: list[str]) -> None:
    (block,) = (block for block in blocks("lua") if "lint.linters" in block)
    (pattern,) = re.findall(r'"(\^\.-:.+)"', block)
    # Lua's patterns are nearly regular expressions: `%d` is `\d`, and `.-` is `.*?`.
    regexp = pattern.replace(".-", ".*?").replace("%w", "[A-Za-z0-9]").replace("%", "\\")
    for line in lines:
        found = re.search(regexp, line)
        assert found and found[3].startswith("WFL") and found[4] in SEVERITIES


def test_emacs_compile(lines: list[str], tmp_path: Path) -> None:
    emacs = shutil.which("emacs")
    if emacs is None:
        pytest.skip("there is no emacs")
    printed = tmp_path / "printed"
    printed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    script = (
        f'(progn (require (quote compile)) (find-file "{printed}") (compilation-mode)'
        " (compilation--ensure-parse (point-max)) (goto-char (point-min)) (let (m)"
        " (while (setq m (text-property-search-forward (quote compilation-message)))"
        " (let ((l (compilation--message->loc (prop-match-value m))))"
        ' (message "%s:%s:%s" (caar (compilation--loc->file-struct l))'
        " (compilation--loc->line l) (compilation--loc->col l))))))"
    )
    command = [emacs, "-Q", "--batch", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    places = [":".join(line.split(":")[:3]) for line in lines]
    assert [line for line in done.stderr.splitlines() if ".py:" in line] == places
