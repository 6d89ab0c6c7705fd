"""``sarif``: SARIF 2.1.0, for code scanning on GitHub and elsewhere.

File names are relative to the top of the repository, since GitHub ignores base URIs. Every result
has a location, since GitHub refuses a whole file for one result without.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import wflint
from wflint.diagnostics import Diagnostic, Edit, Location, Severity, ShownHop
from wflint.report.json_report import to_text
from wflint.report.look import Look, one_line
from wflint.rule import documentation as rule_docs
from wflint.rule.base import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/wflint/wflint"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
Json = dict[str, Any]


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """One run with one result for each diagnostic."""
    rules = {d.code: d for d in sorted(diagnostics, key=lambda d: d.code)}
    index = {code: number for number, code in enumerate(rules)}
    driver = {
        "name": "wflint",
        "informationUri": HOME,
        "version": wflint.__version__,
        "semanticVersion": wflint.__version__,
        "rules": [_rule(diagnostic, look) for diagnostic in rules.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": [_result(d, index[d.code], look) for d in diagnostics],
    }
    return to_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(diagnostic: Diagnostic, look: Look) -> Json:
    rule = look.registry.of_all_commands.get(diagnostic.code) if look.registry else None
    described: Json = {"id": diagnostic.code, "name": diagnostic.name, "helpUri": diagnostic.url}
    if rule is None:
        return {**described, "shortDescription": {"text": diagnostic.name}}
    text = rule_docs.documentation(rule)
    why = rule_docs.sections(rule).get("What breaks", rule_docs.summary(rule))
    return {
        **described,
        "shortDescription": {"text": rule_docs.summary(rule)},
        "fullDescription": {"text": why},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": _properties(rule),
    }


def _properties(rule: Rule) -> Json:
    severity = "recommendation" if rule.severity is Severity.INFO else rule.severity.value
    tags = sorted({"temporal", "workflow", rule_docs.family(rule)})
    return {"tags": tags, "problem.severity": severity}


def _result(diagnostic: Diagnostic, index: int, look: Look) -> Json:
    place = _physical(diagnostic.filename, diagnostic.location, diagnostic.end_location, look)
    location: Json = {"physicalLocation": place}
    if diagnostic.chain:
        location["logicalLocations"] = [_logical(diagnostic.chain[-1])]
    result: Json = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": one_line(diagnostic.message)},
        "locations": [location],
    }
    if diagnostic.chain:
        result["codeFlows"] = [_code_flow(diagnostic, look)]
    if diagnostic.is_known:
        result["baselineState"] = "unchanged"
    if diagnostic.fingerprint:
        result["partialFingerprints"] = {"wflint/v1": diagnostic.fingerprint}
    if diagnostic.fix:
        change = {
            "artifactLocation": {"uri": _uri(diagnostic.filename, look)},
            "replacements": [_replacement(edit) for edit in diagnostic.fix.edits],
        }
        described = {"text": one_line(diagnostic.fix.message)}
        result["fixes"] = [{"description": described, "artifactChanges": [change]}]
    return result


def _code_flow(diagnostic: Diagnostic, look: Look) -> Json:
    """The way from the entry point to the offence, one step for each function."""
    steps = []
    for number, hop in enumerate(diagnostic.chain):
        is_last = number == len(diagnostic.chain) - 1
        said = one_line(diagnostic.message) if is_last else f"`{hop.qualname}` goes on from here"
        location = {
            "physicalLocation": _physical(hop.filename, hop.location, None, look),
            "logicalLocations": [_logical(hop)],
            "message": {"text": said},
        }
        steps.append({"location": location})
    return {"threadFlows": [{"locations": steps}]}


def _logical(hop: ShownHop) -> Json:
    return {"fullyQualifiedName": hop.qualname, "kind": "function"}


def _physical(filename: str, start: Location, end: Location | None, look: Look) -> Json:
    return {"artifactLocation": {"uri": _uri(filename, look)}, "region": _region(start, end)}


def _region(start: Location, end: Location | None) -> Json:
    region = {"startLine": start.row, "startColumn": start.column}
    if end is not None and end > start:
        region |= {"endLine": end.row, "endColumn": end.column}
    return region


def _replacement(edit: Edit) -> Json:
    region = _region(edit.location, None)
    region |= {"endLine": edit.end_location.row, "endColumn": edit.end_location.column}
    return {"deletedRegion": region, "insertedContent": {"text": edit.content}}


def _uri(filename: str, look: Look) -> str:
    path = look.from_base(filename)
    return Path(path).as_uri() if os.path.isabs(path) else quote(path)
