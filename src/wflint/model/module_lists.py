"""Reads the lists of functions, constants and default values from the text of one module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from wflint.model.listings import Lister, Listing, Names, names_in, names_of, returns_of
from wflint.model.scoped_nodes import scoped_nodes
from wflint.project.module import Module
from wflint.syntax.guard import Function, parse_or_empty
from wflint.syntax.parameters import with_defaults


def returned(module: Module, qualname: str) -> list[Listing]:
    """Return the lists that a function gives."""
    question = f"lists of {qualname}"
    return module.notes.answer(question, list[Listing], lambda: _returned(module, qualname))


def constant_list(module: Module, name: str, owner: str = "") -> list[Listing]:
    """Return what the list of a module-level name has, or that of a name of the class ``owner``.

    Nothing if the module does not say so.
    """
    question = f"list {owner}.{name}"
    return module.notes.answer(question, list[Listing], lambda: _constant(module, name, owner))


def default_list(module: Module, qualname: str, param: str) -> list[Listing]:
    """Return what the default value of a parameter lists."""
    question = f"default {qualname} {param}"
    return module.notes.answer(question, list[Listing], lambda: _default(module, qualname, param))


def _returned(module: Module, qualname: str) -> list[Listing]:
    lister = Lister(module)
    for node, names in _functions(module, qualname):
        given = list(returns_of(node.body))
        if given and None not in given:
            inner = names_of(node, qualname, names[0], names[1])
            return [lister.listing(value, inner) for value in given if value is not None]
    return []


def _functions(
    module: Module, qualname: str
) -> Iterator[tuple[Function, tuple[str, Names | None]]]:
    for at in scoped_nodes(parse_or_empty(module.source)):
        if isinstance(at.node, Function):
            own = f"{at.scope}.{at.node.name}" if at.scope else at.node.name
            if own == qualname:
                yield at.node, (at.scope if at.is_class else "", at.names)


def _constant(module: Module, name: str, owner: str) -> list[Listing]:
    tree, lister = parse_or_empty(module.source), Lister(module)
    bodies = [tree.body]
    if owner:
        bodies = [
            at.node.body
            for at in scoped_nodes(tree)
            if isinstance(at.node, ast.ClassDef)
            and (f"{at.scope}.{at.node.name}" if at.scope else at.node.name) == owner
        ]
    for body in bodies[:1]:
        names = names_in(body)
        values = names.bound.get(name, ())
        if values and None not in values:
            listings = [lister.listing(v, None) for v in values if v is not None]
            parts = [v for v in lister.additions(names, name) if v is not None]
            added = [lister.listing(part, None) for part in parts]
            added += [] if owner else _added_inside(tree, name, lister)
            is_sure = len(listings) == 1 and not _is_taken_from(module, name)
            unsure = added if is_sure else [*listings, *added]
            for item in (item for one in unsure for item in (*one.elements, *one.spreads)):
                item.is_sure = False
            return [_joined([*listings, *added])]
    return []


def _is_taken_from(module: Module, name: str) -> bool:
    """True if anything in a module may take something out of the list of a name."""
    taking = rf"\b{name}\s*(?:\[[^\]\n]*\]\s*=[^=]|\.(?:clear|discard|pop|remove)\()|\bdel {name}\b"
    return re.search(taking, module.source.searchable) is not None


def _added_inside(tree: ast.Module, name: str, lister: Lister) -> Iterator[Listing]:
    """Yield what functions of a module put into the list of one of its names."""
    for at in scoped_nodes(tree):
        if isinstance(at.node, Function):
            qualname = f"{at.scope}.{at.node.name}" if at.scope else at.node.name
            inner = names_of(at.node, qualname, at.scope if at.is_class else "", at.names)
            if inner.holder(name) is None and name in inner.added:
                for part in lister.additions(inner, name):
                    if part is not None:
                        yield lister.listing(part, inner)


def _default(module: Module, qualname: str, param: str) -> list[Listing]:
    for node, _ in _functions(module, qualname):
        for arg, default in with_defaults(node.args):
            if arg.arg == param:
                return [Lister(module).listing(default, None)]
    return []


def _joined(listings: list[Listing]) -> Listing:
    return Listing(
        [item for one in listings for item in one.elements],
        [item for one in listings for item in one.spreads],
        next((one.unclear for one in listings if one.unclear), ""),
    )
