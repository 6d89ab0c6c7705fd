"""What a project says to the sandbox: modules to pass through, workflows to run without it.

Such settings stand anywhere: at the worker, in a plugin, in a helper that makes the runner. They
are told by their names, which are used for nothing else. What is only done under a condition (a
switch for debugging) does not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wflint.facts.model import Kind, Ref
from wflint.program.entities import OwnClass
from wflint.program.resolve import Resolver
from wflint.program.sandbox import PLUGINS, is_below, passes_by_default
from wflint.program.store import Cls, Module
from wflint.source import UnreadableSource

_ALL = "with_passthrough_all_modules"
_FREE = "UnsandboxedWorkflowRunner"
_DEFAULTS = "passthrough_modules"
_RESTRICTIONS = frozenset({"SandboxRestrictions", "default", "restrictions"})
_COLLECTIONS = frozenset({"frozenset", "list", "set", "sorted", "tuple"})
_MAX_CONSTANTS = 64


class Passthrough(Struct, frozen=True):
    """The settings of a project.

    ``modules`` are passed through besides the SDK's own. ``open_ended`` is set when there are more
    that could not be read, ``everything`` when all modules are passed through. ``unsandboxed`` are
    workflows that run without a sandbox, ``free_workers`` says that there are workers whose
    workflows, which are not known, do so. ``other_workers`` says that there are workers with an
    ordinary sandbox. ``relaxed`` is set when restricted names were changed.
    """

    modules: frozenset[str] = frozenset()
    open_ended: bool = False
    everything: bool = False
    unsandboxed: frozenset[Cls] = frozenset()
    free_workers: bool = False
    other_workers: bool = False
    relaxed: bool = False

    def passes(self, module: str) -> bool:
        """Whether the sandbox passes a module through wherever it is imported."""
        everything = self.everything and not self.other_workers
        return everything or is_below(module, self.modules) or passes_by_default(module)

    def runs_free(self, cls: Cls) -> bool:
        """Whether a workflow runs without a sandbox."""
        return cls in self.unsandboxed or (self.free_workers and not self.other_workers)

    @property
    def in_doubt(self) -> bool:
        """Whether there may be more to what is passed through, or to what runs unsandboxed."""
        return self.open_ended or (self.other_workers and (self.free_workers or self.everything))

    def joined(self, other: Passthrough) -> Passthrough:
        """What both say."""
        return Passthrough(
            self.modules | other.modules,
            self.open_ended or other.open_ended,
            self.everything or other.everything,
            self.unsandboxed | other.unsandboxed,
            self.free_workers or other.free_workers,
            self.other_workers or other.other_workers,
            self.relaxed or other.relaxed,
        )


def read_passthrough(resolver: Resolver, paths: Iterable[str]) -> Passthrough:
    """The settings that the files ``paths`` make."""
    found = Passthrough()
    for path in sorted(paths):
        found = found.joined(_Reader(resolver, path).read())
    return found


class _Reader:
    """Reads the settings of one file."""

    def __init__(self, resolver: Resolver, path: str) -> None:
        self.resolver = resolver
        self.path = path
        self.tree = _tree(resolver.store.load(path))
        self.found = Passthrough()

    def read(self) -> Passthrough:
        """Look at every call and every class."""
        pending: list[tuple[ast.AST, tuple[ast.Call, ...], bool]] = [(self.tree, (), False)]
        while pending:
            node, calls, conditional = pending.pop()
            if isinstance(node, ast.Call):
                self._call(node, calls, conditional)
                calls = (*calls, node)
            elif isinstance(node, ast.ClassDef):
                self._class(node)
            inside = conditional or isinstance(node, (ast.If, ast.IfExp, ast.Match))
            pending.extend((child, calls, inside) for child in ast.iter_child_nodes(node))
        return self.found

    def _note(self, **what: object) -> None:
        self.found = self.found.joined(Passthrough(**what))  # type: ignore[arg-type]

    def _call(self, node: ast.Call, calls: tuple[ast.Call, ...], conditional: bool) -> None:
        name = _last_name(node.func)
        if name == "with_passthrough_modules":
            self._modules(node.args)
        elif name == _ALL:
            self._note(everything=not conditional, open_ended=conditional)
        elif name == _FREE and not conditional:
            self._unsandboxed(calls)
        elif name == "Worker":
            self._note(other_workers=_is_ordinary(node))
        elif name == "with_child_unrestricted":
            self._note(relaxed=True)
        elif name in PLUGINS:
            self._note(modules=PLUGINS[name])
        for keyword in node.keywords:
            if keyword.arg == "passthrough_modules":
                self._modules([keyword.value])
            elif keyword.arg == "passthrough_all_modules" and not _is(keyword.value, False):
                self._note(everything=_is(keyword.value, True), open_ended=True)
            elif keyword.arg == "invalid_module_members":
                self._note(relaxed=True)

    def _class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            self._note(modules=PLUGINS.get(_last_name(base), frozenset()))
        for decorator in node.decorator_list:
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            if any(k.arg == "sandboxed" and _is(k.value, False) for k in keywords):
                self._note(unsandboxed=self._classes(node.name))

    def _unsandboxed(self, calls: tuple[ast.Call, ...]) -> None:
        """A runner without a sandbox is for the workflows of its worker, if these are written."""
        given = [k.value for call in calls for k in call.keywords if k.arg == "workflows"]
        classes: set[Cls] = set()
        for value in given:
            for element in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [None]:
                found = self._classes(element.id) if isinstance(element, ast.Name) else frozenset()
                if not found:
                    given = []
                classes |= found
        self._note(unsandboxed=frozenset(classes), free_workers=not given)

    def _classes(self, name: str) -> frozenset[Cls]:
        found = self.resolver.resolve(Ref(Kind.GLOBAL, name), self.path)
        return frozenset(entity.cls for entity in found if isinstance(entity, OwnClass))

    # Names of modules.

    def _modules(self, nodes: list[ast.expr]) -> None:
        names: set[str] = set()
        pending: list[tuple[ast.expr, _Reader]] = [(node, self) for node in nodes]
        for _ in range(_MAX_CONSTANTS):
            if not pending:
                break
            node, reader = pending.pop()
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
                continue
            parts = reader._parts(node)
            if parts is None:
                self._note(open_ended=True)
            else:
                pending.extend(parts)
        self._note(modules=frozenset(names), open_ended=bool(pending))

    def _parts(self, node: ast.expr) -> list[tuple[ast.expr, _Reader]] | None:
        """What a collection of names is made of; ``None`` if that cannot be told."""
        match node:
            case ast.List() | ast.Tuple() | ast.Set():
                return [(element, self) for element in node.elts]
            case ast.Starred():
                return [(node.value, self)]
            case ast.BinOp(op=ast.BitOr() | ast.Add()):
                return [(node.left, self), (node.right, self)]
            case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _COLLECTIONS:
                return [(inner, self)]
            case ast.Constant():
                return []
            case ast.Attribute() if _is_default(node):
                return []
            case ast.Name():
                return self._constant(node.id)
        return None

    def _constant(self, name: str) -> list[tuple[ast.expr, _Reader]] | None:
        values = list(_assigned(self.tree, name))
        if len(values) == 1:
            return [(values[0], self)]
        bindings = self.resolver.store.load(self.path).facts.bindings.get(name, ())
        if values or len(bindings) != 1 or bindings[0].what != "import":
            return None
        module, _, last = bindings[0].target.rpartition(".")
        path = self.resolver.index.find(module, self.path) if module else None
        if path is None or path == self.path:
            return None
        return [(ast.Name(last), _Reader(self.resolver, path))]


def _tree(module: Module) -> ast.Module:
    from wflint.syntax.guard import NewerSyntax, parse

    try:
        return parse(module.source)
    except (NewerSyntax, UnreadableSource):
        return ast.Module([], [])


def _is_ordinary(worker: ast.Call) -> bool:
    """Whether a worker surely has a sandbox that does not pass everything through."""
    if any(keyword.arg is None for keyword in worker.keywords):
        return False
    runner = next((k.value for k in worker.keywords if k.arg == "workflow_runner"), None)
    if runner is None:
        return True
    names = {_last_name(n) for n in ast.walk(runner) if isinstance(n, (ast.Attribute, ast.Name))}
    return "SandboxedWorkflowRunner" in names and _ALL not in names


def _is_default(node: ast.Attribute) -> bool:
    """Whether an attribute is the set of modules that the SDK passes through itself."""
    if node.attr == _DEFAULTS:
        return _last_name(node.value) in _RESTRICTIONS
    return node.attr.startswith(f"{_DEFAULTS}_")


def _assigned(tree: ast.AST, name: str) -> Iterator[ast.expr]:
    """The values that a name is given anywhere in a module."""
    for node in ast.walk(tree):
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


def _last_name(node: ast.expr | None) -> str:
    """The last word of a name; of a call that of what it calls."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
