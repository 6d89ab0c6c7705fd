"""What handlers read of the workflow's object before the run method has set it.

The SDK gives signals and updates that arrive with the first workflow task to their handlers before
the run method begins. A query has a workflow task to itself, and sees what the run method has done
up to where it waits.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from wflint.facts.ids import MODULE_BODY, Cls, Fn
from wflint.facts.model import UNKNOWN, Call, Flag, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue
from wflint.model.class_text import class_body
from wflint.model.state_flow import HARMLESS_BASES, OWN_ACCESS, At, StateFlow
from wflint.model.step_kinds import What
from wflint.project.module import Module
from wflint.rule.definition_views import EarlyRead, HandlerView
from wflint.rule.place import Place
from wflint.temporal.decorators import DEFN
from wflint.temporal.regions import Region

_HARMLESS_DECORATORS = frozenset({DEFN, "dataclasses.dataclass"})
_DATACLASS = "dataclasses.dataclass"
_MAY_REJECT = frozenset({What.GUARD, What.OPEN})


class EarlyReads:
    """Answers for one workflow."""

    def __init__(self, flow: StateFlow, resolver: Resolver) -> None:
        self._flow = flow
        self._resolver = resolver

    def find(self, run: HandlerView, handlers: Sequence[HandlerView]) -> Iterator[EarlyRead]:
        """Return where handlers read what only the run method sets, and may not have set yet."""
        given = self._given()
        if given is None:
            return
        steps = list(self._flow.flow(run.place.fn))
        in_run = {at.step.name for at in steps if at.step.what is What.WRITE}
        missing = in_run - given - self._flow.names
        afterwards = self._given_afterwards() if missing else None
        if afterwards is None:
            return
        missing -= afterwards
        late = _set_late(steps, missing)
        known = [handler for handler in handlers if handler.is_itself]
        for handler in known:
            names = late if handler.kind is Region.QUERY else missing
            if handler.kind is Region.UPDATE:
                names = names - self._let_through(handler, handlers, names)
            yield from self._read_early(handler, names) if names else ()

    def _let_through(
        self, update: HandlerView, handlers: Iterable[HandlerView], names: set[str]
    ) -> set[str]:
        """Return those of some names that an update may rely on, as its validator runs first.

        That is all of them if its validator tests the state: it may reject what comes too early.
        """
        found: set[str] = set()
        for validator in handlers:
            if validator.kind is not Region.VALIDATOR or validator.validates != update.method:
                continue
            steps = [s for _, s in self._flow.flow(validator.place.fn, with_guards=True)]
            if not validator.is_itself or any(s.what in _MAY_REJECT for s in steps):
                return names
            found.update(s.name for s in steps if s.what is What.READ)
        return found

    def _read_early(self, handler: HandlerView, names: set[str]) -> Iterator[EarlyRead]:
        missing = set(names)
        for fn, step in self._flow.flow(handler.place.fn):
            if step.what in (What.OPEN, What.WAIT) and not step.is_later:
                return
            if step.name not in missing or step.what not in (What.READ, What.WRITE):
                continue
            if step.what is What.WRITE or step.is_sure:
                missing.discard(step.name)
            if step.what is What.READ and step.is_sure:
                place = Place(fn, self._flow.first_read(fn, step.name))
                yield EarlyRead(step.name, self._flow.receiver(fn), handler, place)

    def _given(self) -> set[str] | None:
        """Return the attributes that each object has before anything runs; None if not known."""
        flow = self._flow
        if not HARMLESS_BASES.issuperset(flow.externals) or flow.names & OWN_ACCESS:
            return None
        found: set[str] = set()
        for base in flow.order:
            in_class = self._in_class(base)
            if in_class is None:
                return None
            found |= in_class
        fn = flow.method("__init__")
        for _, step in flow.flow(fn) if fn is not None else ():
            if step.what is What.OPEN:
                return None
            if step.what is What.WRITE:
                found.add(step.name)
        return found

    def _in_class(self, cls: Cls) -> set[str] | None:
        """Return the names to which a class gives a value; None if others may give some as well."""
        facts = self._resolver.facts_of(cls)
        if facts is None or facts.metaclass != UNKNOWN:
            return None
        decorators: set[str] = set()
        for decorator in facts.decorators:
            for entity in self._resolver.resolve(decorator.target, cls.path):
                decorators.add(entity.name if isinstance(entity, ExternalValue) else "")
        if not decorators <= _HARMLESS_DECORATORS:
            return None
        module = self._resolver.store.load(cls.path)
        bare = _annotated_only(module, cls.qualname)
        if bare is None or _DATACLASS in decorators:
            return set(facts.attributes)
        return facts.attributes.keys() - bare

    def _given_afterwards(self) -> set[str] | None:
        """Return the attributes that modules give their classes; None if others may do it.

        That is ``Flow.order = None`` below the class, or ``with_defaults(Flow)``.
        """
        found = set[str]()
        for cls in self._flow.order:
            body = self._resolver.store.body(Fn(cls.path, MODULE_BODY))
            for use in (*body.uses, *body.reads):
                if use.flags & Flag.STORED and len(use.target.path) == 1:
                    holder = replace(use.target, path=())
                    found.update(use.target.path if self._is_class(holder, cls) else ())
            if any(self._may_change(call, cls) for call in body.calls):
                return None
        return found

    def _may_change(self, call: Call, cls: Cls) -> bool:
        is_given = any(self._is_class(arg.value.ref, cls) for arg in call.args)
        return is_given and not self._is_of_sdk(call, cls.path)

    def _is_class(self, ref: Ref, cls: Cls) -> bool:
        return ClassValue(cls) in self._resolver.resolve(ref, cls.path)

    def _is_of_sdk(self, call: Call, path: str) -> bool:
        return all(
            isinstance(entity, ExternalValue) and entity.name.startswith("temporalio.")
            for entity in self._resolver.resolve(call.target, path)
        )


def _set_late(flow: Iterable[At], names: set[str]) -> set[str]:
    """Return the names that are surely not set when the run method first waits."""
    missing, late = set(names), set[str]()
    for _, step in flow:
        if step.what is What.OPEN and not step.is_later:
            break
        if step.what is What.WRITE:
            missing.discard(step.name)
        elif step.what is What.WAIT and step.long and not step.is_later:
            late |= missing
    return late


def _annotated_only(module: Module, qualname: str) -> set[str] | None:
    """Return the names that the body of a class only annotates: ``count: int`` sets nothing."""
    found = module.notes.answer(
        f"annotated only {qualname}", list[str], lambda: _look(module, qualname)
    )
    return set(found) if found != [""] else None


def _look(module: Module, qualname: str) -> list[str]:
    body = class_body(module, qualname)
    if body is None:
        return [""]
    bare, given = set[str](), set[str]()
    for statement in body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=None):
                bare.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                given.add(name)
            case ast.Assign():
                given |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
    return sorted(bare - given)
