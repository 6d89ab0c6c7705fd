"""Finds the one place where a function was changed: statements of one block, before and after.

Of changes that give no command, and decide about none, nothing is found: text of logs, data.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from wflint.syntax.guard import Function
from wflint.syntax.words import last_word

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "finalbody")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DECIDING = (
    *(ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom, ast.Call),
    *(ast.Raise, ast.Break, ast.Continue, *_DEFINITIONS),
)
_LOGS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"}
)


class Region(Struct):
    """Statements of one block that were changed; of an insertion or a removal one side is empty.

    ``block`` are all statements of the new block, and the changed ones are ``new``, from ``start``
    on. ``leading`` are the statements that have run whenever the region is come to.
    """

    old: list[ast.stmt]
    new: list[ast.stmt]
    block: list[ast.stmt]
    start: int
    leading: list[ast.stmt]


def changed_region(old: Function, new: Function) -> Region | None:
    """Return where a function was changed; ``None`` if it gives the same commands for all we see.

    Raises :class:`RecursionError` for code that is nested too deeply.
    """
    return _in_block(old.body, new.body, [])


def _in_block(old: list[ast.stmt], new: list[ast.stmt], leading: list[ast.stmt]) -> Region | None:
    matcher = SequenceMatcher(None, [*map(ast.dump, old)], [*map(ast.dump, new)], autojunk=False)
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    loud = [c for c in codes if _matters(old[c[1] : c[2]], new[c[3] : c[4]])]
    if not loud:
        return None
    first, last = loud[0], loud[-1]
    before, after = old[first[1] : last[2]], new[first[3] : last[4]]
    leading = [*leading, *new[: first[3]]]
    if len(before) == len(after) == 1:
        inside = _inside(before[0], after[0], leading)
        if inside is not None:
            return inside
    return Region(without_pass(before), after, new, first[3], leading)


def without_pass(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements without those that only fill a block."""
    return [each for each in statements if not isinstance(each, ast.Pass)]


def _inside(old: ast.stmt, new: ast.stmt, leading: list[ast.stmt]) -> Region | None:
    """Return the region in the one block of a statement that was changed, if only that was."""
    if type(old) is not type(new) or isinstance(old, _DEFINITIONS):
        return None
    blocks = _changed_blocks(old, new)
    if blocks is None or len(blocks) != 1:
        return None
    before, after = blocks[0]
    found = _in_block(before, after, leading)
    is_elif = _is_elif(old, before) or _is_elif(new, after)
    return None if found is None or (is_elif and found.block is after) else found


def _changed_blocks(
    old: ast.AST, new: ast.AST
) -> list[tuple[list[ast.stmt], list[ast.stmt]]] | None:
    """Return the blocks of a statement that differ; ``None`` if something else differs as well."""
    found: list[tuple[list[ast.stmt], list[ast.stmt]]] = []
    for name, before in ast.iter_fields(old):
        after = getattr(new, name)
        if name in ("handlers", "cases"):
            if len(before) != len(after):
                return None
            for one, other in zip(before, after, strict=True):
                inner = _changed_blocks(one, other)
                if inner is None:
                    return None
                found += inner
        elif name in _BLOCKS and isinstance(before, list):
            if _dumped(before) != _dumped(after):
                found.append((before, after))
        elif _dumped(before) != _dumped(after):
            return None
    return found


def _dumped(value: object) -> object:
    if isinstance(value, list):
        return [_dumped(each) for each in value]
    return ast.dump(value) if isinstance(value, ast.AST) else value


def _is_elif(owner: ast.stmt, block: list[ast.stmt]) -> bool:
    """True if a block is an `elif`, which nothing can be put around."""
    if not isinstance(owner, ast.If) or block is not owner.orelse or len(block) != 1:
        return False
    return isinstance(block[0], ast.If) and block[0].col_offset == owner.col_offset


def _matters(old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> bool:
    """True if one of both sides may give commands, or decide about them."""
    if _are_inner(old, new):
        return False
    if any(_is_deciding(each) for each in (*old, *new)):
        return True
    return _returns(old) != _returns(new)


def _are_inner(old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> bool:
    """True if both are functions of the same names, whose change is one inside of them."""
    names = [
        [each.name if isinstance(each, _FUNCTIONS) else "" for each in statements]
        for statements in (old, new)
    ]
    return names[0] == names[1] and all(names[0])


def _returns(statements: Sequence[ast.stmt]) -> bool:
    return any(isinstance(each, ast.Return) for each in statements)


def _is_deciding(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and last_word(call) in _LOGS:
        return any(isinstance(node, ast.Await) for node in ast.walk(statement))
    inner = (node for node in ast.walk(statement) if node is not statement)
    is_exit = isinstance(statement, (ast.Raise, ast.Break, ast.Continue, *_DEFINITIONS))
    return is_exit or any(isinstance(node, (*_DECIDING, ast.Return)) for node in inner)
