"""Remembers what a repair has asked about the program, and what it was told.

A repair knows its function, and learns of the rest of the program through these questions alone. So
its answer holds for as long as they have the same answers, whatever has changed elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from wflint.cache.packing import standing_for
from wflint.cache.read_log import digest_of
from wflint.facts.model import Ref
from wflint.fix.propose.surroundings import Surroundings
from wflint.inference.values import AbstractValue
from wflint.rule.fix import Withheld
from wflint.rule.views import TypeView


class Question(Struct, frozen=True, array_like=True):
    """A question to the program: its name, and what it is about, with a digest of the answer."""

    name: str
    ref: Ref | None = None
    text: str = ""
    when_awaited: bool = False
    answer: bytes = b""


class Asking(Surroundings):
    """The program around one diagnostic; ``questions`` are all that it was asked.

    A repair that ``has_failed`` may have left some out.
    """

    def __init__(self, around: Surroundings) -> None:
        self.settings = around.settings
        self.questions: dict[Question, None] = {}
        self.has_failed = False
        self._around = around

    def resolve(self, ref: Ref) -> frozenset[AbstractValue]:
        found = self._around.resolve(ref)
        self._note(Question("resolve", ref), _shallow(found))
        return found

    def types(self, ref: Ref) -> tuple[TypeView, ...]:
        found = self._around.types(ref)
        self._note(Question("types", ref), found)
        return found

    def can_sort(self, ref: Ref) -> bool | None:
        found = self._around.can_sort(ref)
        self._note(Question("can_sort", ref), found)
        return found

    def imports_back(self, module: str) -> bool:
        found = self._around.imports_back(module)
        self._note(Question("imports_back", text=module), found)
        return found

    def is_own(self, module: str) -> bool:
        found = self._around.is_own(module)
        self._note(Question("is_own", text=module), found)
        return found

    def may_lack(self, package: str) -> str:
        found = self._around.may_lack(package)
        self._note(Question("may_lack", text=package), found)
        return found

    def may_be_caught(self, when_awaited: bool) -> bool:
        found = self._around.may_be_caught(when_awaited)
        self._note(Question("may_be_caught", when_awaited=when_awaited), found)
        return found

    def draws(self) -> bool:
        found = self._around.draws()
        self._note(Question("draws"), found)
        return found

    def is_read_only(self) -> bool:
        found = self._around.is_read_only()
        self._note(Question("is_read_only"), found)
        return found

    def only_workflows(self, otherwise: str) -> None:
        self._check(Question("only_workflows", text=otherwise), self._around.only_workflows)

    def not_read_only(self, why: str) -> None:
        self._check(Question("not_read_only", text=why), self._around.not_read_only)

    def _check(self, question: Question, check: Callable[[str], None]) -> None:
        try:
            check(question.text)
        except Withheld as error:
            self._note(question, error.reason)
            raise
        self._note(question, None)

    def _note(self, question: Question, answer: object) -> None:
        named = Question(question.name, question.ref, question.text, question.when_awaited)
        self.questions[_answered(named, answer)] = None


def _answered(question: Question, answer: object) -> Question:
    digest = digest_of(standing_for(answer))
    return Question(question.name, question.ref, question.text, question.when_awaited, digest)


def _shallow(entities: Iterable[AbstractValue]) -> list[tuple[str, ...]]:
    """Return what repairs look at in values: their kinds and names."""
    names = ("name", "instance", "fn", "cls")
    return sorted(
        (type(e).__name__, *(repr(getattr(e, name, "")) for name in names)) for e in entities
    )


def have_same_answers(questions: Iterable[Question], around: Surroundings) -> bool:
    """True if the program still says the same."""
    return all(_is_same(question, Asking(around)) for question in questions)


def _is_same(question: Question, around: Asking) -> bool:
    try:
        match question.name:
            case "resolve" | "types" | "can_sort" if question.ref is not None:
                getattr(around, question.name)(question.ref)
            case "imports_back" | "is_own" | "may_lack" | "only_workflows" | "not_read_only":
                getattr(around, question.name)(question.text)
            case "may_be_caught":
                around.may_be_caught(question.when_awaited)
            case "draws" | "is_read_only":
                getattr(around, question.name)()
    except Withheld:
        pass  # that is an answer as well
    return question in around.questions
