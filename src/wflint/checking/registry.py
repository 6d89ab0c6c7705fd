"""The registry of rules: all that there are, and those of them that run.

Rules are found, never named: every module below ``wflint.rules`` has one. Packages that the setting
``plugins`` names bring more.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

from wflint.config.errors import ConfigError, closest
from wflint.diagnostics import Applicability, Severity
from wflint.gitignore.patterns import Patterns
from wflint.rule.base import Api, ApiKind, Rule, Scope

if TYPE_CHECKING:
    from wflint.config.settings import Settings

ALL = "ALL"
CHECK = "check"
"""The command that most rules belong to."""


@dataclass(frozen=True)
class Registry:
    """All rules of ``wflint check``, sorted by code, and in ``others`` those of other commands."""

    rules: tuple[Rule, ...]
    others: tuple[Rule, ...] = ()

    @cached_property
    def by_code(self) -> Mapping[str, Rule]:
        """The rules by code."""
        return {rule.code: rule for rule in self.rules}

    @cached_property
    def of_all_commands(self) -> Mapping[str, Rule]:
        """The rules by code, with those of other commands."""
        return {rule.code: rule for rule in (*self.rules, *self.others)}

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        """The rules by name, with those of other commands."""
        return {rule.name: rule for rule in self.of_all_commands.values()}

    @property
    def families(self) -> tuple[str, ...]:
        """The letters that codes begin with."""
        return tuple(sorted({rule.code.rstrip("0123456789") for rule in self.rules}))

    def find(self, code_or_name: str) -> Rule | None:
        """The rule with this code or name."""
        code, name = code_or_name.upper(), code_or_name.lower()
        return self.of_all_commands.get(code) or self.by_name.get(name)

    def expand(self, selector: str) -> frozenset[str]:
        """The codes that a code, the beginning of codes, a name or ``ALL`` stands for."""
        rule = self.find(selector)
        if rule:
            return frozenset({rule.code})
        wanted = selector.upper()
        if wanted == ALL:
            return frozenset(self.of_all_commands)
        if wanted.rstrip("0123456789") not in self.families:
            return frozenset()
        return frozenset(code for code in self.of_all_commands if code.startswith(wanted))

    def nearest(self, selector: str) -> str:
        """The code or name that was probably meant, or ``""``.

        Of the beginning of codes it is the first of them; another code is meant only if a digit is
        wrong, missing or too many.
        """
        if _LIKE_CODE.fullmatch(selector.upper()):
            meant = sorted(self.expand(selector)) or self._with_a_slip(selector.upper())
            return meant[0] if meant else ""
        is_name = "-" in selector or selector.islower()
        known = self.by_name if is_name else self.of_all_commands
        return closest(selector if known is self.by_name else selector.upper(), known)

    def _with_a_slip(self, code: str) -> list[str]:
        near = [known for known in sorted(self.of_all_commands) if _differ_by_one(code, known)]
        return sorted(near, key=lambda known: [a != b for a, b in zip(code, known, strict=False)])


def _differ_by_one(one: str, other: str) -> bool:
    """True if two words differ in one character, or one has a character more."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )


def load_registry(plugins: Iterable[str] = ()) -> Registry:
    """All rules: wflint's own and those of the plugins."""
    return _load(tuple(sorted(set(plugins))))


@lru_cache(maxsize=8)
def _load(plugins: tuple[str, ...]) -> Registry:
    found = {rule.code: rule for rule in _rules_below(importlib.import_module("wflint.rules"))}
    for plugin in plugins:
        for rule in _plugin_rules(plugin):
            other = found.setdefault(rule.code, rule)
            if other is not rule:
                raise ConfigError(f'plugin "{plugin}": the code {rule.code} is {other.name}\'s')
            if not _has_region(rule):
                raise ConfigError(
                    f'plugin "{plugin}": the scope of {rule.code}, {rule.scope!r}, is no region of '
                    "the code that is searched; see wflint.rule.Scope"
                )
    every = [found[code] for code in sorted(found)]
    others = tuple(rule for rule in every if rule.command != CHECK)
    return Registry(tuple(rule for rule in every if rule.command == CHECK), others)


def _has_region(rule: Rule) -> bool:
    """True if the scope of a rule is one that a search fills, so that it may report anything."""
    return isinstance(rule.scope, Scope) and rule.scope != Scope(0)


