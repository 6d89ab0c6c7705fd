"""The table of standard names that reach a clock or the world inside, and the script behind it."""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli

from scripts import stdlib_reach
from scripts.stdlib_calls import Finding, Scope, derive
from scripts.stdlib_review import CONDITIONS, Review, read_review, rows, to_toml
from wflint.checking.inside import inside_entries, read_groups
from wflint.checking.registry import load_registry
from wflint.rule.api_table import ApiTable, rule_entries
from wflint.run.check import check
from wflint.run.request import Request

REVIEW = read_review(stdlib_reach.REVIEW)
GROUPS = read_groups()
NAMES = [name for group in GROUPS for name in group["names"]]
LIBRARY = Path(sysconfig.get_path("stdlib"))
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
SAMPLE = ("gzip", "imaplib", "sqlite3.dbapi2")
RERUN = (
    "run scripts/stdlib_reach.py as its docstring says: it prints what is new; decide on that in "
    "scripts/stdlib_reach.toml, and run it again"
)


def digests() -> Mapping[str, str]:
    table: Mapping[str, str] = tomli.loads(stdlib_reach.TABLE.read_text())["libraries"]
    return table


class TestTable:
    def test_holds_what_was_accepted_and_nothing_else(self) -> None:
        assert sorted(NAMES) == sorted(REVIEW.accepted), RERUN

    def test_says_what_was_decided(self) -> None:
        for group in GROUPS:
            for name in group["names"]:
                entry = REVIEW.accepted[name]
                assert group["rule"] == entry["rule"], f"{name}: {RERUN}"
                assert group["via"] == entry.get("via", group["via"])
                assert conditions(group) == conditions(entry), f"{name}: {RERUN}"

    def test_a_name_belongs_to_one_rule(self) -> None:
        known = ApiTable(e for rule in load_registry().rules for e in rule_entries(rule))
        assert [name for name in NAMES if known.knows(name)] == []
        assert len(NAMES) == len(set(NAMES))

    def test_names_exist_in_the_running_python(self) -> None:
        here = [name for g in GROUPS if VERSION in g["python"] for name in g["names"]]
        assert [name for name in here if not exists(name)] == []

    def test_rules_have_a_message_that_can_be_said_of_these_names(self) -> None:
        for entry in inside_entries(load_registry().by_code, (3, 10)):
            assert entry.rule is not None
            assert entry.rule.message.startswith("`{name}` ")
            assert "{use}" not in entry.rule.message.partition("; ")[0]

    def test_decisions_have_a_reason(self) -> None:
        data = tomli.loads(stdlib_reach.REVIEW.read_text())
        for kind in ("left-out", "stop", "ignored", "denied"):
            assert all(entry["reason"] for entry in data[kind])

    def test_speaks_for_the_versions_in_which_a_name_is_there(self) -> None:
        rules = load_registry().by_code
        old, new = ({e.name for e in inside_entries(rules, (3, n))} for n in (12, 99))
        assert "crypt.mksalt" in old - new
        assert "gzip.compress" in old & new


def conditions(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in CONDITIONS if key in entry}


def exists(name: str) -> bool:
    parts = name.split(".")
    found: Any = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for length in range(1, len(parts)):
            try:
                found = importlib.import_module(".".join(parts[:length]))
            except ImportError:
                break
            rest = parts[length:]
    for part in rest:
        found = getattr(found, part, None)
    return found is not None


FLOW = """\
import gzip, crypt
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        gzip.compress(b"")
        crypt.mksalt()
"""


class TestDiagnostics:
    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")
        (tmp_path / "flow.py").write_text(FLOW)
        monkeypatch.chdir(tmp_path)

    def test_say_what_is_reached_inside(self) -> None:
        assert [d.message for d in check(Request()).diagnostics] == [
            "`gzip.compress()` reads the wall clock (inside: `time.time`); give it `mtime=0`",
            "`crypt.mksalt()` reads randomness of the operating system, which a replay cannot "
            "repeat (inside: `os.urandom`); move it to an activity",
        ]

    def test_are_left_out_where_python_is_too_new(self) -> None:
        result = check(Request(overrides={"target-python": "3.13"}))
        assert [d.code for d in result.diagnostics] == ["WFL101"]

    @pytest.mark.parametrize("rule", ["rule = 'WFL102'", "deterministic = true"])
    def test_the_settings_go_before_the_table(self, rule: str) -> None:
        api = f"[[tool.wflint.apis]]\nname = 'gzip.compress'\n{rule}\n"
        Path("pyproject.toml").write_text(api)
        codes = [d.code for d in check(Request()).diagnostics]
        assert codes == ["WFL114"] if "true" in rule else ["WFL102", "WFL114"]


