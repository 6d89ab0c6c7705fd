"""What a rule is, and all that a rule may ask. Rules import this package and nothing else."""

from wflint.rule.base import Api, Fixable, Report, Rule, RuleSettings, Scope, Severity

__all__ = ["Api", "Fixable", "Report", "Rule", "RuleSettings", "Scope", "Severity"]
