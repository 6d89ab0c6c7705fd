"""Makes ids of patches that say what was changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wflint.replay.change import Step
from wflint.syntax.words import last_word

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_NAMED = ("local activity ", "activity ", "child workflow ", "timer ")
_ENDS = {"completion": "return"}
_LONGEST = 50


class Branches(NamedTuple):
    """What a patch decides between: statements, and the step in them that differs first, if any."""

    old: Sequence[ast.stmt]
    new: Sequence[ast.stmt]
    was: Step | None
    now: Step | None


def patch_id(branches: Branches, taken: set[str]) -> str:
    """Return an id that is not taken, made from a change."""
    wanted = _words(branches)
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


def _words(branches: Branches) -> str:
    was, now = _slug(branches.was), _slug(branches.now)
    if not branches.old:
        return f"add-{now or _about(branches.new) or 'step'}"
    if not branches.new:
        return f"remove-{was or _about(branches.old) or 'step'}"
    if was and now and was != now:
        return f"{now}-instead-of-{was}"
    return f"change-{now or was or _about(branches.new) or 'steps'}"


def _slug(step: Step | None) -> str:
    """Return what a step is about in small words, or ``""``."""
    if step is None:
        return ""
    text = next((step.text.removeprefix(k) for k in _NAMED if step.text.startswith(k)), step.text)
    is_name = re.fullmatch(r"[\w .:/-]+", text) is not None
    return _in_words(_ENDS.get(text, text)) if is_name else ""


def _in_words(text: str) -> str:
    return "-".join(_WORD.findall(text)).lower()[:_LONGEST].strip("-")


def _about(statements: Sequence[ast.stmt]) -> str:
    """Return what the first calls of statements name: an activity, else what is called."""
    calls = [node for each in statements for node in ast.walk(each) if isinstance(node, ast.Call)]
    names = [name for call in calls for name in _target(call)]
    names += map(last_word, calls)
    names += ["return" for each in statements if any(map(_returns, ast.walk(each)))]
    return next(filter(None, map(_in_words, names)), "")


def _target(call: ast.Call) -> Iterator[str]:
    if last_word(call).startswith(("execute_", "start_")):
        match call.args[:1]:
            case [ast.Constant(value=value)]:
                yield str(value)
            case [(ast.Name() | ast.Attribute()) as target]:
                yield last_word(target)


def _returns(node: ast.AST) -> bool:
    return isinstance(node, ast.Return)
