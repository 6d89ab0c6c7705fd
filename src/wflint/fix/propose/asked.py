"""Remembers what a repair has asked about the program, and what it was told.

A repair knows its function, and learns of the rest of the program through these questions alone. So
its answer holds for as long as they have the same answers, whatever has changed elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wflint.cache.packing import standing_for
from wflint.cache.read_log import digest_of
from wflint.facts.model import Ref
from wflint.fix.propose.surroundings import Surroundings
from wflint.inference.values import AbstractValue
from wflint.rule.fix import Withheld
from wflint.rule.views import TypeView

_Answer = TypeVar("_Answer")


class Question(Struct, frozen=True, array_like=True):
    """A question to the program: its name, and what it is about, with a digest of the answer."""

    name: str
    ref: Ref | None = None
    text: str = ""
    other: str = ""
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
        return self._noted(Question("types", ref), self._around.types(ref))

    def can_sort(self, ref: Ref) -> bool | None:
        return self._noted(Question("can_sort", ref), self._around.can_sort(ref))

    def imports_back(self, module: str) -> bool:
        return self._noted(Question("imports_back", text=module), self._around.imports_back(module))

    def is_own(self, module: str) -> bool:
        return self._noted(Question("is_own", text=module), self._around.is_own(module))

    def own_imports(self) -> tuple[str, ...]:
        return self._noted(Question("own_imports"), self._around.own_imports())

    def may_lack(self, package: str) -> str:
        return self._noted(Question("may_lack", text=package), self._around.may_lack(package))

    def may_be_caught(self, when_awaited: bool) -> bool:
        return self._noted(
            Question("may_be_caught", when_awaited=when_awaited),
            self._around.may_be_caught(when_awaited),
        )

    def is_caught_otherwise(self, error: str, instead: str) -> bool:
        return self._noted(
            Question("is_caught_otherwise", text=error, other=instead),
            self._around.is_caught_otherwise(error, instead),
        )

    def is_signalled(self) -> bool:
        return self._noted(Question("is_signalled"), self._around.is_signalled())

    def is_called(self) -> bool:
        return self._noted(Question("is_called"), self._around.is_called())

    def draws(self) -> bool:
        return self._noted(Question("draws"), self._around.draws())

    def is_read_only(self) -> bool:
        return self._noted(Question("is_read_only"), self._around.is_read_only())

    def only_workflows(self, otherwise: str) -> None:
        self._check(Question("only_workflows", text=otherwise), self._around.only_workflows)

    def no_workflow(self, otherwise: str) -> None:
        self._check(Question("no_workflow", text=otherwise), self._around.no_workflow)

    def not_read_only(self, why: str) -> None:
        self._check(Question("not_read_only", text=why), self._around.not_read_only)

    def _check(self, question: Question, check: Callable[[str], None]) -> None:
        try:
            check(question.text)
        except Withheld as error:
            self._note(question, error.reason)
            raise
        self._note(question, None)

    def _noted(self, question: Question, answer: _Answer) -> _Answer:
        self._note(question, answer)
        return answer

    def _note(self, question: Question, answer: object) -> None:
        self.questions[_answered(question, answer)] = None


def _answered(question: Question, answer: object) -> Question:
    return replace(question, answer=digest_of(standing_for(answer)))


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
            case "imports_back" | "is_own" | "may_lack":
                getattr(around, question.name)(question.text)
            case "only_workflows" | "no_workflow" | "not_read_only":
                getattr(around, question.name)(question.text)
            case "may_be_caught":
                around.may_be_caught(question.when_awaited)
            case "is_caught_otherwise":
                around.is_caught_otherwise(question.text, question.other)
            case "draws" | "is_called" | "is_read_only" | "is_signalled" | "own_imports":
                getattr(around, question.name)()
    except Withheld:
        pass  # that is an answer as well
    return question in around.questions
