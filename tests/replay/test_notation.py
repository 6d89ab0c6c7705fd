"""Command terms as lines of a baseline: what is written is read again as the same."""

from __future__ import annotations

import ast

import pytest
from msgspec.structs import replace

from wflint.replay import terms
from wflint.replay.notation import Writer
from wflint.replay.notation_reader import NotTerms, TermReader
from wflint.replay.terms import (
    Add,
    Alt,
    Await,
    Call,
    Callee,
    Cancel,
    Command,
    Condition,
    Data,
    Deadline,
    Draw,
    Exit,
    Field,
    Gather,
    Group,
    Handler,
    Let,
    Loop,
    Many,
    Not,
    Patch,
    Put,
    Race,
    Replaying,
    Seq,
    Spawn,
    Star,
    Term,
    Text,
    Tick,
    Try,
    Unknown,
    Unresolved,
    Var,
    WaitFor,
    While,
    Within,
    Yield,
)
from wflint.replay.written_functions import node_of

A, B = Command("activity", Text("a")), Var("b")
TEST = Data(("", ".total > 3"), (Var("order"),))
HELPER = Callee(node_of("prepare"), "prepare")

ALL: list[Term] = [
    Add(Var("all"), A, spread=True),
    Alt(TEST, A, Let("b", A)),
    Alt(TEST, Seq(), Seq((A, B))),
    Await(A),
    Call(HELPER, (("", A), ("order", B), ("to", B), ("größe", TEST)), is_async=True),
    Call(HELPER, (), is_async=True, inner=True),
    Call(HELPER, (("name", A),)),
    Cancel(Var("task")),
    Command("Nexus operation", Text("a")),
    Command("child workflow", TEST, Text("id"), starts=True, draws=True, twice=True),
    Command("timer"),
    Condition(TEST, timed=True),
    Data(('it\'s "so" \\ \n', ""), (A,), loose=True),
    Deadline(Seq((A, B))),
    Draw("uuid4"),
    Exit("break"),
    Exit("continue as new", A),
    Exit("raise", TEST, "ValueError"),
    Exit("return"),
    Exit("return", A),
    Field("self", "go"),
    Gather((A, B)),
    Group("tasks", A),
    Let("a", A, part=1),
    Let("größe", A),
    Let("class", A),
    Loop("", TEST, A, times=3, orelse=B),
    Loop("a, b", TEST, A),
    Loop("each", TEST, A, gives=True),
    Loop("each", TEST, Seq((A, Exit("continue")))),
    Many((A, B)),
    Not(TEST),
    Patch(Text("first")),
    Patch(Text("first"), deprecated=True),
    Put("self", "go", A),
    Race(Many((A,)), every=True, timed=True),
    Replaying(),
    Seq((Seq((A,)), B)),
    Spawn(A, "tasks"),
    Star(B),
    Text("'''\x00\ud800\u202e🙂"),
    Tick(),
    Try(A, (Handler(("ValueError", "x y"), B), Handler((), A)), B, A),
    Try(A, (), B, A),
    Try(A, (), Seq(), A),
    Unknown("it is too deep"),
    Unresolved(TEST, "nobody knows"),
    Var("größe"),
    WaitFor(A, timed=False),
    While(TEST, A, B),
    Within(Call(HELPER, (("name", A),)), "it", Seq((A, B))),
    Within(Call(HELPER, (), inner=True), "", A),
    Yield(A),
]


def written(term: Term) -> str:
    return "\n".join(Writer(lambda callee: callee.name).body(term, 0))


def read(text: str) -> Term:
    return TermReader(lambda label, row: HELPER).block(ast.parse(text).body)


@pytest.mark.parametrize("term", ALL, ids=lambda term: type(term).__name__)
def test_what_is_written_is_read_again(term: Term) -> None:
    text = written(term)
    assert "'''" not in text and written(read(text)) == text
    if not isinstance(term, Seq):  # one in the other does the same as one
        assert read(text) == term


@pytest.mark.parametrize("term", ALL, ids=lambda term: type(term).__name__)
def test_no_field_is_left_out(term: Term) -> None:
    for name in term.__struct_fields__:
        if isinstance(getattr(term, name), bool):
            other = replace(term, **{name: not getattr(term, name)})
            assert read(written(other)) == other


def test_all_terms_are_tried() -> None:
    known = {type(term) for term in ALL} | {Handler}
    classes = {each for each in vars(terms).values() if isinstance(each, type)}
    assert {each for each in classes if issubclass(each, Term)} - {Term} == known


@pytest.mark.parametrize(
    "text",
    [
        "print(1)",
        "x.y.z = a",
        "a + b",
        "Handler",
        "Term()",
        "Callee(name='x')",
        "Draw('uuid4')",
        "Draw(kind=3)",
        "Loop(name='a')",
        "Loop(name='a', over=b, body=b, times=True)",
        "Try(body=a, handlers=(a,))",
        "Exit(kind='x', at=3)",
        "data()",
        "data('a', b)",
        "call()",
        "timer(a, b)",
        "timer(more=True)",
        "try:\n    a\nexcept ValueError:\n    a",
        "with open('x'):\n    a",
        "lambda: a",
        "import os",
    ],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    if text == "Handler":
        assert read(text) == Var("Handler")
        return
    with pytest.raises(NotTerms):
        read(text)
