"""The code of one function of a program, with what the facts say of its places."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.facts.model import Call, FunctionBody, Ref, Use
from wflint.facts.signatures import RECEIVERS
from wflint.files.source import UnreadableSource
from wflint.project.store import Store

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Code:
    """A function as it is reached: its definition, and the facts of its nodes."""

    def __init__(self, node: Node, store: Store) -> None:
        self.node = node
        self.store = store
        self.definition: Definition | None = None
        self._sites: dict[int, int] = {}
        self._read()

    def _read(self) -> None:
        fn = self.node.fn
        try:
            reader = self.store.reader(fn)
        except UnreadableSource:
            return
        light = reader.piece.light if reader is not None and reader.piece is not None else None
        if reader is None or light is None:
            return
        order, made = reader.walker.order, light.made
        origins: dict[int, ast.AST] = {}
        for each in light.nodes:
            other = made.get(id(each))
            if other is not None:
                origins[id(other)] = each
                site = order.get(id(other))
                if site is not None:
                    self._sites[id(each)] = site
        self._keep = light  # its nodes are known by their ids
        if fn.qualname == self.store.outermost(fn):
            found = light.nodes[0]
            assert isinstance(found, ast.Module)
            first: ast.AST = found.body[0]
            first = first.body[0] if isinstance(first, ast.If) else first
            if isinstance(first, (ast.Expr, ast.Assign)):
                first = next((n for n in ast.walk(first) if isinstance(n, ast.Lambda)), first)
        else:
            entries, at = reader.walker.entries, self.body.head.site
            first = origins.get(id(entries[at].node), found_nothing) if at >= 0 else found_nothing
        if isinstance(first, Definition):
            self.definition = first

    @cached_property
    def body(self) -> FunctionBody:
        """The facts of the function."""
        return self.store.body(self.node.fn)

    @cached_property
    def _calls(self) -> dict[int, Call]:
        return {call.site: call for call in self.body.calls}

    @cached_property
    def _uses(self) -> dict[int, Use]:
        return {use.site: use for use in (*self.body.reads, *self.body.uses)}

    def site(self, node: ast.AST) -> int:
        """The site of a node; -1 if it has none."""
        return self._sites.get(id(node), -1)

    def call(self, node: ast.Call) -> Call | None:
        """What the facts say of a call."""
        return self._calls.get(self.site(node))

    def ref(self, node: ast.AST) -> Ref | None:
        """What a name or attribute refers to."""
        found = self._uses.get(self.site(node))
        return found.target if found is not None else None

    # Names.

    @cached_property
    def params(self) -> tuple[str, ...]:
        """The parameters, the object of a method included."""
        return names_of(self.definition.args) if self.definition is not None else ()

    @cached_property
    def receiver(self) -> str:
        """The name of the object of a method, or ``""``."""
        first = self.body.head.params[:1]
        return first[0].name if first and first[0].kind in RECEIVERS else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that are local to the function, or to one around it."""
        found = {*self.params}
        if self.definition is not None:
            found.update(_assigned(self.definition))
        if self.around is not None:
            found |= Code(self.node._replace(fn=self.around), self.store).names
        return frozenset(found)

    @cached_property
    def around(self) -> Fn | None:
        """The function around an inner one."""
        around, path = self.node.fn.qualname.rpartition(".")[0], self.node.fn.path
        if self.body.head.site < 0 or not around:
            return None
        module = self.store.load(path)
        is_function = around in module.facts.functions or around in module.bodies
        return Fn(path, around) if is_function else None


found_nothing = ast.Pass()


def names_of(args: ast.arguments) -> tuple[str, ...]:
    """Return the names of parameters, those that take several arguments last."""
    plain = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    more = [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    return tuple(arg.arg for arg in (*plain, *more))


def _assigned(definition: Definition) -> Iterator[str]:
    """Yield the names that a function assigns, its inner functions left out."""
    body = definition.body if isinstance(definition.body, list) else [definition.body]
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        if not isinstance(node, _INNER):
            pending.extend(ast.iter_child_nodes(node))
