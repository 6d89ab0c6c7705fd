"""Texts that explain rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wflint.checking.registry import Registry, find_alone, load_registry
from wflint.config.errors import ConfigError
from wflint.report.json_report import to_text
from wflint.rule import documentation as rule_docs

if TYPE_CHECKING:
    from wflint.rule.base import Rule


def describe_rules(wanted: str | None, output_format: str) -> str:
    """One rule, or all of them when ``wanted`` is ``None``."""
    if wanted is None:
        registry = _registry()
        if output_format == "json":
            return to_text([rule_docs.as_object(rule) for rule in registry.rules])
        return _overview(registry.rules)
    rule = find_alone(wanted) or _find(wanted)
    if output_format == "json":
        return to_text(rule_docs.as_object(rule))
    return rule_docs.as_text(rule)


def _find(wanted: str) -> Rule:
    registry = _registry()
    rule = registry.find(wanted)
    if rule is None:
        near = registry.nearest(wanted)
        hint = f'; did you mean "{near}"?' if near else "; `wflint rule --all` lists them"
        raise ConfigError(f'there is no rule "{wanted}"{hint}')
    return rule


def _registry() -> Registry:
    """The rules, with those of the plugins that the project here uses."""
    from wflint.config.find import find_project

    cwd = Path.cwd()
    try:
        plugins = find_project(cwd, cwd).settings.plugins
    except ConfigError:
        plugins = ()
    return load_registry(plugins)


def _overview(rules: Sequence[Rule]) -> str:
    """A line for each rule, below its family."""
    width = max((len(rule.name) for rule in rules), default=0)
    families: dict[str, list[str]] = {}
    for rule in rules:
        default = rule.severity.value if rule_docs.is_default(rule) else "off"
        line = f"  {rule.code} {rule.name:{width}}  {default:7}  {rule_docs.summary(rule)}"
        families.setdefault(rule_docs.family(rule), []).append(line)
    lines = [f"{family}\n" + "\n".join(listed) for family, listed in families.items()]
    return "\n\n".join(lines) + "\n"
