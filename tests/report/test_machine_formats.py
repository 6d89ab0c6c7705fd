"""Formats that other programs read: what these demand of them."""

from __future__ import annotations

import json
from typing import get_args
from xml.etree import ElementTree

import jsonschema
import pytest
from msgspec.structs import replace

from tests.report.test_reports import ALL, BARE, DIRECT, THROUGH_HELPERS, look
from wflint.cli import check_options
from wflint.config.settings import OutputFormat
from wflint.diagnostics import Applicability, Edit, Fix, Location
from wflint.report import FORMATS, render

POSITION = {
    "type": "object",
    "required": ["line"],
    "additionalProperties": False,
    "properties": {
        "line": {"type": "integer", "minimum": 1},
        "column": {"type": "integer", "minimum": 1},
    },
}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./][^\\\\]*$"},
                    "positions": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": POSITION, "end": POSITION},
                    },
                },
            },
        },
    },
}
"""What GitLab documents of a Code Quality report."""

RANGE = {
    "type": "object",
    "required": ["start"],
    "additionalProperties": False,
    "properties": {"start": POSITION, "end": POSITION},
}
PLACE = {
    "type": "object",
    "required": ["path"],
    "additionalProperties": False,
    "properties": {"path": {"type": "string"}, "range": RANGE},
}
SOURCE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"name": {"type": "string"}, "url": {"type": "string"}},
}
RDJSON_DIAGNOSTIC = {
    "type": "object",
    "required": ["message", "location"],
    "additionalProperties": False,
    "properties": {
        "message": {"type": "string"},
        "location": PLACE,
        "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
        "source": SOURCE,
        "code": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
        },
        "suggestions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["range", "text"],
                "additionalProperties": False,
                "properties": {"range": RANGE, "text": {"type": "string"}},
            },
        },
        "related_locations": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"message": {"type": "string"}, "location": PLACE},
            },
        },
    },
}
RDJSON = {
    "type": "object",
    "required": ["diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": SOURCE,
        "diagnostics": {"type": "array", "items": RDJSON_DIAGNOSTIC},
    },
}
"""The messages of reviewdog's Diagnostic Format, closed, so that a misspelt name is noticed."""


def test_the_command_line_the_settings_and_the_reports_know_the_same_formats() -> None:
    formats = tuple(name for name in FORMATS if "statistics" not in name)
    assert check_options.FORMATS == formats == get_args(OutputFormat)


class TestJsonLines:
    def test_each_line_is_an_object_of_json(self) -> None:
        lines = render("json-lines", ALL, look()).splitlines()
        assert [json.loads(line) for line in lines] == json.loads(render("json", ALL, look()))


class TestGrouped:
    def test_is_a_paragraph_for_each_file(self) -> None:
        far = replace(DIRECT, location=Location(120, 7))
        assert render("grouped", [DIRECT, far, THROUGH_HELPERS], look()) == (
            "orders/flow.py:\n"
            "  4:7    WFL139 print warning [**] `print()` prints again at every replay, 100%\n"
            "  120:7  WFL139 print warning [**] `print()` prints again at every replay, 100%\n"
            "\n"
            "orders/util.py:\n"
            "  5:16  WFL101 wall-clock-time error `datetime.now()` reads the wall clock; use "
            "`workflow.now()` (from OrderWorkflow.run via price_order)\n"
            "\n"
        )


class TestGitlab:
    def test_fits_what_gitlab_documents(self) -> None:
        for diagnostics in ([], ALL):
            jsonschema.validate(json.loads(render("gitlab", diagnostics, look())), GITLAB)

    def test_paths_are_those_of_the_repository(self) -> None:
        found = json.loads(render("gitlab", ALL, look()))
        assert found[2]["location"]["path"] == "app/orders/util.py"
        assert found[2]["location"]["positions"]["begin"] == {"line": 5, "column": 16}

    def test_no_two_have_the_same_fingerprint(self) -> None:
        twins = [BARE, BARE, THROUGH_HELPERS, THROUGH_HELPERS, THROUGH_HELPERS]
        found = [one["fingerprint"] for one in json.loads(render("gitlab", twins, look()))]
        assert len(set(found)) == 5
        assert found[2] == THROUGH_HELPERS.fingerprint


