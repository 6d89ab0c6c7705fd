"""What a rule is, and all that a rule may ask. A rule imports nothing else of wflint.

:mod:`~wflint.rule.base` says what a rule is, :mod:`~wflint.rule.views` what it is shown,
:mod:`~wflint.rule.fix_view` what it is shown to propose a fix.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from wflint.config.rule_settings import RuleSettings
from wflint.diagnostics import Severity
from wflint.facts.model import Arg, Decorator, Flag, FunctionHead, Kind, Ref, Value
from wflint.facts.types import instance
from wflint.rule.api_table import ApiTable, rule_entries
from wflint.rule.base import Api, Fixable, Report, Rule, Scope
from wflint.rule.fix import NoFix, Repair, TextEdit, Withheld
from wflint.rule.fix_view import FixView
from wflint.rule.views import Callee, CallView, FindingView, ImportView, TypeView, elements_of
from wflint.temporal.api import CallKind, Gives, names_of, sdk_calls
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.facts.context import Context
    from wflint.facts.guards import always_leaves
    from wflint.facts.scopes import Bound
    from wflint.files.source import Source
    from wflint.syntax.walk import children, walk

_WITH_LIBCST = {
    "Bound": "wflint.facts.scopes",
    "Context": "wflint.facts.context",
    "Source": "wflint.files.source",
    "always_leaves": "wflint.facts.guards",
    "children": "wflint.syntax.walk",
    "walk": "wflint.syntax.walk",
}
"""What is imported only when it is asked for: explaining a rule must not wait for LibCST."""


def __getattr__(name: str) -> object:
    if name not in _WITH_LIBCST:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WITH_LIBCST[name]), name)


__all__ = [
    "Api",
    "ApiTable",
    "Arg",
    "Bound",
    "CallKind",
    "CallView",
    "Callee",
    "Context",
    "Decorator",
    "Effect",
    "FindingView",
    "FixView",
    "Fixable",
    "Flag",
    "FunctionHead",
    "Gives",
    "ImportView",
    "Kind",
    "NoFix",
    "Ref",
    "Repair",
    "Report",
    "Rule",
    "RuleSettings",
    "Scope",
    "Severity",
    "Source",
    "TextEdit",
    "TypeView",
    "Value",
    "Withheld",
    "always_leaves",
    "children",
    "elements_of",
    "instance",
    "names_of",
    "rule_entries",
    "sdk_calls",
    "walk",
]
