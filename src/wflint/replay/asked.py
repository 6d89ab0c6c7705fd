"""Tells functions of two programs that do the same, without making their terms.

A term follows from the code of its function, and from what the program answers to the questions
that are asked while it is made. Where all of these are the same, so is the term. The questions are
noted with the program; to hear the answers again takes a fraction of what it takes to make a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, msgpack

from wflint import limits
from wflint.cache.packing import standing_for
from wflint.callgraph.graph import Node
from wflint.facts.model import UNKNOWN, Ref, Site, Value
from wflint.inference.values import AbstractValue, ClassValue, FunctionValue, InstanceValue
from wflint.system.hashing import blake2b

if TYPE_CHECKING:
    from wflint.replay.program import Functions

CALLED, REFERRED, LITERAL, NAME, DISPLAY = "called", "referred", "literal", "name", "display"


class Question(Struct, frozen=True, array_like=True):
    """Something that the code of a function does not say: of a call, a reference or a value."""

    kind: str
    site: Site = -1
    ref: Ref = UNKNOWN
    value: Value | None = None


class Noted(Struct, array_like=True):
    """The questions that a term was made with, and a digest of its code and their answers.

    ``leads_to`` has a digest of each function that the term calls or is made with.
    """

    questions: list[Question]
    answers: bytes
    leads_to: list[bytes]


class Rest(NamedTuple):
    """The grounds of a term, and the functions that it leads to; empty where they are not known."""

    noted: Noted | None = None
    leads_to: tuple[Node, ...] = ()


class Asked:
    """Knows what the terms of one program rest on."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._known: dict[Node, Rest] = {}

    def content(self, node: Node) -> bytes:
        """Return the digest of the file that a function is in."""
        return self._functions.store.fact_cache.digest(node.fn.path)

    def rest(self, node: Node, hint: Noted | None = None) -> Rest:
        """Return what the term of a function rests on; perhaps the same as in another program."""
        if node not in self._known:
            self._known[node] = self._find(node, hint)
        return self._known[node]

    def _find(self, node: Node, hint: Noted | None) -> Rest:
        notes = self._functions.store.notes_in_program(node.fn.path)
        question = f"asked {_digest(_standing_for(node)).hex()}"
        known = notes.get(question, Noted)
        for noted in (known, hint):
            found = self._still(node, noted) if noted is not None else None
            if found is not None:
                break
        else:
            found = self._fresh(node)
        if found.noted is not None and found.noted is not known:
            notes.put(question, found.noted)
        return found

    def _still(self, node: Node, noted: Noted) -> Rest | None:
        """Return what a term rests on, if the answers are still those that were noted."""
        digest, reached = self._answers(node, noted.questions)
        if digest != noted.answers:
            return None
        return Rest(noted, tuple(reached[each] for each in noted.leads_to))

    def _fresh(self, node: Node) -> Rest:
        """Make a term, and return what was asked for it."""
        functions = self._functions
        leads_to = tuple(functions.leads_to(node))
        questions = functions.questions(node)
        digest, reached = self._answers(node, questions)
        named = [_digest(_standing_for(each)) for each in leads_to]
        if not digest or not reached.keys() >= set(named):
            return Rest()
        return Rest(Noted(questions, digest, named), leads_to)

    def _answers(
        self, node: Node, questions: Iterable[Question]
    ) -> tuple[bytes, dict[bytes, Node]]:
        """Return the digest of answers, and the functions in them; none if one cannot be kept."""
        store = self._functions.store
        try:
            body = msgpack.encode(store.body(node.fn), order="deterministic")
        except (UnicodeEncodeError, OverflowError, RecursionError):
            return b"", {}
        manager = self._functions.manager(node.fn).encode()
        parts = [_standing_for(node), self.content(node), body, manager]
        reached: dict[bytes, Node] = {}
        calls = {call.site: call for call in store.body(node.fn).calls}
        for question in questions:
            call = calls.get(question.site)
            if question.value is not None:
                found: object = self._said(question.kind, question.value, node)
            elif question.kind == CALLED:
                values = self._functions.called(call, node) if call is not None else ()
                found = self._about(values, node, question.site, reached)
            else:
                values = self._functions.referred(question.ref, node)
                found = self._about(values, node, -1, reached)
            parts.append(standing_for(found))
        return _digest(b"\0".join(parts)), reached

    def _said(self, kind: str, value: Value, node: Node) -> object:
        if kind == LITERAL:
            return self._functions.literal(value, node)
        if kind == NAME:
            return self._functions.name(value, node)
        return self._functions.display(value, node)

    def _about(
        self,
        values: tuple[AbstractValue, ...],
        at: Node,
        site: Site,
        reached: dict[bytes, Node],
    ) -> list[object]:
        """Return all that is asked about what a call calls; note the functions in it."""
        found: list[object] = [values]
        for value in values:
            if isinstance(value, FunctionValue):
                nodes = list(self._nodes(value, at, site))
                found.append(self._traits(value, at))
            elif isinstance(value, (ClassValue, InstanceValue)):
                nodes = self._functions.entered(value.cls)
            else:
                continue
            named = {_digest(_standing_for(node)): node for node in nodes}
            found.append(list(named))
            reached |= named
        return found

    def _nodes(self, value: FunctionValue, at: Node, site: Site) -> Iterator[Node]:
        """Yield the functions that the call of one may lead to."""
        functions = self._functions
        yield Node(value.fn, value.receiver, env=value.env)
        to = functions.reached(at, site, value)
        yield to
        head = functions.store.head(value.fn)
        if head is not None and head.decorators:
            yield from functions.wrappers(to)

    def _traits(self, value: FunctionValue, at: Node) -> tuple[object, ...]:
        functions, fn = self._functions, value.fn
        head = functions.store.head(fn)
        is_own = head is not None and not functions.is_boundary(fn)
        is_loud = is_own and functions.is_loud(value, at)
        gives = is_own and functions.gives_commands(fn)
        # What is small may stand in the place of its call.
        is_code = is_own and not is_loud and functions.may_be_small(fn)
        code = functions.store.fact_cache.digest(fn.path) if is_code else b""
        return head, is_own, is_loud, gives, code, functions.manager(fn)


def do_the_same(first: Asked, second: Asked, entries: Iterable[Node]) -> bool:
    """True if functions that two programs have surely do the same, with all that they call."""
    pending, seen = list(entries), set[Node]()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if len(seen) > limits.TERM_FUNCTIONS or first.content(node) != second.content(node):
            return False
        its = second.rest(node)
        mine = first.rest(node, its.noted) if its.noted is not None else Rest()
        if mine.noted is None or its.noted is None or mine.leads_to != its.leads_to:
            return False
        if mine.noted.answers != its.noted.answers:
            return False
        pending += its.leads_to
    return True


def _standing_for(node: Node) -> bytes:
    ordered = sorted(node.missing), sorted(node.optional), sorted(node.never)
    return standing_for((node.fn, node.receiver, node.quiet, node.env, node.told, ordered))


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=12).digest()
