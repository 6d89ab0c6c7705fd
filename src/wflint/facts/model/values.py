"""Values of arguments, as one module knows them, and the flags of calls."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.facts.model.references import UNKNOWN, Ref


class Flag:
    """Facts about the place of a call, use or finding: bits of an integer.

    Plain integers, because operations on :class:`enum.Flag` are many times slower.
    """

    AWAITED = 1  # the expression is the operand of `await`
    STATEMENT = 2  # the expression is a statement of its own: its value is dropped
    NOT_IN_WORKFLOW = 4  # runs only outside a workflow: `if not workflow.in_workflow()`, ...
    NOT_REPLAYING = 8  # runs only while not replaying
    UNRESTRICTED = 16  # inside `with workflow.unsafe.sandbox_unrestricted()`
    IN_LOOP = 32  # inside the body of a loop or comprehension of the same function
    OPTIONAL = 64  # a fallback value, see `Call.fallback`; runs only when that value is missing
    RETURNED = 128  # the expression is the operand of `return`
    RAISED = 256  # the expression is raised
    STORED = 512  # the name or attribute is assigned to
    DELETED = 1024  # the name or attribute is deleted
    IN_WORKFLOW = 2048  # runs only where no activity runs: `if workflow.in_workflow()`, ...
    RECORDED = 4096  # runs in no query or validator: `if not workflow.unsafe.is_read_only()`, ...


class ValueType(str, enum.Enum):
    """The kinds of value that an argument can be."""

    __hash__ = str.__hash__

    NONE = "none"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    BYTES = "bytes"
    FSTRING = "fstring"
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    SET = "set"
    GENERATOR = "generator"
    LAMBDA = "lambda"
    NAME = "name"
    CALL = "call"
    AWAIT = "await"
    OTHER = "other"


_VALUE_TYPES = {each.value: each for each in ValueType}


def value_type(name: str) -> ValueType:
    """The type of a literal of a builtin class."""
    return _VALUE_TYPES.get(name, ValueType.OTHER)


SPREAD = "**"
"""The key of what is spread into a dict or call."""


class Value(Struct, frozen=True, array_like=True, gc=False):
    """The shape of an argument.

    ``text`` is the source of a number, bool or string literal (without quotes), or a
    name that is a parameter.
    ``ref`` is what a name, attribute or lambda refers to, or what a call calls. ``items`` are the
    keys of a dict literal or the keywords of a call, ``**`` for what is spread into it, and empty
    for what a call is given by position and for the elements of a list, a tuple, an f-string or an
    operator. ``complete`` is false when there may be more. ``values`` are what stands there for
    each of the ``items``; nothing if those are very many.
    """

    type: ValueType
    text: str = ""
    ref: Ref = UNKNOWN
    items: tuple[str, ...] = ()
    complete: bool = True
    values: tuple[Value, ...] = ()

    def get(self, key: str) -> Value | None:
        """Return what stands under a key; ``None`` if it is not there, or not known."""
        if key not in self.items or not self.values:
            return None
        return self.values[self.items.index(key)]
