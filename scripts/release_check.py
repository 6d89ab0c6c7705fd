"""Says whether a tag can be released: it is the version, and the changelog has a section for it.

``python scripts/release_check.py v1.2.3`` exits with 1 and one line if it cannot.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def problem(tag: str, root: Path = ROOT) -> str:
    """Return what keeps a tag from being released, or ``""``."""
    text = (root / "src/wflint/__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if version is None or tag != f"v{version[1]}":
        found = version[1] if version else "not there"
        return f"the tag is {tag}, and `__version__` in src/wflint/__init__.py is {found}"
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(version[1])}\b", changes, re.MULTILINE):
        return f"CHANGELOG.md has no section `## {version[1]}`"
    return ""


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1]) or 0)
