"""Finds where a name is defined that code refers to, through imports and re-exports."""

from __future__ import annotations

from typing import NamedTuple

from wflint import limits
from wflint.facts.model import BindingKind, Kind, Ref
from wflint.inference.resolver import Resolver


class Name(NamedTuple):
    """A module-level name: the file that defines it, and the name; ``""`` for the module itself."""

    path: str
    name: str


class Origin(NamedTuple):
    """The origin of a reference: a module-level name, and the attributes taken from it."""

    name: Name
    rest: tuple[str, ...] = ()


def find_origin(ref: Ref, path: str, resolver: Resolver) -> Origin | None:
    """The name that a reference of the module in a file begins with, where it is defined.

    ``None`` when that is not in the project.
    """
    found: tuple[str, list[str]] | None
    if ref.kind is Kind.IMPORT:
        found = _split(".".join((ref.name, *ref.path)), path, resolver)
    elif ref.kind is Kind.GLOBAL:
        found = path, [ref.name, *ref.path]
    else:
        return None
    for _ in range(limits.RE_EXPORTS):
        if found is None:
            return None
        path, parts = found
        if not parts:
            return Origin(Name(path, ""))
        name, *rest = parts
        facts = resolver.store.load(path).facts
        bindings = [b for b in facts.bindings.get(name, ()) if not b.typed]
        if any(binding.what is not BindingKind.IMPORT for binding in bindings):
            return Origin(Name(path, name), tuple(rest))
        if bindings:
            found = _split(".".join((bindings[0].target, *rest)), path, resolver)
        else:
            found = _from_star(facts.stars, parts, path, resolver)
    return None


def _split(dotted: str, importer: str, resolver: Resolver) -> tuple[str, list[str]] | None:
    """The longest beginning of a dotted name that is a module of the project, and the rest."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        path = resolver.index.find(".".join(parts[:length]), importer)
        if path is not None:
            return path, parts[length:]
    return None


def _from_star(
    stars: tuple[str, ...], parts: list[str], path: str, resolver: Resolver
) -> tuple[str, list[str]] | None:
    for star in reversed(stars):
        target = resolver.index.find(star, path)
        if target is not None and parts[0] in resolver.store.load(target).facts.bindings:
            return target, parts
    return None
