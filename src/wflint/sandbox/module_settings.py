"""Settings of the sandbox in one module, by its text alone: names are not yet looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from wflint.files.source import UnreadableSource
from wflint.project.module import Module
from wflint.sandbox.restrictions import PLUGINS

_ALL = "with_passthrough_all_modules"
_FREE = "UnsandboxedWorkflowRunner"
_DEFAULTS = "passthrough_modules"
_RESTRICTIONS = frozenset({"SandboxRestrictions", "default", "restrictions"})
_COLLECTIONS = frozenset({"frozenset", "list", "set", "sorted", "tuple"})


class Collection(Struct, array_like=True):
    """An expression that gives several texts.

    ``texts`` are those that stand there, ``constants`` the dotted names that stand for more.
    ``vague`` says that there is something else in it.
    """

    texts: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    vague: bool = False


class SandboxSays(Struct, array_like=True):
    """The settings of the sandbox in a module.

    ``passed`` are the modules to pass through. ``everything`` passes all of them through, and
    ``open_ended`` says that there are more than can be read. ``unsandboxed`` are names of classes,
    ``free_runners`` those of the workflows of each runner without a sandbox, and whether these are
    all. ``other_workers`` are ordinary ones; ``relaxed`` says that restricted names were changed.
    """

    passed: list[Collection] = field(default_factory=list)
    everything: bool = False
    open_ended: bool = False
    unsandboxed: list[str] = field(default_factory=list)
    free_runners: list[tuple[list[str], bool]] = field(default_factory=list)
    other_workers: bool = False
    relaxed: bool = False


def sandbox_says(module: Module) -> SandboxSays:
    """Return the settings of the sandbox in a module, found once."""
    return module.notes.answer("sandbox", SandboxSays, lambda: _Reader().read(_tree(module)))


def constant(module: Module, name: str) -> list[Collection]:
    """The values that a name is given anywhere in a module."""
    return module.notes.answer(
        f"constant {name}",
        list[Collection],
        lambda: [_collection([value]) for value in _assigned(_tree(module), name)],
    )


class _Reader:
    def __init__(self) -> None:
        self.said = SandboxSays()

    def read(self, tree: ast.Module) -> SandboxSays:
        """Look at every call and every class."""
        pending: list[tuple[ast.AST, tuple[ast.Call, ...], bool]] = [(tree, (), False)]
        while pending:
            node, calls, conditional = pending.pop()
            if isinstance(node, ast.Call):
                self._call(node, calls, conditional)
                calls = (*calls, node)
            elif isinstance(node, ast.ClassDef):
                self._class(node)
            inside = conditional or isinstance(node, (ast.If, ast.IfExp, ast.Match))
            children = ast.iter_child_nodes(node)
            pending.extend((child, calls, inside) for child in children)
        return self.said

    def _call(self, node: ast.Call, calls: tuple[ast.Call, ...], conditional: bool) -> None:
        name, said = _last_name(node.func), self.said
        if name == "with_passthrough_modules":
            said.passed.append(_collection(node.args))
        elif name == _ALL:
            said.everything |= not conditional
            said.open_ended |= conditional
        elif name == _FREE and not conditional:
            said.free_runners.append(_workflows(calls))
        elif name == "Worker":
            said.other_workers |= _is_ordinary(node)
        elif name == "with_child_unrestricted":
            said.relaxed = True
        elif name in PLUGINS:
            self._plugin(name)
        for keyword in node.keywords:
            if keyword.arg == "passthrough_modules":
                said.passed.append(_collection([keyword.value]))
            elif keyword.arg == "passthrough_all_modules" and not _is(keyword.value, False):
                said.everything |= _is(keyword.value, True)
                said.open_ended = True
            elif keyword.arg == "invalid_module_members":
                said.relaxed = True

    def _plugin(self, name: str) -> None:
        self.said.passed.append(Collection(sorted(PLUGINS.get(name, ()))))

    def _class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            if _last_name(base) in PLUGINS:
                self._plugin(_last_name(base))
        for decorator in node.decorator_list:
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            if any(k.arg == "sandboxed" and _is(k.value, False) for k in keywords):
                self.said.unsandboxed.append(node.name)


def _workflows(calls: tuple[ast.Call, ...]) -> tuple[list[str], bool]:
    """The workflows of the worker that a runner is made for, and whether all of them are names."""
    given = [k.value for call in calls for k in call.keywords if k.arg == "workflows"]
    names: list[str] = []
    are_all = bool(given)
    for value in given:
        for element in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [None]:
            if isinstance(element, ast.Name):
                names.append(element.id)
            else:
                are_all = False
    return names, are_all


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
            case ast.Name() | ast.Attribute() as node if _dotted(node):
                found.constants.append(_dotted(node))
            case _:
                found.vague = True
    return found


def _tree(module: Module) -> ast.Module:
    from wflint.syntax.guard import NewerSyntax, parse

    try:
        return parse(module.source)
    except (NewerSyntax, UnreadableSource):
        return ast.Module([], [])


def _is_ordinary(worker: ast.Call) -> bool:
    """True if a worker surely has a sandbox that does not pass everything through."""
    if any(keyword.arg is None for keyword in worker.keywords):
        return False
    runner = next((k.value for k in worker.keywords if k.arg == "workflow_runner"), None)
    if runner is None:
        return True
    names = {_last_name(n) for n in ast.walk(runner) if isinstance(n, (ast.Attribute, ast.Name))}
    return "SandboxedWorkflowRunner" in names and _ALL not in names


def _is_default(node: ast.Attribute) -> bool:
    """True if an attribute is the set of modules that the SDK passes through itself."""
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


def _dotted(node: ast.expr) -> str:
    """A name or attribute as it is written: ``flows.OrderWorkflow``."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _last_name(node: ast.expr | None) -> str:
    """The last word of a name; of a call that of what it calls."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
