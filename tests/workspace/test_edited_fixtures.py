"""Edits that change no code, or hardly any, in code that rules have something to say about."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.workspace.test_workspace import Edited

FIXTURES = Path(__file__).parent.parent / "fixtures"
NAMES = ("flagged.py", "clean.py")
TYPED = ("a", "amount", "amount = 1", "pair = (1, amount)", "x = (", "# a comet", "", "print(x")


def _fixtures() -> list[Path]:
    return sorted(path for name in NAMES for path in FIXTURES.glob(f"*/{name}"))


def _edited(text: str, chance: random.Random) -> str:
    """Put a line between two others, as deep as one of them."""
    lines = text.splitlines(keepends=True)
    row = chance.randrange(1, len(lines)) if len(lines) > 1 else 0
    near = chance.choice(lines[max(0, row - 1) : row + 1] or [""])
    indent = near[: len(near) - len(near.lstrip())].strip("\n")
    return "".join([*lines[:row], f"{indent}{chance.choice(TYPED)}\n", *lines[row:]])


def _type(fixture: Path, folder: Path, seed: int, times: int) -> None:
    chance = random.Random(seed)
    shutil.copytree(fixture.parent, folder)
    name = fixture.name
    edited = Edited(folder)
    text = fixture.read_text(encoding="utf-8")
    edited.agrees()
    for _ in range(times):
        edited.put(name, _edited(text, chance))
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
    _type(fixture, tmp_path / "one", len(str(fixture)), times=6)
