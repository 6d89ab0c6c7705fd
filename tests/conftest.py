"""Shared by all tests: they import their helpers as ``tests.harness`` and ``tests.oracle``."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent.parent))

# Only the tests of the cache want one; they remove this.
os.environ["WFLINT_NO_CACHE"] = "1"

# The secret of the person who runs the tests is none of their business.
_CACHES = tempfile.TemporaryDirectory(prefix="wflint-tests-")
os.environ["XDG_CACHE_HOME"] = _CACHES.name

# A fault of wflint fails the test that meets it, also one that only looks at something else.
os.environ["WFLINT_DEBUG"] = "raise"

# How long an example takes says more about the machine than about wflint.
settings.register_profile("wflint", deadline=None)
settings.load_profile("wflint")


def pytest_collection_finish() -> None:
    """Leave the tests themselves out of each later collection of garbage: there are thousands."""
    gc.collect()
    gc.freeze()
