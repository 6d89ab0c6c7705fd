"""Suppression comments: what they hide, and what is said of comments that hide nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wflint.checking.registry import Registry
from wflint.diagnostics import Location
from wflint.files.source import Source
from wflint.rule import Rule, Scope, Severity
from wflint.suppress.comments import parse_directives
from wflint.suppress.diagnostics import suppression_diagnostics


def hidden_rows(text: str, code: str = "WFL101", name: str = "wall-clock-time") -> list[int]:
    """The rows in which a diagnostic of one row would be hidden."""
    rows = range(1, text.count("\n") + 2)
    return [row for row in rows if parse_directives(text).suppresses(code, name, row)]


class TestBehindCode:
    def test_hides_the_diagnostic_of_its_line(self) -> None:
        text = "a()\nb()  # wflint: ignore[WFL101] reason\nc()\n"
        assert hidden_rows(text) == [2]

    @pytest.mark.parametrize("row", [1, 4], ids=["first line", "last line"])
    def test_on_the_ends_of_a_statement_hides_all_of_it(self, row: int) -> None:
        lines = ["x = f(", "    a(),", "    b(),", ")"]
        lines[row - 1] += "  # wflint: ignore[WFL101] reason"
        assert hidden_rows("\n".join(["before()", *lines, "after()"])) == [2, 3, 4, 5]

    def test_inside_a_statement_hides_its_own_line(self) -> None:
        text = "x = f(\n    a(),  # wflint: ignore[WFL101] reason\n    b(),\n)\n"
        assert hidden_rows(text) == [2]

    def test_behind_the_end_of_a_long_expression_hides_it(self) -> None:
        text = "x = [\n    f(\n        1,\n    ),  # wflint: ignore[WFL101] reason\n    g(),\n]\n"
        assert parse_directives(text).suppresses("WFL101", "wall-clock-time", 2, 4)
        assert not parse_directives(text).suppresses("WFL101", "wall-clock-time", 5, 5)

    def test_behind_a_string_of_several_lines(self) -> None:
        text = 'x = f"""\n{now()}\n"""  # wflint: ignore[WFL101] reason\n'
        assert hidden_rows(text) == [1, 2, 3]

    def test_behind_a_line_that_goes_on(self) -> None:
        assert hidden_rows("x = a + \\\n    b()  # wflint: ignore[WFL101] r\n") == [1, 2]

    @pytest.mark.parametrize("header", ["if now():", "for x in now():", "with now() as x:"])
    def test_of_a_compound_statement_hides_the_header_only(self, header: str) -> None:
        text = f"{header}  # wflint: ignore[WFL101] reason\n    now()\n"
        assert hidden_rows(text) == [1]

    def test_on_a_decorator_hides_the_whole_header(self) -> None:
        text = "@d(1)  # wflint: ignore[WFL101] r\n@e\ndef f(\n    a,\n): pass\n\nf()\n"
        assert hidden_rows(text) == [1, 2, 3, 4, 5]

    def test_in_a_string_is_no_comment(self) -> None:
        assert hidden_rows('x = "# wflint: ignore[WFL101] reason"\n') == []

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_end_in_any_way(self, end: str) -> None:
        text = end.join(["a()", "b()  # wflint: ignore[WFL101] reason", "c()"])
        directives = parse_directives(text)
        assert [r for r in (1, 2, 3) if directives.suppresses("WFL101", "x", r)] == [2]


class TestOnItsOwnLine:
    def test_hides_the_next_statement(self) -> None:
        text = "# wflint: ignore[WFL101] reason\n\n# more words\nx = f(\n    a(),\n)\ny()\n"
        assert hidden_rows(text) == [4, 5, 6]

    def test_above_decorators_hides_them_and_the_header(self) -> None:
        text = "# wflint: ignore[WFL101] r\n@a\n@b(\n    1\n)\nasync def f(\n    x\n):\n    now()\n"
        assert hidden_rows(text) == [2, 3, 4, 5, 6, 7, 8]

    def test_between_decorators_hides_them_all(self) -> None:
        text = "@a\n# wflint: ignore[WFL101] reason\n@b\ndef f():\n    now()\n"
        assert hidden_rows(text) == [1, 2, 3, 4]

    def test_of_a_compound_statement_hides_the_header_only(self) -> None:
        text = "# wflint: ignore[WFL101] reason\nwhile now():\n    now()\nelse:\n    now()\n"
        assert hidden_rows(text) == [2]

    def test_two_of_them_add_up(self) -> None:
        text = "# wflint: ignore[WFL101] a\n# wflint: ignore[WFL113] b\nx()\n"
        assert hidden_rows(text) == [3]
        assert hidden_rows(text, "WFL113") == [3]

    def test_inside_brackets_hides_the_next_line_of_code(self) -> None:
        text = "x = f(\n    # wflint: ignore[WFL101] reason\n    # words\n    a(),\n    b(),\n)\n"
        assert hidden_rows(text) == [4]

    def test_at_the_end_of_the_file_hides_nothing(self) -> None:
        assert hidden_rows("x()\n# wflint: ignore[WFL101] reason\n") == []

    def test_noqa_on_its_own_line_hides_nothing(self) -> None:
        assert hidden_rows("# noqa: WFL101\nx()\n") == []


class TestForTheFile:
    @pytest.mark.parametrize("above", ["", "#!/usr/bin/env python\n", '"""Docstring."""\n'])
    def test_before_the_first_statement_hides_everywhere(self, above: str) -> None:
        text = f"{above}# wflint: file-ignore[WFL101] reason\n\nimport a\n\na()\n"
        assert set(hidden_rows(text)) == set(range(1, text.count("\n") + 2))

    @pytest.mark.parametrize(
        "text",
        [
            "import a\n# wflint: file-ignore[WFL101] reason\na()\n",
            "import a  # wflint: file-ignore[WFL101] reason\na()\n",
            "def f():\n    # wflint: file-ignore[WFL101] reason\n    a()\n",
        ],
    )
    def test_elsewhere_hides_nothing(self, text: str) -> None:
        assert hidden_rows(text) == []

    def test_comment_at_the_line_is_used_first(self) -> None:
        text = "# wflint: file-ignore[WFL101] all\na()  # wflint: ignore[WFL101] here\n"
        directives = parse_directives(text)
        directives.suppresses("WFL101", "wall-clock-time", 2)
        assert [d.used for d in directives.found] == [False, True]


class TestSelectors:
    @pytest.mark.parametrize(
        "items",
        ["WFL101", "WFL10", "WFL1", "wfl101", "wall-clock-time", "WFL999, WFL101", "X,WFL1"],
    )
    def test_codes_prefixes_and_names_hide(self, items: str) -> None:
        assert hidden_rows(f"a()  # wflint: ignore[{items}] reason\n") == [1]

    @pytest.mark.parametrize("items", ["WFL102", "WFL2", "WFL1011", "clock", "", "ALL", "WFL"])
    def test_others_do_not(self, items: str) -> None:
        assert hidden_rows(f"a()  # wflint: ignore[{items}] reason\n") == []

    @pytest.mark.parametrize(
        "comment",
        [
            "# noqa: WFL101",
            "#noqa:WFL101",
            "# NoQA : wfl101",
            "# noqa: E501,WFL101",
            "# noqa: WFL101 because of old histories",
            "# type: ignore[attr-defined]  # noqa: WFL101",
            "# fmt: skip  # wflint: ignore[WFL101] reason",
        ],
    )
    def test_spellings(self, comment: str) -> None:
        assert hidden_rows(f"a()  {comment}\n") == [1]

    @pytest.mark.parametrize(
        "comment",
        [
            "# noqa",
            "# noqa: E501",
            "# noqa: wall-clock-time",
            "# wflint: ignore",
            "# wflint: ignore[WFL101",
            "# see wflint: ignore[WFL101]",
            "# type: ignore",
        ],
    )
    def test_blanket_and_foreign_comments_hide_nothing(self, comment: str) -> None:
        assert hidden_rows(f"a()  {comment}\n") == []

    def test_codes_of_plugins_count_in_noqa(self) -> None:
        directives = parse_directives("a()  # noqa: ACM1\n", ("ACM", "WFL"))
        assert directives.suppresses("ACM101", "acme-clock", 1)


class TestFunctions:
    TEXT = "@d\ndef f(  # wflint: ignore[WFL101] reason\n    a,\n):\n    b()\n"

    @pytest.mark.parametrize("row", [1, 2], ids=["decorator", "def"])
    def test_header_covers_what_the_function_leads_to(self, row: int) -> None:
        assert parse_directives(self.TEXT).covers_function("WFL101", "wall-clock-time", row)

    def test_comment_above_covers_it_too(self) -> None:
        text = "# wflint: ignore[WFL101] reason\n@d\nasync def f():\n    b()\n"
        assert parse_directives(text).covers_function("WFL101", "wall-clock-time", 3)

    def test_comment_at_a_default_value_is_about_that_value(self) -> None:
        text = "def f(\n    a=now(),  # wflint: ignore[WFL101] reason\n):\n    b()\n"
        assert hidden_rows(text) == [2]
        assert not parse_directives(text).covers_function("WFL101", "wall-clock-time", 1)

    def test_only_for_the_rules_it_names(self) -> None:
        assert not parse_directives(self.TEXT).covers_function("WFL113", "random-uuid", 2)

    def test_statement_in_its_body_does_not(self) -> None:
        text = "def f():\n    b()  # wflint: ignore[WFL101] reason\n"
        assert not parse_directives(text).covers_function("WFL101", "wall-clock-time", 1)

    def test_header_of_a_class_does_not(self) -> None:
        text = "class C:  # wflint: ignore[WFL101] reason\n    pass\n"
        assert not parse_directives(text).covers_function("WFL101", "wall-clock-time", 1)


class TestBrokenFiles:
    @pytest.mark.parametrize("broken", ["x = (\n", "x = '\n", "  y\n z\n", '"""', "\x00", "$ ?"])
    def test_comments_before_the_error_are_kept(self, broken: str) -> None:
        text = f"a()  # wflint: ignore[WFL101] reason\n{broken}"
        assert hidden_rows(text)[:1] == [1]

    @given(st.text(alphabet="#wflint: ignore[WFL101]noqa\n\r\t()'\"\\ab@def:", max_size=80))
    def test_any_text_can_be_read(self, text: str) -> None:
        parse_directives(text + "\n# wflint: ignore[WFL101] reason\n")

    def test_file_without_comments_of_ours_is_not_tokenized(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("wflint.suppress.comments._read_lines", None)
        assert not parse_directives("import wflint  # noqa: E501\n")


def make_rule(code_: str, name_: str, severity_: Severity, message_: str = "") -> Rule:
    class Made(Rule):
        code, name, severity, message = code_, name_, severity_, message_
        scope = Scope.ANY

    return Made()


REGISTRY = Registry(
    (
        make_rule("WFL002", "unused-suppression", Severity.WARNING, "`{name}` is unused"),
        make_rule("WFL003", "suppression-without-reason", Severity.INFO, "say why"),
        make_rule("WFL004", "unknown-rule-in-suppression", Severity.WARNING),
        make_rule("WFL101", "wall-clock-time", Severity.ERROR),
        make_rule("WFL102", "monotonic-clock", Severity.ERROR),
        make_rule("WFL105", "off-by-default", Severity.INFO),
        make_rule("WFL201", "unsupported-loop-api", Severity.ERROR),
    )
)
DEFAULT = frozenset({"WFL002", "WFL004", "WFL101", "WFL102", "WFL201"})


@dataclass
class Run:
    """A file whose diagnostics of ``hits`` (code, row) are held against its comments."""

    text: str
    hits: tuple[tuple[str, int], ...] = ()
    ran: frozenset[str] = DEFAULT

    def said(self) -> list[str]:
        directives = parse_directives(self.text)
        for code, row in self.hits:
            directives.suppresses(code, REGISTRY.by_code[code].name, row)
        found = suppression_diagnostics(directives, "a.py", REGISTRY, self.ran, Source(self.text))
        return [f"{d.location.row}:{d.location.column} {d.code} {d.message}" for d in found]


class TestUnused:
    def test_comment_that_hides_nothing_is_reported(self) -> None:
        run = Run("x()\na()  # wflint: ignore[WFL101] reason\n")
        assert run.said() == ["2:23 WFL002 `WFL101` is unused"]

    def test_comment_that_hides_something_is_not(self) -> None:
        assert Run("a()  # wflint: ignore[WFL101] reason\n", (("WFL101", 1),)).said() == []

    def test_each_selector_is_judged_alone(self) -> None:
        run = Run("a()  # noqa: WFL101, WFL102\n", (("WFL101", 1),))
        assert run.said() == ["1:22 WFL002 `WFL102` is unused"]

    def test_place_is_the_selector(self) -> None:
        text = "a()  # wflint: ignore[WFL101] reason\n"
        (found,) = suppression_diagnostics(
            parse_directives(text), "a.py", REGISTRY, DEFAULT, Source(text)
        )
        assert (found.location, found.end_location) == (Location(1, 23), Location(1, 29))

    def test_only_for_rules_that_ran(self) -> None:
        run = Run("a()  # wflint: ignore[WFL101, WFL1, off-by-default] reason\n")
        run.ran = frozenset({"WFL002", "WFL102"})
        assert run.said() == []

    def test_prefix_is_judged_when_all_its_rules_ran_but_those_that_are_off(self) -> None:
        assert Run("a()  # wflint: ignore[WFL1] reason\n").said() == [
            "1:23 WFL002 `WFL1` is unused"
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "a()  # wflint: ignore[WFL101, WFL002] kept for the next release\n",
            "# wflint: ignore[WFL101, unused-suppression] kept\na()\n",
            "# wflint: file-ignore[WFL002] kept\na()  # noqa: WFL101\n",
        ],
    )
    def test_it_can_be_suppressed_itself(self, text: str) -> None:
        assert Run(text).said() == []


