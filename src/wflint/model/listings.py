"""Lists as they are written: what stands in them, and what stands for more of them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec import field as struct_field

from wflint import limits
from wflint.facts.model import UNKNOWN, Kind, Ref
from wflint.facts.relative import absolute_base
from wflint.model.taken_out import taken_from
from wflint.project.module import Module
from wflint.syntax.inner_nodes import all_nodes, inner_nodes
from wflint.syntax.unparsed import unparsed
from wflint.wording import shortened

_COLLECTIONS = frozenset({"frozenset", "list", "set", "sorted", "tuple"})
_SETS = frozenset({"frozenset", "set"})
_ADDING = frozenset({"add", "append", "insert"})
_EXTENDING = frozenset({"extend", "update"})
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
_Block = (*_Function, ast.ClassDef, ast.Lambda)


class Item(Struct, array_like=True):
    """A part of a list, as it is written between two offsets of the file.

    ``is_sure`` is set if the list has it whenever it is made.
    """

    ref: Ref
    start: int
    end: int
    is_sure: bool = True


class Listing(Struct, array_like=True):
    """The contents of an expression that is a list.

    ``elements`` are what stands there. ``spreads`` stand for more: constants, parameters (of kind
    ``PARAM``, with the function that has them), and what functions give (``RESULT``). ``unclear``
    is the source of the first part of which nothing is known.
    """

    elements: list[Item] = struct_field(default_factory=list)
    spreads: list[Item] = struct_field(default_factory=list)
    unclear: str = ""


@dataclass
class Names:
    """The bindings of the names of one function, or of a module or class.

    ``bound`` has all values that a name is given, ``None`` for one that is no expression, ``added``
    what is put into a list afterwards, with ``True`` for the elements of another one, ``taken`` are
    the names of lists that something may be taken out of, and ``entered`` is what a ``with``
    statement enters to bind them. The code is only read when it is asked for.
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
    taken: set[str] = field(default_factory=set)
    entered: dict[str, ast.expr] = field(default_factory=dict)
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

    def is_entered(self, name: str) -> bool:
        """True if a ``with`` statement alone gives a name of the function its value."""
        return self.bound.get(name) == [None] and name in self.entered and name not in self.params

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
            names.taken.update(taken_from(node))
            pending.extend(inner_nodes(node))


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
        case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
            names.bound.setdefault(name, []).append(None)
            names.entered[name] = value
        case ast.Name(id=name, ctx=ast.Store()) if name not in names.bound:
            names.bound[name] = [None]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how), args=args) if args:
            if how in _ADDING or how in _EXTENDING:
                names.added.setdefault(name, []).append((args[-1], how in _EXTENDING))


