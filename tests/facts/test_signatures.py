"""Arguments are bound to parameters, and calls that a function does not accept are known."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import pytest

from wflint.facts.model import FunctionHead
from wflint.facts.modules import ModuleReader
from wflint.facts.signatures import Signature
from wflint.files.source import Source
from wflint.syntax.guard import parse

FUNCTIONS = (
    "def f(): ...",
    "def f(a): ...",
    "def f(a, b=1): ...",
    "def f(a, *args): ...",
    "def f(a, *, b): ...",
    "def f(a, *, b=1): ...",
    "def f(a, **more): ...",
    "def f(a, b=1, *args, c, d=2, **more): ...",
)
CALLS: tuple[tuple[int, tuple[str, ...]], ...] = (
    *((count, ()) for count in range(4)),
    *((count, ("a",)) for count in range(2)),
    *((count, ("b",)) for count in range(3)),
    *((count, ("c",)) for count in range(4)),
    *((count, ("a", "b")) for count in range(2)),
    (1, ("c", "d", "other")),
)


@pytest.mark.parametrize("text", FUNCTIONS)
@pytest.mark.parametrize("call", CALLS)
def test_accepts_what_python_accepts(text: str, call: tuple[int, tuple[str, ...]]) -> None:
    assert Signature.of(head(text)).accepts(*call) == fits(function(text), call)


@pytest.mark.parametrize("text", FUNCTIONS)
@pytest.mark.parametrize("call", CALLS)
def test_a_partial_accepts_what_python_accepts(
    text: str, call: tuple[int, tuple[str, ...]]
) -> None:
    for given in ((1, ()), (0, ("b",))):
        count, names = given
        partial = functools.partial(function(text), *[0] * count, **dict.fromkeys(names, 0))
        try:
            inspect.signature(partial)
        except (TypeError, ValueError):
            continue
        assert Signature.of(head(text)).after(count, names).accepts(*call) == fits(partial, call)


def test_a_bound_method_has_its_receiver() -> None:
    method = head("def f(self, a): ...")
    assert Signature.of(method, bound=True).accepts(1)
    assert not Signature.of(method, bound=True).accepts(2)
    assert Signature.of(method).accepts(2)


@pytest.mark.parametrize("text", FUNCTIONS)
@pytest.mark.parametrize("call", CALLS)
def test_binds_as_python_binds(text: str, call: tuple[int, tuple[str, ...]]) -> None:
    if not fits(function(text), call):
        return
    count, names = call
    values = list(range(count))
    bound = inspect.signature(function(text)).bind(*values, **{n: n for n in names}).arguments
    rest, named = bound.pop("args", ()), bound.pop("more", {})
    found = Signature.of(head(text)).bind(
        [*(("", value) for value in values), *((name, name) for name in names)]
    )
    assert (found.by_name, tuple(found.rest), found.named) == (bound, rest, named)
    assert not found.is_open


def test_what_comes_after_a_spread_is_not_known() -> None:
    signature = Signature.of(head("def f(a, b=1, c=2, d=3): ..."))
    bound = signature.bind([("", "first"), ("*", "?"), ("", "lost"), ("d", "last"), ("**", "?")])
    assert bound.by_name == {"a": "first", "d": "last"}
    assert bound.is_open


def head(text: str) -> FunctionHead:
    source = Source(text)
    return ModuleReader("module", False, source).read(parse(source), source).functions["f"]


def function(text: str) -> Any:
    names: dict[str, Any] = {}
    exec(text, names)
    return names["f"]


def fits(called: Any, call: tuple[int, tuple[str, ...]]) -> bool:
    count, names = call
    try:
        inspect.signature(called).bind(*[0] * count, **dict.fromkeys(names, 0))
    except TypeError:
        return False
    return True
