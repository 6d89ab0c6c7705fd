"""Checks the values of settings beyond their types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from wflint.config.settings import Settings
from wflint.wording import shortened

_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})+")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_UNUSUAL = re.compile(r"[\[\\!]")
"""Signs that a pattern may not be one; reading patterns takes an import."""

_LARGEST_LIMIT = 1_000_000_000
_LONGEST_TIMEOUT = 10**9

_LISTS_OF_NAMES = (
    "workflow_decorators",
    "run_decorators",
    "signal_decorators",
    "query_decorators",
    "update_decorators",
    "validator_decorators",
    "activity_decorators",
    "workflow_base_classes",
    "extend_entry_points",
    "guard_functions",
    "replay_safe_loggers",
)


def bad_values(settings: Settings, prefix: str) -> Iterator[str]:
    """Each thing that is wrong, with its key behind ``prefix``."""
    for problem in (
        *_bad_texts(settings),
        *_bad_versions(settings),
        *_bad_names(settings),
        *_bad_patterns(settings),
        *_bad_apis(settings),
    ):
        yield f"{prefix}{problem}"
    if not 0 < settings.default_activity_timeout <= _LONGEST_TIMEOUT:
        limit = "above 0" if settings.default_activity_timeout <= 0 else "up to 1,000,000,000"
        yield f"{prefix}default-activity-timeout must be a number of seconds {limit}"
    for name in ("commands", "handlers", "branches"):
        if not 0 <= getattr(settings, f"max_workflow_{name}") <= _LARGEST_LIMIT:
            yield f"{prefix}max-workflow-{name} must be a number from 0 to 1,000,000,000"


def _bad_texts(settings: Settings) -> Iterator[str]:
    """No path, pattern or name has a character that ends a text for the system."""
    pending: list[tuple[str, object]] = list(msgspec.to_builtins(settings).items())
    while pending:
        key, value = pending.pop(0)
        if isinstance(value, dict):
            pending += [(f'{key}."{name}"', name) for name in value]
            pending += [(f'{key}."{name}"', inner) for name, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            pending += [(f"{key}[{index}]", inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and "\0" in value:
            yield f"{key} contains a NUL character"


def _bad_versions(settings: Settings) -> Iterator[str]:
    versions = {"target-sdk": settings.target_sdk, "target-python": settings.target_python}
    for (key, version), example in zip(versions.items(), ("1.20", "3.11"), strict=True):
        if version is not None and not _VERSION.fullmatch(version):
            yield f'{key} must be a version such as "{example}", not "{shortened(version, 40)}"'


def _bad_names(settings: Settings) -> Iterator[str]:
    for index, package in enumerate(settings.follow_packages):
        if not _DOTTED.fullmatch(package):
            place = f"follow-packages[{index}]"
            yield f'{place} must be an import name such as "acme.common": "{package}"'
    for key in _LISTS_OF_NAMES:
        for index, name in enumerate(getattr(settings, key)):
            if not _DOTTED.fullmatch(name):
                place = f"{key.replace('_', '-')}[{index}]"
                yield f'{place} must be a full dotted name such as "acme.name": "{name}"'


def _bad_patterns(settings: Settings) -> Iterator[str]:
    lists: dict[str, Iterable[str]] = {
        "exclude": settings.exclude,
        "extend-exclude": settings.extend_exclude,
        "test-paths": settings.test_paths,
    }
    places = [(f"{k}[{i}]", p) for k, patterns in lists.items() for i, p in enumerate(patterns)]
    tables: dict[str, Iterable[str]] = {
        "per-file-ignores": settings.per_file_ignores,
        "extend-per-file-ignores": settings.extend_per_file_ignores,
    }
    places += [(key, pattern) for key, patterns in tables.items() for pattern in patterns]
    for place, pattern in places:
        if _UNUSUAL.search(pattern):
            from wflint.gitignore.patterns import is_pattern

            if not is_pattern(pattern):
                yield f'{place}: "{pattern}" is not a valid .gitignore pattern: it matches nothing'


def _bad_apis(settings: Settings) -> Iterator[str]:
    for index, api in enumerate(settings.apis):
        if api.deterministic == (api.rule is not None):
            yield f"apis[{index}] needs either `rule` or `deterministic = true`"
        if not _DOTTED.fullmatch(api.name.removesuffix(".*")):
            yield f'apis[{index}].name must be a dotted name or end in ".*": "{api.name}"'
