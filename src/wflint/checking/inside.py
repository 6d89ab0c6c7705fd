"""Names of the standard library that reach a clock, randomness or the world inside.

They stand in a table that ``scripts/stdlib_reach.py`` derives from the sources of CPython.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wflint.diagnostics import Severity
from wflint.facts.model import Kind, Value, ValueType
from wflint.rule.api_table import ApiEntry
from wflint.rule.base import Api, Report, Rule

if TYPE_CHECKING:
    from wflint.facts.model import Arg
    from wflint.rule.call_view import CallView

TABLE = "stdlib_reach.toml"
_ADVICE = "move it to an activity"
Parameter = tuple[str, int]
"""The name of a parameter and its position, 0-based; -1 if it is given by name only."""


class InsideEntry(ApiEntry, frozen=True):
    """A name that reaches ``via`` inside.

    It is reported unless the argument ``unless`` is given, only if ``only_text`` is seen to be a
    text, and not for an object that was made in the same function by one of ``made_by``.
    """

    via: str = ""
    advice: str = _ADVICE
    unless: Parameter | None = None
    only_text: Parameter | None = None
    made_by: frozenset[str] = frozenset()

    def judge(self, view: CallView) -> Report | None:
        """Return what to report of a call of the name, if anything."""
        if self.rule is None or not self._holds(view):
            return None
        fault = self.rule.message.partition("; ")[0].format(name=view.shown, use="")
        return Report(f"{fault} (inside: `{self.via}`); {self.advice}", self.api.severity)

    def _holds(self, view: CallView) -> bool:
        if self.unless is not None and (view.spread or _is_given(view, self.unless)):
            return False
        if self.only_text is not None and not _is_text(_argument(view, self.only_text)):
            return False
        return not self.made_by or not self._is_made_here(view)

    def _is_made_here(self, view: CallView) -> bool:
        target = view.call.target if view.call is not None else None
        if target is None or target.kind is not Kind.RESULT or target.of is None:
            return False
        return view.qualified(Value(ValueType.NAME, ref=target.of)) in self.made_by


def _argument(view: CallView, parameter: Parameter) -> Arg | None:
    name, position = parameter
    return view.argument(position, name) if position >= 0 else view.keyword(name)


def _is_given(view: CallView, parameter: Parameter) -> bool:
    name, _ = parameter
    argument = _argument(view, parameter)
    if argument is not None:
        return argument.value.type is not ValueType.NONE
    return name in view.keywords and name not in view.none_keywords


def _is_text(argument: Arg | None) -> bool:
    return argument is not None and argument.value.type in (ValueType.STR, ValueType.FSTRING)


def inside_entries(rules: Mapping[str, Rule], target: tuple[int, ...]) -> tuple[ApiEntry, ...]:
    """The entries of the table, for code that runs with a version of Python or newer ones.

    ``rules`` are by code. What holds for the newest version that the table knows is taken to hold
    for those after it.
    """
    by_name = {rule.name: rule for rule in rules.values()}
    groups = read_groups()
    newest = [max(map(_version, group["python"])) for group in groups]
    wanted = min(target[:2], max(newest))
    entries: list[ApiEntry] = []
    for group, last in zip(groups, newest, strict=True):
        if last >= wanted:
            rule = by_name[group["rule"]]
            entries += (_entry(name, rule, group) for name in group["names"])
    return tuple(entries)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _entry(name: str, rule: Rule, group: Mapping[str, Any]) -> InsideEntry:
    severity = Severity(group["severity"]) if "severity" in group else None
    return InsideEntry(
        name,
        rule,
        Api(severity=severity),
        group["via"],
        group.get("advice", _ADVICE),
        _parameter(group.get("unless")),
        _parameter(group.get("only-text")),
        frozenset(group.get("made-by", ())),
    )


def _parameter(given: Mapping[str, Any] | None) -> Parameter | None:
    return (given["name"], given.get("position", -1)) if given is not None else None


@cache
def read_groups() -> list[dict[str, Any]]:
    """The ``[[inside]]`` entries of the table; each is a group of names."""
    import tomli

    package = importlib.import_module("wflint.rules").__file__
    assert package is not None
    with open(Path(package).parent / TABLE, "rb") as stream:
        return list(tomli.load(stream)["inside"])
