"""The shapes that types have in JSON, and which of them one type reads from another."""

from __future__ import annotations

import enum

from wflint.rule.payload_view import ClassForm, PayloadType


class Shape(enum.Enum):
    """What the data of a type looks like."""

    ARRAY = "array"
    BOOL = "bool"
    NUMBER = "number"
    OBJECT = "object"
    TEXT = "text"
    UNKNOWN = "unknown"


_BUILTIN = {
    "builtins.bool": Shape.BOOL,
    "builtins.dict": Shape.OBJECT,
    "builtins.float": Shape.NUMBER,
    "builtins.frozenset": Shape.ARRAY,
    "builtins.int": Shape.NUMBER,
    "builtins.list": Shape.ARRAY,
    "builtins.set": Shape.ARRAY,
    "builtins.str": Shape.TEXT,
    "builtins.tuple": Shape.ARRAY,
    "collections.abc.Mapping": Shape.OBJECT,
    "collections.abc.Sequence": Shape.ARRAY,
    "datetime.datetime": Shape.TEXT,
    "uuid.UUID": Shape.TEXT,
}
_FORMS = {
    ClassForm.DATACLASS: Shape.OBJECT,
    ClassForm.MODEL: Shape.OBJECT,
    ClassForm.TYPED_DICT: Shape.OBJECT,
}
_READS = {
    Shape.NUMBER: {Shape.NUMBER, Shape.BOOL},
}
_READS_LOOSELY = {
    # What pydantic makes of texts and numbers depends on what is in them.
    Shape.BOOL: {Shape.BOOL, Shape.TEXT, Shape.NUMBER},
    Shape.NUMBER: {Shape.NUMBER, Shape.BOOL, Shape.TEXT},
}
_LENIENT_TEXTS = frozenset({"datetime.datetime"})
"""What pydantic reads from numbers as well."""
RECORDS = (ClassForm.DATACLASS, ClassForm.MODEL, ClassForm.TYPED_DICT)


def shape_of(of: PayloadType) -> Shape:
    """Return the shape of a type."""
    if of.form is ClassForm.EXTERNAL:
        return _BUILTIN.get(of.name, Shape.UNKNOWN)
    if of.form is ClassForm.VALUE_ENUM:
        return _shape_of_values(of)
    return _FORMS.get(of.form, Shape.UNKNOWN)


def _shape_of_values(of: PayloadType) -> Shape:
    values = of.find_values()
    if not values:
        return Shape.UNKNOWN
    if all(value[0] in "'\"" for value in values.values()):
        return Shape.TEXT
    return Shape.NUMBER if all(value.isdecimal() for value in values.values()) else Shape.UNKNOWN


def reads(new: PayloadType, old: PayloadType, is_loose: bool) -> bool:
    """True unless a type surely cannot be read from the data of another one.

    ``is_loose`` is set where pydantic, or another converter than the SDK's own, may read it.
    """
    wanted, given = shape_of(new), shape_of(old)
    if Shape.UNKNOWN in (wanted, given):
        return True
    if is_loose and new.name in _LENIENT_TEXTS:
        return given in (Shape.TEXT, Shape.NUMBER)
    table = _READS_LOOSELY if is_loose else _READS
    return given in table.get(wanted, {wanted})
