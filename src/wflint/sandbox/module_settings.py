"""Settings of the sandbox in one module, by its text alone: names are not yet looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct, field

from wflint.project.module import Module
from wflint.sandbox.origins import origins
from wflint.sandbox.worker_surroundings import (
    PASSES_ALL,
    conditional_children,
    has_ordinary_sandbox,
    makes_worker,
    nodes_around_workers,
)
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.inner_nodes import all_nodes, inner_nodes
from wflint.syntax.words import dotted_name, dotted_names, last_word

_FREE = "UnsandboxedWorkflowRunner"
_SETTINGS = ("passthrough", "sandboxed", "invalid_module_members", "unrestricted", "Plugin")
"""One of these stands in every text that sets anything."""

_DEFAULTS = "passthrough_modules"
_RESTRICTIONS = frozenset({"SandboxRestrictions", "default", "restrictions"})
_LISTS = frozenset({"activities", "nexus_service_handlers", "workflows"})
_MAKERS = frozenset({"client", "plugins", "workflow_runner"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NAMES = (ast.Name, ast.Attribute)
_GIVING = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.withitem),
    ast.ImportFrom,
)
"""Nodes that give names a value."""

_COLLECTIONS = frozenset({"frozenset", "list", "set", "sorted", "tuple"})


class Collection(Struct, array_like=True):
    """An expression that gives several texts.

    ``texts`` are those that stand there, ``constants`` the dotted names that stand for more.
    ``vague`` says that there is something else in it.
    """

    texts: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    vague: bool = False


class Piece(Struct, array_like=True):
    """One setting, and where it stands.

    ``passed`` are modules to pass through. ``everything`` passes all of them through, and
    ``open_ended`` says that there are more than can be read. ``free`` is a runner without a
    sandbox, ``plugin`` the name of the class of a plugin. ``relaxed`` says that restricted names
    were changed.
    """

    offset: int
    passed: list[Collection] = field(default_factory=list)
    everything: bool = False
    open_ended: bool = False
    free: bool = False
    relaxed: bool = False
    plugin: str = ""


class Region(Struct, array_like=True):
    """What a name stands for: an expression that it is given, or the code of a function or class.

    ``scope`` is the qualname of the function or class around, ``uses`` are the names in it.
    ``origins`` are the names of what makes its value, or what a function returns.
    """

    scope: str
    name: str
    start: int
    end: int
    inside: str
    uses: list[str]
    origins: list[str]


class Site(Struct, array_like=True):
    """A call that makes a Worker, or has one made: where it stands, and the function around it.

    ``runner`` are the names that its runner is made from, ``others`` those in what else it is given
    but lists; ``has_spread`` if that is not all. ``origins`` are the names of what makes its
    runner, its client and its plugins. ``is_ordinary`` says that it surely has a sandbox that does
    not pass everything through.
    """

    offset: int
    end: int
    scope: str
    runner: list[str]
    others: list[str]
    origins: list[str]
    is_ordinary: bool
    has_spread: bool


class SandboxSays(Struct, array_like=True):
    """The settings of the sandbox in a module.

    ``unsandboxed`` are the names of classes. ``params`` are those of each function, and ``imports``
    what functions import.
    """

    pieces: list[Piece] = field(default_factory=list)
    unsandboxed: list[str] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    params: dict[str, list[str]] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)


def sandbox_says(module: Module) -> SandboxSays:
    """Return the settings of the sandbox in a module, found once."""
    return module.notes.answer("sandbox", SandboxSays, lambda: _read(module))


def may_set(text: str) -> bool:
    """True if a text may have a setting: else there are neither pieces nor free classes in it."""
    return any(word in text for word in _SETTINGS)


def _read(module: Module) -> SandboxSays:
    return _Reader(module).read(parse_or_empty(module.source))


def constant(module: Module, name: str) -> list[Collection]:
    """The values that a name is given anywhere in a module."""
    return module.notes.answer(
        f"constant {name}",
        list[Collection],
        lambda: [_collection([value]) for value in _assigned(parse_or_empty(module.source), name)],
    )


class _At(NamedTuple):
    """A node, with the names in each of the regions around it."""

    node: ast.AST
    scope: str
    conditional: bool
    around: tuple[set[str], ...]


class _Reader:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.said = SandboxSays()
        self._names: list[set[str]] = []  # in each region
        self._functions: dict[str, Region] = {}  # by their qualnames

    def read(self, tree: ast.Module) -> SandboxSays:
        """Look at every call, every class, and every name that is given a value, in one pass."""
        text = self.module.source.searchable
        asks_for_conditions = PASSES_ALL in text or _FREE in text
        around_workers = nodes_around_workers(tree) if asks_for_conditions else set[ast.AST]()
        pending = [_At(tree, "", False, ())]
        while pending:
            node, scope, conditional, around = pending.pop()
            if isinstance(node, _NAMES) and self._is_noted(node, around):
                continue
            value, in_value = None, around
            if isinstance(node, ast.Call):
                self._call(node, scope, conditional)
            elif isinstance(node, _DEFINITIONS):
                scope = self._definition(node, scope)
                around = (*around, self._newest())
            elif isinstance(node, _GIVING):
                value = self._assignment(node, scope)
                in_value = (*around, self._newest()) if value is not None else around
            elif isinstance(node, (ast.Return, ast.Yield)) and scope in self._functions:
                given = [node.value] if node.value is not None else []
                self._functions[scope].origins += origins(given)
            unsure = conditional_children(node, around_workers) if asks_for_conditions else ()
            pending.extend(
                _At(
                    child,
                    scope,
                    conditional or child in unsure,
                    in_value if child is value else around,
                )
                for child in inner_nodes(node)
            )
        for region, names in zip(self.said.regions, self._names, strict=True):
            region.uses = sorted(names)
        return self.said

    def _newest(self) -> set[str]:
        """The names in the region that was found last."""
        return self._names[-1]

    @staticmethod
    def _is_noted(node: ast.AST, around: tuple[set[str], ...]) -> bool:
        """Note a dotted name in all regions around it."""
        name = dotted_name(node)
        if name:
            for names in around:
                names.add(name)
        return bool(name)

    def _offset(self, node: ast.expr | ast.stmt) -> int:
        return self.module.source.offset(node.lineno, node.col_offset)

    def _end(self, node: ast.expr | ast.stmt) -> int:
        row, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.module.source.offset(row, column)

    def _region(
        self, scope: str, name: str, node: ast.expr | ast.stmt, inside: str, names: set[str]
    ) -> None:
        made_by = origins([node]) if isinstance(node, ast.expr) else []
        at = Region(scope, name, self._offset(node), self._end(node), inside, [], made_by)
        self.said.regions.append(at)
        self._names.append(names)

    # Names.

    def _definition(self, node: _Definition, scope: str) -> str:
        qualname = f"{scope}.{node.name}" if scope else node.name
        self._region(scope, node.name, node, qualname, set())
        if isinstance(node, ast.ClassDef):
            self._class(node)
        else:
            args = node.args
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
            self.said.params[qualname] = [arg.arg for arg in every if arg is not None]
            self._functions[qualname] = self.said.regions[-1]
        return qualname

    def _assignment(self, node: ast.AST, scope: str) -> ast.expr | None:
        """Note the names that a statement gives a value, and return that."""
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.AugAssign(target=target, value=value)
                | ast.NamedExpr(target=target, value=value)
                | ast.For(target=target, iter=value)
                | ast.withitem(context_expr=value, optional_vars=ast.expr() as target)
            ):
                targets = [target]
            case ast.ImportFrom(module=str(base), level=0, names=names) if scope:
                taken = {alias.asname or alias.name: f"{base}.{alias.name}" for alias in names}
                self.said.imports.update(taken)
                return None
            case _:
                return None
        inside = set[str]()
        given = [name for target in targets for name in _given(target)]
        for name in given:
            self._region("" if name.startswith("self.") else scope, name, value, scope, inside)
        return value if given else None

    # Settings.

    def _call(self, node: ast.Call, scope: str, conditional: bool) -> None:
        name = last_word(node.func)
        piece = Piece(self._offset(node))
        if name == "with_passthrough_modules":
            piece.passed.append(_collection(node.args))
        elif name == PASSES_ALL:
            piece.everything, piece.open_ended = not conditional, conditional
        elif name == _FREE:
            piece.free = not conditional
        elif name == "with_child_unrestricted":
            piece.relaxed = True
        elif name.endswith("Plugin"):
            piece.plugin = dotted_name(node.func)
        for keyword in node.keywords:
            if keyword.arg == "passthrough_modules":
                piece.passed.append(_collection([keyword.value]))
            elif keyword.arg == "passthrough_all_modules" and not _is(keyword.value, False):
                piece.everything |= _is(keyword.value, True)
                piece.open_ended = True
            elif keyword.arg == "invalid_module_members":
                piece.relaxed = True
        self._keep(piece)
        if makes_worker(node):
            self._site(node, scope)

    def _keep(self, piece: Piece) -> None:
        if piece != Piece(piece.offset):
            self.said.pieces.append(piece)

    def _site(self, node: ast.Call, scope: str) -> None:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        runner = given.pop("workflow_runner", None)
        others = [value for name, value in given.items() if name not in _LISTS]
        others = [node.func, *node.args, *others]
        spread = any(k.arg is None for k in node.keywords)
        self.said.sites.append(
            Site(
                self._offset(node),
                self._end(node),
                scope,
                sorted(dotted_names([runner])) if runner is not None else [],
                sorted(dotted_names(others)),
                origins([*node.args[:1], *_given_by(node, _MAKERS)]),
                has_ordinary_sandbox(node),
                spread or any(isinstance(arg, ast.Starred) for arg in node.args),
            )
        )

    def _class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            if last_word(base).endswith("Plugin"):
                self._keep(Piece(self._offset(node), plugin=dotted_name(base)))
        for decorator in node.decorator_list:
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            if any(k.arg == "sandboxed" and _is(k.value, False) for k in keywords):
                self.said.unsandboxed.append(node.name)


def _given_by(call: ast.Call, keywords: frozenset[str]) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg in keywords]


def _given(target: ast.expr) -> list[str]:
    """Return the names that an assignment gives a value, an attribute as ``self.name``."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in _given(element)]
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Subscript):
        return _given(target.value)
    return [f"self.{target.attr}"] if isinstance(target, ast.Attribute) else []


