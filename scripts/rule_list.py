"""Compares the rules that there are with those that there should be, `docs/catalogue.toml`.

    python scripts/rule_list.py

What is there is what `wflint rule --all` says. Prints each difference, and ends with 1 if there is
any: a rule that is missing, one that the catalogue does not have, another name, severity, default
or kind of fix, and an exception that is none any more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli

CATALOGUE = Path(__file__).parent.parent / "docs" / "catalogue.toml"
_PLAIN = {"default": "on", "fix": "none"}
_FIELDS = ("name", "severity", "default", "fix")

Entry = Mapping[str, Any]


def catalogue() -> dict[str, Entry]:
    """The rules that there should be, by their codes."""
    return tomli.loads(CATALOGUE.read_text(encoding="utf-8"))


def shipped() -> dict[str, Entry]:
    """The rules that `wflint rule` lists, by their codes."""
    command = [sys.executable, "-m", "wflint", "rule", "--all", "--output-format", "json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {rule["code"]: rule for rule in json.loads(said)}


def missing(wanted: Mapping[str, Entry], there: Mapping[str, Entry]) -> list[str]:
    """The codes of rules of `wflint check` that are not there yet."""
    return [code for code in sorted(wanted) if code not in there and "command" not in wanted[code]]


def differences(wanted: Mapping[str, Entry], there: Mapping[str, Entry]) -> Iterator[str]:
    """What is there and should be something else, a line for each."""
    for code, rule in sorted(there.items()):
        entry = wanted.get(code)
        if entry is None:
            yield f"{code} {rule['name']} is not in the catalogue"
        elif "command" in entry:
            yield f"{code} {rule['name']} is a rule of `wflint check` now; say so in the catalogue"
        else:
            yield from _differences(code, entry, rule)


def _differences(code: str, entry: Entry, rule: Entry) -> Iterator[str]:
    ships = {"because": "", **entry.get("ships", {})}
    if "ships" in entry and not ships["because"]:
        yield f"{code} has no reason for what differs"
    for field in _FIELDS:
        usual = entry.get(field, _PLAIN.get(field))
        wanted = ships.get(field, usual)
        if rule[field] != wanted:
            yield f"{code} {entry['name']}: its {field} is {rule[field]}, and should be {wanted}"
        elif field in ships and rule[field] == usual:
            yield f"{code} {entry['name']}: its {field} does not differ any more"


def main() -> int:
    """Print all differences."""
    wanted, there = catalogue(), shipped()
    found = [f"{code} {wanted[code]['name']} is missing" for code in missing(wanted, there)]
    found += differences(wanted, there)
    print("\n".join([*found, f"{len(there)} rules, {len(found)} differences"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
