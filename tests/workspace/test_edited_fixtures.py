"""Edits that change no code, or hardly any, in code that rules have something to say about."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspace.test_workspace import Edited

FIXTURES = Path(__file__).parent.parent / "fixtures"
NAMES = ("flagged.py", "clean.py")
SWALLOWED = FIXTURES / "continue_as_new_swallowed" / "flagged.py"
TYPED = (
    *("a", "amount", "amount = 1", "pair = (1, amount)", "x = (", "# a comet", "", "print(x"),
    *("print(amount)", "assert amount", "str(amount if 1 else [amount, 2])"),
)
GOES_ON = (("amount", "amounts"), ("\n", "  \n"), ("\n", "  # a comet\n"), ("a", "b"), ("1", "2"))


def _fixtures() -> list[Path]:
    return sorted(path for name in NAMES for path in FIXTURES.glob(f"*/{name}"))


def _edited(text: str, chance: random.Random) -> Iterator[str]:
    """Put a line between two others, as deep as one of them, and type on in it, or near it."""
    lines = text.splitlines(keepends=True)
    row = chance.randrange(1, len(lines)) if len(lines) > 1 else 0
    near = chance.choice(lines[max(0, row - 1) : row + 1] or [""])
    indent = near[: len(near) - len(near.lstrip())].strip("\n")
    lines.insert(row, f"{indent}{chance.choice(TYPED)}\n")
    yield "".join(lines)
    for _ in range(2):
        row = min(len(lines) - 1, chance.choice((row, row, row + 1)))
        lines[row] = lines[row].replace(*chance.choice(GOES_ON))
        yield "".join(lines)


def _type(fixture: Path, folder: Path, seed: int | str, times: int) -> None:
    chance = random.Random(seed)
    folder.mkdir()
    shutil.copy(fixture, folder)  # the files beside it are fixtures of their own
    name = fixture.name
    edited = Edited(folder)
    text = fixture.read_text(encoding="utf-8")
    edited.agrees()
    for _ in range(times):
        for typed in _edited(text, chance):
            edited.put(name, typed)
            edited.agrees()
        edited.put(name, text)
        edited.agrees()


@pytest.mark.parametrize("seed", range(2))
def test_a_line_more_in_a_fixture(tmp_path: Path, seed: int) -> None:
    fixture = random.Random(seed).choice(_fixtures())
    _type(fixture, tmp_path / "one", seed, times=4)


@pytest.mark.exhaustive
@pytest.mark.parametrize("fixture", _fixtures(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_line_more_in_each_fixture(tmp_path: Path, fixture: Path) -> None:
    _type(fixture, tmp_path / "one", f"{fixture.parent.name}/{fixture.stem}", times=4)


def _ends_of_blocks() -> list[int]:
    """The rows of a fixture behind which a statement still belongs to a block that ended there."""
    rows = SWALLOWED.read_text(encoding="utf-8").splitlines()
    depths = [len(row) - len(row.lstrip()) for row in rows]
    return [n for n, row in enumerate(rows[1:-1], 1) if row.strip() and depths[n + 1] < depths[n]]


@pytest.mark.parametrize("row", _ends_of_blocks())
def test_what_ends_with_a_block_ends_with_a_name_that_comes_there(tmp_path: Path, row: int) -> None:
    shutil.copytree(SWALLOWED.parent, tmp_path / "one")
    edited = Edited(tmp_path / "one")
    edited.agrees()
    lines = SWALLOWED.read_text(encoding="utf-8").splitlines(keepends=True)
    indent = " " * (len(lines[row]) - len(lines[row].lstrip()))
    edited.put(SWALLOWED.name, "".join([*lines[: row + 1], f"{indent}amount\n", *lines[row + 1 :]]))
    edited.agrees()


def test_a_comment_may_be_why_there_is_no_fix(tmp_path: Path) -> None:
    fixture = FIXTURES / "dynamic_import" / "flagged.py"
    shutil.copytree(fixture.parent, tmp_path / "one")
    edited = Edited(tmp_path / "one")
    edited.agrees()
    text = fixture.read_text(encoding="utf-8")
    line = "        from yaml import"
    edited.put(fixture.name, text.replace(line, f"        # a comet\n{line}"))
    assert "a comment belongs to it" in edited.agrees()
