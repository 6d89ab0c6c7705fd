"""The settings of a program: those of each file, and what all of them say together.

What is reported in a file, and how, is said by the settings of the nearest configuration file. What
shapes the analysis (names of decorators, guards and loggers, folders of imports, packages) holds
for the whole program, whichever of its configuration files says it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property

from msgspec.structs import replace

from wflint.cache.packing import standing_for
from wflint.checking.registry import (
    CHECK,
    Registry,
    Selection,
    added_apis,
    load_registry,
    select_rules,
)
from wflint.config.environment import Environment, find_environments
from wflint.config.find import Project
from wflint.config.requirements import SdkRange
from wflint.config.settings import DEFAULT_TEST_PATHS, Settings
from wflint.diagnostics import Severity
from wflint.files.select import Group
from wflint.rule.api_table import ApiEntry
from wflint.rule.base import Rule, RuleSettings, Scope
from wflint.run.request import Request
from wflint.temporal.decorators import HANDLER_SETTINGS, EntryNames
from wflint.temporal.libraries import with_libraries
from wflint.temporal.options import newest_sdk

_NEWEST_SDK = (99, 0)
_NEWEST_PYTHON = (99, 0)
_REPORTING = (
    *("select", "extend_select", "ignore", "severity", "per_file_ignores"),
    *(
        "extend_per_file_ignores",
        "output_format",
        "cache_dir",
        "fail_on",
        "min_severity",
        "baseline",
    ),
)


class Governing:
    """Answers for the files of one program, about the rules of one command.

    Raises :class:`ConfigError` for an unknown rule.
    """

    def __init__(self, group: Group, request: Request, command: str = CHECK) -> None:
        self.group = group
        self._may_run = "python" in request.overrides
        self.projects = group.projects
        self.plugins = tuple(sorted({name for s in self.settings for name in s.plugins}))
        self.registry: Registry = load_registry(self.plugins)
        self._selections = {
            p: select_rules(p.settings, self.registry, command) for p in self.projects
        }
        self._extra = sorted(code for code, rule in self.asked.items() if _adds_to_notes(rule))
        self._rule_settings: dict[str, RuleSettings] = {}
        self._noted_settings: dict[RuleSettings, bytes] = {}

    @property
    def settings(self) -> list[Settings]:
        """The settings of all configuration files of the program, those of the root first."""
        return [project.settings for project in self.projects]

    # One file.

    def settings_at(self, path: str) -> Settings:
        """The settings of the nearest configuration file."""
        return self.group.owner(path).settings

    def selection(self, path: str) -> Selection:
        """The rules that run in a file, with their severities and fixes."""
        return self._selections[self.group.owner(path)]

    def rule_settings(self, path: str) -> RuleSettings:
        """The settings that rules may ask for in a file."""
        folder = os.path.dirname(path)
        if folder not in self._rule_settings:
            owner = self.group.owner(path)
            sdk = owner.named_sdk or self.group.sdks.at(folder)
            self._rule_settings[folder] = _rule_settings(owner, sdk)
        return self._rule_settings[folder]

    def noted_settings(self, path: str) -> bytes:
        """Return the settings of a file that notes on it rest on, as bytes."""
        settings = self.rule_settings(path)
        if settings not in self._noted_settings:
            self._noted_settings[settings] = standing_for((settings, self._extra))
        return self._noted_settings[settings]

    def relative(self, path: str) -> str:
        """The path of a file relative to the folder of its settings."""
        return os.path.relpath(path, self.group.owner(path).root).replace(os.sep, "/")

    def is_test(self, path: str) -> bool:
        """True if a file is a test."""
        return self.selection(path).is_test(self.relative(path))

    def is_test_by_name(self, path: str) -> bool:
        """True if a file is a test for its name alone, and the settings do not say so."""
        is_default = self.group.owner(path).settings.test_paths == DEFAULT_TEST_PATHS
        folder = os.path.dirname(self.relative(path))
        return is_default and self.is_test(path) and not self.selection(path).is_of_tests(folder)

    def codes(self, path: str) -> frozenset[str]:
        """The rules that run in a file, those left out that are ignored in it alone."""
        return self.selection(path).codes_for(self.relative(path))

    def selects_by_name(self, path: str, code: str, name: str) -> bool:
        """True if the settings of a file ask for a rule by its name, or for all rules."""
        settings = self.group.owner(path).settings
        selectors = {*(settings.select or ()), *settings.extend_select}
        return bool(selectors & {code, name, "ALL"})

    # The whole program.

    @cached_property
    def all_codes(self) -> frozenset[str]:
        """The rules that run in any file."""
        return frozenset().union(*(s.codes for s in self._selections.values()))

    @cached_property
    def asked(self) -> dict[str, Rule]:
        """The rules that look at code: those that are off by default only where they run.

        The others do so also where they are not selected: then other settings change no notes.
        """
        return {
            code: rule
            for code, rule in self.registry.by_code.items()
            if rule.severity is not Severity.INFO or code in self.all_codes
        }

    @cached_property
    def src(self) -> tuple[str, ...]:
        """The folders that absolute imports start from."""
        folders = (str(p.root / name) for p in self.projects for name in p.settings.src)
        return tuple(dict.fromkeys(folders))

    @cached_property
    def apis(self) -> tuple[ApiEntry, ...]:
        """The names of the settings for rules."""
        found = (api for s in self.settings for api in added_apis(s, self.registry))
        return tuple(ApiEntry(name, rule, api) for name, rule, api in found)

    @cached_property
    def entry_names(self) -> EntryNames:
        """The names for workflows, handlers and activities: the user's own, and of libraries."""
        either = frozenset(self._all("extend_entry_points"))
        own = EntryNames(
            frozenset(self._all("workflow_decorators")) | either,
            frozenset(self._all("activity_decorators")) | either,
            frozenset(self._all("workflow_base_classes")) | either,
            frozenset(a.name for s in self.settings for a in s.apis if a.deterministic),
            self.safe_loggers,
            {
                decorator: frozenset(self._all(key.replace("-", "_")))
                for key, decorator in HANDLER_SETTINGS.items()
            },
        )
        return with_libraries(own)

    @property
    def guard_functions(self) -> frozenset[str]:
        """The functions that answer whether code runs in a workflow."""
        return frozenset(self._all("guard_functions"))

    @property
    def safe_loggers(self) -> frozenset[str]:
        """The loggers that are silent during replay."""
        return frozenset(self._all("replay_safe_loggers"))

    @property
    def follow_packages(self) -> tuple[str, ...]:
        """The installed packages to follow."""
        return tuple(dict.fromkeys(self._all("follow_packages")))

    @cached_property
    def environments(self) -> list[Environment]:
        """The environments in which these are looked for."""
        found: list[Environment] = []
        is_only = len(self.projects) == 1
        for project in self.projects:
            settings = project.settings
            if settings.follow_packages or settings.python is not None:
                serves = "" if is_only else str(project.root)
                root, python = project.root, settings.python
                environments = find_environments(root, python, os.environ, self._may_run)
                found += [replace(one, serves=serves) for one in environments]
        return found

    @property
    def oldest_python(self) -> tuple[int, int]:
        """The oldest Python that any part of the program runs with."""
        return min(project.target_python for project in self.projects)

    @property
    def for_analysis(self) -> object:
        """All settings but for those that only say what is reported."""
        plain = Settings()
        kept = {name: getattr(plain, name) for name in _REPORTING}
        settings = [(str(p.root), replace(p.settings, **kept)) for p in self.projects]
        return settings, self.group.sdks.about

    def _all(self, key: str) -> Iterable[str]:
        return (name for settings in self.settings for name in getattr(settings, key))


def _adds_to_notes(rule: Rule) -> bool:
    """True if a rule that does not always look at code notes what it sees in a file."""
    if rule.severity is not Severity.INFO:
        return False
    visits = any(name.startswith("visit_") for name in dir(type(rule)))
    looks_anywhere = "suspicious" in vars(type(rule))
    return visits or (
        Scope.ELSEWHERE in rule.scope and (looks_anywhere or bool(rule.needles or rule.called))
    )


def _rule_settings(project: Project, sdk: SdkRange) -> RuleSettings:
    newest = sdk.newest or _NEWEST_SDK
    if not sdk.is_exact and newest >= newest_sdk():
        newest = _NEWEST_SDK
    return RuleSettings(
        project.settings.default_activity_timeout,
        sdk.oldest or _NEWEST_SDK,
        newest,
        project.target_python,
        project.named_python or _NEWEST_PYTHON,
        project.settings.max_workflow_commands,
        project.settings.max_workflow_handlers,
        project.settings.max_workflow_branches,
    )
