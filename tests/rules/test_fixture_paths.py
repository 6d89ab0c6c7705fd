"""Claims of the fixtures about depth are what Python does.

Their workflows run under the SDK, and what is seen there is compared with what they expect:

* every line with an expectation is really reached, through the functions of its chain; a line that
  only another version or another object would reach says ``# unseen: why``;
* every other call of a watched function is never made; one that is made, and that nobody can know
  of without running the code, says ``# silent: why``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import harness
from tests.harness import Finding, Fixture
from tests.oracle.paths import WATCHED, Missing, Seen, run_folder

FACTORY = "WFL108"
"""Reported at the factory of a field, which Python's generated code calls."""

WRAPPERS = (".wrapper", ".__call__")
"""How functions end that decorators of the fixtures put around others."""

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="frames have no qualname")

FIXTURES = [*harness.group_fixtures("depth"), *harness.group_fixtures("workflowcheck")]


NEED_INPUT = frozenset(
    {
        "depth/branches_by_keys",
        "depth/branches_by_literals",
        "depth/definitions_in_functions",
        "depth/receivers_generics_by_name",
        "depth/spread_arguments",
    }
)
"""Their `run` takes something of which nothing is known, and the SDK would have to be given it."""


def test_fixtures_that_are_not_run_take_input() -> None:
    for name in NEED_INPUT:
        (fixture,) = [fixture for fixture in FIXTURES if fixture.id == name]
        texts = [path.read_text("utf-8") for path in fixture.path.glob("*.py")]
        assert any(re.search(r"async def run\(self, \w+: ", text) for text in texts)


@pytest.mark.parametrize(
    "fixture", [f for f in FIXTURES if f.id not in NEED_INPUT], ids=lambda fixture: fixture.id
)
def test_fixture_says_what_happens(fixture: Fixture) -> None:
    try:
        problems = compare(fixture.path)
    except Missing as missing:
        pytest.skip(str(missing))
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


# The comparison itself.

FLOW = """\
import time
from dataclasses import dataclass, field

from temporalio import workflow


@dataclass
class Order:
    placed: float = field(default_factory=lambda: time.time()){factory}


def helper():
    return time.time(){helper}


def unused():
    return time.time(){unused}


@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        Order()
        helper()
"""
HELPER = "  # expect: WFL101  # chain: W.run → helper"
MADE = "  # expect: WFL108  # chain: W.run → Order"


@pytest.mark.parametrize(
    ("comments", "problem"),
    [
        pytest.param({}, "", id="all as expected"),
        pytest.param({"helper": ""}, "13: WFL101 happens: W.run → helper", id="not expected"),
        pytest.param(
            {"factory": ""}, "9: WFL101 happens: W.run → Order → Order.<lambda>", id="factory"
        ),
        pytest.param({"helper": "  # expect: WFL113"}, "13: WFL113 is never reached", id="code"),
        pytest.param({"unused": "  # expect: WFL101"}, "17: WFL101 is never reached", id="dead"),
        pytest.param(
            {"helper": HELPER.replace("→ helper", "→ f → helper")},
            "13: WFL101 is reached another way: ['W.run → helper']",
            id="a hop too many",
        ),
        pytest.param(
            {"helper": HELPER.replace("→ helper", "→ unused")},
            "13: WFL101 is reached another way: ['W.run → helper']",
            id="another function",
        ),
        pytest.param(
            {"factory": MADE.replace("→ Order", "→ helper → Order")},
            "9: WFL108 is reached another way: ['W.run → Order']",
            id="made elsewhere",
        ),
        pytest.param({"helper": "  # silent: nobody knows"}, "", id="silent"),
        pytest.param(
            {"unused": "  # silent: why"}, "17: does not happen at all", id="silent and dead"
        ),
        pytest.param({"unused": "  # expect: WFL101  # unseen: why"}, "", id="unseen"),
        pytest.param(
            {"helper": HELPER + "  # unseen: why"}, "13: WFL101 is reached after all", id="seen"
        ),
    ],
)
def test_comparison_sees_what_is_wrong(
    comments: dict[str, str], problem: str, tmp_path: Path
) -> None:
    lines = {"helper": HELPER, "factory": MADE, "unused": ""} | comments
    (tmp_path / "flow.py").write_text(FLOW.format(**lines))
    problems = [p.removeprefix("flow.py:") for p in compare(tmp_path)]
    assert problems[:1] == ([problem] if problem else [])


