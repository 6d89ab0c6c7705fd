"""The functions of one program as command terms, made as they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property

from wflint import limits
from wflint.callgraph.graph import DEFINITION, Node
from wflint.checking.analysis import AnalysisResult
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call as CallFact
from wflint.facts.model import ClassFacts, Ref, Value
from wflint.inference.values import AbstractValue, ExternalValue, FunctionValue
from wflint.replay.asked import CALLED, DISPLAY, LITERAL, NAME, REFERRED, Question
from wflint.replay.calls import REPLAYING
from wflint.replay.code import Code
from wflint.replay.inlining import is_small
from wflint.replay.naming import Names
from wflint.replay.pruning import Pruner, names_in
from wflint.replay.statements import term_of
from wflint.replay.terms import Call, Callee, Term, all_terms
from wflint.temporal.api import sdk_calls
from wflint.temporal.effects import Effect

_LOUD = (
    Effect.COMMAND | Effect.WAITS | Effect.DRAWS | Effect.TASK | Effect.PATCHES | Effect.CONTINUES
)
_MANAGERS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})
_BINDING = frozenset({"builtins.classmethod", "builtins.staticmethod"})


class Functions:
    """The functions that the workflows of a program reach."""

    def __init__(self, answer: AnalysisResult) -> None:
        self.answer = answer
        self.store = answer.store
        self.graph = answer.reached
        self._resolver = answer.checker.resolver
        self._roots = answer.checker.roots
        self.names = Names(answer.checker.definitions)
        self._callees: dict[Node, Callee] = {}
        self._terms: dict[Node, Term] = {}
        self._making: list[Node] = []
        self._asked: dict[Node, dict[Question, None]] = {}
        self._included: dict[Node, list[Node]] = {}
        self._pruned: dict[Node, Term] = {}
        self._codes: dict[Node, Code] = {}
        self.set_once: frozenset[str] = frozenset()

    def called(self, call: CallFact, at: Node) -> tuple[AbstractValue, ...]:
        """Return what a call may call."""
        self._note(Question(CALLED, call.site))
        return self._resolver.resolve(call.target, at.fn.path, at.receiver, env=at.env)

    def referred(self, ref: Ref, at: Node) -> tuple[AbstractValue, ...]:
        """Return what a name refers to."""
        self._note(Question(REFERRED, ref=ref))
        return self._resolver.resolve(ref, at.fn.path, at.receiver, env=at.env)

    def literal(self, value: Value, at: Node) -> Value | None:
        """Return the literal that a value surely is."""
        self._note(Question(LITERAL, value=value))
        return self.names.literal(value, at)

    def name(self, value: Value, at: Node) -> str:
        """Return the name by which the server knows a value, or ``""``."""
        self._note(Question(NAME, value=value))
        return self.names.of(value, at)

    def display(self, value: Value, at: Node) -> str:
        """Return the code of the constant that a name stands for, or ``""``."""
        self._note(Question(DISPLAY, value=value))
        return self.names.display(value, at)

    def reached(self, at: Node, site: int, entity: FunctionValue) -> Node:
        """Return a function as a call reaches it."""
        for edge in self.graph.callees(at):
            if edge.site == site and edge.to.fn == entity.fn:
                return edge.to
        return Node(entity.fn, entity.receiver, env=entity.env)

    def bases(self, cls: Cls) -> list[ClassFacts]:
        """Return what a class and those that it derives from contain."""
        found = (self.store.class_facts(owner) for owner in self._resolver.order(cls)[0])
        return [facts for facts in found if facts is not None]

    def is_boundary(self, fn: Fn) -> bool:
        """True if workflow code ends at a function."""
        return self._roots.is_boundary(fn)

    def is_loud(self, entity: FunctionValue, at: Node) -> bool:
        """True if a function gives commands, waits, or draws, itself or by what it calls."""
        head = self.store.head(entity.fn)
        if self._roots.is_boundary(entity.fn):
            return False
        return (head is not None and head.is_async) or entity.fn in self._loud

    def gives_commands(self, fn: Fn) -> bool:
        """True if a function gives commands, waits, or draws, as far as its calls are known."""
        return fn in self._loud

    def entered(self, cls: Cls) -> list[Node]:
        """Return what gives commands where an object of a class is entered or left by `with`."""
        found = []
        for name in ("__aenter__", "__aexit__", "__enter__", "__exit__"):
            fn = Fn(cls.path, f"{cls.qualname}.{name}")
            found += [Node(fn, cls)] if fn in self._loud else []
        return found

    def manager(self, fn: Fn) -> str:
        """Return the decorator that only makes a generator a context manager, or ""."""
        head = self.store.head(fn)
        if head is None or not head.decorators or not self.is_generator(fn):
            return ""
        found = [self._resolver.resolve(each.target, fn.path) for each in head.decorators]
        names = {
            value.name if isinstance(value, ExternalValue) else ""
            for values in found
            for value in values or (None,)
        } - _BINDING
        return names.pop() if len(names) == 1 and names <= _MANAGERS else ""

    def is_generator(self, fn: Fn) -> bool:
        """True if a function yields."""
        return self.store.body(fn).head.is_generator

    def _acts(self, fn: Fn) -> bool:
        """True if a function calls something itself that gives a command, waits or draws."""
        calls = sdk_calls()
        for name in self.graph.outcomes.get(fn, {}).values():
            sdk = calls.get(name)
            if name == REPLAYING or (sdk is not None and sdk.does & _LOUD):
                return True
        return False

    def wrappers(self, node: Node) -> list[Node]:
        """Return what decorators put around a function, if it does more than to call that."""
        around = [e.to for e in self.graph.callees(node) if e.site == DEFINITION]
        return [
            each
            for each in around
            if self._acts(each.fn)
            or any(e.to.fn in self._loud for e in self.graph.callees(each) if e.to.fn != node.fn)
        ]

    @cached_property
    def _loud(self) -> frozenset[Fn]:
        found = [node for node in self.graph.order if self._acts(node.fn)]
        return frozenset(node.fn for node in self.graph.ancestors(found))

    # Terms.

    def callee(self, node: Node) -> Callee:
        """Return what stands for a function in terms."""
        known = self._callees.get(node)
        if known is None:
            known = self._callees[node] = Callee(node, node.fn.shown)
        return known

    def code(self, node: Node) -> Code:
        """Return the code of a function."""
        known = self._codes.get(node)
        if known is None:
            known = self._codes[node] = Code(node, self.store)
        return known

    def term(self, node: Node) -> Term:
        """Return what a function does."""
        known = self._terms.get(node)
        if known is None:
            self._making.append(node)
            known = self._terms[node] = term_of(self.code(node), self)
            self._making.pop()
        return known

    def work(self, node: Node) -> Term:
        """Return what a function does, without what decides nothing in the workflow compared."""
        return self._pruned.get(node) or self.term(node)

    def prune(self, callees: Iterable[Callee], tracked: frozenset[str]) -> None:
        """Leave out what decides nothing; ``tracked`` are attributes that hold more than data."""
        nodes = [callee.node for callee in callees]
        shared: dict[Fn, set[str]] = {}
        for node in nodes:
            around = self.code(node).around
            if around is not None:  # it reads names of the function around it, which reads its own
                read = names_in(self.term(node))
                shared.setdefault(node.fn, set()).update(read)
                while around is not None:
                    shared.setdefault(around, set()).update(read)
                    qualname = around.qualname.rpartition(".")[0]
                    around = Fn(around.path, qualname) if qualname else None
        self._pruned = {
            node: Pruner(tracked, frozenset(shared.get(node.fn, ()))).prune(self.term(node))
            for node in nodes
        }

    def small_term(self, node: Node) -> Term | None:
        """Return what a small function does; ``None`` for others, and for one that calls itself."""
        if not self.may_be_small(node.fn):
            return None
        if node in self._making or len(self._making) > limits.SMALL_FUNCTIONS:
            return None
        if not is_small(self.code(node)):
            return None
        if self._making:
            self._included.setdefault(self._making[-1], []).append(node)
        return self.term(node)

    def may_be_small(self, fn: Fn) -> bool:
        """True for a function whose text is short."""
        head = self.store.head(fn)
        return head is not None and head.end - head.start <= limits.SMALL_FUNCTION

    # What terms rest on.

    def _note(self, question: Question) -> None:
        """Note what is asked for the term that is being made."""
        if self._making:
            self._asked.setdefault(self._making[-1], {})[question] = None

    def questions(self, node: Node) -> list[Question]:
        """Return what is asked to make the term of a function."""
        self.term(node)
        return list(self._asked.get(node, ()))

    def leads_to(self, node: Node) -> list[Node]:
        """Return the functions that a term calls, and those of which it has parts."""
        called = [callee.node for callee in callees_in(self.term(node))]
        return list(dict.fromkeys([*called, *self._included.get(node, ())]))

    def closure(self, nodes: Iterable[Node]) -> list[Callee]:
        """Return some functions and all that they call.

        If these are more than ``limits.TERM_FUNCTIONS``, only one more than that are returned.
        """
        found: dict[Node, None] = {}
        pending = list(nodes)
        while pending and len(found) <= limits.TERM_FUNCTIONS:
            node = pending.pop()
            if node in found:
                continue
            found[node] = None
            pending += [callee.node for callee in callees_in(self.term(node))]
        return [self.callee(node) for node in found]


def callees_in(term: Term) -> list[Callee]:
    """Return the functions that a term calls, in order."""
    return [each.callee for each in all_terms(term) if isinstance(each, Call)]


def digest(sides: Iterable[tuple[Functions, list[Callee]]]) -> None:
    """Give each function a digest that is equal to that of others that do the same.

    A function is told from another by its own term first, and then, round by round, by what it
    calls, until no round tells more of them apart.
    """
    every = [(functions, callee) for functions, callees in sides for callee in callees]
    own: dict[int, tuple[str, list[Callee]]] = {}
    for _, callee in every:
        callee.digest = ""
    for functions, callee in every:
        term = functions.work(callee.node)
        params = functions.code(callee.node).params
        own[id(callee)] = (_hash(repr((params, term))), callees_in(term))
    current = {key: text for key, (text, _) in own.items()}
    count = len(set(current.values()))
    while True:
        following = {
            key: _hash(text + "".join(current.get(id(c), c.name) for c in called))
            for key, (text, called) in own.items()
        }
        more = len(set(following.values()))
        current = following
        if more == count:
            break
        count = more
    for _, callee in every:
        callee.digest = current[id(callee)]


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
