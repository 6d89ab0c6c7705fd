"""An edit that changes no code takes no check, and the answer is still that of a cold run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.caching import FLOW, NAMES, make_project
from tests.workspace.test_workspace import CLOCK, Edited
from wflint.run.check import check_beside_others
from wflint.workspace.cancelling import Cancelled, Token

MANY = '''\
"""Many forms of statements.

# no comment
"""
import datetime
import random

from temporalio import workflow
from shop import (
    names,

    prices,
)


def helper(
    first=None,

    second=random.random(),
) -> str:
    # what it does
    text = """
# no comment

"""
    return text + \\
        names.new_name()


@workflow.defn(
    name="Many",

)
class ManyWorkflow:
    """It does much."""

    @workflow.run
    async def run(self) -> str:
        if (
            prices.label()

        ):
            try:
                return helper()

            except ValueError:

                pass
            finally:
                print("at the end")
        else:
            now = datetime.datetime.now()

        random.random()  # wflint: ignore[WFL122] known
        # wflint: ignore[WFL101] known

        return str(datetime.datetime.now()); x = 1


@workflow.defn
class OneMoreWorkflow:
    @workflow.run
    async def run(self) -> None:
        match helper():

            case "a":
                uuid = random.random()

            case _:
                pass
'''
NAME = "shop/many.py"


class Counted(Edited):
    """A workspace of which it is known how many checks it takes."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self.checks = 0

        def counted(*arguments: object) -> object:
            self.checks += 1
            return check_beside_others(*arguments)  # type: ignore[arg-type]

        patch.setattr("wflint.workspace.workspace.check_beside_others", counted)

    def takes(self, name: str, text: str) -> int:
        """Change a file, compare with a cold run, and say how many checks that took."""
        before = self.checks
        self.put(name, text)
        self.agrees()
        return self.checks - before


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    folder = make_project(tmp_path)
    (folder / NAME).write_text(MANY)
    (folder / "shop/clock.py").write_text(CLOCK)
    edited = Counted(folder, monkeypatch)
    edited.agrees()
    return edited


def _with(text: str, row: int, line: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:row], line, *lines[row:]])


def _row(text: str) -> int:
    """The row of the text that comes before a line of it."""
    return MANY[: MANY.index(text)].count("\n")


@pytest.mark.parametrize(
    "line", ["\n", "    \n", "# a comet\n", "        # a comet\n", "\n# c\n\n"]
)
@pytest.mark.parametrize(
    "before", ["def helper", "@workflow.defn\n", "    return text", "                pass"]
)
def test_what_stands_between_statements_takes_no_check(
    counted: Counted, before: str, line: str
) -> None:
    assert counted.takes(NAME, _with(MANY, _row(before), line)) == 0
    assert counted.takes(NAME, MANY) == 0


def test_what_is_typed_in_a_comment_takes_no_check(counted: Counted) -> None:
    row, comment = _row("    return text"), "    # why so"
    lines = [f"{comment[:end]}\n" for end in range(4, len(comment) + 1)]
    assert sum(counted.takes(NAME, _with(MANY, row, line)) for line in lines) == 0


@pytest.mark.parametrize(
    "before",
    [
        *("    prices,\n", "    second=random", "# no comment\n\n", "        names.new_name()"),
        *(")\nclass ManyWorkflow", "        ):\n"),
    ],
)
def test_what_stands_in_a_statement_does(counted: Counted, before: str) -> None:
    assert counted.takes(NAME, _with(MANY, _row(before), "# a comet\n")) == 1


def test_a_name_of_the_project_in_a_comment_does(counted: Counted) -> None:
    with_name = _with(MANY, _row("    return text"), "    # RefundWorkflow\n")
    assert counted.takes(NAME, with_name) == 1
    assert counted.takes(NAME, with_name.replace("# Refund", "# so Refund")) == 0


def test_a_comment_that_hides_something_does(counted: Counted) -> None:
    plain = _with(MANY, _row("    async def run(self) -> None"), "\n")
    assert counted.takes(NAME, plain.replace("        # wflint", "        # now wflint")) == 1
    assert counted.takes(NAME, MANY.replace("known\n\n", "known\n\n\n")) == 1


