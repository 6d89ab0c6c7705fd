"""Requests as a function writes them: what each is about, and how much it sends.

Read from ``ast``, which takes a tenth of the time in which all of a function is read, for rules
that only count what is sent. A function where that does not say all has no such requests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from wflint.facts.model import BindingKind, Kind, ModuleFacts, Ref, Value, ValueType
from wflint.model.steps import function_node
from wflint.project.module import Module
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.words import bound_by, last_word
from wflint.temporal.api import calls_by_last_word

_PAYLOAD = "args"
_OTHER_PAYLOADS = frozenset({"arg", "input", "signal", "start_signal"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class WrittenRequest(Struct, frozen=True, array_like=True):
    """A call of a method that ends with ``word``, about ``target``, which ``sent`` values go to."""

    word: str
    target: Value
    sent: int


class WrittenRequests(Struct, frozen=True, array_like=True):
    """The requests of a function; ``is_whole`` is set if these are all that it may make."""

    requests: tuple[WrittenRequest, ...] = ()
    is_whole: bool = False


def requests_of(module: Module, qualname: str) -> WrittenRequests:
    """Return the requests of a function."""
    return module.notes.answer(
        f"requests {qualname}", WrittenRequests, lambda: _read(module, qualname)
    )


@cache
def _words() -> frozenset[str]:
    """Return the last words of the names of all calls that are about something."""
    calls = calls_by_last_word().items()
    return frozenset(word for word, found in calls if any(call.target for call in found))


def _read(module: Module, qualname: str) -> WrittenRequests:
    head = module.facts.functions.get(qualname)
    if head is None or head.too_deep:
        return WrittenRequests()
    function = function_node(module.source, head.start, head.end)
    if function is None:
        return WrittenRequests()
    nodes, words = list(all_nodes(function)), _words()
    bound = frozenset(name for node in nodes for name in bound_by(node))
    defined = {node.name for node in nodes if isinstance(node, _DEFINITIONS)}
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    if _has_other_uses(nodes, calls, words) or _calls_other_names(
        calls, bound - defined, words, module.facts
    ):
        return WrittenRequests()
    found = [_request(call, bound) for call in calls if _word(call.func) in words]
    requests = tuple(request for request in found if request is not None)
    return WrittenRequests(requests, len(requests) == len(found))


def _has_other_uses(
    nodes: Iterable[ast.AST], calls: Iterable[ast.Call], words: frozenset[str]
) -> bool:
    """True if something that makes requests is not called, but may be later."""
    called = {id(call.func) for call in calls}
    return any(_word(node) in words and id(node) not in called for node in nodes)


def _calls_other_names(
    calls: Iterable[ast.Call], bound: frozenset[str], words: frozenset[str], facts: ModuleFacts
) -> bool:
    """True if a plain name is called that may stand for something that makes requests."""
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)} - words
    return any(name in bound or _may_stand_for(name, words, facts) for name in names)


def _may_stand_for(name: str, words: frozenset[str], facts: ModuleFacts) -> bool:
    """True if a name of the module may be another one for something that makes requests."""
    return any(
        binding.what is BindingKind.VALUE or binding.target.rpartition(".")[2] in words
        for binding in facts.bindings.get(name, ())
    )


def _word(node: ast.AST) -> str:
    """Return the last word of a name; ``""`` for all else, calls included."""
    return "" if isinstance(node, ast.Call) else last_word(node)


def _request(call: ast.Call, bound: frozenset[str]) -> WrittenRequest | None:
    """Return what a call sends; ``None`` if that is not plain to see."""
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    is_spread = None in keywords or any(isinstance(arg, ast.Starred) for arg in call.args)
    target = _target(call.args[0], bound) if call.args else None
    if target is None or is_spread or not _OTHER_PAYLOADS.isdisjoint(keywords):
        return None
    sent = len(call.args) - 1
    several = keywords.get(_PAYLOAD)
    if several is None:
        return WrittenRequest(_word(call.func), target, sent) if sent < 2 else None
    if sent or not isinstance(several, (ast.List, ast.Tuple)):
        return None
    if any(isinstance(element, ast.Starred) for element in several.elts):
        return None
    return WrittenRequest(_word(call.func), target, len(several.elts))


def _target(node: ast.expr, bound: frozenset[str]) -> Value | None:
    """Return a text, or a name of the module, as the value that it is."""
    if isinstance(node, ast.Constant):
        return Value(ValueType.STR, node.value) if isinstance(node.value, str) else None
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id in bound:
        return None
    return Value(ValueType.NAME, ref=Ref(Kind.GLOBAL, node.id, tuple(reversed(path))))
