"""What is standard does not depend on the Python that wflint runs with."""

from __future__ import annotations

import sys

import pytest

from wflint.facts.builtin_names import is_builtin
from wflint.standard_library import IN_EACH_VERSION, STANDARD_MODULES


def test_modules_that_came_or_went_are_standard_everywhere() -> None:
    assert {"tomllib", "compression", "cgi", "distutils", "asyncio"} <= STANDARD_MODULES
    assert len({name for name in STANDARD_MODULES if not name.startswith("_")}) == 220


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="nobody knows yet what it brings")
def test_nothing_that_this_python_brings_is_unknown() -> None:
    assert len({name for name in IN_EACH_VERSION if not name.startswith("_")}) == 191
    assert sys.stdlib_module_names >= IN_EACH_VERSION


def test_exceptions_that_came_later_are_builtin_everywhere() -> None:
    assert is_builtin("ExceptionGroup") and is_builtin("PythonFinalizationError")
    assert not is_builtin("UnheardOfError")