def _collection(nodes: Iterable[ast.expr]) -> Collection:
    found = Collection()
    pending = list(nodes)
    while pending:
        match pending.pop():
            case ast.Constant(value=str(text)):
                found.texts.append(text)
            case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Set(elts=inner):
                pending += inner
            case ast.Starred(value=node):
                pending.append(node)
            case ast.BinOp(left=left, op=ast.BitOr() | ast.Add(), right=right):
                pending += [left, right]
            case ast.Call(func=ast.Name(id=name), args=[node]) if name in _COLLECTIONS:
                pending.append(node)
            case ast.Constant():
                pass
            case ast.Attribute() as node if _is_default(node):
                pass
            case ast.Name() | ast.Attribute() as node if dotted_name(node):
                found.constants.append(dotted_name(node))
            case _:
                found.vague = True
    return found


def _is_default(node: ast.Attribute) -> bool:
    """True if an attribute is the set of modules that the SDK passes through itself."""
    if node.attr == _DEFAULTS:
        return last_word(node.value) in _RESTRICTIONS
    return node.attr.startswith(f"{_DEFAULTS}_")


def _assigned(tree: ast.AST, name: str) -> Iterator[ast.expr]:
    """The values that a name is given anywhere in a module."""
    for node in all_nodes(tree):
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
            targets = [node.target]
        else:
            continue
        if node.value is not None and any(
            isinstance(t, ast.Name) and t.id == name for t in targets
        ):
            yield node.value


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
