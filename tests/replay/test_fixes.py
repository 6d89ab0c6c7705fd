"""The fix of `wflint diff` for the pairs of `tests/fixtures/replay/`.

Afterwards `wflint diff` finds nothing, and the SDK's Replayer accepts the recorded histories.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import invoke
from tests.replay_cases import Pair, pairs, some_and_others
from tests.replayer import oracle
from wflint.replay.change import Verdict

_WITHHELD = {
    "child-type-changed": "the old code uses `Child`, which is gone",
    "patch-id-renamed": "the change has patches in it already",
    "update-removed": "not one of statements in a function that both versions have",
}
_RUNNING = [
    pair
    for pair in pairs()
    if pair.kind == "commands" and pair.verdict in (Verdict.INCOMPATIBLE, Verdict.DEPENDS)
]


@pytest.mark.parametrize("pair", some_and_others(_RUNNING, 2))
def test_it_makes_the_new_code_compatible(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side, name in (("old", "before.py"), ("new", "after.py")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "pyproject.toml").write_text("[tool.wflint]\n")
        (tmp_path / side / "flow.py").write_text((pair.folder / name).read_text())
    monkeypatch.chdir(tmp_path / "new")
    done = invoke("diff", "--from", "../old", "--fix", "--unsafe-fixes")
    if pair.name in _WITHHELD:
        assert _WITHHELD[pair.name] in done.stdout and "Fixed" not in done.stderr
        return

    assert "Fixed 1 diagnostic in 1 file." in done.stderr
    assert "workflow.patched(" in Path("flow.py").read_text()
    again = invoke("diff", "--from", "../old")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "not in full" not in again.stderr
    assert oracle(pair.folder, Path("flow.py").resolve()) == "compatible"
