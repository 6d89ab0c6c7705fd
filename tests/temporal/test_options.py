"""The keywords in wflint's tables are those of the SDK that is installed."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
import temporalio

from wflint.temporal.api import parsed_version
from wflint.temporal.options import newest_sdk, option_tables

_PLAIN = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def keywords(name: str) -> set[str]:
    """Return the keywords of something in the installed SDK."""
    parts = name.split(".")
    found: Any = importlib.import_module(".".join(parts[:2]))
    for part in parts[2:]:
        found = getattr(found, part)
    params = inspect.signature(found).parameters.values()
    return {p.name for p in params if p.kind in _PLAIN and p.name not in ("self", "stack_level")}


@pytest.mark.parametrize("name", sorted(option_tables()))
def test_keywords_are_those_of_the_sdk(name: str) -> None:
    table = option_tables()[name]
    assert table.names == keywords(name)
    assert table.since.keys() <= table.names
    assert not table.gone.keys() & table.names


def test_the_tables_are_of_the_installed_version() -> None:
    version = ".".join(temporalio.__version__.split(".")[:2])
    assert newest_sdk() == parsed_version(version)