class TestUnknown:
    @pytest.mark.parametrize(
        ("comment", "message"),
        [
            ("ignore[WFL1001] x", "there is no rule `WFL1001`; did you mean `WFL101`?"),
            (
                "ignore[wall-clock] x",
                "there is no rule `wall-clock`; did you mean `wall-clock-time`?",
            ),
            ("ignore[E501] x", "there is no rule `E501`; correct it or remove the comment"),
        ],
    )
    def test_rule_that_does_not_exist(self, comment: str, message: str) -> None:
        assert Run(f"a()  # wflint: {comment}\n").said() == [f"1:23 WFL004 {message}"]

    @pytest.mark.parametrize(
        ("comment", "words"),
        [
            ("ignore", "`ignore` without a rule hides nothing; name the rule"),
            ("ignore[]", "`ignore` without a rule hides nothing"),
            ("ignore[ALL]", "`ignore` without a rule hides nothing"),
            ("file-ignore", "`file-ignore` without a rule hides nothing"),
            ("ignore[WFL101", "the bracket of `ignore[` is not closed"),
            ("disable[WFL101]", "`wflint: disable` means nothing; write `ignore[...]`"),
            ("file-ignore[WFL101] x", "`file-ignore` counts only before the first statement"),
        ],
    )
    def test_comment_that_cannot_count(self, comment: str, words: str) -> None:
        (said,) = Run(f"a()  # wflint: {comment}\n").said()
        assert said.startswith("1:6 WFL004 ") and words in said

    def test_wide_selector_beside_others(self) -> None:
        run = Run("a()  # wflint: ignore[ALL, WFL101] reason\n", (("WFL101", 1),))
        assert run.said() == ["1:23 WFL004 `ALL` hides nothing; name the rule"]

    def test_codes_of_other_tools_in_noqa_are_theirs(self) -> None:
        assert Run("a()  # noqa: E501, WFL101\n", (("WFL101", 1),)).said() == []

    def test_our_unknown_code_in_noqa_is_reported(self) -> None:
        (said,) = Run("a()  # noqa: E501, WFL999\n").said()
        assert said.startswith("1:20 WFL004 there is no rule `WFL999`")


class TestWithoutReason:
    RAN = DEFAULT | {"WFL003"}

    @pytest.mark.parametrize("rest", ["", " ", ":", " - "])
    def test_is_reported_when_the_rule_is_on(self, rest: str) -> None:
        run = Run(f"a()  # wflint: ignore[WFL101]{rest}\n", (("WFL101", 1),), self.RAN)
        assert run.said() == ["1:6 WFL003 say why"]

    @pytest.mark.parametrize("rest", [" old histories", ": old", " - see ORD-12  # noqa: E501"])
    def test_a_clause_is_enough(self, rest: str) -> None:
        assert (
            Run(f"a()  # wflint: ignore[WFL101]{rest}\n", (("WFL101", 1),), self.RAN).said() == []
        )

    def test_noqa_has_no_place_for_one(self) -> None:
        assert Run("a()  # noqa: WFL101\n", (("WFL101", 1),), self.RAN).said() == []