def test_what_does_not_parse_takes_one_check(counted: Counted) -> None:
    broken = ["x = (", "x = (1", "x = (1,", "y = [", "z = {"]
    texts = [_with(MANY, _row("    return text"), f"    {line}\n") for line in broken]
    assert [counted.takes(NAME, text) for text in texts] == [1, 0, 0, 0, 0]
    assert counted.takes(NAME, MANY) == 0


def test_an_answer_about_what_does_not_parse_outlives_others(counted: Counted) -> None:
    assert counted.takes(NAME, _typed("x = (")) == 1
    for number in range(4):
        assert counted.takes(NAME, _typed(f"print(text, {number}, text)")) == 1
        assert counted.takes(NAME, _typed(f"print(text, {number}, text, (")) == 0


def test_what_does_not_parse_is_known_by_its_row(counted: Counted) -> None:
    def fingerprint(*rows: str) -> str:
        counted.put(NAME, _typed("\n    ".join(rows)))
        counted.agrees()
        found = counted.workspace.check(only_texts=True).result.diagnostics
        return next(d.fingerprint for d in found if d.code == "WFL001")

    first = fingerprint("x = (")
    assert fingerprint("x = (", "print(1)") == fingerprint("y()", "x  =  (") == first
    assert fingerprint("x = ((") != first


def test_what_does_not_parse_and_names_something_takes_more(counted: Counted) -> None:
    texts = ["    x = (", "    x = (RefundWorkflow", "    x = (RefundWorkflow, "]
    taken = [counted.takes(NAME, _with(MANY, _row("    return text"), f"{t}\n")) for t in texts]
    assert taken == [1, 1, 0]


@pytest.mark.parametrize("line", ["amo", "amount = 1", "pair = one, (2, [one])"])
def test_what_does_nothing_takes_no_check(counted: Counted, line: str) -> None:
    row = _row("    return text")
    assert counted.takes(NAME, _with(MANY, row, f"    {line}\n")) == 0
    assert counted.takes(NAME, _with(MANY, row, f"    {line}  \n\n")) == 0
    assert counted.takes(NAME, MANY) == 0


@pytest.mark.parametrize(
    "line", ["text", "print", "prices", "helper", "amo.x", "amo()", "del amo", "text = 1", "y: int"]
)
def test_what_names_something_takes_a_check(counted: Counted, line: str) -> None:
    assert counted.takes(NAME, _with(MANY, _row("    return text"), f"    {line}\n")) == 1


def _typed(line: str, before: str = "    return text") -> str:
    return _with(MANY, _row(before), f"    {line}\n")


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("helper(a)", ["helper(am)", "helper( amo )", "helper(amo)  ", "helper(amo)  # why so"]),
        ("assert am", ["assert amo", "assert  amount"]),
        ("amo = names.x(amo, text)", ["amount = names.x(amount, text)"]),
        ("if amo: pass", ["if amount: pass"]),
        ("text = [a for a in text]", ["text = [bit for bit in text]"]),
    ],
)
def test_other_names_that_mean_nothing_take_no_check(
    counted: Counted, line: str, lines: list[str]
) -> None:
    assert counted.takes(NAME, _typed(line)) == 1
    assert [counted.takes(NAME, _typed(typed)) for typed in lines] == [0] * len(lines)


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("helper(am)", "helper(text)"),  # a name of the function
        ("helper(text)", "helper(am)"),
        ("helper(am)", "helper(prices)"),  # of the module
        ("helper(am)", "helper(len)"),
        ("helper(am)", "helper(am.x)"),
        ("helper(am, mo)", "helper(am, am)"),
        ("helper(1)", "helper(2)"),
        ("x = am; y = am", "x = am; y = mo"),
        ("global amo; x = amo", "global amo; x = am"),
    ],
)
def test_other_names_that_mean_something_take_one(counted: Counted, line: str, other: str) -> None:
    counted.takes(NAME, _typed(line))
    assert counted.takes(NAME, _typed(other)) == 1


