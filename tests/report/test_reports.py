"""Each output format prints the same diagnostics in its way."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

import wflint
from wflint.checking.registry import load_registry
from wflint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Severity, ShownHop
from wflint.report import FORMATS, Look, render, summary
from wflint.run.request import EntryGaps, Gap, Stats

UTIL = """\
from datetime import datetime


def stamp() -> str:
    return str(datetime.now())
"""
WORKFLOW = "async def run(self):\n    x = [\n        f(),\n\t'文', g(\n    )]\n"

THROUGH_HELPERS = Diagnostic(
    code="WFL101",
    name="wall-clock-time",
    severity=Severity.ERROR,
    message="`datetime.now()` reads the wall clock; use `workflow.now()`",
    filename="orders/util.py",
    location=Location(5, 16),
    end_location=Location(5, 30),
    scope="workflow",
    chain=(
        ShownHop("OrderWorkflow.run", "orders/flow.py", Location(31, 9)),
        ShownHop("price_order", "orders/pricing.py", Location(8, 5)),
        ShownHop("stamp", "orders/util.py", Location(5, 16)),
    ),
    other_entries=2,
    fingerprint="f1",
)
DIRECT = Diagnostic(
    code="WFL139",
    name="print",
    severity=Severity.WARNING,
    message="`print()` prints again\nat every replay, 100%",
    filename="orders/flow.py",
    location=Location(4, 7),
    end_location=Location(5, 6),
    scope="workflow",
    chain=(ShownHop("OrderWorkflow.run", "orders/flow.py", Location(4, 7)),),
    fix=Fix(
        Applicability.UNSAFE,
        "log it instead",
        (Edit("workflow.logger.info(", Location(4, 7), Location(4, 9)),),
    ),
    fingerprint="f2",
)
BARE = Diagnostic(
    code="WFL004",
    name="unknown-rule-in-suppression",
    severity=Severity.INFO,
    message="there is no rule `WFL999`",
    filename="orders/a b,c.py",
    location=Location(1, 1),
    end_location=Location(1, 1),
    scope="any",
)
ALL = [BARE, DIRECT, THROUGH_HELPERS]
SOURCES = {"orders/util.py": UTIL, "orders/flow.py": WORKFLOW}


def look(**changes: Any) -> Look:
    repository = Path("/repo") if os.name != "nt" else Path("C:/repo")
    plain = Look(SOURCES, False, repository / "app", repository, registry=load_registry())
    return dataclasses.replace(plain, **changes)


def test_every_format_is_empty_or_ends_with_a_newline() -> None:
    for name in FORMATS:
        for diagnostics in ([], ALL):
            text = render(name, diagnostics, look())
            assert text == "" or text.endswith("\n")


class TestConcise:
    def test_is_one_line_for_each(self) -> None:
        assert render("concise", ALL, look()) == (
            "orders/a b,c.py:1:1: WFL004 unknown-rule-in-suppression info there is no rule "
            "`WFL999`\n"
            "orders/flow.py:4:7: WFL139 print warning [**] `print()` prints again at every replay, "
            "100%\n"
            "orders/util.py:5:16: WFL101 wall-clock-time error `datetime.now()` reads the wall "
            "clock; use `workflow.now()` (from OrderWorkflow.run via price_order)\n"
        )

    def test_says_for_how_many_more_places_it_stands(self) -> None:
        more = [replace(THROUGH_HELPERS, more_places=4)]
        for name in ("concise", "full", "github"):
            text = " ".join(render(name, more, look()).split())
            assert "`workflow.now()` (and 4 more in this function)" in text
        assert render("json", more, look()) == render("json", [THROUGH_HELPERS], look())

    def test_marks_a_safe_fix(self) -> None:
        fix = Fix(Applicability.SAFE, "", ())
        assert " wall-clock-time error [*] `dat" in render(
            "concise", [replace(THROUGH_HELPERS, fix=fix)], look()
        )

    def test_does_not_mark_a_fix_that_is_only_shown(self) -> None:
        fix = Fix(Applicability.DISPLAY, "", ())
        assert "[" not in render("concise", [replace(THROUGH_HELPERS, fix=fix)], look())


class TestFull:
    def test_underlines_the_offence_and_shows_the_way_to_it(self) -> None:
        assert render("full", [THROUGH_HELPERS], look()) == (
            "orders/util.py:5:16: WFL101 wall-clock-time error `datetime.now()` reads the\n"
            "    wall clock; use `workflow.now()`\n"
            "    5 |     return str(datetime.now())\n"
            "      |                ^^^^^^^^^^^^^^\n"
            "    from OrderWorkflow.run (orders/flow.py:31)\n"
            "      → price_order (orders/pricing.py:8)\n"
            "      → stamp (orders/util.py:5)\n"
            "    and from 2 other entry points\n"
            "    help: wflint rule WFL101\n"
            "\n"
        )

    def test_underlines_each_line_of_a_long_offence_by_its_width_on_the_screen(self) -> None:
        assert render("full", [DIRECT], look()) == (
            "orders/flow.py:4:7: WFL139 print warning [**] `print()` prints again at every\n"
            "    replay, 100%\n"
            "    4 |     '文', g(\n"
            "      |           ^^\n"
            "    5 |     )]\n"
            "      |     ^\n"
            "    from OrderWorkflow.run (orders/flow.py:4)\n"
            "    fix (unsafe): log it instead\n"
            "    4 -     '文', g(\n"
            "    4 +     '文', workflow.logger.info(\n"
            "    help: wflint rule WFL139\n"
            "\n"
        )

    def test_without_the_source_there_is_no_excerpt(self) -> None:
        assert render("full", [BARE], look()) == (
            "orders/a b,c.py:1:1: WFL004 unknown-rule-in-suppression info there is no rule\n"
            "    `WFL999`\n"
            "    help: wflint rule WFL004\n\n"
        )

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_fits_the_terminal_but_for_what_can_be_clicked(self, width: int) -> None:
        source = UTIL.replace("datetime.now()", "datetime.now()" + " + x" * 50)
        text = render("full", ALL, look(sources={"orders/util.py": source}, width=width))
        places = ("orders/a b,c.py:1:1: WFL004 unknown-rule-in-suppression info",)
        assert [x for x in text.splitlines() if len(x) > width and x not in places] == []

    def test_a_long_place_stands_alone(self) -> None:
        moved = replace(THROUGH_HELPERS, filename=f"{'orders/' * 12}util.py")
        first, second, *_ = render("full", [moved], look()).splitlines()
        assert first.endswith("util.py:5:16: WFL101 wall-clock-time error")
        assert second == "    `datetime.now()` reads the wall clock; use `workflow.now()`"

    def test_a_code_is_a_link_to_its_page(self) -> None:
        link = f"\x1b]8;;{DIRECT.url}\x1b\\"
        assert link in render("full", [DIRECT], look(color=True, links=True))
        assert link not in render("full", [DIRECT], look(color=True))
        assert "\x1b" not in render("full", [DIRECT], look())

    def test_is_plain_unless_colour_is_wanted(self) -> None:
        assert "\x1b[" not in render("full", ALL, look())
        assert "\x1b[31m\x1b[1mWFL101\x1b[0m" in render("full", ALL, look(color=True))

    def test_terminal_does_not_obey_the_source(self) -> None:
        sources = {"orders/util.py": UTIL.replace("return", "\x1b[2J")}
        text = render("full", [THROUGH_HELPERS], look(sources=sources, color=True))
        assert "\x1b[2J" not in text

    def test_very_long_line_is_cut_around_the_offence(self) -> None:
        line = "x = '" + "a" * 5000 + "' + now() + '" + "b" * 5000 + "'"
        start = line.index("now()") + 1
        diagnostic = replace(
            THROUGH_HELPERS, location=Location(1, start), end_location=Location(1, start + 5)
        )
        text = render("full", [diagnostic], look(sources={"orders/util.py": line}))
        shown, mark = text.splitlines()[2:4]
        assert len(shown) <= 80
        assert shown.count("…") == 2
        assert shown[mark.index("^") :].startswith("now()")
        assert mark.count("^") == 5

    def test_long_lines_of_a_fix_are_cut_around_what_changes(self) -> None:
        line = "x = '" + "a" * 200 + "' + now() + '" + "b" * 200 + "'"
        column = line.index("now()") + 1
        edit = Edit("workflow.now()", Location(1, column), Location(1, column + 5))
        fix = Fix(Applicability.SAFE, "Use the time", (edit,))
        diagnostic = replace(THROUGH_HELPERS, fix=fix, location=Location(1, column))
        text = render("full", [diagnostic], look(sources={"orders/util.py": line}))
        gone, come = (x for x in text.splitlines() if x.lstrip().startswith(("1 -", "1 +")))
        assert "' + now() + 'b" in gone
        assert "' + workflow.now() + 'b" in come
        assert gone.count("…") == come.count("…") == 2
        assert max(len(gone), len(come)) <= 80

    def test_very_long_statement_is_cut_off(self) -> None:
        diagnostic = replace(
            THROUGH_HELPERS, location=Location(1, 1), end_location=Location(900, 1)
        )
        text = render("full", [diagnostic], look(sources={"orders/util.py": "f(\n" * 900}))
        assert text.count("f(") == 4
        assert any(line.endswith("| ...") for line in text.splitlines())


class TestJson:
    def test_object_has_the_promised_shape(self) -> None:
        (_, direct, through) = json.loads(render("json", ALL, look()))
        assert through == {
            "code": "WFL101",
            "name": "wall-clock-time",
            "severity": "error",
            "message": "`datetime.now()` reads the wall clock; use `workflow.now()`",
            "filename": "orders/util.py",
            "location": {"row": 5, "column": 16},
            "end_location": {"row": 5, "column": 30},
            "scope": "workflow",
            "entry": {
                "qualname": "OrderWorkflow.run",
                "filename": "orders/flow.py",
                "location": {"row": 31, "column": 9},
            },
            "chain": [
                {
                    "qualname": hop.qualname,
                    "filename": hop.filename,
                    "location": {"row": hop.location.row, "column": hop.location.column},
                }
                for hop in THROUGH_HELPERS.chain
            ],
            "other_entries": 2,
            "fix": None,
            "url": "https://github.com/wflint/wflint/blob/main/docs/rules/wall-clock-time.md",
            "fingerprint": "f1",
            "baselined": False,
        }
        assert direct["fix"] == {
            "applicability": "unsafe",
            "message": "log it instead",
            "edits": [
                {
                    "content": "workflow.logger.info(",
                    "location": {"row": 4, "column": 7},
                    "end_location": {"row": 4, "column": 9},
                }
            ],
        }

    def test_without_a_chain_there_is_no_entry(self) -> None:
        (bare,) = json.loads(render("json", [BARE], look()))
        assert (bare["entry"], bare["chain"]) == (None, [])

    def test_nothing_is_an_empty_list(self) -> None:
        assert json.loads(render("json", [], look())) == []

    def test_is_ascii_whatever_the_source_holds(self) -> None:
        diagnostic = replace(BARE, message="`文()` \ud800", filename="naïve.py")
        assert render("json", [diagnostic], look()).isascii()


class TestGithub:
    def test_is_one_command_for_each(self) -> None:
        lines = render("github", ALL, look()).splitlines()
        assert lines[2] == (
            "::error title=wflint (WFL101),file=app/orders/util.py,line=5,col=16,endLine=5,"
            "endColumn=30::orders/util.py:5:16: WFL101 wall-clock-time error `datetime.now()` "
            "reads the wall clock; use `workflow.now()`%0AOrderWorkflow.run (orders/flow.py:31) → "
            "price_order (orders/pricing.py:8) → stamp (orders/util.py:5) and 2 other entry points"
        )
        assert [line.split()[0] for line in lines] == ["::notice", "::warning", "::error"]

    def test_escapes_what_would_end_a_value(self) -> None:
        bare, direct, _ = render("github", ALL, look()).splitlines()
        assert ",file=app/orders/a b%2Cc.py,line=1," in bare
        assert "every replay, 100%25%0A" in direct


class TestSarif:
    @pytest.fixture
    def log(self) -> Any:
        return json.loads(render("sarif", ALL, look()))

    def test_fits_the_schema(self, log: Any) -> None:
        # The parts of the OASIS schema that wflint uses, written down from the specification.
        schema = json.loads(Path(__file__).with_name("sarif_subset.json").read_text("utf-8"))
        validator = jsonschema.Draft7Validator(schema)
        validator.check_schema(schema)
        validator.validate(log)
        validator.validate(json.loads(render("sarif", [], look())))

    def test_tool_describes_the_rules_that_spoke(self) -> None:
        driver = json.loads(render("sarif", ALL, look()))["runs"][0]["tool"]["driver"]
        assert driver["version"] == wflint.__version__
        assert [rule["id"] for rule in driver["rules"]] == ["WFL004", "WFL101", "WFL139"]
        clock = driver["rules"][1]
        assert clock["name"] == "wall-clock-time"
        assert clock["help"]["markdown"].count("## ") >= 5
        assert clock["defaultConfiguration"] == {"level": "error"}
        assert clock["properties"]["tags"] == ["temporal", "time", "workflow"]

    def test_result_points_to_its_rule_and_place(self) -> None:
        run = json.loads(render("sarif", ALL, look()))["runs"][0]
        result = run["results"][2]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert run["columnKind"] == "unicodeCodePoints"
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "app/orders/util.py"}
        region = {"startLine": 5, "startColumn": 16, "endLine": 5, "endColumn": 30}
        assert place["region"] == region
        assert result["partialFingerprints"] == {"wflint/v1": "f1"}

    def test_chain_is_a_code_flow(self) -> None:
        result = json.loads(render("sarif", [THROUGH_HELPERS], look()))["runs"][0]["results"][0]
        (flow,) = result["codeFlows"]
        (thread,) = flow["threadFlows"]
        steps = [step["location"] for step in thread["locations"]]
        assert [s["logicalLocations"][0]["fullyQualifiedName"] for s in steps] == [
            "OrderWorkflow.run",
            "price_order",
            "stamp",
        ]
        assert steps[-1]["message"]["text"] == THROUGH_HELPERS.message

    def test_every_result_has_a_location_and_a_relative_name(self, log: Any) -> None:
        for result in log["runs"][0]["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert not uri.startswith("/") and ":" not in uri
        assert "app/orders/a%20b%2Cc.py" in json.dumps(log)

    def test_file_outside_of_the_repository_has_an_absolute_name(self) -> None:
        outside = replace(BARE, filename="../../other/x.py")
        result = json.loads(render("sarif", [outside], look()))["runs"][0]["results"][0]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.startswith("file:///") and uri.endswith("/other/x.py")

    def test_rule_without_documentation_is_named(self) -> None:
        text = render("sarif", [replace(BARE, code="ACM101", name="acme-clock")], look())
        (rule,) = json.loads(text)["runs"][0]["tool"]["driver"]["rules"]
        assert (rule["id"], rule["shortDescription"]) == ("ACM101", {"text": "acme-clock"})


class TestStatistics:
    def test_most_frequent_rule_comes_first(self) -> None:
        many = [*[THROUGH_HELPERS] * 11, DIRECT, replace(BARE, code="WFL002", name="unused"), BARE]
        assert render("statistics", many, look()) == (
            "11\tWFL101\t[ ] wall-clock-time\n"
            " 1\tWFL002\t[ ] unused\n"
            " 1\tWFL004\t[ ] unknown-rule-in-suppression\n"
            " 1\tWFL139\t[**] print\n"
        )

    def test_mark_says_what_it_takes_to_fix_all(self) -> None:
        assert DIRECT.fix is not None
        safe = replace(DIRECT, fix=replace(DIRECT.fix, applicability=Applicability.SAFE))
        assert "[*] print" in render("statistics", [safe], look())
        assert "[**] print" in render("statistics", [safe, DIRECT], look())

    def test_some_that_can_be_fixed(self) -> None:
        assert "[-] print" in render("statistics", [DIRECT, replace(DIRECT, fix=None)], look())

    def test_as_json(self) -> None:
        assert json.loads(render("json-statistics", [DIRECT], look())) == [
            {"code": "WFL139", "name": "print", "count": 1, "fixable": 1, "safely_fixable": 0}
        ]


GAPS = (
    Gap("b.py", Location(3, 5), "self.f()", "its type is not known"),
    Gap("b.py", Location(9, 1), "x()", "it is a parameter without a type"),
    Gap("c.py", Location(2, 1), "y.z()", "its type is not known"),
)


class TestSummary:
    def test_says_how_much_was_looked_at(self) -> None:
        stats = Stats(785, 191, 1, 1204, 300, seconds=2.14)
        assert summary.render(ALL, stats) == (
            "Found 1 error and 1 warning and 1 info in 3 files.\n"
            "[**] 1 fixable with `--fix --unsafe-fixes`.\n"
            "Checked 785 files: 191 workflows and 1 activity, 1,204 functions reached, in 2.1 s.\n"
        )

    def test_empty_run_does_not_look_like_a_clean_one(self) -> None:
        assert summary.render([], Stats()) == (
            "No diagnostics.\n"
            "Checked 0 files: 0 workflows and 0 activities, 0 functions reached, in 0.0 s.\n"
        )

    def test_says_what_was_held_back_and_why(self) -> None:
        held_back = {"per-file-ignores": 1, "test-paths": 3, "nothing": 0}
        stats = Stats(files=1, suppressed=2, held_back=held_back, gaps=1)
        assert summary.render([], stats).splitlines()[2:] == [
            "2 diagnostics are suppressed by comments.",
            "1 diagnostic is not shown (per-file-ignores).",
            "3 warnings in test files are not shown (test-paths).",
            "1 call could not be resolved; --show-gaps lists them.",
        ]

    def test_gaps_that_are_listed_below_need_no_hint(self) -> None:
        lines = summary.render([], Stats(gaps=2), gaps_shown=True).splitlines()
        assert lines[-1] == "2 calls could not be resolved."

    def test_gaps_stand_below_their_entry_point(self) -> None:
        second = EntryGaps(ShownHop("B.run", "b.py", Location(1, 5)), (GAPS[1], GAPS[2]))
        third = EntryGaps(ShownHop("B.stop", "b.py", Location(5, 5)), (GAPS[2],))
        first = EntryGaps(ShownHop("A.run", "a.py", Location(7, 5)), (GAPS[0], GAPS[1]))
        assert summary.gap_lines([first, second, third]) == (
            "A.run (a.py:7) reaches 2 calls that could not be resolved:\n"
            "    b.py:3:5: `self.f()`: its type is not known\n"
            "    b.py:9:1: `x()`: it is a parameter without a type\n"
            "B.run (b.py:1) reaches 2 calls that could not be resolved:\n"
            "    c.py:2:1: `y.z()`: its type is not known\n"
            "    and 1 that is listed above\n"
            "B.stop (b.py:5) reaches 1 call that could not be resolved:\n"
            "    1 that is listed above\n"
        )