def compare(root: Path) -> list[str]:
    """Run the workflows in a folder; give what they do and do not say, or say and do not do."""
    wanted = [f for f in harness.expected(root) if f.code in (*WATCHED, FACTORY)]
    seen = run_folder(root)
    return [*_not_reached(wanted, seen, root), *_surplus(wanted, seen, root)]


def _not_reached(wanted: list[Finding], seen: list[Seen], root: Path) -> list[str]:
    problems = []
    for finding in wanted:
        where = f"{finding.filename}:{finding.row}: {finding.code}"
        stacks = sorted({_as_made(s, finding) for s in seen if _is_of(s, finding)})
        marked = _is_marked("unseen", root / finding.filename, finding.row)
        if marked and stacks:
            problems.append(f"{where} is reached after all")
        elif not marked and not stacks:
            problems.append(f"{where} is never reached")
        elif not marked and not any(_fits(s, _running(finding.chain, root)) for s in stacks):
            problems.append(f"{where} is reached another way: {[' → '.join(s) for s in stacks]}")
    return problems


def _surplus(wanted: list[Finding], seen: list[Seen], root: Path) -> list[str]:
    problems = set()
    silent = {
        (path.relative_to(root).as_posix(), row)
        for path in root.rglob("*.py")
        for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"# silent: \w", line)
    }
    used = set()
    for one in seen:
        place = (one.filename, one.row)
        if place in silent:
            used.add(place)
        elif not any(_is_of(one, f) for f in wanted):
            chain = " → ".join(one.stack)
            problems.add(f"{one.filename}:{one.row}: {one.code} happens: {chain}")
    problems |= {f"{file}:{row}: does not happen at all" for file, row in silent - used}
    return sorted(problems)


def _is_of(seen: Seen, finding: Finding) -> bool:
    if seen.made:
        return finding.code == FACTORY and finding.chain.rpartition(" → ")[2] in seen.made
    same_place = (seen.filename, seen.row) == (finding.filename, finding.row)
    return same_place and finding.code in (seen.code, FACTORY)


def _as_made(seen: Seen, finding: Finding) -> tuple[str, ...]:
    """Return what was running; a factory counts as part of the class in whose body it stands."""
    if finding.code != FACTORY:
        return seen.stack
    inside = seen.stack if seen.made else seen.stack[:-1]  # without its lambda
    return (*inside[:-1], finding.chain.rpartition(" → ")[2])


def _running(chain: str, root: Path) -> list[str]:
    """The hops of a chain without the generic functions: it is Python that calls what they have."""
    sources = [file.read_text(encoding="utf-8") for file in root.rglob("*.py")]
    generic = {name for text in sources for name in re.findall(r"@?(\w+)\.register\b", text)}
    *hops, last = chain.split(" → ")
    return [hop for hop in hops if hop.rpartition(".")[2] not in generic] + [last]


def _fits(stack: tuple[str, ...], chain: list[str]) -> bool:
    """True if the functions that ran are those of a chain.

    An expectation may have no chain. The event loop runs tasks and callbacks, so their stacks begin
    there. A function that calls itself, maybe by way of others, stands in a chain only once. So
    does a construction, with its own code if it has any. A wrapper stands in the chain when it is
    itself at fault; then the function that it wraps does as well, although it has not run.
    """
    if chain == [""]:
        return True
    ran = _without_cycles(
        name
        for name, inner in _pairs(list(stack))
        if name in chain or not (name.endswith(WRAPPERS) or inner.startswith(f"{name}."))
    )
    meant = [n for n, inner in _pairs(chain) if n in ran or not inner.endswith(WRAPPERS)]
    return bool(ran) and ran == meant[-len(ran) :]


def _without_cycles(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        if name in found:
            del found[found.index(name) :]
        found.append(name)
    return found


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    return list(zip(names, [*names[1:], ""], strict=True))


def _is_marked(word: str, file: Path, row: int) -> bool:
    line = file.read_text(encoding="utf-8").splitlines()[row - 1]
    return re.search(rf"# {word}: \w", line) is not None