def test_a_name_that_another_function_binds_for_all_takes_one(counted: Counted) -> None:
    text = _typed("helper(am)").replace("uuid = random", "a = 1; global hidden; uuid = random")
    counted.takes(NAME, text)
    assert counted.takes(NAME, text.replace("helper(am)", "helper(hidden)")) == 1


def test_names_take_one_where_any_name_may_be_imported(counted: Counted) -> None:
    text = MANY.replace("import random", "from random import *").replace("random.random", "random")
    assert counted.takes(NAME, text) == 1
    assert counted.takes(NAME, text.replace("    return text", "    amo\n    return text")) == 1


def test_what_something_is_said_of_takes_one(counted: Counted) -> None:
    line = "            now = datetime.datetime.now()\n"
    assert counted.takes(NAME, MANY.replace(line, line.replace("now =", "later ="))) == 1
    assert counted.takes(NAME, MANY.replace(line, line.replace("\n", "  # why\n"))) == 1


def test_local_names_of_other_functions_mean_nothing(counted: Counted) -> None:
    assert counted.takes(NAME, _typed("now")) == 0
    assert counted.takes(NAME, _typed("now = 1")) == 0
    assert counted.takes(NAME, _typed("second")) == 1  # its own


ACTIVITIES = """\
import asyncio
import time

from temporalio import activity


@activity.defn
async def charge(amount: int) -> None:
    await asyncio.sleep(amount)
    time.sleep(2)


def unreached(amount: int) -> int:
    time.sleep(1)
    return amount
"""


@pytest.mark.parametrize("before", ["    time.sleep(2)", "    return amount"])
def test_code_that_no_workflow_runs_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    """Activities, and functions that nobody calls, are read with other rules."""
    name = "shop/activities.py"
    (make_project(tmp_path) / name).write_text(ACTIVITIES)
    counted = Counted(tmp_path, monkeypatch)
    counted.agrees()

    def with_line(line: str) -> str:
        return ACTIVITIES.replace(before, f"    {line}\n{before}")

    for line in ("amo", "amo = 1", "# a comet"):
        assert counted.takes(name, with_line(line)) == 0
    assert counted.takes(name, with_line("time.sleep(1)")) == 1
    assert counted.takes(name, with_line("asyncio.sleep(am)")) == 1
    assert counted.takes(name, with_line("asyncio.sleep(amo)")) == 0


def test_a_comment_that_says_who_writes_the_file(counted: Counted) -> None:
    says = MANY.replace("# what it does", "# what it generated; DO NOT EDIT by hand")
    assert counted.takes(NAME, says) <= 1
    assert counted.takes(NAME, _with(says, 4, "# a comet\n")) == 0
    assert counted.takes(NAME, _with(says, 4, "# a pyre: DO NOT EDIT\n")) == 1


def test_a_file_that_nobody_has_read_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, text = "shop/tool.py", "def tool(x: int) -> int:\n    x += 1\n    return x\n"
    (make_project(tmp_path) / name).write_text(text)
    counted = Counted(tmp_path, monkeypatch)
    counted.agrees()
    assert counted.takes(name, text.replace("    return", "    amo\n    return")) == 0
    assert counted.takes(name, text.replace("return x", "return x  # why")) == 0
    assert counted.takes(name, text.replace("return x", "return y")) == 1


def test_a_name_does_something_where_nothing_else_stands(counted: Counted) -> None:
    for before in ("    # what it does", "            case _", "                uuid"):
        counted.takes(NAME, MANY)
        row = _row(before) + 1
        indent = MANY.splitlines()[row][: -len(MANY.splitlines()[row].lstrip()) or None]
        assert counted.takes(NAME, _with(MANY, row, f"{indent}amo\n")) <= 1


def test_rows_above_do_not_make_another_place_of_a_statement(counted: Counted) -> None:
    row = _row("    return text")
    assert counted.takes(NAME, _with(MANY, row, "    amo\n")) == 0
    assert counted.takes(NAME, MANY) == 0
    more = _with(MANY, _row("def helper"), "\n" * 3)
    assert counted.takes(NAME, more) == 0
    assert counted.takes(NAME, _with(more, row, "    amo\n")) == 1


