"""Follows a value that is an argument of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from wflint.facts.frames import Entry
from wflint.facts.written import written_name
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue, Unresolved
from wflint.severity.names import APPENDING, INPUTS, is_log, is_pure, looks_like_log
from wflint.severity.places import EscapesError, TaintState

if TYPE_CHECKING:
    from wflint.severity.follow import Follow


def argument(flow: Follow, at: TaintState, parent: Entry) -> None:
    """The value is given to a function, or to a class."""
    call = parent.parent
    assert call is not None
    if not isinstance(call.node, cst.Call):
        raise EscapesError  # an argument of a class definition
    assert isinstance(parent.node, cst.Arg)
    found = at.resolve(call.node.func, flow.resolver)
    if len(found) != 1:
        raise EscapesError
    _give(flow, at, parent.node, call, found[0])


def _give(flow: Follow, at: TaintState, arg: cst.Arg, call: Entry, callee: AbstractValue) -> None:
    node = call.node
    assert isinstance(node, cst.Call)
    leads_on = (at.fn, at.moved(call).site) in flow.project.led_on
    if isinstance(callee, Unresolved):
        if leads_on or not looks_like_log(written_name(node.func)):
            raise EscapesError
        flow.harmless("the log")
    elif isinstance(callee, ClassValue):
        flow.push(at.moved(call, flow.model(at.value, callee.cls)))
    elif not isinstance(callee, ExternalValue) or callee.partial:
        raise EscapesError
    elif callee.name in INPUTS:
        _input(flow, node, arg, callee.name)
    elif is_log(callee.name, flow.safe_loggers):
        flow.harmless("the log")
    elif callee.name in APPENDING and isinstance(node.func, cst.Attribute):
        flow.give(at, node.func.value, at.value, put=True)
        if not isinstance(call.parent and call.parent.node, cst.Expr):
            flow.push(at.moved(call))
    elif is_pure(callee.name) and not leads_on and not _calls_back(node):
        flow.push(at.moved(call))
    else:
        raise EscapesError


def _input(flow: Follow, call: cst.Call, arg: cst.Arg, name: str) -> None:
    """Of what a command is given, only its input is harmless."""
    index, keywords = INPUTS[name]
    if arg.keyword is not None:
        is_input = arg.keyword.value in keywords
    else:
        before = call.args[: index + 1]
        is_input = len(before) > index and before[index] is arg and not any(a.star for a in before)
    if not is_input:
        raise EscapesError
    flow.harmless(f"the input of `{name.rpartition('.')[2]}()`")


def _calls_back(call: cst.Call) -> bool:
    """True if a call passes a function that is called with the value: ``sorted(x, key=f)``."""
    return any(
        isinstance(arg.value, cst.Lambda)
        or (arg.keyword is not None and arg.keyword.value in _BACK)
        for arg in call.args
    )


_BACK = frozenset({"default", "default_factory", "key", "object_hook", "object_pairs_hook"})
