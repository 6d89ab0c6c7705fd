"""Describes what is wrong with a table of settings, in one line that names the key."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any, Literal, Union, get_args, get_origin

import msgspec


class ConfigError(Exception):
    """The user's configuration or selection is wrong.

    The message is one line; ``more`` are lines that stand below it.
    """

    def __init__(self, message: str, more: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.more = tuple(more)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ``""``."""
    import difflib

    words = list(known)
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.7)
    looking_alike = (other for other in words if _look(other) == _look(word))
    return next(looking_alike, matches[0] if matches else "")


def _look(word: str) -> str:
    """A word with the same sign for those that are taken for one another, as in ``WFL1O1``."""
    return word.lower().translate(str.maketrans("oil", "011"))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean "..."?`` for a misspelt word, or nothing."""
    meant = closest(word, known)
    return f'; did you mean "{meant}"?' if meant else ""


def explain(value: object, kind: Any, prefix: str) -> str:
    """The first thing in a table that does not fit the struct ``kind``, or ``""``."""
    if not isinstance(value, dict):
        return _mismatch(value, kind, prefix.rstrip("."))
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, item in value.items():
        if key not in fields:
            hint = did_you_mean(key.replace("_", "-"), fields)
            return f'unknown key "{prefix}{key}"{hint}'
        problem = _explain_value(item, _without_none(fields[key].type), f"{prefix}{key}")
        if problem:
            return problem
    missing = [name for name, field in fields.items() if field.required and name not in value]
    return f'{prefix.rstrip(".")} lacks the key "{missing[0]}"' if missing else ""


def _explain_value(value: object, kind: Any, dotted: str) -> str:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return explain(value, kind, f"{dotted}.")
    parts: Iterable[tuple[str, object, Any]] = ()
    if get_origin(kind) is dict and isinstance(value, dict):
        parts = [(f'{dotted}."{k}"', item, get_args(kind)[1]) for k, item in value.items()]
    elif get_origin(kind) is tuple and isinstance(value, (list, tuple)):
        parts = [(f"{dotted}[{i}]", item, get_args(kind)[0]) for i, item in enumerate(value)]
    for name, item, item_kind in parts:
        problem = _explain_value(item, item_kind, name)
        if problem:
            return problem
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return _mismatch(value, kind, dotted)
    return ""


def _mismatch(value: object, kind: Any, dotted: str) -> str:
    if get_origin(kind) is Literal and isinstance(value, str):
        choices = ", ".join(f'"{choice}"' for choice in get_args(kind))
        return f'{dotted} must be one of {choices}, not "{value}"'
    return f"{dotted} must be {describe(kind)}, not {_describe_value(value)}"


def describe(kind: Any) -> str:
    """A type in the words of TOML."""
    kind = _without_none(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in args)
    if origin is tuple:
        return f"an array of {_plural(args[0])}"
    if origin is dict:
        return f"a table of {_plural(args[1])}"
    return {str: "a string", bool: "true or false", int: "an integer"}.get(kind, "a table")


def _plural(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"arrays of {_plural(get_args(kind)[0])}"
    return "strings" if kind is str or get_origin(kind) is Literal else "tables"


def _describe_value(value: object) -> str:
    words = {bool: "a boolean", str: "a string", int: "an integer", float: "a number"}
    words |= {list: "an array", tuple: "an array", dict: "a table"}
    return words.get(type(value), "a date or time")


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        return next(arg for arg in get_args(kind) if arg is not type(None))
    return kind