def test_two_files_change_and_one_goes_back(counted: Counted) -> None:
    assert counted.takes("shop/names.py", f"# a comet\n{NAMES}") == 0
    assert counted.takes(NAME, _with(MANY, _row("    return text"), "    amo\n")) == 0
    counted.put("shop/names.py", NAMES)
    assert counted.takes(NAME, MANY) == 0
    assert counted.takes("shop/names.py", f"\n{NAMES}") == 0


def test_it_ends_where_nobody_waits_for_it(counted: Counted) -> None:
    text = _with(MANY, _row("    return text"), "    amo\n")
    counted.put(NAME, text)
    withdrawn = Token()
    withdrawn.withdraw()
    with pytest.raises(Cancelled):
        counted.workspace.check(withdrawn, only_texts=True)
    assert counted.takes(NAME, text) == 0


def test_a_body_takes_a_check(counted: Counted) -> None:
    assert counted.takes(NAME, MANY.replace("print(", "str(")) == 1


def test_what_is_typed_may_be_taken_back(counted: Counted) -> None:
    """However many answers have come in between."""
    row = _row("    return text")
    for line in ("    print(1)\n", "    str(2)\n", "    len(text)\n", "    print(text)\n"):
        assert counted.takes(NAME, _with(MANY, row, line)) == 1
    assert counted.takes(NAME, MANY) == 0
    assert counted.takes(NAME, _with(MANY, row, "    # a comet\n")) == 0


def test_fixes_move_with_the_code(counted: Counted) -> None:
    assert counted.takes("shop/clock.py", CLOCK.replace("\n\n\n@", "\n\n\n# a comet\n\n\n@")) == 0


def test_another_file_may_change_in_between(counted: Counted) -> None:
    assert counted.takes("shop/names.py", f"# a comet\n{NAMES}") == 0
    assert counted.takes(NAME, _with(MANY, _row("def helper"), "\n")) == 0
    assert counted.takes("shop/names.py", NAMES) == 0
    assert counted.takes("shop/flow.py", f"{FLOW}\n") == 0


def test_a_file_is_closed_as_it_was_saved(counted: Counted) -> None:
    path = counted.folder / "shop/names.py"
    counted.put("shop/names.py", f"# a comet\n{NAMES}")
    counted.agrees()
    path.write_text(f"# a comet\n{NAMES}")
    counted.workspace.drop(str(path))
    before = counted.checks
    counted.agrees()
    assert counted.checks == before


def test_a_file_that_was_written_while_it_was_open_is_read(counted: Counted) -> None:
    path = counted.folder / "shop/names.py"
    counted.put("shop/names.py", NAMES)
    counted.agrees()
    path.write_text("def new_name() -> str:\n    return ''\n")
    counted.workspace.drop(str(path))
    counted.agrees()


def _every_row() -> Iterator[str]:
    for row in range(MANY.count("\n") + 1):
        for line in ("\n", "# a comet\n", "            # of names\n"):
            yield _with(MANY, row, line)
    for row, line in enumerate(MANY.splitlines(keepends=True)):
        if not line.strip() or line.lstrip().startswith("#"):
            yield MANY[: sum(map(len, MANY.splitlines(keepends=True)[:row]))] + "".join(
                MANY.splitlines(keepends=True)[row + 1 :]
            )


@pytest.mark.exhaustive
def test_a_comment_may_come_and_go_at_each_row(counted: Counted) -> None:
    for text in _every_row():
        counted.takes(NAME, text)
    assert counted.checks < 200


@pytest.mark.exhaustive
def test_letters_of_statements(counted: Counted) -> None:
    for statement in ("names.new_name()", "text = [str(v) for v in (1, 2)]", "assert prices"):
        for end in range(1, len(statement) + 1):
            text = _with(MANY, _row("    return text"), f"    {statement[:end]}\n")
            counted.takes(NAME, text)
