"""Lists as they are written: what stands in them, and what stands for more of them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec import field as struct_field

from wflint import limits
from wflint.facts.model import UNKNOWN, Kind, ModuleFacts, Ref
from wflint.facts.relative import absolute_base
from wflint.wording import shortened

_COLLECTIONS = frozenset({"frozenset", "list", "set", "sorted", "tuple"})
_ADDING = frozenset({"add", "append", "insert"})
_EXTENDING = frozenset({"extend", "update"})
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
_Block = (*_Function, ast.ClassDef, ast.Lambda)


class Listing(Struct, array_like=True):
    """The contents of an expression that is a list.

    ``elements`` are what stands there. ``spreads`` stand for more: constants, parameters (of kind
    ``PARAM``, with the function that has them), and what functions give (``RESULT``). ``unclear``
    is the source of the first part of which nothing is known.
    """

    elements: list[Ref] = struct_field(default_factory=list)
    spreads: list[Ref] = struct_field(default_factory=list)
    unclear: str = ""


@dataclass
class Names:
    """The bindings of the names of one function, or of a module or class.

    ``bound`` has all values that a name is given, ``None`` for one that is no expression, ``added``
    what is put into a list afterwards, with ``True`` for the elements of another one. The code is
    only read when it is asked for.
    """

    qualname: str = ""
    owner: str = ""  # the class that it is a method of
    around: Names | None = None
    params: frozenset[str] = frozenset()
    receiver: str = ""
    imports: dict[str, str] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    bound: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    added: dict[str, list[tuple[ast.expr, bool]]] = field(default_factory=dict)
    unread: Sequence[ast.stmt] = ()

    def read(self) -> Names:
        """Read the code, unless that has been done."""
        body, self.unread = self.unread, ()
        _collect(self, body)
        return self

    def holder(self, name: str) -> Names | None:
        """Return the function around that has a name; ``None`` if it is one of the module."""
        at: Names | None = self
        while at is not None and not at._has(name):
            at = at.around
        return at

    def _has(self, name: str) -> bool:
        self.read()
        return any(name in one for one in (self.params, self.bound, self.imports, self.inside))


def names_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef, qualname: str, owner: str, around: Names | None
) -> Names:
    """Return what the names of a function stand for."""
    args = node.args
    plain = [*args.posonlyargs, *args.args]
    every = [*plain, *args.kwonlyargs]
    is_static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    receiver = plain[0].arg if owner and plain and not is_static else ""
    names = Names(qualname, owner, around, frozenset(a.arg for a in every), receiver)
    others = [a.arg for a in (args.vararg, args.kwarg) if a is not None]
    names.bound.update((name, [None]) for name in others)
    names.unread = node.body
    return names


def names_in(body: Sequence[ast.stmt]) -> Names:
    """Return what names are given that stand in the body of a class or module."""
    return Names(unread=body).read()


def _collect(names: Names, body: Iterable[ast.stmt]) -> None:
    pending: list[ast.AST] = [*body]
    pending.reverse()
    while pending:
        node = pending.pop()
        if isinstance(node, (*_Function, ast.ClassDef)):
            names.inside.add(node.name)
        elif not isinstance(node, _Block):
            _note(names, node)
            pending.extend(ast.iter_child_nodes(node))


def _note(names: Names, node: ast.AST) -> None:
    match node:
        case ast.Import(names=aliases):
            for alias in aliases:
                top = alias.name.partition(".")[0]
                names.imports[alias.asname or top] = alias.name if alias.asname else top
        case ast.ImportFrom(module=module, names=aliases, level=level):
            base = "." * level + (module or "")
            for alias in aliases:
                names.imports[alias.asname or alias.name] = f"{base}|{alias.name}"
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
            names.added.setdefault(name, []).append((value, True))
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                _bind(names, target, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            _bind(names, target, value)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            names.bound.setdefault(name, []).append(value)
        case ast.Name(id=name, ctx=ast.Store()) if name not in names.bound:
            names.bound[name] = [None]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how), args=args) if args:
            if how in _ADDING or how in _EXTENDING:
                names.added.setdefault(name, []).append((args[-1], how in _EXTENDING))


def _bind(names: Names, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        names.bound.setdefault(target.id, []).append(value)
        return
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.bound.setdefault(node.id, []).append(None)


class Lister:
    """Reads expressions of one module; ``facts`` are only asked for its name."""

    def __init__(self, facts: ModuleFacts) -> None:
        self._facts = facts

    def listing(self, node: ast.expr, names: Names | None) -> Listing:
        """Return what an expression lists that stands where ``names`` hold."""
        found = Listing()
        pending: list[ast.expr | None] = [node]
        seen: set[tuple[str, str]] = set()
        for _ in range(limits.LISTED_NAMES * 4):
            if not pending:
                return found
            part = pending.pop()
            if isinstance(part, ast.Name):
                pending += self._named(part, names, found, seen)[::-1]
            else:
                pending += self._part(part, names, found)[::-1]
        found.unclear = found.unclear or "a very long list"
        return found

    def _part(
        self, node: ast.expr | None, names: Names | None, found: Listing
    ) -> list[ast.expr | None]:
        """Take in one part of a list, and return the parts that it is made of."""
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return self._elements(elements, names, found)
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return [left, right]
            case ast.IfExp(body=body, orelse=other):
                return [body, other]
            case ast.BoolOp(values=values):
                return list(values)
            case ast.Await(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
                return [value]
            case ast.Constant(value=None):
                return []
            case ast.Call(func=ast.Name(id=name), args=args) if name in _COLLECTIONS:
                return list(args[:1])
            case ast.Attribute() | ast.Call():
                ref = self.ref(node, names)
                if ref.kind is not Kind.UNKNOWN:
                    found.spreads.append(ref)
                    return []
        found.unclear = found.unclear or _shown(node)
        return []

    def _elements(
        self, nodes: list[ast.expr], names: Names | None, found: Listing
    ) -> list[ast.expr | None]:
        spreads: list[ast.expr | None] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                spreads.append(node.value)
            elif not isinstance(node, ast.Constant):
                ref = self.ref(node, names)
                found.elements.append(ref)
                if ref.kind is Kind.UNKNOWN:
                    found.unclear = found.unclear or _shown(node)
        return spreads

    def _named(
        self, node: ast.Name, names: Names | None, found: Listing, seen: set[tuple[str, str]]
    ) -> list[ast.expr | None]:
        """Take in a name that stands for a list, and return all that it is given."""
        holder = names.holder(node.id) if names is not None else None
        if holder is None or node.id not in holder.bound:
            found.spreads.append(self.ref(node, names))
            parts: list[ast.expr | None] = []
        else:
            parts = list(holder.bound[node.id])
            if node.id in holder.params:
                found.spreads.append(Ref(Kind.PARAM, node.id, owner=holder.qualname))
        if holder is not None:
            if (holder.qualname, node.id) in seen:
                return []
            seen.add((holder.qualname, node.id))
            parts += self.additions(holder, node.id)
        if None in parts:
            found.unclear = found.unclear or node.id
        return [part for part in parts if part is not None]

    def additions(self, names: Names, name: str) -> list[ast.expr | None]:
        """Return lists of what is put into the list of a name."""
        added = names.added.get(name, ())
        return [value if is_list else ast.List([value], ast.Load()) for value, is_list in added]

    def ref(self, node: ast.expr, names: Names | None) -> Ref:
        """Return what an expression refers to: names, attributes, and what calls give."""
        steps: list[str | None] = []  # the attributes that are taken, ``None`` for a call
        seen: set[tuple[str, str]] = set()
        for _ in range(limits.EXPRESSION_STEPS):
            match node:
                case ast.Await(value=value) | ast.NamedExpr(value=value):
                    node = value
                case ast.Attribute(value=value, attr=attr):
                    steps.append(attr)
                    node = value
                case ast.Call(func=func):
                    steps.append(None)
                    node = func
                case ast.Name(id=name):
                    holder = names.holder(name) if names is not None else None
                    given = self._only(holder, name)
                    if given is None or holder is None or (holder.qualname, name) in seen:
                        return _applied(self._root(name, holder), steps)
                    seen.add((holder.qualname, name))
                    node, names = given, holder
                case _:
                    return UNKNOWN
        return UNKNOWN

    def _only(self, holder: Names | None, name: str) -> ast.expr | None:
        """Return the one value that a name of a function is given."""
        if holder is None or name in holder.params or name in holder.imports:
            return None
        values = holder.bound.get(name, ())
        return values[0] if len(values) == 1 else None

    def _root(self, name: str, holder: Names | None) -> Ref:
        if holder is None:
            return Ref(Kind.GLOBAL, name)
        if name in holder.imports and name not in holder.bound:
            return self._imported(holder.imports[name])
        if name == holder.receiver and name not in holder.bound:
            return Ref(Kind.SELF, holder.owner)
        if name in holder.params and name not in holder.bound:
            return Ref(Kind.PARAM, name, owner=holder.qualname)
        if name in holder.inside and name not in holder.bound:
            return Ref(Kind.LOCAL, f"{holder.qualname}.{name}")
        return UNKNOWN

    def _imported(self, target: str) -> Ref:
        base, separator, name = target.partition("|")
        if not separator:
            return Ref(Kind.IMPORT, target)
        level = len(base) - len(base.lstrip("."))
        module = absolute_base(base[level:], level, self._facts)
        return Ref(Kind.IMPORT, f"{module}.{name}") if module else UNKNOWN


def _applied(root: Ref, steps: list[str | None]) -> Ref:
    """Return what is left of a root when attributes are taken and calls made, the last first."""
    ref = root
    for step in reversed(steps):
        if ref.kind is Kind.UNKNOWN:
            return UNKNOWN
        if step is None:
            ref = Ref(Kind.RESULT, of=ref)
        else:
            ref = Ref(ref.kind, ref.name, (*ref.path, step), ref.of, ref.others, ref.owner)
    return ref


def returns_of(body: Iterable[ast.stmt]) -> Iterator[ast.expr | None]:
    """Return what the ``return`` statements of a function give; ``None`` for what it yields."""
    pending: list[ast.AST] = [*body]
    pending.reverse()
    while pending:
        node = pending.pop()
        if isinstance(node, _Block):
            continue
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        elif isinstance(node, (ast.Yield, ast.YieldFrom)):
            yield None
        pending.extend(ast.iter_child_nodes(node))


def _shown(node: ast.AST | None) -> str:
    text = ast.unparse(node) if node is not None else ""
    return shortened(text, limits.KEPT_TEXT)
