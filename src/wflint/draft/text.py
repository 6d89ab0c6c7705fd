"""Writes down a first configuration: what helps is set, and what is only a suggestion is not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from wflint.config.settings import DEFAULT_TEST_PATHS
from wflint.config.toml_text import to_toml
from wflint.draft.model import Seen, Survey
from wflint.report.look import one_line
from wflint.report.summary import count
from wflint.system.printable import visible

WIDTH = 96
MOST = 8
"""Names that are listed of one kind, before the others are only counted."""


def render(found: Survey, file: str) -> str:
    """Return the settings, without the head of their table; ``file`` is where they go."""
    parts = [
        _comment(
            f"{counts(found)} (`wflint list` shows them). `wflint config KEY` explains a setting. "
            "What stands behind `#` is not in force: it is the default, or a suggestion."
        ),
        *_decorators(found),
        *_layout(found, file),
        *_around(found),
        [
            *_comment("To report only what is new from now on; `--update-baseline` writes it."),
            '# baseline = "wflint-baseline.toml"',
        ],
    ]
    if found.above:
        parts.insert(1, [f"extend = {to_toml(found.above)}"])
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def counts(found: Survey) -> str:
    """``Found 3 workflows, 5 activities and 1 worker``."""
    workflows, activities = count(found.workflows, "workflow"), count(found.activities, "activity")
    return f"Found {workflows}, {activities} and {count(found.workers, 'worker')}"


def _decorators(found: Survey) -> Iterator[list[str]]:
    for key, ones in found.named.items():
        what = "classes workflows" if key == "workflow-decorators" else "methods part of a workflow"
        yield [
            *_comment(f"Decorators of packages that make {what}: {_places(ones)}."),
            f"{key} = {to_toml(found.names(key))}",
        ]
    if found.unclear:
        yield [
            *_comment(
                "What is under these decorators is not checked, because it is not known what they "
                f"do: {_places(found.unclear)}. If they make workflows or handlers, name them in "
                "full, with their module."
            ),
            *(
                f'# {key}-decorators = ["acme.temporal.{key}"]'
                for key in ("workflow", "run", "signal", "query", "update")
                if f"{key}-decorators" not in found.named
            ),
        ]


def _layout(found: Survey, file: str) -> Iterator[list[str]]:
    if found.sources:
        yield [
            *_comment("Absolute imports start from here; wflint finds these folders by itself."),
            f"# src = {to_toml(list(map(visible, found.sources)))}",
        ]
    if found.services:
        up = "../" * (found.services[0].count("/") + 1)
        yield _comment(
            f"Parts with a packaging file of their own: {_some(found.services)}. Settings for one "
            f"of them go there; to build on these, they begin with `extend = {to_toml(up + file)}`."
        )
    if found.tests:
        tests = [*DEFAULT_TEST_PATHS, *map(visible, found.tests)]
        yield [
            *_comment(f"In tests only errors are reported. May {_some(found.tests)} be tests?"),
            f"# test-paths = {to_toml(tests)}",
        ]


def _around(found: Survey) -> Iterator[list[str]]:
    if found.packages:
        names = [visible(name) for name in found.packages]
        yield [
            *_comment(
                f"Files with workflow code import these packages: {_some(names)}. What is in them "
                "is not looked at; name those that are your own."
            ),
            f"# follow-packages = {to_toml(names[:1])}",
        ]
    if found.sandbox:
        yield _comment("The sandbox, as Workers set it up (nothing to do here):") + [
            line for one in found.sandbox[:MOST] for line in _comment(f"- {one}")
        ]
    if found.sdk:
        yield [
            *_comment("The version of temporalio that the project's own files name."),
            f"# target-sdk = {to_toml(found.sdk)}",
        ]


def _places(ones: Iterable[Seen]) -> str:
    """Each decorator once, with the first place where it stands."""
    first: dict[str, Seen] = {}
    for one in ones:
        first.setdefault(one.decorator, one)
    return _some([f"@{name} ({one.qualname} in {one.filename})" for name, one in first.items()])


def _some(names: list[str]) -> str:
    more = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {more:,} more" if more > 0 else "")


def _comment(text: str) -> list[str]:
    wrapped = textwrap.wrap(
        visible(one_line(text)), WIDTH - 2, break_long_words=False, break_on_hyphens=False
    )
    return [f"# {line}" for line in wrapped]
