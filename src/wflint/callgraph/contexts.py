"""The contexts that functions are looked at in: what calls pass on, as far as it matters."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from wflint import limits
from wflint.callgraph.graph import Node
from wflint.callgraph.telling import Telling
from wflint.callgraph.told import Told
from wflint.facts.ids import Fn
from wflint.facts.model import (
    AFTER_INIT,
    NOTHING,
    UNKNOWN,
    Arg,
    Call,
    Flag,
    FunctionBody,
    Kind,
    Ref,
    Value,
    ValueType,
)
from wflint.facts.signatures import SPREAD
from wflint.inference.arguments import (
    Fallbacks,
    by_default_none,
    fallbacks,
    left_out,
    may_be_missing,
    received,
)
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    NOT_KNOWN,
    AbstractValue,
    Env,
    ExternalValue,
    FunctionValue,
    GivenParam,
    Unresolved,
    joined,
)

_NONE: frozenset[str] = frozenset()


class Contexts:
    """Makes the nodes of one search, of which there are not too many for one function."""

    def __init__(self, resolver: Resolver, telling: Telling) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.telling = telling
        self._clones: dict[Fn, set[Env]] = {}
        self._nodes: dict[Node, Node] = {}
        self._fallbacks: dict[Fn, Fallbacks | None] = {}

    def called(
        self,
        node: Node,
        entity: FunctionValue,
        call: Call,
        filled: frozenset[str] | None = None,
    ) -> Node:
        """Return a function as a call in ``node`` reaches it.

        ``filled`` are the fields that a generated constructor was given, if known.
        """
        names = self._falling_back(entity.fn)
        missing = optional = _NONE
        if names is not None:
            head = self.store.body(entity.fn).head
            missing = left_out(head, names, call, entity, node.missing)
            optional = may_be_missing(head, names, call, entity, node.optional) - missing
        if filled is not None:
            missing |= self._fields(entity).difference(f".{name}" for name in filled)
        elif any(name.startswith(".") for name in node.missing):  # `super().__post_init__()`
            missing |= self._fields(entity) & node.missing
        given = self.given(node, call.args)
        told = self.telling.told(node, entity, call)
        return self.node(entity, given, missing, is_quiet(node, call), optional, told)

    def node(
        self,
        entity: FunctionValue,
        given: Iterable[tuple[str, tuple[AbstractValue, ...]]] = (),
        missing: frozenset[str] = _NONE,
        quiet: bool = False,
        optional: frozenset[str] = _NONE,
        told: Told = (),
    ) -> Node:
        """Return a function with what it is given, as far as that decides what it calls."""
        head = self.store.head(entity.fn)
        env = entity.env
        if head is not None:
            pairs = [] if entity.partial else received(head, list(given), bound=entity.bound)
            env = joined(
                env, self.resolver.memory.held_by(entity.fn, pairs), self._absent(entity, missing)
            )
        contexts = self._clones.setdefault(entity.fn, set())
        if (
            env not in contexts
            and len(contexts) >= limits.CONTEXTS
            and not _is_plain(env, contexts)
        ):
            env = ()
        contexts.add(env)
        never = self.telling.never(entity.fn, told)
        waits = optional or _NONE
        node = Node(entity.fn, entity.receiver, missing or _NONE, quiet, env, waits, told, never)
        return self._nodes.setdefault(node, node)  # many calls lead to one

    def _absent(self, entity: FunctionValue, missing: frozenset[str]) -> list[GivenParam]:
        """Parameters that are left out are their defaults."""
        if not missing:
            return []
        head = self.store.body(entity.fn).head
        found: list[GivenParam] = []
        for param in head.params:
            if param.name in missing:
                values: tuple[AbstractValue, ...] = ()
                if param.default.kind is not Kind.UNKNOWN:
                    values = self.resolver.resolve(param.default, entity.fn.path)
                some = tuple(v for v in values if not _is_nothing(v))
                if not any(isinstance(v, Unresolved) for v in some):
                    found.append(GivenParam(entity.fn, param.name, some))
        return found

    # Defaults.

    def _falling_back(self, fn: Fn) -> Fallbacks | None:
        if fn not in self._fallbacks:  # once for all calls: it looks at the whole body
            self._fallbacks[fn] = fallbacks(self.store.body(fn))
        return self._fallbacks[fn]

    def optional(self, fn: Fn) -> frozenset[str]:
        """The parameters of an entry point that are ``None`` if its callers leave them out."""
        head = self.store.head(fn)
        if head is None or all(param.default != NOTHING for param in head.params):
            return _NONE
        with self.store.faults.at(*fn):
            names = self._falling_back(fn)
            return by_default_none(head, names) if names is not None else _NONE
        return _NONE

    def _fields(self, hook: FunctionValue) -> frozenset[str]:
        """The fields for which a hook of a constructor, or of a base, has a fallback default."""
        fields: set[str] = set()
        pending, seen = [hook], {hook.fn}
        while pending:
            entity = pending.pop()
            names = self._falling_back(entity.fn)
            fields.update(n for n in (names.falling_back if names else ()) if n.startswith("."))
            body = self.store.body(entity.fn)
            for call in body.calls if body.head.name in AFTER_INIT else ():
                if call.target.path[-1:] != (body.head.name,):
                    continue
                for base in self.resolver.resolve(call.target, entity.fn.path, entity.receiver):
                    if isinstance(base, FunctionValue) and base.fn not in seen:
                        seen.add(base.fn)
                        pending.append(base)
        return frozenset(fields)

    def target(self, call: Call, node: Node, body: FunctionBody) -> Ref:
        """Return what a call calls: the default for a parameter that is left out."""
        target = call.target
        if target.kind is not Kind.PARAM or target.name not in node.missing:
            return target
        default = next((p.default for p in body.head.params if p.name == target.name), UNKNOWN)
        return replace(default, path=(*default.path, *target.path))

    # Arguments.

    def given(
        self, node: Node, args: tuple[Arg, ...]
    ) -> list[tuple[str, tuple[AbstractValue, ...]]]:
        """Return what a call passes on, as far as that is plain to see."""
        found: list[tuple[str, tuple[AbstractValue, ...]]] = []
        for arg in args:
            if not arg.star:
                found.append((arg.keyword, self.value(arg.value, node)))
                continue
            written = self.resolver.literals.find(arg.value.ref, node.fn.path)
            if written is None:
                found.append((arg.star, NOT_KNOWN))
                continue
            for ref in written[0].others:
                keyword = _keyword_of_spread(arg.star, ref)
                values: tuple[AbstractValue, ...] = NOT_KNOWN
                if keyword not in SPREAD:
                    values = self.resolver.resolve(ref, written[1], node.receiver, env=node.env)
                found.append((keyword, values))
        return found

    def value(self, value: Value, node: Node) -> tuple[AbstractValue, ...]:
        """Return what an argument is; nothing where it is ``None``."""
        if value.type is ValueType.NONE:
            return ()
        if value.ref.kind is Kind.UNKNOWN:
            return NOT_KNOWN
        return self.resolver.resolve(value.ref, node.fn.path, node.receiver, env=node.env)


def is_quiet(node: Node, call: Call) -> bool:
    """True if a call happens only while the workflow is not replaying."""
    return node.quiet or bool(call.flags & Flag.NOT_REPLAYING)


def _is_plain(env: Env, contexts: set[Env]) -> bool:
    """True if there cannot be endlessly many like it: one parameter, a plain function."""
    plain = [isinstance(v, FunctionValue) and not v.env for e in env for v in e.values]
    return len(env) == 1 and all(plain) and len(contexts) < limits.PLAIN_CONTEXTS


def _keyword_of_spread(star: str, ref: Ref) -> str:
    """The keyword of something in a list or dictionary that is spread into a call."""
    if star == "*":
        return "*" if ref.kind is Kind.ELEMENT else ""
    return ref.name if ref.kind is Kind.KEYWORD else "**"


def _is_nothing(entity: AbstractValue) -> bool:
    return isinstance(entity, ExternalValue) and entity.name in (
        "builtins.None",
        "builtins.NoneType",
    )
