"""The rules that there are, and those that there should be."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.rule_list import catalogue, differences, missing, shipped

WANTED = catalogue()
ONE = {"WFL999": {"name": "a-rule", "severity": "error", "fix": "safe"}}
SHIPPED = {"name": "a-rule", "severity": "error", "default": "on", "fix": "safe"}


def test_rules_are_as_the_catalogue_says() -> None:
    assert list(differences(WANTED, shipped())) == []


def test_no_rule_is_missing() -> None:
    assert missing(WANTED, shipped()) == []


def test_codes_and_names_are_used_once_and_in_order() -> None:
    names = [entry["name"] for entry in WANTED.values()]
    assert sorted({*names}) == sorted(names)


def test_rules_of_other_commands_are_not_missed() -> None:
    diff = [code for code, entry in WANTED.items() if entry.get("command") == "diff"]
    assert diff == ["WFL950", "WFL951", "WFL952", "WFL953"]
    assert missing({code: WANTED[code] for code in diff}, {}) == []


# The script itself.


def test_a_missing_rule_is_named() -> None:
    assert missing(ONE, {}) == ["WFL999"]


def test_a_rule_that_is_in_no_catalogue_is_named() -> None:
    assert list(differences({}, {"WFL999": SHIPPED})) == ["WFL999 a-rule is not in the catalogue"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "other"), ("severity", "info"), ("default", "opt-in"), ("fix", "none")],
)
def test_each_difference_is_named(field: str, value: str) -> None:
    (said,) = differences(ONE, {"WFL999": {**SHIPPED, field: value}})
    assert f"its {field} is {value}" in said


@pytest.mark.parametrize(
    ("ships", "fix", "said"),
    [
        ({"fix": "none", "because": "nobody needs it"}, "none", ""),
        ({"fix": "none"}, "none", "has no reason"),
        ({"fix": "none", "because": "nobody needs it"}, "safe", "should be none"),
        ({"fix": "safe", "because": "nobody needs it"}, "safe", "does not differ any more"),
    ],
)
def test_an_exception_has_a_reason_and_holds(ships: dict[str, Any], fix: str, said: str) -> None:
    wanted = {"WFL999": {**ONE["WFL999"], "ships": ships}}
    found = "\n".join(differences(wanted, {"WFL999": {**SHIPPED, "fix": fix}}))
    assert said in found and bool(found) == bool(said)
