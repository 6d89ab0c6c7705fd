"""Runs wflint on the fixtures and compares what it says with what they expect.

A fixture carries its expectations in comments, at the end of the line where the offending
expression starts::

    return time.time()  # expect: WFL101  # chain: OrderWorkflow.run → stamp

Several codes are separated by commas, and a code is repeated when it is expected twice. The chain
is optional, and so is a severity behind a code (``# expect: WFL101 warning``). A diagnostic that no
comment expects is a failure.

Under ``fixtures/`` a folder with ``flagged*.py`` or ``clean*.py`` belongs to the rule of that name,
and each of these files is checked on its own; every folder in it is a whole project. So is every
folder in those of ``GROUPS``, and every other folder.
"""

from __future__ import annotations

import io
import re
import shutil
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wflint.diagnostics import Diagnostic
from wflint.run.check import check
from wflint.run.request import Request, Result

FIXTURES = Path(__file__).parent / "fixtures"
GROUPS = ("depth", "imports", "reach", "workflowcheck")
PROJECT_FILE = """\
[project]
name = "fixture"
version = "1.0"
requires-python = ">=3.10"

[tool.wflint]
"""

_CODE = r"WFL\d+(?:\s+(?:error|warning|info)\b)?"
_EXPECT = re.compile(rf"#\s*expect:\s*(?P<codes>{_CODE}(?:\s*,\s*{_CODE})*)")
_CHAIN = re.compile(r"#\s*chain:\s*(?P<chain>[^#]+)")
_MARKER = re.compile(r"#\s*(expect|chain)\b")


@dataclass(frozen=True)
class Fixture:
    """Something to check: a project, or one file of a rule's folder.

    ``rule`` is the name of the rule that a single file belongs to.
    """

    id: str
    path: Path
    rule: str = ""


@dataclass(frozen=True, order=True)
class Finding:
    """An expectation of a line, or what is said of it.

    ``chain`` and ``severity`` are empty where they do not matter.
    """

    filename: str
    row: int
    code: str
    chain: str = ""
    message: str = ""
    severity: str = ""

    @property
    def place(self) -> tuple[str, int, str]:
        """The part that must agree; the chain and the severity are compared afterwards."""
        return (self.filename, self.row, self.code)


class FixtureError(Exception):
    """A fixture that cannot be understood."""


def rule_fixtures() -> Iterator[Fixture]:
    """The single files, by rule."""
    for folder in _folders(FIXTURES):
        for file in sorted(folder.glob("*.py")):
            if file.stem.startswith(("flagged", "clean")):
                rule = folder.name.replace("_", "-")
                yield Fixture(f"{folder.name}/{file.stem}", file, rule)


def project_fixtures() -> Iterator[Fixture]:
    """The whole projects."""
    for folder in _folders(FIXTURES):
        if folder.name in ("fixes", "inference", "replay"):  # see those who read them
            continue
        is_of_rule = any(folder.glob("flagged*.py")) or any(folder.glob("clean*.py"))
        if folder.name in GROUPS or is_of_rule:
            yield from group_fixtures(folder.name)
        else:
            yield Fixture(folder.name, folder)


def group_fixtures(group: str) -> Iterator[Fixture]:
    """The whole projects of one group."""
    for folder in _folders(FIXTURES / group):
        yield Fixture(f"{group}/{folder.name}", folder)


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and p.name != "__pycache__")


