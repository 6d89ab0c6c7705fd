"""The fields of a class and the members of an enum, as they are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from wflint.model.class_text import class_body, class_node
from wflint.project.module import Module
from wflint.syntax.unparsed import unparsed

_DEFAULTS = frozenset({"default", "default_factory", "factory"})
_OTHER_NAMES = frozenset({"alias", "init", "kw_only", "validation_alias"})
"""Options of a field with which data may have it by another name, or need not have it."""
_NO_FIELDS = ("ClassVar", "InitVar", "KW_ONLY", "Final[ClassVar")
_MAY_BE_MISSING = ("NotRequired",)


class FieldText(Struct, frozen=True, array_like=True):
    """The annotation of a field. ``needed`` tells if data must have it, ``None`` if unknown."""

    annotation: str = ""
    needed: bool | None = None


def field_texts(module: Module, qualname: str) -> dict[str, FieldText]:
    """Return the fields in the body of a class."""
    return {
        statement.target.id: FieldText(unparsed(statement.annotation), _is_needed(statement))
        for statement in class_body(module, qualname) or ()
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def _is_needed(field: ast.AnnAssign) -> bool | None:
    last = unparsed(field.annotation).rpartition("typing.")[2]
    if last.startswith(_NO_FIELDS) or last.startswith(_MAY_BE_MISSING):
        return False
    if "Annotated" in last or "Depends" in last:
        return None  # there may be a default value, or another name, in it
    if field.value is None:
        return True
    if not isinstance(field.value, ast.Call):
        return isinstance(field.value, ast.Constant) and field.value.value is ...
    return _is_needed_by_call(field.value)


def _is_needed_by_call(call: ast.Call) -> bool | None:
    """Tell of `field(...)` or `Field(...)`; any other call makes a default value."""
    name = unparsed(call.func).rpartition(".")[2]
    if name not in ("field", "Field"):
        return False
    given = {keyword.arg for keyword in call.keywords}
    if None in given or given & _OTHER_NAMES:
        return None
    if given & _DEFAULTS:
        return False
    if not call.args:
        return True
    first = call.args[0]
    return isinstance(first, ast.Constant) and first.value is ...


def is_partial(module: Module, qualname: str) -> bool:
    """True if a class is made with ``total=``, or cannot be read."""
    node = class_node(module, qualname)
    return node is None or any(keyword.arg == "total" for keyword in node.keywords)


def enum_values(module: Module, qualname: str) -> dict[str, str]:
    """Return the values of an enum by the names of its members; empty if not all are written."""
    found: dict[str, str] = {}
    for name, value in _members(class_body(module, qualname) or []):
        if not isinstance(value, ast.Constant):
            return {}
        found[name] = repr(value.value)
    return found


def _members(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and not target.id.startswith("_"):
                    yield target.id, statement.value
