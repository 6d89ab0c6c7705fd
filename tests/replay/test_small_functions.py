"""What a small function gives stands in the place of its call, as long as it is short."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay_cases import flow, verdict
from wflint import limits
from wflint.replay import inlining
from wflint.replay.change import Verdict
from wflint.replay.terms import Term, all_terms

DEPTH = 11


def doubled() -> str:
    """Functions of which each calls the one before twice."""
    return "def named0(x):\n    return x + x\n\n" + "".join(
        f"def named{n + 1}(x):\n    return named{n}(x) + named{n}(x)\n\n" for n in range(DEPTH)
    )


def test_moving_code_into_a_function_is_no_change(tmp_path: Path) -> None:
    test = "if order + order == 'x':\n    await asyncio.sleep(1)\nreturn order"
    old, new = flow(test), flow(test.replace("order + order", "named0(order)"), doubled())
    assert verdict(tmp_path, old, new) is Verdict.COMPATIBLE


def test_terms_stay_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    fill = inlining._filled

    def filled(term: Term, values: dict[str, Term]) -> Term | None:
        found = fill(term, values)
        sizes.append(sum(1 for _ in all_terms(found)) if found is not None else 0)
        return found

    monkeypatch.setattr(inlining, "_filled", filled)
    monkeypatch.setattr(limits, "SMALL_FUNCTION_PARTS", 40)
    test = f"if named{DEPTH}(order) == 'x':\n    await asyncio.sleep(1)\nreturn order"
    code = flow(test, doubled())
    assert verdict(tmp_path, code, code, shortcut=False) is Verdict.COMPATIBLE
    assert 40 < max(sizes) < 200
