"""Functions outside the project that are told the class of what they give."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wflint.inference.arguments import Given
from wflint.inference.library_types import COPIED
from wflint.inference.values import AbstractValue, ExternalValue, Types, unique

CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_TYPED: dict[str, tuple[int, str]] = {
    "cattr.structure": (1, "cl"),
    "cattrs.structure": (1, "cl"),
    "dacite.from_dict": (0, "data_class"),
    "msgspec.convert": (1, "type"),
    "msgspec.json.decode": (-1, "type"),
    "msgspec.msgpack.decode": (-1, "type"),
    "pydantic.parse_obj_as": (0, "type_"),
    "temporalio.workflow.execute_activity": (-1, "result_type"),
    "temporalio.workflow.execute_child_workflow": (-1, "result_type"),
    "temporalio.workflow.execute_local_activity": (-1, "result_type"),
    "temporalio.workflow.memo_value": (-1, "type_hint"),
    "temporalio.workflow.payload_converter.from_payload": (1, "type_hint"),
    **dict.fromkeys(sorted(CASTS), (0, "typ")),
}
"""The position and the name of the parameter that is the class; -1: only by name."""

_HOLDERS: dict[str, tuple[int, str]] = {
    "msgspec.json.Decoder": (0, "type"),
    "msgspec.msgpack.Decoder": (0, "type"),
    "pydantic.TypeAdapter": (0, "type"),
    "pydantic.type_adapter.TypeAdapter": (0, "type"),
}
"""Classes whose objects give objects of the class that they are made with."""

_HELD_BY = frozenset(
    {
        "decode",
        "get",
        "get_nowait",
        "validate_json",
        "validate_python",
        "validate_strings",
    }
)
_HOLDING = frozenset(
    {
        "asyncio.LifoQueue",
        "asyncio.PriorityQueue",
        "asyncio.Queue",
        "contextvars.ContextVar",
        "queue.LifoQueue",
        "queue.PriorityQueue",
        "queue.Queue",
        "queue.SimpleQueue",
        *_HOLDERS,
    }
)

AsInstance = Callable[[AbstractValue], AbstractValue]


def typed_result(
    entity: ExternalValue, given: Given, as_instance: AsInstance
) -> tuple[AbstractValue, ...] | None:
    """Return what a call gives where it, or an object that it is a method of, is told the class."""
    name = entity.name
    if name == COPIED and entity.args:
        return entity.args[0]
    if name in _TYPED:
        return _instances(_argument(given, *_TYPED[name]), as_instance)
    owner, _, method = name.rpartition(".")
    if owner in _HOLDING and method in _HELD_BY:
        return entity.args[0] if entity.args and entity.args[0] else None
    if name in _HOLDERS and not entity.args:
        held = _instances(_argument(given, *_HOLDERS[name]), as_instance)
        args: Types = (held,) if held is not None else ()
        return (ExternalValue(name, instance=True, base=len(name), args=args),)
    return None


def _instances(
    classes: Iterable[AbstractValue] | None, as_instance: AsInstance
) -> tuple[AbstractValue, ...] | None:
    return unique(map(as_instance, classes)) if classes else None


def _argument(given: Given, position: int, keyword: str) -> tuple[AbstractValue, ...] | None:
    for name, values in given:
        if name == keyword:
            return values
    plain = [values for name, values in given if name in ("", "*")]
    return plain[position] if 0 <= position < len(plain) else None