class TestScript:
    """On a library of its own, which calls the real C modules."""

    @pytest.fixture
    def library(self, tmp_path: Path) -> Path:
        modules = {
            "clock.py": "import time, _private, warnings\n"
            "__all__ = ['now', 'given', 'Clock', 'shown', 'late', 'told']\n"
            "def now(): return inner()\n"
            "def inner(): return time.time()\n"
            "def given(x, now=None):\n    if now is None:\n        now = time.time()\n"
            "class Clock:\n"
            "    def __init__(self, at): self.at = at\n"
            "    def read(self, unit): return _private.read(unit)\n"
            "    @property\n    def zone(self): return time.tzname\n"
            "    def _hidden(self): time.time()\n"
            "class Faster(Clock): ...\n"
            "from shown import shown\n"
            "from _clock import late\n"
            "def told(): warnings.warn('x')\n",
            "_private.py": "import time\ndef read(unit): return time.monotonic()\n",
            "_clock.py": "import os\ndef late(): os.getpid()\n",
            "shown.py": "import os, clock\n"
            "def shown(): os.environ['A']\n"
            "def same(): return clock.now()\n"
            "def path(): return os.name\n",
            "warnings.py": "import time\ndef warn(text): time.time()\n",
            "unseen.py": "import time\ndef unseen(): time.time()\n",
        }
        for name, text in modules.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    @pytest.fixture
    def scope(self) -> Scope:
        judges = frozenset({"WFL101", "WFL102", "WFL103", "WFL131", "WFL136"})
        return Scope(judges, ("os.name",), frozenset({"unseen"}), ("warnings.*",))

    def test_finds_public_names_and_the_way(self, library: Path, scope: Scope) -> None:
        found = derive(library, scope)
        assert [(f.name, f.rule, f.via, f.chain, f.left_out) for f in found] == [
            ("clock.Clock.read", "WFL102", "time.monotonic",
             ("clock.Clock.read", "_private.read"), False),
            ("clock.Clock.zone", "WFL103", "time.tzname", ("clock.Clock.zone",), False),
            ("clock.given", "WFL101", "time.time", ("clock.given",), True),
            ("clock.late", "WFL136", "os.getpid", ("_clock.late",), False),
            ("clock.now", "WFL101", "time.time", ("clock.now", "clock.inner"), False),
            ("clock.shown", "WFL131", "os.environ", ("shown.shown",), False),
            ("shown.same", "WFL101", "time.time",
             ("shown.same", "clock.now", "clock.inner"), False),
            ("shown.shown", "WFL131", "os.environ", ("shown.shown",), False),
            ("warnings.warn", "WFL101", "time.time", ("warnings.warn",), False),
        ]  # fmt: skip

    def test_looks_at_some_modules_only(self, library: Path, scope: Scope) -> None:
        assert {f.name for f in derive(library, scope, ["shown"])} == {"shown.same", "shown.shown"}

    def test_a_finding_that_nobody_has_looked_at_is_told(self, scope: Scope) -> None:
        review = Review(scope, {"a.b": {"rule": "filesystem"}}, {"c.*": frozenset({"WFL101"})})
        found = [
            Finding("a.b", "WFL101", "time.time"),
            Finding("c.d", "WFL101", "time.time"),
            Finding("c.d", "WFL132", "os.stat", ("c.d", "c.e"), left_out=True),
        ]
        assert review.unreviewed({"3.11": found}) == [
            "c.d: WFL132 only if an argument is left out: c.d > c.e > os.stat (Python 3.11)"
        ]
        assert review.stale({"3.11": found}) == []
        assert review.stale({"3.11": found[:1]}) == ["c.*"]

    def test_writes_the_table(self, scope: Scope) -> None:
        entry = {"rule": "wall-clock-time", "unless": {"name": "at", "position": 0}}
        review = Review(scope, {"a.b": entry, "a.c": entry, "gone": entry}, {})
        new = [Finding("a.b", "WFL101", "time.time_ns"), Finding("a.c", "WFL101", "time.time_ns")]
        found = {"3.10": [Finding("a.b", "WFL101", "time.time")], "3.11": new}
        table = tomli.loads(to_toml(rows(review, found), {"3.11": "abc"}))
        common = {"rule": "wall-clock-time", "via": "time.time_ns", "unless": entry["unless"]}
        assert table == {
            "libraries": {"3.11": "abc"},
            "inside": [
                {**common, "python": ["3.10", "3.11"], "names": ["a.b"]},
                {**common, "python": ["3.11"], "names": ["a.c"]},
            ],
        }


needs_library = pytest.mark.skipif(
    not LIBRARY.is_dir() or digests().get(VERSION) != stdlib_reach.digest(LIBRARY),
    reason="the table was made of the sources of another release of Python",
)


@needs_library
class TestCurrency:
    """The table is what the call graph finds in the library of the running Python."""

    def test_of_some_modules(self) -> None:
        self.compare(derive(LIBRARY, REVIEW.scope, SAMPLE), SAMPLE)

    @pytest.mark.skipif(
        not os.environ.get("WFLINT_WHOLE_LIBRARY"),
        reason="takes minutes; WFLINT_WHOLE_LIBRARY=1 runs it",
    )
    def test_of_all_modules(self) -> None:
        self.compare(derive(LIBRARY, REVIEW.scope), ())

    def compare(self, found: list[Finding], modules: tuple[str, ...]) -> None:
        assert REVIEW.unreviewed({VERSION: found}) == [], RERUN
        names = {finding.name for finding in found}
        here = {name for g in GROUPS if VERSION in g["python"] for name in g["names"]}
        if modules:
            prefixes = tuple(f"{module}." for module in modules)
            here = {name for name in here if name.startswith(prefixes)}
        accepted = {name for name in names if name in REVIEW.accepted}
        assert accepted == here, RERUN
        assert here
