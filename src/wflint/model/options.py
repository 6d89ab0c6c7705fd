"""What the options of a Worker are given."""

from __future__ import annotations

from collections.abc import Mapping

from wflint.facts.model import Kind, Ref, ValueType
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue
from wflint.model.worker_calls import Given, WorkerCall
from wflint.rule.worker_view import OptionView

_TEXT_OR_NUMBER = (ValueType.INT, ValueType.STR)


def options_of(call: WorkerCall, path: str, resolver: Resolver) -> Mapping[str, OptionView]:
    """Return the options of a Worker, and its client as ``client``."""
    found = {name: _view(given, path, resolver) for name, given in call.keywords.items()}
    if call.positional:
        found["client"] = _view(call.positional[0], path, resolver)
    return found


def _view(given: Given, path: str, resolver: Resolver) -> OptionView:
    word = _word(given, path, resolver)
    made = given.made
    if word or made is None:
        return OptionView(word)
    options = {name: _view(one, path, resolver) for name, one in made.keywords.items()}
    plain = tuple(_view(one, path, resolver) for one in made.positional)
    return OptionView("", _external_name(made.callee, path, resolver), options, plain, made.spread)


def _word(given: Given, path: str, resolver: Resolver) -> str:
    if given.text is not None:
        return repr(given.text)
    if given.word or given.ref.kind in (Kind.UNKNOWN, Kind.PARAM, Kind.RESULT):
        return given.word
    constant = resolver.constant(given.ref, path)
    if constant is not None and constant[0].type in _TEXT_OR_NUMBER:
        value = constant[0]
        return repr(value.text) if value.type is ValueType.STR else value.text
    return _external_name(given.ref, path, resolver)


def _external_name(ref: Ref, path: str, resolver: Resolver) -> str:
    """Return the dotted name that a ref surely has outside of the project, or ``""``."""
    found = resolver.resolve(ref, path)
    only = found[0] if len(found) == 1 else None
    is_name = isinstance(only, ExternalValue) and not only.instance
    return only.name if is_name and isinstance(only, ExternalValue) else ""
