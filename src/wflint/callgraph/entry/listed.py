"""The classes that a Worker is given as its workflows, however they came to be workflows.

What a library is given that is neither the SDK nor known to wrap it may be workflows of anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec import Struct, field

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Cls
from wflint.facts.model import Kind, Ref
from wflint.inference.library_types import knows_sdk
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue
from wflint.project.module import Module
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.unparsed import unparsed
from wflint.syntax.words import dotted_name

_GIVEN = re.compile(r"\bworkflows\s*=\s*(?:\[([^\[\]=]*)\]|([\w.]+))")
_NAME = re.compile(r"[^\W\d][\w.]*")
_COLLECTIONS = ("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset")


def listed_workflows(
    roots: EntryPoints,
    candidates: Collection[str],
    configuring: Iterable[str],
    is_test: Callable[[str], bool],
) -> set[Cls]:
    """The classes in the lists of the Workers that the files ``configuring`` set up.

    Where all classes of a name are known as workflows, a list says nothing new: only one that names
    something else costs more than to look through the text. What a test lists counts for classes of
    tests: it says nothing of what the project registers.
    """
    store = roots.resolver.store
    known = _surely_workflows(roots, candidates)
    found: set[Cls] = set()
    for path in configuring:
        if all(name.rpartition(".")[2] in known for name in _names(store.text(path))):
            continue
        for given in _lists(store.load(path)):
            for name in given.names if _may_make_worker(roots, given, path) else ():
                listed = _classes(roots.resolver.resolve(_ref(name), path))
                found.update(c for c in listed if is_test(c.path) or not is_test(path))
    return {cls for cls in found if roots.resolver.facts_of(cls) is not None}


def _surely_workflows(roots: EntryPoints, candidates: Iterable[str]) -> set[str]:
    """The names under which candidates define workflows and no other classes."""
    store = roots.resolver.store
    defined = [
        Cls(path, qualname) for path in candidates for qualname in store.load(path).facts.classes
    ]
    others = {cls.qualname for cls in defined if not roots.is_workflow(cls)}
    return {cls.qualname for cls in defined} - others


def _names(text: str) -> Iterator[str]:
    """The names in the lists of workflows of a text."""
    for match in _GIVEN.finditer(text):
        yield from dict.fromkeys(_NAME.findall(match.group(1) or match.group(2) or ""))


class _List(Struct, array_like=True):
    """The names in a list of workflows, and the dotted names of what may be called with it.

    ``imported`` are absolute ones, of what a function imports.
    """

    names: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)


def _lists(module: Module) -> list[_List]:
    """Return the lists of workflows that the calls of a module are given."""
    return module.notes.answer("workflows given to calls", list[_List], lambda: list(_find(module)))


def _find(module: Module) -> Iterator[_List]:
    calls: list[ast.Call] = []
    made: dict[str, str] = {}
    imports: dict[str, str] = {}
    for node in all_nodes(parse_or_empty(module.source)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                made[name] = dotted_name(func)
            case ast.ImportFrom(module=str(base), level=0, names=aliases) if node.col_offset:
                imports.update({a.asname or a.name: f"{base}.{a.name}" for a in aliases})
            case ast.Call():
                calls.append(node)
    for call in calls:
        given = (k.value for k in call.keywords if k.arg == "workflows")
        names = [name for value in given for name in _NAME.findall(unparsed(value))]
        if names:
            callee = _callee(call.func, made)
            first, _, rest = callee.partition(".")
            inside = [f"{imports[first]}.{rest}".rstrip(".")] if first in imports else []
            yield _List(names, [] if inside else [callee], inside)


def _callee(func: ast.expr, made: Mapping[str, str]) -> str:
    """Return the dotted name of what is called, or of what has made the object that it is of."""
    node = func
    while isinstance(node, (ast.Attribute, ast.Call)) and not dotted_name(node):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    name = dotted_name(node)
    return made.get(name.partition(".")[0]) or name


def _may_make_worker(roots: EntryPoints, given: _List, path: str) -> bool:
    """True unless a library is called of which nobody knows that it has to do with the SDK."""
    found = [e for name in given.called for e in roots.resolver.resolve(_ref(name), path)]
    found += [e for name in given.imported for e in roots.resolver.dotted(name, path)]
    return all(not isinstance(e, ExternalValue) or knows_sdk(e.name) for e in found)


def _ref(name: str) -> Ref:
    first, *rest = name.split(".")
    return Ref(Kind.GLOBAL, first, tuple(rest))


def _classes(entities: Iterable[AbstractValue]) -> Iterator[Cls]:
    for entity in entities:
        if isinstance(entity, ClassValue):
            yield entity.cls
        elif isinstance(entity, ExternalValue) and entity.name in _COLLECTIONS:
            yield from (e.cls for arg in entity.args for e in arg if isinstance(e, ClassValue))
