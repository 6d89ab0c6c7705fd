"""Statements as text: alike however they are laid out."""

from __future__ import annotations

import pytest

from wflint.diagnostics import Location
from wflint.run.statements import LONGEST, Statements


def statement(text: str, at: str) -> str:
    """The statement around the first place where ``at`` stands."""
    offset = text.index(at)
    ends = []
    for place in (offset, offset + len(at)):
        before = text[:place]
        ends.append(Location(before.count("\n") + 1, place - before.rfind("\n")))
    return Statements(text).text_at(*ends)


@pytest.mark.parametrize(
    "layouts",
    [
        ("x = f(now(), 1)\n", "x=f( now( ) ,1 )\n", "x = f(\n    now(),\n    1,  # one\n)\n"),
        ("x = f('a', now())\n", 'x = f("a", now())\n'),
        ("x = (1,\n     now())\n", "x = (1, now())\r\n", "x = (1, \\\n  now())\n"),
        ("def f(a=now(), *, b: int = 1): pass\n", "def f( a = now(), *, b:int=1 ) : pass\n"),
        ("y = now()\n", "y = now()  # wflint: ignore[WFL101] why\n", "if x:\n    y = now()\n"),
        ("a = 1; b = now()\n", "a=1;  b=now()\n"),
    ],
)
def test_is_the_same_in_all_layouts(layouts: tuple[str, ...]) -> None:
    assert len({statement(text, "now") for text in layouts}) == 1


@pytest.mark.parametrize(
    ("text", "at", "wanted"),
    [
        ("x = f(*now(), **k) - -1\n", "now", "x = f(*now(), **k) - -1"),
        ("return [a[0] for a in now()]\n", "now", "return [a[0] for a in now()]"),
        ("t = f'{now()!r:>{w}} {x}'\n", "now", 't = f"{now()!r:>{w}} {x}"'),
        ('t = f"""{now()}\n  end"""\n', "now", 't = f"""{now()} end"""'),
        ("x = 'it''s' 'a \"b\"', now()\n", "now", 'x = "it" "s" \'a "b"\', now()'),
        ("@deco(now())\ndef f(): ...\n", "now", "@deco(now())"),
        ("async def run(\n    self,\n) -> str:\n    pass\n", "run", "async def run(self) -> str:"),
        ("x = 1  # wflint: ignore[WFL101]\n", "WFL101", "# wflint: ignore[WFL101]"),
        ("x = (1,\n# now\n)\n", "now", "# now"),
        ("x = (now(\n", "now", "x = (now("),
        ("x = now()\ny = (\n", "now", "x = now()"),
        ("", "", ""),
    ],
)
def test_is_canonical(text: str, at: str, wanted: str) -> None:
    assert statement(text, at) == wanted


def test_of_a_long_one_is_the_offending_part() -> None:
    rows = "".join(f"    'key{n}': {n},\n" for n in range(40))
    text = f"x = {{\n{rows}    'at': now(1, 2),\n}}\n"
    assert statement(text, "now(1, 2)") == "now(1, 2)"


def test_is_never_longer_than_a_line_can_show() -> None:
    found = statement(f"x = now({'a' * 500})\n", f"now({'a' * 500})")
    assert len(found) <= LONGEST
    assert found != statement(f"x = now({'a' * 501})\n", f"now({'a' * 501})")
