"""Whether a method may end, as its text tells."""

from __future__ import annotations

import ast
import textwrap

import pytest

from wflint.model.ways_out import can_end

ENDLESS = {
    "a loop": "while True: step()",
    "a break of a loop inside": "while True:\n  while True:\n    break",
    "a break of a `for` inside": "while True:\n  for x in y:\n    break",
    "in a `with`": "with lock:\n  while 1: step()",
    "in both branches": "if x:\n  while True: step()\nelse:\n  raise E",
    "with something that never comes": "while True: step()\ndone()",
    "a wait without end": "await asyncio.Future()\ndone()",
    "in a `try` that cleans up": "try:\n  while True: step()\nfinally:\n  close()",
    "an error": "raise E",
    "going round": "while True:\n  if x: continue\n  step()",
}
ENDING = {
    "its end": "step()",
    "a break": "while True:\n  if x: break",
    "a break behind a loop inside": "while True:\n  for x in y: pass\n  break",
    "a break in the `else` of a loop": "while True:\n  for x in y: pass\n  else: break",
    "a return in a loop inside": "while True:\n  while True:\n    return 1",
    "a condition": "while x: step()",
    "a handler": "try:\n  while True: step()\nexcept E:\n  log()",
    "a return at last": "try:\n  while True: step()\nfinally:\n  return",
    "one branch": "if x:\n  while True: step()",
    "a case": "match x:\n  case 1:\n    while True: step()",
    "a chain": "if x: raise E\n" + "elif x: raise E\n" * 400 + "else: step()",
}


def body(text: str) -> list[ast.stmt]:
    (function,) = ast.parse("async def f():\n" + textwrap.indent(text, "  ")).body
    assert isinstance(function, ast.AsyncFunctionDef)
    return function.body


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_no_way_out(text: str) -> None:
    assert not can_end(body(text))


@pytest.mark.parametrize("text", ENDING.values(), ids=ENDING.keys())
def test_a_way_out(text: str) -> None:
    assert can_end(body(text))