def _bind(names: Names, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        names.bound.setdefault(target.id, []).append(value)
        return
    for node in all_nodes(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.bound.setdefault(node.id, []).append(None)


Part = tuple[ast.expr | None, bool]
"""A part of a list, and if that is sure to be in it."""


class Lister:
    """Reads expressions of one module; its facts are only asked for its name."""

    def __init__(self, module: Module) -> None:
        self._facts = module.facts
        self._source = module.source

    def listing(self, node: ast.expr, names: Names | None) -> Listing:
        """Return what an expression lists that stands where ``names`` hold."""
        found = Listing()
        pending: list[Part] = [(node, True)]
        seen: set[tuple[str, str]] = set()
        for _ in range(limits.LISTED_NAMES * 4):
            if not pending:
                return found
            part, is_sure = pending.pop()
            if isinstance(part, ast.Name):
                parts = self._named(part, names, found, seen, is_sure)
            else:
                parts = self._part(part, names, found, is_sure)
            pending += parts[::-1]
        found.unclear = found.unclear or "a very long list"
        return found

    def _part(
        self, node: ast.expr | None, names: Names | None, found: Listing, is_sure: bool
    ) -> list[Part]:
        """Take in one part of a list, and return the parts that it is made of."""
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return self._elements(elements, names, found, is_sure)
            case ast.Set(elts=elements):  # what is in it twice counts once
                is_plain = not any(isinstance(one, ast.Starred) for one in elements)
                return self._elements(elements, names, found, is_sure and is_plain)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return [(left, False), (right, False)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return [(left, is_sure), (right, is_sure)]
            case ast.IfExp(body=body, orelse=other):
                return [(body, False), (other, False)]
            case ast.BoolOp(values=values):
                return [(value, False) for value in values]
            case ast.Await(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
                return [(value, is_sure)]
            case ast.Constant(value=None):
                return []
            case ast.Call(func=ast.Name(id=name), args=args) if name in _COLLECTIONS:
                return [(arg, is_sure and name not in _SETS) for arg in args[:1]]
            case ast.Attribute() | ast.Call():
                item = self._item(node, names, is_sure)
                if item.ref.kind is not Kind.UNKNOWN:
                    found.spreads.append(item)
                    return []
        found.unclear = found.unclear or _shown(node)
        return []

    def _elements(
        self, nodes: list[ast.expr], names: Names | None, found: Listing, is_sure: bool
    ) -> list[Part]:
        spreads: list[Part] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                spreads.append((node.value, is_sure))
            elif not isinstance(node, ast.Constant):
                item = self._item(node, names, is_sure)
                found.elements.append(item)
                if item.ref.kind is Kind.UNKNOWN:
                    found.unclear = found.unclear or _shown(node)
        return spreads

    def _named(
        self,
        node: ast.Name,
        names: Names | None,
        found: Listing,
        seen: set[tuple[str, str]],
        is_sure: bool,
    ) -> list[Part]:
        """Take in a name that stands for a list, and return all that it is given."""
        holder = names.holder(node.id) if names is not None else None
        if holder is None or node.id not in holder.bound:
            found.spreads.append(self._item(node, names, is_sure))
            given: list[ast.expr | None] = []
        else:
            given = list(holder.bound[node.id])
            if node.id in holder.params:
                ref = Ref(Kind.PARAM, node.id, owner=holder.qualname)
                found.spreads.append(self._item(node, names, False, ref))
        if holder is not None:
            if (holder.qualname, node.id) in seen:
                return []
            seen.add((holder.qualname, node.id))
        is_only = len(given) == 1 and holder is not None and node.id not in holder.params
        is_only = is_only and holder is not None and node.id not in holder.taken
        parts = [(value, is_sure and is_only) for value in given]
        if holder is not None:
            parts += [(value, False) for value in self.additions(holder, node.id)]
        if any(value is None for value, _ in parts):
            found.unclear = found.unclear or node.id
        return [part for part in parts if part[0] is not None]

    def _item(
        self, node: ast.expr, names: Names | None, is_sure: bool, ref: Ref | None = None
    ) -> Item:
        start, end = self.span(node)
        return Item(self.ref(node, names) if ref is None else ref, start, end, is_sure)

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Return the offsets of an expression in the file."""
        start = self._source.offset(node.lineno, node.col_offset)
        row, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return start, self._source.offset(row, column)

    def additions(self, names: Names, name: str) -> list[ast.expr | None]:
        """Return lists of what is put into the list of a name."""
        added = names.added.get(name, ())
        return [value if is_list else ast.List([value], ast.Load()) for value, is_list in added]

    def ref(self, node: ast.expr, names: Names | None) -> Ref:
        """Return what an expression refers to: names, attributes, and what calls give."""
        steps: list[str | Kind] = []  # the attributes that are taken, or another kind of step
        seen: set[tuple[str, str]] = set()
        for _ in range(limits.EXPRESSION_STEPS):
            match node:
                case ast.Await(value=value) | ast.NamedExpr(value=value):
                    node = value
                case ast.Attribute(value=value, attr=attr):
                    steps.append(attr)
                    node = value
                case ast.Call(func=func):
                    steps.append(Kind.RESULT)
                    node = func
                case ast.Name(id=name):
                    holder = names.holder(name) if names is not None else None
                    given = self._only(holder, name)
                    if given is None and holder is not None and holder.is_entered(name):
                        steps.append(Kind.ENTERED)
                        given = holder.entered[name]
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


def _applied(root: Ref, steps: list[str | Kind]) -> Ref:
    """Return what is left of a root when steps are taken from it, the last first."""
    ref = root
    for step in reversed(steps):
        if ref.kind is Kind.UNKNOWN:
            return UNKNOWN
        if isinstance(step, Kind):
            ref = Ref(step, of=ref)
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
        pending.extend(inner_nodes(node))


def _shown(node: ast.AST | None) -> str:
    text = unparsed(node) if node is not None else ""
    return shortened(text, limits.KEPT_TEXT)
