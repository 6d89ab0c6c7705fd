"""Compares what wflint says of random edits with what the SDK's Replayer says.

Each pair is a workflow before and after an edit (see ``random_pairs.py``). What it was before
really runs, on a server of its own that needs no network; its histories are then replayed on what
it is after, up to each workflow task. ``wflint diff`` sees both sides, and says of a pair:

* incompatible, if some history of a run that is not closed fails;
* closed-only, if only histories of closed runs do;
* compatible, if none does.

``depends`` counts as equal to ``incompatible``: it is said of what only some runs do.
``wflint replay`` sees the new side and each history, and says if this may have come from it. Run::

    pip install -e ".[record]"
    python -m scripts.compare_random_pairs FIRST_SEED COUNT [--keep FOLDER SEED ...]

The last option writes pairs to a folder, as those of ``tests/fixtures/replay`` are. Each step has
a time limit, and a pair for which one was too short is told of, as is one of which the Replayer
cannot tell anything.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct, field

from scripts.limited import Helper, TooLong
from scripts.random_pairs import Pair, code, make_pair
from scripts.record_histories import public, server
from scripts.recorded_pairs import Word, judge, record, write
from wflint.comparison.side import Side
from wflint.comparison.sides import Sides
from wflint.histories.export import recorded_in
from wflint.histories.matching import Matcher
from wflint.replay.change import Change, Program, Verdict
from wflint.replay.compare import compare
from wflint.run.request import Request

ANALYSING, RECORDING, REPLAYING = 300.0, 300.0, 60.0
"""How many seconds there are for all pairs to be analysed, for some to run, for one to replay."""

TOGETHER = 15
"""How many pairs are recorded at a time."""

_ALIKE = (Verdict.DEPENDS, Verdict.INCOMPATIBLE)


class Case(Struct):
    """A pair, and what was found out about it; ``useless`` says why that is nothing."""

    pair: Pair
    histories: dict[str, str] = field(default_factory=dict)
    said: Change | None = None
    word: Word = field(default_factory=Word)
    replays: dict[str, Verdict] = field(default_factory=dict)
    useless: str = ""

    @property
    def verdict(self) -> Verdict:
        """What ``wflint diff`` says."""
        return self.said.verdict if self.said is not None else Verdict.COMPATIBLE


# wflint's word. These functions run in a process of their own.


def changes_of(folder: Path) -> dict[str, Change]:
    """Return what ``wflint diff`` says of the pairs in a folder, by the names of the workflows."""
    sides = [Program(_code(folder / name).examined[0].answer) for name in ("before", "after")]
    return {change.type_name: change for change in compare(sides[0], sides[1])}


@lru_cache(maxsize=2)
def _code(folder: Path) -> Side:
    (folder / "pyproject.toml").write_text('[project]\nname = "pairs"\n')
    sides = Sides(Request(paths=(str(folder),), whole=True, cache=False))
    return sides.working_tree()[0]


@lru_cache(maxsize=2)
def _matcher(folder: Path) -> Matcher:
    return Matcher(_code(folder))


def replays_of(folder: Path, histories: Mapping[str, str]) -> dict[str, Verdict]:
    """Return what ``wflint replay`` says of histories of one pair."""
    matcher = _matcher(folder / "after")
    return {
        name: matcher.match(name, recorded_in(json.loads(text), name)).verdict
        for name, text in histories.items()
    }


# Both.


class _Batch:
    """Some pairs that are compared, and the processes that do it."""

    def __init__(self, cases: Sequence[Case], wflint: Helper, sdk: Helper) -> None:
        self._cases = cases
        self._wflint, self._sdk = wflint, sdk
        self._folder = Path(tempfile.mkdtemp(prefix="wflint-pairs-"))
        for case in cases:
            write(self._folder, case.pair)

    def record(self, address: str) -> None:
        """Run the old code of all pairs."""
        for first in range(0, len(self._cases), TOGETHER):
            some = self._cases[first : first + TOGETHER]
            seeds = [case.pair.seed for case in some]
            try:
                found = self._sdk.run(RECORDING, record, address, self._folder, seeds)
            except TooLong:
                found = {}
            for case in some:
                case.histories = found.get(case.pair.seed, {})
                case.useless = "" if case.histories else "running it takes too long"
                for name, text in case.histories.items():
                    (self._folder / f"{case.pair.name}-{name}.json").write_text(text)

    def judge(self) -> None:
        """Ask wflint, and the Replayer."""
        said = self._wflint.run(ANALYSING, changes_of, self._folder)
        for case in self._cases:
            if not case.useless:
                case.said = said.get(case.pair.name)
                case.useless = self._ask(case)

    def _ask(self, case: Case) -> str:
        """Ask both about one pair; return why nothing was found out."""
        try:
            args = self._folder, case.pair.seed, case.histories
            case.word = self._sdk.run(REPLAYING, judge, *args)
        except TooLong:
            return "replaying it takes too long"
        if case.word.useless:
            return "the old code fails as well"
        try:
            seconds = ANALYSING  # the first time, all is analysed
            case.replays = self._wflint.run(seconds, replays_of, self._folder, case.histories)
        except TooLong:
            return "wflint replay takes too long"
        return ""

    def report(self) -> int:
        """Print what differs, and how often; return how many are missed."""
        told = [case for case in self._cases if not case.useless]
        for case in self._cases:
            _tell(case)
        missed = _of_diff(told) + _of_replay(told)
        dropped = len(self._cases) - len(told)
        print(f"{dropped} dropped; code and histories in {self._folder}", flush=True)
        return missed

    def keep(self, folder: Path) -> None:
        """Write the pairs as fixtures."""
        for case in self._cases:
            _keep(folder, case)


def _tell(case: Case) -> None:
    """Print where wflint and the Replayer differ, or why that is not known."""
    name = f"{case.pair.name} ({', '.join(case.pair.edits)})"
    verdict, word = case.verdict, case.word
    if case.useless:
        print(f"{name}: {case.useless}")
        return
    if not _is_equal(verdict, word.verdict):
        print(f"{name}: wflint diff {verdict.value}, Replayer {word.verdict.value}", end="")
        print(f": {word.why[:160]!r} | {case.said and case.said.why}")
    for number, replayed in case.replays.items():
        if (replayed is Verdict.COMPATIBLE) == (number in word.fails):
            why = word.fails.get(number, "")[:160]
            print(f"{name}, history {number}: wflint replay {replayed.value}, Replayer {why!r}")


def _is_equal(word: Verdict, real: Verdict) -> bool:
    return word is real or (word in _ALIKE and real in _ALIKE)


def _of_diff(cases: Sequence[Case]) -> int:
    table = Counter((case.verdict, case.word.verdict) for case in cases)
    equal = sum(n for (a, b), n in table.items() if _is_equal(a, b))
    missed = table[Verdict.COMPATIBLE, Verdict.INCOMPATIBLE]
    for (word, real), number in sorted(table.items()):
        print(f"{number:5} wflint diff {word.value}, Replayer {real.value}")
    total = table.total()
    print(f"{total} pairs, {equal} equal ({100 * equal / max(total, 1):.1f} %), {missed} missed")
    return missed


def _of_replay(cases: Sequence[Case]) -> int:
    table = Counter(
        (verdict, name in case.word.fails)
        for case in cases
        for name, verdict in case.replays.items()
    )
    for (word, fails), number in sorted(table.items()):
        print(f"{number:5} wflint replay {word.value}, Replayer {'fails' if fails else 'replays'}")
    missed = table[Verdict.COMPATIBLE, True]
    print(f"{table.total()} histories, {missed} missed")
    return missed


def _keep(folder: Path, case: Case) -> None:
    """Write a pair as a fixture."""
    target = folder / f"random-{case.pair.seed}"
    target.mkdir(parents=True, exist_ok=True)
    for name, program in (("before", case.pair.before), ("after", case.pair.after)):
        (target / f"{name}.py").write_text(code(program, "W"))
    real = case.word.verdict.value
    lines = ['kind = "commands"', f'verdict = "{case.verdict.value}"', f'oracle = "{real}"']
    lines.append(f'why = """Seed {case.pair.seed}: {", ".join(case.pair.edits)}."""')
    (target / "case.toml").write_text("\n".join(lines) + "\n")
    for name, history in case.histories.items():
        known = public(json.loads(history.replace(case.pair.name, "W")), "pairs")
        (target / f"history-{name}.json").write_text(json.dumps(known) + "\n")


async def run(seeds: Sequence[int], keep: Path | None) -> int:
    """Compare pairs; return how many were called compatible that the Replayer fails."""
    beside = shutil.which("temporal", path=str(Path(sys.executable).parent))
    with Helper() as wflint, Helper() as sdk:
        batch = _Batch([Case(make_pair(seed)) for seed in seeds], wflint, sdk)
        async with server(beside or shutil.which("temporal") or "temporal") as address:
            batch.record(address)
        print("recorded", flush=True)
        batch.judge()
        if keep is not None:
            batch.keep(keep)
        return batch.report()


def main(arguments: Sequence[str]) -> int:
    """Compare the pairs that the arguments name."""
    if len(arguments) < 2:
        print(textwrap.dedent(__doc__ or ""), file=sys.stderr)
        return 2
    first, count = int(arguments[0]), int(arguments[1])
    keep = Path(arguments[3]) if arguments[2:3] == ["--keep"] else None
    seeds = [int(a) for a in arguments[4:]] or range(first, first + count)
    return min(asyncio.run(run(seeds, keep)), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