class TestAzure:
    def test_is_one_command_for_each(self) -> None:
        assert render("azure", [THROUGH_HELPERS], look()) == (
            "##vso[task.logissue type=error;sourcepath=app/orders/util.py;linenumber=5;"
            "columnnumber=16;code=WFL101;]wall-clock-time: `datetime.now()` reads the wall clock; "
            "use `workflow.now()` (from OrderWorkflow.run via price_order)\n"
        )

    def test_escapes_what_would_end_a_value_or_begin_a_command(self) -> None:
        odd = replace(BARE, filename="a;b]c%.py", message="100%\n##vso[task.complete]")
        assert render("azure", [odd], look()) == (
            "##vso[task.logissue type=warning;sourcepath=app/a%3Bb%5Dc%AZP25.py;linenumber=1;"
            "columnnumber=1;code=WFL004;]unknown-rule-in-suppression: 100%AZP25 "
            "##vso[task.complete]\n"
        )


class TestXml:
    @pytest.mark.parametrize("name", ["junit", "checkstyle"])
    def test_is_well_formed_whatever_names_and_messages_hold(self, name: str) -> None:
        odd = replace(BARE, filename='a"<&\x01.py', message="</failure>\x00 ]]> `\ud800`")
        root = ElementTree.fromstring(render(name, [odd], look()).encode("utf-8", "replace"))
        assert [e.tag for e in root.iter()][:2] in (
            ["testsuites", "testsuite"],
            ["checkstyle", "file"],
        )

    def test_junit_counts_what_it_has(self) -> None:
        root = ElementTree.fromstring(render("junit", [*ALL, THROUGH_HELPERS], look()))
        assert root.get("tests") == root.get("failures") == "4"
        suites = {s.get("name"): s for s in root}
        assert suites["app/orders/util.py"].get("failures") == "2"
        case = suites["app/orders/util.py"][0]
        assert case.get("name") == "WFL101 wall-clock-time 5:16"
        failure = case[0]
        assert failure.get("type") == "error"
        assert failure.text is not None and "→ price_order (orders/pricing.py:8)" in failure.text

    def test_junit_without_diagnostics_is_a_test_that_passes(self) -> None:
        root = ElementTree.fromstring(render("junit", [], look()))
        assert (root.get("tests"), root.get("failures")) == ("1", "0")
        assert [case.tag for case in root[0]] == ["testcase"]
        assert len(root[0][0]) == 0

    def test_checkstyle_has_an_error_for_each(self) -> None:
        root = ElementTree.fromstring(render("checkstyle", ALL, look()))
        assert [file.get("name") for file in root][2] == "app/orders/util.py"
        assert root[2][0].attrib == {
            "line": "5",
            "column": "16",
            "severity": "error",
            "message": "wall-clock-time: `datetime.now()` reads the wall clock; use "
            "`workflow.now()` (from OrderWorkflow.run via price_order)",
            "source": "wflint.WFL101",
        }


class TestRdjson:
    def test_fits_the_diagnostic_format(self) -> None:
        for diagnostics in ([], ALL):
            jsonschema.validate(json.loads(render("rdjson", diagnostics, look())), RDJSON)
            for line in render("rdjsonl", diagnostics, look()).splitlines():
                jsonschema.validate(json.loads(line), RDJSON_DIAGNOSTIC)

    def test_columns_count_bytes(self) -> None:
        source = "x = '文文' + now()\n"
        start = source.index("now") + 1
        edit = Edit("then()", Location(1, start), Location(1, start + 5))
        diagnostic = replace(
            THROUGH_HELPERS,
            location=Location(1, start),
            end_location=Location(1, start + 5),
            fix=Fix(Applicability.SAFE, "", (edit,)),
        )
        text = render("rdjson", [diagnostic], look(sources={"orders/util.py": source}))
        found = json.loads(text)["diagnostics"][0]
        column = source.encode().index(b"now") + 1
        expected = {
            "start": {"line": 1, "column": column},
            "end": {"line": 1, "column": column + 5},
        }
        assert found["location"]["range"] == expected
        assert found["suggestions"] == [{"range": expected, "text": "then()"}]

    def test_the_way_is_related_locations(self) -> None:
        found = json.loads(render("rdjson", [THROUGH_HELPERS], look()))["diagnostics"][0]
        paths = [one["location"]["path"] for one in found["related_locations"]]
        assert paths == ["app/orders/flow.py", "app/orders/pricing.py"]


class TestPylint:
    def test_is_what_pylint_calls_parseable(self) -> None:
        assert render("pylint", [THROUGH_HELPERS, BARE], look()) == (
            "app/orders/util.py:5: [WFL101(wall-clock-time), stamp] `datetime.now()` reads the "
            "wall clock; use `workflow.now()`\n"
            "app/orders/a b,c.py:1: [WFL004(unknown-rule-in-suppression), ] there is no rule "
            "`WFL999`\n"
        )
