"""Puts what a small function gives in the place of its call: moving code there is no change."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import islice

from msgspec.structs import replace

from wflint import limits
from wflint.replay.code import Code
from wflint.replay.terms import Data, Exit, Field, Many, Not, Star, Term, Text, Var, all_terms
from wflint.syntax.parameters import with_defaults


def result_of(code: Code, term: Term, given: Mapping[str, Term]) -> Term | None:
    """Return what a function gives; ``None`` if it does more than to compute that.

    ``term`` is what the function does, and ``given`` is what is passed for its parameters.
    """
    if not isinstance(term, Exit) or term.kind != "return" or not is_small(code):
        return None
    values = {**_defaults(code), **given}
    if values.keys() != set(code.params):
        return None
    found = _filled(term.of, values)
    return found if found is not None and _is_short(found) else None


def _is_short(term: Term) -> bool:
    """True if a term may be a part of others: two calls of one function double it each time."""
    parts = islice(all_terms(term), limits.SMALL_FUNCTION_PARTS)
    return sum(1 for _ in parts) < limits.SMALL_FUNCTION_PARTS


def is_small(code: Code) -> bool:
    """True if a function has nothing but a `return`, and perhaps a docstring."""
    definition = code.definition
    if not isinstance(definition, ast.FunctionDef):
        return False
    args = definition.args
    if args.vararg is not None or args.kwarg is not None:
        return False
    body = [s for s in definition.body if not _is_text(s)]
    return len(body) == 1 and isinstance(body[0], ast.Return)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _defaults(code: Code) -> dict[str, Term]:
    definition = code.definition
    if definition is None:
        return {}
    pairs = with_defaults(definition.args)
    constants = ((a.arg, d.value) for a, d in pairs if isinstance(d, ast.Constant))
    return {
        name: Text(value) if isinstance(value, str) else Data((repr(value),))
        for name, value in constants
    }


def _filled(term: Term, values: Mapping[str, Term]) -> Term | None:
    """Return a term with values for its names; ``None`` if it does more than to name values."""
    match term:
        case Text():
            return term
        case Var(name=name):
            return values.get(name)
        case Field(name=name, attribute=attribute):
            value = values.get(name)
            if isinstance(value, Var):
                return Field(value.name, attribute)
            return Data(("", f".{attribute}"), (value,)) if value is not None else None
        case Star(of=of) | Not(of=of):
            inner = _filled(of, values)
            return replace(term, of=inner) if inner is not None else None
        case Data(parts=parts) | Many(parts=parts):
            found = [_filled(part, values) for part in parts]
            known = tuple(part for part in found if part is not None)
            return replace(term, parts=known) if len(known) == len(found) else None
    return None
