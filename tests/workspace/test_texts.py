"""Errors in a text are those of a cold run, and LibCST is asked only where it might parse it."""

from __future__ import annotations

import pytest

from wflint.files.source import Source, UnreadableSource
from wflint.project.module_reading import why_not_newer
from wflint.syntax.guard import NewerSyntax, parse, parse_once
from wflint.workspace import texts as module
from wflint.workspace.texts import Texts

GOOD = """\
def label(order):
    text = f"{order!r} ("
    return text
"""


def _cold(text: str) -> UnreadableSource | None:
    source = Source(text)
    try:
        parse(source)
    except NewerSyntax as newer:
        return why_not_newer("shop", False, source, newer)
    except UnreadableSource as error:
        return error
    return None


def _with(row: str) -> str:
    return GOOD.replace("    return", f"    {row}\n    return")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that LibCST is asked about."""
    found: list[str] = []

    def noted(*arguments: object) -> UnreadableSource | None:
        found.append(arguments[2].text)  # type: ignore[attr-defined]
        return why_not_newer(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "why_not_newer", noted)
    return found


def _same(texts: Texts, text: str) -> None:
    known, cold = texts.why_unreadable(texts.decoded(text.encode()), "shop", False), _cold(text)
    assert (known is None) == (cold is None)
    if known is not None and cold is not None:
        assert (known.message, known.row, known.column) == (cold.message, cold.row, cold.column)


@pytest.mark.parametrize("row", ["print(", "print(a", "x = [y for y in (z", "print)", "x = (1]"])
def test_brackets_that_do_not_match_are_wrong_in_any_syntax(asked: list[str], row: str) -> None:
    texts = Texts()
    parse_once(texts.decoded(GOOD.encode()))
    _same(texts, _with(row))
    assert asked == []


@pytest.mark.parametrize(
    "row", ["x = ", 'print("', "print(f'{x['", "print('(", "f(a=1, 2)", "f(x for x in y, z)"]
)
def test_what_newer_syntax_may_allow_is_asked(asked: list[str], row: str) -> None:
    texts = Texts()
    parse_once(texts.decoded(GOOD.encode()))
    _same(texts, _with(row))
    assert asked == [_with(row)]


def test_without_a_text_that_can_be_read_all_are_asked(asked: list[str]) -> None:
    _same(Texts(), _with("print("))
    assert asked == [_with("print(")]


def test_the_last_text_that_can_be_read_is_remembered(asked: list[str]) -> None:
    texts = Texts()
    parse_once(texts.decoded(GOOD.encode()))
    for number in range(20):
        _same(texts, _with(f"print({number}"))
    assert asked == []
