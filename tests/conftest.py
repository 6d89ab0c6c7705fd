"""Shared by all tests: they import their helpers as ``tests.harness`` and ``tests.oracle``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
