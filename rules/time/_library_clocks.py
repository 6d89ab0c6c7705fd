"""Libraries that can be given the time, instead of reading their own clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wflint.rule import TextEdit, cst

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair


class _Taker(NamedTuple):
    """Something that takes a time.

    ``owner`` is the qualified name of a module or class, ``call`` what is called in it, and
    ``in_zone`` the method that moves the result to the zone that the clock was asked for.
    """

    owner: str
    call: str = ""
    in_zone: str = ""


_ARROW = _Taker("arrow", ".get", "to")
_ARROW_CLASS = _Taker("arrow.Arrow", ".fromdatetime", "to")
_PANDAS = _Taker("pandas.Timestamp", in_zone="tz_convert")
_PENDULUM = _Taker("pendulum", ".instance", "in_timezone")

_TAKERS = {
    "arrow.Arrow.now": _ARROW_CLASS,
    "arrow.Arrow.utcnow": _ARROW_CLASS,
    "arrow.get": _Taker("arrow", ".get"),
    "arrow.now": _ARROW,
    "arrow.utcnow": _ARROW,
    "django.utils.timezone.localdate": _Taker("django.utils.timezone.localdate"),
    "django.utils.timezone.localtime": _Taker("django.utils.timezone.localtime"),
    "pandas.Timestamp.now": _PANDAS,
    "pandas.Timestamp.today": _PANDAS,
    "pandas.Timestamp.utcnow": _PANDAS,
    "pendulum.DateTime.now": _PENDULUM,
    "pendulum.DateTime.utcnow": _PENDULUM,
    "pendulum.now": _PENDULUM,
}
_OF_A_WORD = {
    "pandas.Timestamp": _Taker("pandas.Timestamp"),
    "pandas.to_datetime": _Taker("pandas", ".Timestamp"),
}
"""These read the clock when their only argument is `"now"` or `"today"`."""

_SAME_AS_NOW = frozenset({"airflow.utils.timezone.utcnow", "django.utils.timezone.now"})
"""These give a plain aware `datetime`."""

_SET_TO_NOW = "google.protobuf.timestamp_pb2.Timestamp.GetCurrentTime"


def given_the_time(at: FixView) -> Repair | None:
    """The call with `workflow.now()` in the place of the library's clock."""
    if at.name == _SET_TO_NOW:
        return _set_to_now(at)
    if not at.is_written_out(at.call.func):
        return None
    if at.name in _SAME_AS_NOW:
        now = at.workflow("now()")
        return at.unsafe("Use `workflow.now()`", at.replace(at.call, now))
    is_word = at.name in _OF_A_WORD
    taker = _OF_A_WORD[at.name] if is_word else _TAKERS.get(at.name)
    if taker is None or (is_word and len(at.call.args) != 1):
        return None
    zone = "" if is_word else _in_zone(taker, at)
    owner = _owner(taker, at)
    if zone is None or owner is None:
        return None
    new = f"{at.text(owner)}{taker.call}({at.workflow('now()')}){zone}"
    return at.unsafe("Use the time of `workflow.now()`", at.replace(at.call, new))


def _set_to_now(at: FixView) -> Repair | None:
    """`stamp.GetCurrentTime()` as `stamp.FromDatetime(workflow.now())`."""
    func = at.call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != at.name.rpartition(".")[2]:
        return None
    start, end = at.span(func.attr)[0], at.span(at.call)[1]
    new = f"FromDatetime({at.workflow('now()')})"
    return at.unsafe("Use `FromDatetime(workflow.now())`", TextEdit(start, end, new))


def _in_zone(taker: _Taker, at: FixView) -> str | None:
    """Return what moves the result to the zone that the call asks for, if that can be told."""
    match at.call.args:
        case []:
            return ""
        case [cst.Arg(star="", value=cst.Name("None"))]:
            return ""
        case [cst.Arg(star="", value=zone)] if taker.in_zone:
            return f".{taker.in_zone}({at.text(zone)})"
    return None


def _owner(taker: _Taker, at: FixView) -> cst.BaseExpression | None:
    """The part of the called name that is the owner: no other import can stand in for it.

    A new import of a library would be made without `imports_passed_through()`.
    """
    node = at.call.func
    while at.dotted_name(node) != taker.owner:
        if not isinstance(node, cst.Attribute):
            return None
        node = node.value
    return node
