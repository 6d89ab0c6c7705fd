"""A rule's documentation, which is the docstring of its module."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

from wflint.diagnostics import Severity
from wflint.rule.base import Rule

_WEIGHED = """
What would be an error is a warning where its value is only seen to reach inputs of activities and
child workflows, or logs: replay does not compare these. It stays an error where the sandbox refuses
the call: the workflow task fails and is retried for ever.
"""
_UNRECORDED = """
No replay runs queries and update validators, so what only they run is not reported.
"""
_REFUSED = """
No replay runs queries and update validators. What only they run is not reported, unless the sandbox
refuses it: then the query fails, or the update is rejected.
"""


def documentation(rule: Rule) -> str:
    """The whole docstring, in Markdown."""
    module = sys.modules[type(rule).__module__]
    return inspect.cleandoc(module.__doc__ or "") + "\n"


def summary(rule: Rule) -> str:
    """The first line: what the code does wrong."""
    return documentation(rule).partition("\n")[0]


def sections(rule: Rule) -> dict[str, str]:
    """The text below each ``## Heading``, in order."""
    parts = re.split(r"^## +(.+?) *$", documentation(rule), flags=re.MULTILINE)
    return {parts[i]: parts[i + 1].strip() for i in range(1, len(parts), 2)}


def family(rule: Rule) -> str:
    """The folder that the rule is kept in, such as ``event-loop``."""
    parts = type(rule).__module__.split(".")
    return parts[-2 if len(parts) > 1 else 0].replace("_", "-")


def is_default(rule: Rule) -> bool:
    """True if the rule runs without being selected."""
    return rule.severity is not Severity.INFO


def as_object(rule: Rule) -> dict[str, Any]:
    """Return what ``wflint rule --output-format json`` prints of a rule."""
    return {
        "code": rule.code,
        "name": rule.name,
        "family": family(rule),
        "severity": rule.severity.value,
        "default": "on" if is_default(rule) else "opt-in",
        "scope": rule.scope.label,
        "fix": rule.fix.value,
        "since": rule.since,
        "summary": summary(rule),
        "documentation": documentation(rule),
    }


def as_text(rule: Rule) -> str:
    """Return what ``wflint rule CODE`` prints."""
    default = "on by default" if is_default(rule) else "off by default"
    if rule.command != "check":
        default = f"reported by `wflint {rule.command}`"
    facts = [rule.severity.value, default, f"scope: {rule.scope.label}", f"fix: {rule.fix.value}"]
    facts.append(f"since {rule.since}")
    title = f"# {rule.name} ({rule.code})"
    head = f"{title}\n\n{family(rule)} · {' · '.join(facts)}\n"
    what, _, rest = documentation(rule).partition("\n")
    return f"{head}\n{what}\n{_remarks(rule)}{rest}"


def _remarks(rule: Rule) -> str:
    """What the page says after the rule's first sentence, for all rules of its kind."""
    unrecorded = _UNRECORDED if rule.differs_on_replay or rule.harmless_unless_replaying else ""
    if unrecorded and (rule.value_decides or rule.names_are):
        unrecorded = _REFUSED
    return f"{_WEIGHED if rule.value_decides else ''}{unrecorded}"