def copy_to(fixture: Fixture, folder: Path) -> Path:
    """A copy of the fixture in a folder of its own, so that no configuration around it counts."""
    root = folder / "project"
    if fixture.path.is_dir():
        shutil.copytree(fixture.path, root, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        root.mkdir()
        shutil.copy(fixture.path, root)
    if not (root / "pyproject.toml").exists():
        (root / "pyproject.toml").write_text(PROJECT_FILE)
    return root


def run(root: Path, paths: Sequence[Path] = (), extend_select: Sequence[str] = ()) -> Result:
    """Check ``paths`` of the project, or all of it."""
    overrides: dict[str, object] = {"extend-select": list(extend_select)} if extend_select else {}
    names = tuple(str(path) for path in paths or (root,))
    result = check(Request(paths=names, overrides=overrides, jobs=1))
    if result.problems:
        raise FixtureError("\n".join(result.problems))
    return result


def expected(root: Path) -> list[Finding]:
    """The expectations in all files of a project, or in a single file."""
    if root.is_file():
        return list(expectations(root.read_bytes(), root.name))
    return [
        finding
        for file in sorted(root.rglob("*.py"))
        for finding in expectations(file.read_bytes(), file.relative_to(root).as_posix())
    ]


def expectations(source: bytes, filename: str) -> Iterator[Finding]:
    """The expectations in one file."""
    if b"expect" not in source and b"chain" not in source:
        return
    for row, comment in _comments(source):
        if not _MARKER.search(comment):
            continue
        codes = _EXPECT.search(comment)
        if codes is None:
            raise FixtureError(f"{filename}:{row}: cannot read {comment!r}")
        chain = _CHAIN.search(comment)
        for expectation in codes["codes"].split(","):
            code, _, severity = expectation.strip().partition(" ")
            way = chain["chain"].strip() if chain else ""
            yield Finding(filename, row, code, way, severity=severity.strip())


@cache
def _comments(source: bytes) -> list[tuple[int, str]]:
    """All comments with their line; text in strings is none. Broken files are read by line."""
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (SyntaxError, tokenize.TokenError):
        lines = source.decode("latin-1").splitlines()
        return [(n, "#" + line.partition("#")[2]) for n, line in enumerate(lines, 1) if "#" in line]
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def found(diagnostics: Iterable[Diagnostic], root: Path) -> list[Finding]:
    """Diagnostics in the form of expectations."""
    return [
        Finding(
            filename=Path(d.filename).resolve().relative_to(root.resolve()).as_posix(),
            row=d.location.row,
            code=d.code,
            chain=" → ".join(hop.qualname for hop in d.chain),
            message=d.message,
            severity=d.severity.value,
        )
        for d in diagnostics
    ]


def differences(wanted: Sequence[Finding], got: Sequence[Finding]) -> list[str]:
    """Return what is missing, what is surplus, and which chains differ; one entry each."""
    missing = Counter(f.place for f in wanted) - Counter(f.place for f in got)
    surplus = Counter(f.place for f in got) - Counter(f.place for f in wanted)
    lines = [
        f"{_where(place)} missing" + (f" ({count} times)" if count > 1 else "")
        for place, count in sorted(missing.items())
    ]
    for finding in sorted(got):
        if surplus[finding.place]:
            surplus[finding.place] -= 1
            lines.append(f"{_where(finding.place)} surplus: {finding.message} [{finding.chain}]")
    return [*lines, *_chain_differences(wanted, got), *_severity_differences(wanted, got)]


def _chain_differences(wanted: Sequence[Finding], got: Sequence[Finding]) -> Iterator[str]:
    chains: dict[tuple[str, int, str], list[str]] = {}
    for finding in got:
        chains.setdefault(finding.place, []).append(finding.chain)
    for finding in sorted(wanted):
        actual = chains.get(finding.place)
        if finding.chain and actual and finding.chain not in actual:
            yield (
                f"{_where(finding.place)} has another chain\n"
                f"      expected {finding.chain}\n"
                f"      got      {' and '.join(actual)}"
            )


def _severity_differences(wanted: Sequence[Finding], got: Sequence[Finding]) -> Iterator[str]:
    severities: dict[tuple[str, int, str], list[str]] = {}
    for finding in got:
        severities.setdefault(finding.place, []).append(finding.severity)
    for finding in sorted(wanted):
        actual = severities.get(finding.place)
        if finding.severity and actual and finding.severity not in actual:
            got_instead = " and ".join(actual)
            yield f"{_where(finding.place)} is of severity {got_instead}, not {finding.severity}"


def _where(place: tuple[str, int, str]) -> str:
    filename, row, code = place
    return f"{filename}:{row}: {code}"


def explain(problems: Sequence[str], root: Path) -> str:
    """The differences, each with its line of source."""
    parts = []
    for problem in problems:
        filename, row, _ = problem.split(":", 2)
        source = (root / filename).read_bytes().decode("utf-8", "replace").splitlines()
        line = source[int(row) - 1].strip() if int(row) <= len(source) else ""
        parts.append(f"  {problem}\n      {line}")
    return "\n".join([f"{len(problems)} difference(s)", *parts])