def find_alone(code_or_name: str) -> Rule | None:
    """One of wflint's own rules by its code or name, without importing the others.

    It is looked for in the text of their files; a rule whose file gives no such text is found by
    :func:`load_registry` all the same.
    """
    texts = (f'code = "{code_or_name.upper()}"', f'name = "{code_or_name.lower()}"')
    package = importlib.import_module("wflint.rules")
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        spec = None if info.ispkg else info.module_finder.find_spec(info.name, None)
        if spec is None or spec.origin is None:
            continue
        with open(spec.origin, encoding="utf-8") as stream:
            text = stream.read()
        if any(wanted in text for wanted in texts):
            for rule in _rules_in(importlib.import_module(info.name)):
                if code_or_name.upper() == rule.code or code_or_name.lower() == rule.name:
                    return rule
    return None


def _rules_below(package: ModuleType) -> Iterator[Rule]:
    for module in _modules_below(package):
        yield from _rules_in(module)


def _modules_below(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.iter_modules(getattr(package, "__path__", ()), package.__name__ + "."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue  # what several rules share; it may import what starting up must not wait for
        module = importlib.import_module(info.name)
        if info.ispkg:
            yield from _modules_below(module)
        else:
            yield module


def _rules_in(module: ModuleType) -> Iterator[Rule]:
    for value in vars(module).values():
        is_rule = isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value)
        if is_rule and value.__module__ == module.__name__:
            yield value()


def _plugin_rules(name: str) -> Iterator[Rule]:
    from wflint.config import plugins

    entries = [entry for entry in plugins.installed_plugins() if entry.name == name]
    if not entries:
        raise ConfigError(
            f'plugin "{name}" is not installed beside wflint, in {sys.prefix}: '
            f"no such entry point in {plugins.GROUP}"
        )
    for entry in entries:
        try:
            with plugins.only_installed():
                loaded = entry.load()
        except Exception as error:
            raise ConfigError(f'plugin "{name}" cannot be loaded: {error}') from error
        if isinstance(loaded, ModuleType):
            yield from _rules_below(loaded)
        elif isinstance(loaded, type) and issubclass(loaded, Rule):
            yield loaded()
        else:
            raise ConfigError(f'plugin "{name}" must name a rule class, a module or a package')


@dataclass(frozen=True)
class Selection:
    """The rules that run in a project, and with which severity.

    ``fixable`` are those whose fixes are wanted. ``trusted`` says of a rule whether the settings
    call all its fixes safe, or unsafe.
    """

    registry: Registry
    codes: frozenset[str]
    severities: Mapping[str, Severity] = field(default_factory=dict)
    test_paths: Patterns = field(default_factory=lambda: Patterns(()))
    file_ignores: tuple[tuple[Patterns, frozenset[str]], ...] = ()
    fixable: frozenset[str] = frozenset()
    trusted: Mapping[str, bool] = field(default_factory=dict)

    def severity(self, code: str) -> Severity:
        """The severity of a rule: the configured one, or its own."""
        return self.severities.get(code, self.registry.of_all_commands[code].severity)

    def applicability(self, code: str, own: Applicability) -> Applicability:
        """Return how far a fix may be trusted: as the settings say, else as the rule does."""
        trusted = self.trusted.get(code)
        if trusted is None or own is Applicability.DISPLAY:
            return own
        return Applicability.SAFE if trusted else Applicability.UNSAFE

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that run, sorted by code."""
        return tuple(rule for rule in self.registry.rules if rule.code in self.codes)

    def codes_for(self, path: str) -> frozenset[str]:
        """The rules that run in a file, which is given relative to the project root."""
        ignored = (codes for patterns, codes in self.file_ignores if patterns.match_file(path))
        return self.codes.difference(*ignored)

    def is_test(self, path: str) -> bool:
        """True if a file is a test, where only diagnostics of severity error are reported."""
        return self.test_paths.match_file(path)

    def is_of_tests(self, folder: str) -> bool:
        """True if all files in a folder are tests."""
        return self.test_paths.match_folder(folder)


def select_rules(settings: Settings, registry: Registry, command: str = CHECK) -> Selection:
    """The rules of a command that the settings turn on.

    An unknown selector is a :class:`ConfigError`. ``select`` is about ``check`` alone: it says
    which code to look at, and a change is no code.
    """
    every = registry.of_all_commands
    votes: dict[str, tuple[int, bool]] = {}
    if settings.select is None or command != CHECK:
        for rule in every.values():
            votes[rule.code] = (-1, rule.severity is not Severity.INFO)
    for selector in (*(settings.select or ()), *settings.extend_select):
        _vote(votes, selector, True, registry)
    for selector in settings.ignore:
        _vote(votes, selector, False, registry)
    codes = {c for c, (_, wanted) in votes.items() if wanted and every[c].command == command}
    severities: dict[str, Severity] = {}
    for selector, severity in settings.severity.items():
        for code in expand_or_fail(selector, registry, "severity"):
            if severity == "off":
                codes.discard(code)
            else:
                severities[code] = Severity(severity)
    return Selection(
        registry,
        frozenset(codes),
        severities,
        Patterns(settings.test_paths),
        tuple(_file_ignores(settings, registry)),
        frozenset(c for c, wanted in _fixable(settings, registry).items() if wanted),
        _trusted(settings, registry),
    )


def _fixable(settings: Settings, registry: Registry) -> dict[str, bool]:
    return _decided(settings.fixable, settings.unfixable, registry, ("fixable", "unfixable"))


def _trusted(settings: Settings, registry: Registry) -> dict[str, bool]:
    keys = ("extend-safe-fixes", "extend-unsafe-fixes")
    return _decided(settings.extend_safe_fixes, settings.extend_unsafe_fixes, registry, keys)


def _decided(
    yes: Iterable[str], no: Iterable[str], registry: Registry, keys: tuple[str, str]
) -> dict[str, bool]:
    """For each rule that is named, whether ``yes`` or ``no`` names it more specifically."""
    votes: dict[str, tuple[int, bool]] = {}
    for selectors, wanted, key in ((yes, True, keys[0]), (no, False, keys[1])):
        for selector in selectors:
            rank = _specificity(selector, registry)
            for code in expand_or_fail(selector, registry, key):
                if rank >= votes.get(code, (-1, False))[0]:
                    votes[code] = (rank, wanted)
    return {code: wanted for code, (_, wanted) in votes.items()}


def _vote(
    votes: dict[str, tuple[int, bool]], selector: str, wanted: bool, registry: Registry
) -> None:
    """Let a selector speak; the most specific one that was heard so far counts for each rule."""
    rank = _specificity(selector, registry)
    for code in expand_or_fail(selector, registry, "select" if wanted else "ignore"):
        off_by_default = registry.of_all_commands[code].severity is Severity.INFO
        if wanted and off_by_default and rank in (_FAMILY, _FAMILY + 1):
            continue  # such as WFL1: too wide to turn on what is off by default
        # `ignore` is heard last, so it wins a tie.
        if rank >= votes.get(code, (-1, False))[0]:
            votes[code] = (rank, wanted)


_FAMILY, _ONE_RULE = 1, 100
_LIKE_CODE = re.compile(r"[A-Z]+\d+")


def _specificity(selector: str, registry: Registry) -> int:
    """Return how narrow a selector is: ``ALL``, then letters, then one more for each digit."""
    if registry.find(selector):
        return _ONE_RULE
    return 0 if selector.upper() == ALL else _FAMILY + sum(c.isdigit() for c in selector)


def _file_ignores(
    settings: Settings, registry: Registry
) -> Iterator[tuple[Patterns, frozenset[str]]]:
    for table in (settings.per_file_ignores, settings.extend_per_file_ignores):
        for pattern, selectors in table.items():
            codes = (expand_or_fail(s, registry, "per-file-ignores") for s in selectors)
            yield Patterns([pattern]), frozenset().union(*codes)


def expand_or_fail(selector: str, registry: Registry, key: str) -> frozenset[str]:
    """The codes of a selector, or a :class:`ConfigError` that names the nearest one."""
    codes = registry.expand(selector)
    if not codes:
        near = registry.nearest(selector)
        hint = f'; did you mean "{near}"?' if near else ""
        raise ConfigError(f'{key}: there is no rule "{selector}"{hint}')
    return codes


def added_apis(settings: Settings, registry: Registry) -> list[tuple[str, Rule | None, Api]]:
    """The names of ``[[tool.wflint.apis]]``; without a rule, the name is fine in a workflow."""
    added = []
    for entry in settings.apis:
        rule = None
        if entry.rule is not None:
            (code, *others) = sorted(expand_or_fail(entry.rule, registry, f"apis: {entry.name}"))
            if others:
                raise ConfigError(f'apis: {entry.name}: "{entry.rule}" names more than one rule')
            rule = registry.of_all_commands[code]
        added.append(
            (entry.name, rule, Api(entry.use, message=entry.message, kind=ApiKind(entry.kind)))
        )
    return added
