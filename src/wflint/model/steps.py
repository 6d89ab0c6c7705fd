"""The steps of a method that concern the object it is called on, in the order in which they happen.

Read from ``ast`` when somebody asks, and kept with the notes on the file. What a method calls is
put in by :mod:`wflint.model.state_flow`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wflint.facts.model import FunctionHead
from wflint.files.source import Source, UnreadableSource
from wflint.model.arms import arms_in
from wflint.model.glances import glances
from wflint.model.handed_over import HandedOver
from wflint.model.long_waits import LongWaits
from wflint.model.step_kinds import ENTERED, FINISHED, Step, Steps, What
from wflint.model.waited_on import waited_on
from wflint.model.ways_out import called_word, can_end, continues_in_vain, with_way_out
from wflint.project.module import Module
from wflint.syntax.guard import Function, NewerSyntax, parse
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.standalone import standalone
from wflint.syntax.words import dotted_name, last_word

_CONTINUES = "continue_as_new"
_OFTEN_FREE = frozenset({"acquire", "put"})
_LOOK_ONLY = frozenset({"getattr", "hasattr", "id", "isinstance", "repr", "str", "type"})
_ABOUT_OBJECTS = _LOOK_ONLY | {"setattr"}
_FREE_CALLS = frozenset({"all", "any", "bool", "int", "isinstance", "len", "str", "type"})
_TRY: tuple[type[ast.stmt], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))  # since Python 3.11


def steps_of(
    module: Module, qualname: str, receiver: str = "", is_given: bool = True
) -> Steps | None:
    """Return the steps of a method; ``None`` if it cannot be read.

    ``receiver`` is the parameter that is the object, by default the first. With ``is_given``
    nothing that the method is given depends on the state of the object.
    """
    head = module.facts.functions.get(qualname)
    if head is None or head.too_deep:
        return None
    found = module.notes.answer(
        f"steps {qualname} {receiver} {is_given:d}",
        list[Steps],
        lambda: _read(module, head, receiver, is_given),
    )
    return found[0] if found else None


def function_node(source: Source, start: int, end: int) -> ast.FunctionDef | None:
    """Return the definition between two offsets, if Python can read it."""
    text, _ = standalone(source.text[start:end])
    try:
        tree = parse(Source(text))
    except (NewerSyntax, UnreadableSource):
        return None
    node = tree.body[0] if tree.body else None
    if isinstance(node, ast.If):
        node = node.body[0]
    return node if isinstance(node, Function) else None  # type: ignore[return-value]


def _read(module: Module, head: FunctionHead, receiver: str, is_given: bool) -> list[Steps]:
    node = function_node(module.source, head.start, head.end)
    params = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)] if node else []
    own = receiver or (params[0] if params else "")
    if node is None or not own:
        return []
    reader = _Reader(node, module, own, is_given)
    return [Steps(tuple(reader.read()), can_end(node.body), continues_in_vain(node.body))]


class _Task(Struct, frozen=True):
    """Something that the reader is about to do: read nodes, or take a step itself."""

    node: ast.AST | None
    is_sure: bool
    is_later: bool = False
    step: Step | None = None
    unsure_after: bool = False


class _Reader:
    """Goes through one method, with a stack of its own: code may be nested as deep as it likes."""

    def __init__(self, node: ast.FunctionDef, module: Module, own: str, is_given: bool) -> None:
        self._node = node
        self._waits = LongWaits(node, module)
        self._self = own
        self._bound = _rebound(node) | (set() if is_given else _parameters(node))
        self._ways_out = with_way_out(node)
        self._raising = with_way_out(node, (ast.Raise,))
        self._handed_over = HandedOver(node, self._self)
        self._glances = glances(node, self._self)
        self._arms = arms_in(node)
        self._asked = waited_on(node, own)
        self._is_sure = True  # until a way out depends on the state

    def read(self) -> Iterator[Step]:
        stack = [_Task(n, True) for n in reversed(self._node.body)]
        while stack:
            task = stack.pop()
            if task.unsure_after:
                self._is_sure = False
            elif task.step is not None:
                yield task.step
            elif task.node is not None:
                stack.extend(reversed(list(self._parts(task.node, task))))

    def _step(self, at: _Task, what: What, name: str = "", part: str = "", **more: bool) -> _Task:
        is_sure = at.is_sure and self._is_sure and not at.is_later
        arms = self._arms.get(at.node, ()) if at.node is not None else ()
        more["is_asked"] = at.node in self._asked
        step = Step(what, name, is_sure, at.is_later, part=part, arms=arms, **more)
        return _Task(None, is_sure, step=step)

    def _parts(self, node: ast.AST, at: _Task) -> Iterator[_Task]:
        """Return what a node consists of, in the order in which it happens."""
        if isinstance(node, _TRY):
            yield from self._try(node, at)  # type: ignore[arg-type]
            return
        match node:
            case ast.Attribute() | ast.Name():
                yield from self._name(node, at)
            case ast.Call():
                yield from self._call(node, at, awaited=False)
            case ast.Await(value=ast.Call() as call) if self._follows(call):
                yield from self._call(call, at, awaited=True)
            case ast.Await(value=ast.Call() as call) if last_word(call.func) == _CONTINUES:
                yield _Task(call, at.is_sure, at.is_later)  # it raises, and nobody waits
            case ast.Await(value=value):
                yield _Task(value, at.is_sure, at.is_later)
                name = ENTERED if called_word(value) in _OFTEN_FREE else _waited_for(value)
                yield self._step(at, What.WAIT, name, long=self._waits.is_long(value))
            case ast.If() | ast.IfExp() | ast.While():
                yield from self._branches(node, at)
            case ast.BoolOp(values=[first, *others]):
                yield _Task(first, at.is_sure, at.is_later)
                free = at.is_sure and all(self._is_free(v) for v in node.values[:-1])
                yield from (_Task(other, free, at.is_later) for other in others)
            case ast.Assert():
                yield _Task(node.test, at.is_sure, at.is_later)
                yield from self._way_out(node.test, at, raises=True)
            case ast.Match():
                yield from self._match(node, at)
            case ast.For() | ast.AsyncFor() | ast.With() | ast.AsyncWith():
                yield from self._block(node, at)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                yield from self._comprehension(node, at)
            case ast.Lambda() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.GeneratorExp():
                yield from (_Task(n, False, True) for n in ast.iter_child_nodes(node))
            case ast.Assign():
                yield from self._all([node.value, *node.targets], at)
            case ast.AugAssign(target=ast.Attribute() as target) if self._method(target):
                yield self._step(at, What.READ, target.attr)
                yield from self._all([node.value, target], at)
            case ast.AnnAssign():
                if node.value is not None:
                    yield from self._all([node.value, node.target], at)
            case _:
                yield from self._all(ast.iter_child_nodes(node), at)

    def _all(self, nodes: Iterable[ast.AST], at: _Task, *, is_sure: bool = True) -> Iterator[_Task]:
        yield from (_Task(n, at.is_sure and is_sure, at.is_later) for n in nodes)

    # Names and calls.

    def _follows(self, call: ast.Call) -> bool:
        """True if what is called may be known, and does with the object what its steps are."""
        return self._method(call.func) or self._gives_object(call)

    def _gives_object(self, call: ast.Call) -> bool:
        """True for ``helper(self)`` and ``helpers.add(item, to=self)``."""
        if not dotted_name(call.func) or dotted_name(call.func) in _ABOUT_OBJECTS:
            return False
        if any(k.arg is None for k in call.keywords):
            return False
        return sum(self._is_object(value) for value in _given(call)) == 1

    def _is_object(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self._self

    def _method(self, node: ast.AST) -> bool:
        """True for an attribute of the object itself."""
        if not isinstance(node, ast.Attribute):
            return False
        return isinstance(node.value, ast.Name) and node.value.id == self._self

    def _name(
        self, node: ast.Attribute | ast.Name, at: _Task, of: ast.Attribute | None = None
    ) -> Iterator[_Task]:
        """A name or attribute, of which ``of`` is an attribute."""
        if isinstance(node, ast.Name):
            if node.id == self._self:
                yield self._step(at, What.OPEN)
        elif self._method(node.value):
            yield from self._name(node.value, at, of=node)  # type: ignore[arg-type]
        elif not self._method(node):
            yield _Task(node.value, at.is_sure, at.is_later)
        elif node.attr == "__dict__":
            yield self._step(at, What.OPEN)
        elif isinstance(node.ctx, ast.Store):
            yield self._step(at, What.WRITE, node.attr)
        elif isinstance(node.ctx, ast.Load):
            is_glance = node in self._glances
            part, sets_part = ("", False) if of is None else (of.attr, _is_stored(of))
            yield self._step(
                at, What.READ, node.attr, part, is_glance=is_glance, sets_part=sets_part
            )

    def _call(self, node: ast.Call, at: _Task, *, awaited: bool) -> Iterator[_Task]:
        func, given = node.func, _given(node)
        if isinstance(func, ast.Name) and func.id in _ABOUT_OBJECTS and node.args:
            yield from self._about_object(node, at)
            return
        if isinstance(func, ast.Attribute) and _is_super(func.value):
            yield from self._all(given, at)
            yield self._step(at, What.SUPER, func.attr, awaited=awaited)
            return
        is_given = all(self._is_object(value) or self._is_free(value) for value in given)
        if isinstance(func, ast.Attribute) and self._method(func):
            yield from self._all(given, at)
            yield self._step(at, What.CALL, func.attr, awaited=awaited, is_given=is_given)
            return
        called: ast.expr = func
        if isinstance(func, ast.Attribute) and self._method(func.value):
            called = func.value  # it may change as a whole
        if self._gives_object(node):
            yield from self._all([called, *(v for v in given if not self._is_object(v))], at)
            name = dotted_name(func)
            yield self._step(at, What.GIVE, name, awaited=awaited, is_given=is_given)
            return
        yield from self._all([called, *given], at)
        if called is not func and _wait(given):
            yield _Task(called, False, at.is_later)  # what is called waits for what it is given
        number = self._handed_over.number(node)
        if number >= 0:
            names = self._handed_over.names(node)
            yield from (self._step(at, What.CARRY, name) for name in names)
            yield self._step(at, What.CONTINUE, str(number))

    def _about_object(self, node: ast.Call, at: _Task) -> Iterator[_Task]:
        """``hasattr(self, ...)`` and the like; only ``setattr`` does anything."""
        first, *others = node.args
        is_own = isinstance(first, ast.Name) and first.id == self._self
        yield from self._all(others if is_own else node.args, at)
        if is_own and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            name = others[0] if others else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield self._step(at, What.WRITE, name.value)
            else:
                yield self._step(at, What.OPEN)

    # Statements.

    def _branches(self, node: ast.If | ast.IfExp | ast.While, at: _Task) -> Iterator[_Task]:
        yield _Task(node.test, at.is_sure, at.is_later)
        free = self._is_free(node.test)
        for part in (node.body, node.orelse):
            nodes = part if isinstance(part, list) else [part]
            yield from self._all(nodes, at, is_sure=free)
        if isinstance(node, ast.While):
            yield _Task(node.test, False, at.is_later)  # again, before what follows
        if not isinstance(node, ast.IfExp) and self._has_way_out([*node.body, *node.orelse]):
            yield from self._way_out(node.test, at, self._raises([*node.body, *node.orelse]))

    def _way_out(self, test: ast.expr, at: _Task, raises: bool) -> Iterator[_Task]:
        if not self._is_free(test):
            yield from self._unsure(at, raises)

    def _unsure(self, at: _Task, raises: bool) -> Iterator[_Task]:
        """Something may have left the method; one that calls it if it ``raises``."""
        if raises:
            yield self._step(at, What.GUARD)
        yield _Task(None, False, unsure_after=True)

    def _try(self, node: ast.Try, at: _Task) -> Iterator[_Task]:
        is_safe = not node.handlers
        yield from self._all([*node.body, *node.orelse], at, is_sure=is_safe)
        yield from self._all(node.handlers, at, is_sure=False)
        if node.handlers and self._has_way_out([*node.handlers, *node.body]):
            yield from self._unsure(at, self._raises([*node.handlers, *node.body]))
        yield from self._all(node.finalbody, at)

    def _has_way_out(self, nodes: Iterable[ast.AST]) -> bool:
        return not self._ways_out.isdisjoint(nodes)

    def _raises(self, nodes: Iterable[ast.AST]) -> bool:
        return not self._raising.isdisjoint(nodes)

    def _match(self, node: ast.Match, at: _Task) -> Iterator[_Task]:
        yield _Task(node.subject, at.is_sure, at.is_later)
        free = self._is_free(node.subject)
        yield from self._all(node.cases, at, is_sure=free)
        if self._has_way_out(node.cases):
            yield from self._way_out(node.subject, at, self._raises(node.cases))

    def _block(
        self, node: ast.For | ast.AsyncFor | ast.With | ast.AsyncWith, at: _Task
    ) -> Iterator[_Task]:
        if isinstance(node, (ast.For, ast.AsyncFor)):
            yield _Task(node.iter, at.is_sure, at.is_later)
            free = self._is_free(node.iter)
            first: list[ast.AST] = [node.target]
        else:
            free = not any(_suppresses(item.context_expr) for item in node.items)
            first = [*node.items]
        if isinstance(node, (ast.AsyncFor, ast.AsyncWith)):
            yield self._step(at, What.WAIT, ENTERED)
        yield from self._all([*first, *node.body], at, is_sure=free)
        if isinstance(node, (ast.For, ast.AsyncFor)):
            yield from self._all(node.orelse, at)
        else:
            yield from self._all(first, at, is_sure=False)  # they are left
        if not free and self._has_way_out(node.body):
            yield from self._unsure(at, self._raises(node.body))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp, at: _Task
    ) -> Iterator[_Task]:
        first = node.generators[0]
        yield _Task(first.iter, at.is_sure, at.is_later)
        free = self._is_free(first.iter)
        rest = [first.target, *first.ifs, *node.generators[1:]]
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        yield from self._all([*rest, *results], at, is_sure=free)

    def _is_free(self, node: ast.AST) -> bool:
        """True if nothing but parameters and constants decides what an expression gives."""
        for inner in ast.walk(node):
            match inner:
                case ast.Name(id=name) if name == self._self or name in self._bound:
                    return False
                case ast.Call(func=ast.Name(id=name)) if name in _FREE_CALLS:
                    pass
                case ast.Call() | ast.Await() | ast.NamedExpr():
                    return False
        return True


def _rebound(node: ast.FunctionDef) -> set[str]:
    """Return the local names of a function that are no mere parameters."""
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }


def _parameters(node: ast.FunctionDef) -> set[str]:
    return {inner.arg for inner in ast.walk(node.args) if isinstance(inner, ast.arg)}


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _wait(given: Iterable[ast.expr]) -> bool:
    return any(isinstance(node, ast.Await) for value in given for node in all_nodes(value))


def _is_stored(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _is_super(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return node.func.id == "super"


def _suppresses(node: ast.AST) -> bool:
    return last_word(node) == "suppress"


def _waited_for(node: ast.AST) -> str:
    """Return :data:`FINISHED` for a wait for all handlers, else ``""``."""
    given = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return FINISHED if last_word(given) == FINISHED else ""
