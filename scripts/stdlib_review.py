"""The decisions of a person on the findings, and the table that follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import tomli
from msgspec import Struct

from scripts.stdlib_calls import Finding, Scope
from wflint.checking.registry import load_registry

HEAD = """\
# Names of the standard library that reach a clock, randomness or the world inside.
#
# Written by scripts/stdlib_reach.py; the decisions are in scripts/stdlib_reach.toml. `via` is what
# is reached, `python` the versions in which it is.
"""
CONDITIONS = ("unless", "only-text", "made-by", "advice", "severity")


class Row(Struct, frozen=True):
    """A name of the table: ``rule`` is the name of its rule, ``more`` its conditions."""

    name: str
    rule: str
    via: str
    python: tuple[str, ...]
    more: tuple[tuple[str, Any], ...] = ()


class Review(Struct, frozen=True):
    """The decisions: ``accepted`` are the entries by name, ``denied`` the rules by pattern."""

    scope: Scope
    accepted: dict[str, dict[str, Any]]
    denied: dict[str, frozenset[str]]

    def decision(self, finding: Finding) -> str:
        """The accepted name or the pattern that covers a finding, ``""`` if nothing does."""
        name = finding.name
        if name in self.accepted:
            return name
        patterns = (p for p, rules in self.denied.items() if finding.rule in rules)
        return next((p for p in patterns if fnmatchcase(name, p)), "")

    def unreviewed(self, found: Mapping[str, Iterable[Finding]]) -> list[str]:
        """Findings that nobody has looked at, sorted; ``found`` are the findings by version."""
        new = {
            (f.name, f.rule): f"{describe(f)} (Python {version})"
            for version in found
            for f in found[version]
            if not self.decision(f)
        }
        return sorted(new.values())

    def stale(self, found: Mapping[str, Iterable[Finding]]) -> list[str]:
        """Decisions about what is not found in any of the versions, sorted."""
        decided = {self.decision(f) for version in found for f in found[version]}
        return sorted((self.accepted.keys() | self.denied.keys()) - decided)


def describe(finding: Finding) -> str:
    """A finding as a person reads it."""
    maybe = " only if an argument is left out" if finding.left_out else ""
    way = " > ".join((*finding.chain, finding.via))
    return f"{finding.name}: {finding.rule}{maybe}: {way}"


def read_review(path: Path) -> Review:
    """The decisions in a file; a name that is decided on twice is a :class:`ValueError`."""
    data = tomli.loads(path.read_text(encoding="utf-8"))
    by_name = load_registry().by_name
    accepted: dict[str, dict[str, Any]] = {}
    for entry in data.get("accepted", ()):
        for name in entry["names"]:
            if name in accepted:
                raise ValueError(f"{name} is accepted twice")
            accepted[name] = entry
    denied: dict[str, frozenset[str]] = {}
    for entry in data.get("denied", ()):
        for pattern in entry["names"]:
            if pattern in denied or pattern in accepted:
                raise ValueError(f"{pattern} is decided on twice")
            denied[pattern] = frozenset(by_name[name].code for name in entry["rules"])
    scope = Scope(
        frozenset(by_name[name].code for name in data["judges"]),
        tuple(name for entry in data["ignored"] for name in entry["names"]),
        frozenset(name for entry in data["left-out"] for name in entry["modules"]),
        tuple(name for entry in data["stop"] for name in entry["names"]),
    )
    return Review(scope, accepted, denied)


def rows(review: Review, found: Mapping[str, Iterable[Finding]]) -> list[Row]:
    """The rows for all accepted names that are found, sorted by name."""
    by_name = load_registry().by_name
    versions: dict[str, dict[str, list[Finding]]] = {}
    for version, findings in found.items():
        for finding in findings:
            versions.setdefault(finding.name, {}).setdefault(version, []).append(finding)
    result = []
    for name, entry in sorted(review.accepted.items()):
        if name not in versions:
            continue
        code = by_name[entry["rule"]].code
        every = [f for findings in versions[name].values() for f in findings]
        via = [f.via for f in every if f.rule == code and f.via]
        if not via and "via" not in entry:
            raise ValueError(f"{name}: {entry['rule']} finds nothing in it; say `via`")
        more = tuple((key, entry[key]) for key in CONDITIONS if key in entry)
        result.append(
            Row(name, entry["rule"], entry.get("via") or via[-1], tuple(versions[name]), more)
        )
    return result


def to_toml(table: list[Row], digests: Mapping[str, str]) -> str:
    """The table as TOML, names that have all else in common together."""
    groups: dict[str, list[str]] = {}
    for row in table:
        lines = [f'rule = "{row.rule}"', f'via = "{row.via}"', f"python = {_value(row.python)}"]
        lines += [f"{key} = {_value(value)}" for key, value in row.more]
        groups.setdefault("\n".join(lines), []).append(row.name)
    parts = [HEAD, "# The sources that it was made of.\n[libraries]\n"]
    parts += [f'"{version}" = "{value}"\n' for version, value in digests.items()]
    for head, names in groups.items():
        inner = "".join(f'    "{name}",\n' for name in names)
        parts.append(f"\n[[inside]]\n{head}\nnames = [\n{inner}]\n")
    return "".join(parts[:1]) + "\n" + "".join(parts[1:])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)
