"""Before and after: the fixtures of the fixes.

``tests/fixtures/fixes/<rule_name>/<case>.py`` is a module with a workflow, and ``<case>_fixed.py``
beside it what it should become. The comment in its first line says what is expected:

* ``# fix: safe`` or ``# fix: unsafe``;
* ``# fix: none``: nothing changes; ``# fix: none: the file is generated`` also tells the reason
  that the diagnostic gives.

Settings may follow in further comments at the top, as ``# target-sdk = "1.20"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.harness import FIXTURES, PROJECT_FILE
from wflint.fix.apply.rounds import Outcome, mend
from wflint.run.request import Request

CASES = FIXTURES / "fixes"
_HEADER = re.compile(r"# fix: (safe|unsafe|none)(?:: (.+))?")
_SETTING = re.compile(r"# ([\w-]+ = .+)")


@dataclass(frozen=True)
class Case:
    """One pair. ``kind`` is ``safe``, ``unsafe`` or ``none``; ``reason`` is why nothing changes."""

    id: str
    rule: str
    before: bytes
    after: bytes
    kind: str
    reason: str
    settings: tuple[str, ...]


def cases(kind: str = "") -> Iterator[Case]:
    """All cases, or those of one kind."""
    for file in sorted(CASES.rglob("*.py")):
        if not file.stem.endswith("_fixed"):
            case = _read(file)
            if kind in ("", case.kind):
                yield case


def _read(file: Path) -> Case:
    before = file.read_bytes()
    first, *rest = before.decode("utf-8-sig", "replace").splitlines()
    header = _HEADER.fullmatch(first.strip())
    assert header is not None, f"{file}: the first line must say what is expected"
    fixed = file.with_name(f"{file.stem}_fixed.py")
    assert fixed.exists() == (header[1] != "none"), f"{fixed} must exist, or must not"
    settings = []
    for line in rest:
        setting = _SETTING.fullmatch(line.strip())
        if setting is None:
            break
        settings.append(setting[1])
    return Case(
        f"{file.parent.name}/{file.stem}",
        file.parent.name.replace("_", "-"),
        before,
        fixed.read_bytes() if fixed.exists() else before,
        header[1],
        header[2] or "",
        tuple(settings),
    )


def project(case: Case, folder: Path) -> Path:
    """A project with nothing but the file of a case; gives the file."""
    lines = [*case.settings, f'extend-select = ["{case.rule}"]']
    (folder / "pyproject.toml").write_text(PROJECT_FILE + "\n".join(lines) + "\n")
    file = folder / "flow.py"
    file.write_bytes(case.before)
    return file


def fix(file: Path, unsafe: bool) -> Outcome:
    """Return the outcome of fixing a file; nothing is written."""
    outcome = mend(Request(paths=(str(file),), jobs=1), unsafe)
    assert outcome.result.problems == []
    return outcome


def text_after(outcome: Outcome, file: Path) -> bytes:
    """The bytes of the file afterwards."""
    return next((f.after for f in outcome.files if f.path == str(file)), file.read_bytes())
