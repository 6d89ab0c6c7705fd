"""What a text seems to call, and with which options, before it is parsed."""

import pytest
from wflint.rules.calls._requests import written_calls

from wflint.rule.called import calls_of

_CALL = frozenset({"start"})


@pytest.mark.parametrize(
    ("text", "keywords", "is_open"),
    [
        ("start(Flow.run, id='x', task_queue = q)", {"id", "task_queue"}, False),
        ("start(f(inner=1), [g(inner=2)], id=h(x == y))", {"id"}, False),
        ("start(a == b, a <= b, a != b, (n := 1))", set(), False),
        ("start(  # args=1\n    id='args=2, (',\n)", {"id"}, False),
        ('start("""args=1 "quoted" (""", id="x")', {"id"}, False),
        ("start(id='x', **options)", {"id"}, True),
        ("start(id\\\n= 'x')", set(), True),
        ("start(id='x'", {"id"}, True),
    ],
)
def test_options_of_a_call_are_those_between_its_own_brackets(
    text: str, keywords: set[str], is_open: bool
) -> None:
    (call,) = written_calls(text, _CALL)
    assert (call.name, call.keywords, call.is_open) == ("start", keywords, is_open)


def test_names_of_dictionaries_are_told_if_there_is_nothing_else_that_is_not_known() -> None:
    texts = ("start(**a, x=1, **b)", "start(**a, **b['c'])", "start(**{'x': 1})", "start(x=1)")
    (both, item, display, none) = (call for t in texts for call in written_calls(t, _CALL))
    assert (both.spreads, both.keywords) == (("a", "b"), {"x"})
    assert (item.spreads, display.spreads, none.spreads) == ((), (), ())
    assert (item.is_open, display.is_open, none.is_open) == (True, True, False)


def test_each_call_of_a_text_is_looked_at() -> None:
    text = "start(start(x=1), y=2)\nstart()"
    assert [sorted(c.keywords) for c in written_calls(text, _CALL)] == [["y"], ["x"], []]


def test_a_call_without_end_is_not_searched_for_ever() -> None:
    text = "start(" + "(" * 5_000
    assert [call.is_open for call in written_calls(text, _CALL)] == [True]


def test_a_call_is_told_by_its_last_word_and_not_by_a_part_of_it() -> None:
    text = "restart(a.start (b), start_up(), _start(), start)"
    assert [(call.word, call.start, call.inside) for call in calls_of(text, _CALL)] == [
        ("start", 10, 17)
    ]
