"""The pairs of `tests/fixtures/replay/`: their verdicts, and what the SDK's Replayer says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import invoke
from tests.replay_cases import Pair, changes, pairs, some_and_others
from tests.replayer import oracle
from wflint.replay.change import Verdict


def _code(pair: Pair, name: str) -> str:
    return (pair.folder / name).read_text()


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_wflint_diff_says_so(pair: Pair, tmp_path: Path) -> None:
    for side, name in (("old", "before.py"), ("new", "after.py")):
        _write(tmp_path / side, _code(pair, name))
    done = invoke("diff", *_sides(tmp_path), "--output-format", "json")
    found = [one for one in json.loads(done.stdout) if one["workflow"] in ("W", "")]

    assert _worst(found) is pair.verdict
    assert done.exit_code == (pair.verdict in (Verdict.INCOMPATIBLE, Verdict.DEPENDS))
    if found:
        assert any(one["kind"] == "commands" for one in found) == (pair.kind == "commands")
        assert any(pair.difference in one["message"] for one in found)
    assert "Compared" in done.stderr and "not in full" not in done.stderr


def _write(folder: Path, code: str) -> None:
    """Make a program of one module."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.wflint]\n")
    (folder / "flow.py").write_text(code)


def _sides(folder: Path) -> tuple[str, ...]:
    return ("--from", str(folder / "old"), "--to", str(folder / "new"))


def _worst(found: Sequence[dict[str, Any]]) -> Verdict:
    order = list(Verdict)
    return min((Verdict(one["verdict"]) for one in found), key=order.index, default=order[-1])


@pytest.mark.parametrize("pair", some_and_others(pairs(), 4))
def test_code_is_compatible_with_itself(pair: Pair, tmp_path: Path) -> None:
    before = _code(pair, "before.py")

    assert changes(tmp_path, {"a.py": before}, {"a.py": before}, shortcut=False) == []


@pytest.mark.parametrize("pair", some_and_others(pairs(), 4))
def test_the_replayer_says_so(pair: Pair) -> None:
    assert oracle(pair.folder, pair.folder / "before.py") == "compatible"
    assert oracle(pair.folder, pair.folder / "after.py") == pair.oracle


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_nothing_that_the_replayer_fails_is_compatible(pair: Pair) -> None:
    if pair.verdict is Verdict.COMPATIBLE:
        assert pair.oracle == "compatible"
