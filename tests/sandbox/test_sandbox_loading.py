"""wflint's knowledge of the sandbox is held against the sandbox."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from tests import harness
from tests.oracle.project import Run, run_project
from tests.oracle.restrictions import exists, restricted_names
from tests.oracle.sandbox import Stage, judge
from wflint.facts.bodies import Reading
from wflint.project.folders import is_namespace
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store
from wflint.sandbox.loading import load_workflow
from wflint.sandbox.restrictions import (
    PASSED_THROUGH,
    RESTRICTED_AT_IMPORT,
    UNREADABLE_AT_IMPORT,
    is_refused,
    is_restricted_at_import,
    passes_by_default,
)

# The tables.

DEFAULT = SandboxRestrictions.default


def test_every_module_that_the_sdk_passes_through_is_known() -> None:
    names = [name for m in sorted(DEFAULT.passthrough_modules) for name in (m, f"{m}.inner")]
    assert [name for name in names if not passes_by_default(name)] == []


def test_no_other_module_is_taken_for_passed_through() -> None:
    known = DEFAULT.passthrough_modules | {"sys"}
    assert PASSED_THROUGH - known == set()
    assert not any(map(passes_by_default, ("numpy", "google", "google.genai", "grpcio", "")))


def test_restricted_names_are_those_of_the_sdk() -> None:
    at_import = restricted_names(at_import=True)
    missing = {name for name in at_import if not is_restricted_at_import(name)}
    assert missing == set()
    assert {n for n in restricted_names() - at_import if is_restricted_at_import(n)} == set()


def test_knows_what_is_refused_when_it_runs() -> None:
    """Names below `os.path` are those of another module, which the sandbox does not look into."""
    wanted = restricted_names() - {"asyncio.as_completed", "asyncio.wait", "builtins.breakpoint"}
    assert {n for n in wanted if not is_refused(n)} == set()
    for free in ("os.stat", "random.Random", "time.ctime", "uuid.uuid5", "datetime.datetime"):
        assert not is_refused(free)


def test_the_table_of_restricted_names_is_not_stale() -> None:
    here = {name for name in RESTRICTED_AT_IMPORT if name.endswith(".*") or exists(name)}
    assert [name for name in sorted(here) if not _is_restricted(name)] == []


def _is_restricted(name: str) -> bool:
    """True if the SDK refuses a name at import; of ``module.*``, any name of the module."""
    matcher = DEFAULT.invalid_module_members.child_matcher(*name.removesuffix(".*").split("."))
    return matcher is not None and not matcher.only_runtime


# Statements at the top of a module: wflint and the sandbox agree on what fails.

STATEMENTS = [
    "X = Path(__file__).resolve()",
    "X = Path(__file__).parent.resolve()",
    "X = (Path('/') / 'etc').exists()",
    "X = Path('/').joinpath('etc').exists()",
    "X = Path('/'); Y = X.exists()",
    "X = Path('/').parent; Y = X.exists()",
    "X = Path.home()",
    "X = Path('/').absolute()",
    "X = [*Path('/').iterdir()]",
    "X = Path('/').exists",
    "X = subprocess.PIPE",
    "X = subprocess.CalledProcessError(1, 'x')",
    "X = subprocess.list2cmdline(['a'])",
    "X = subprocess.run",
    "X = isinstance(1, subprocess.Popen)",
    "X = random.Random()",
    "X = random.SystemRandom()",
    "X = random.choice([1])",
    "X = random.choice",
    "X = datetime.now()",
    "X = datetime(2020, 1, 1).now()",
    "X = datetime.now; Y = X()",
    "X = time.time()",
    "X = uuid.uuid4()",
    "X = os.environ.get('HOME')",
    "X = open(__file__).read()",
    "X = tempfile.gettempdir()",
    "X = tempfile.tempdir",
    "X = shutil.which('ls')",
    "X = locale.getlocale()",
    "X = locale.LC_ALL",
    "X = gettext.gettext('x')",
    "X = secrets.token_hex()",
    "X = secrets.compare_digest('a', 'b')",
    "X = urllib.request.Request('http://a')",
    "X = http.client.OK",
    "X = http.client.HTTPConnection('a')",
    "X = glob.escape('*')",
    "X = threading.Lock()",
    "import xmlrpc.client",
    "from xmlrpc.client import ServerProxy",
    "import xmlrpc.client; X = xmlrpc.client.Fault",
    "def f(x=datetime.now()): pass",
    "def f(): return datetime.now()",
    "def f(): return datetime.now()\nX = f()",
    "class C:\n    x = datetime.now()",
    "class C:\n    def __init__(self): self.x = datetime.now()\nX = C()",
    "try:\n    X = datetime.now()\nexcept Exception:\n    X = None",
    "try:\n    X = datetime.now()\nexcept ValueError:\n    X = None",
    "with contextlib.suppress(Exception):\n    X = datetime.now()",
    "with workflow.unsafe.sandbox_unrestricted():\n    X = datetime.now()",
    "with workflow.unsafe.imports_passed_through():\n    import random\nX = random.random()",
    "if __name__ == '__main__':\n    X = datetime.now()",
    "X = 1 or datetime.now()",
    "X = datetime.now() or 1",
    "X = [random.random() for _ in range(3)]",
    "X = [random.random() for _ in ()]",
    "def deco(f): return datetime.now()\n@deco\ndef g(): pass",
    "@dataclass\nclass C:\n    x: object = field(default_factory=datetime.now)",
    "@dataclass\nclass C:\n    x: object = field(default_factory=datetime.now)\nX = C()",
]
HEAD = """\
import contextlib, gettext, glob, http.client, locale, os, random, secrets, shutil, subprocess
import tempfile, threading, time, urllib.request, uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from temporalio import workflow
"""
FLOW = """
@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        {}
"""


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_the_sandbox_refuses_at_import(statement: str, tmp_path: Path) -> None:
    if "xmlrpc" in statement:
        assert {"xmlrpc.client", "xmlrpc.server"} == UNREADABLE_AT_IMPORT
    source = f"{HEAD}{statement}\n{FLOW.format('pass')}"
    verdict = judge(source, tmp_path)
    assert verdict.stage in (Stage.IMPORT, Stage.OK), verdict
    file = tmp_path / "flow.py"
    file.write_text(source)
    root = harness.copy_to(harness.Fixture("flow", file), tmp_path)
    refused = [d for d in harness.run(root).diagnostics if d.code == "WFL304"]
    assert bool(refused) == (verdict.stage is Stage.IMPORT), verdict


# Which modules are loaded anew.

BLOCK = "with workflow.unsafe.imports_passed_through():\n    "
PROJECTS = {
    "plain": {"flow": "from app import conf", "conf": "import app.deep", "deep": ""},
    "passed": {"flow": BLOCK + "import app.conf", "conf": "import app.deep", "deep": ""},
    "a name of a passed module": {"flow": BLOCK + "from app.conf import x", "conf": "x = 1"},
    "a module of a package that is there": {
        "flow": BLOCK + "from app import conf",
        "conf": "import app.deep",
        "deep": "",
    },
    "a module next to it": {
        "flow": BLOCK + "from . import conf\n    from .deep import x",
        "conf": "import app.other",
        "deep": "x = 1",
        "other": "",
    },
    "what a passed module imports, once more": {
        "flow": BLOCK + "import app.conf\nimport app.deep",
        "conf": "import app.deep",
        "deep": "",
    },
    "first loaded, then passed": {
        "flow": "import app.deep\n" + BLOCK + "import app.conf\n    import app.deep",
        "conf": "import app.deep",
        "deep": "",
    },
    "by the package": {"__init__": "from app import conf", "flow": "", "conf": ""},
    "by the package, later passed": {
        "__init__": "import app.conf",
        "flow": BLOCK + "import app.conf",
        "conf": "",
    },
    "a block in another module": {
        "flow": "import app.conf",
        "conf": "from temporalio import workflow\n" + BLOCK + "import app.deep",
        "deep": "import app.other",
        "other": "",
    },
    "under a block further up": {
        "flow": BLOCK + "from app import conf",
        "conf": "import app.deep\nfrom app import other",
        "deep": "",
        "other": "",
    },
    "all names": {"flow": "from app.conf import *", "conf": "__all__ = ['x']\nx = 1"},
    "all modules": {
        "flow": "from app.inner import *",
        "inner/__init__": "__all__ = ['conf']",
        "inner/conf": "",
    },
    "a name that the package defines": {
        "flow": "from app.inner import conf",
        "inner/__init__": "conf = 3",
        "inner/conf": "",
    },
    "a passed package and one of its modules": {
        "flow": BLOCK + "import app.inner\nimport app.inner.conf",
        "inner/__init__": "",
        "inner/conf": "",
    },
    "a passed package and a name of it": {
        "flow": BLOCK + "import app.inner\nfrom app.inner import conf",
        "inner/__init__": "",
        "inner/conf": "",
    },
    "in a circle": {
        "flow": "import app.conf",
        "conf": "import app.deep",
        "deep": "import app.conf",
    },
    "passed, in a circle": {"flow": BLOCK + "import app.conf", "conf": "import app.flow"},
    "in case of an error": {
        "flow": "try:\n    import app.conf\nexcept ImportError:\n    import app.deep",
        "conf": "",
        "deep": "",
    },
    "for type checkers": {
        "flow": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.conf\n"
        "else:\n    import app.deep",
        "conf": "",
        "deep": "",
    },
    "by a package in a folder that is none": {
        "flow": "from app.folder.core import config",
        "folder/core/__init__": "from .config import sys",
        "folder/core/config": "from ..beside import sys",
        "folder/beside": "",
    },
    "by configuration": {
        "flow": "import app.passed\nimport app.passed.inner\nfrom app.passed import other",
        "passed/__init__": "",
        "passed/inner": "",
        "passed/other": "import app.conf",
        "conf": "",
    },
}


@pytest.mark.parametrize("name", PROJECTS)
def test_modules_that_the_sandbox_loads_anew(name: str, tmp_path: Path) -> None:
    root = Path(os.path.realpath(tmp_path))
    parts = {"__init__": "", **PROJECTS[name]}
    parts["flow"] = f"from temporalio import workflow\n{parts['flow']}\n{FLOW.format('pass')}"
    note = "import sys\nsys.notes.append(__name__)\n"
    files = {f"app/{part}.py": note + text for part, text in parts.items()}
    configured = "app.passed"
    runner = SandboxedWorkflowRunner(restrictions=DEFAULT.with_passthrough_modules(configured))
    (run,) = run_project(files, root, runner=runner)

    paths = [str(root / file) for file in files]
    index = ModuleIndex(str(root), [], paths)
    store = Store(lambda path: Path(path).read_bytes(), index.name_of, _no_bodies)
    passes = lambda m: passes_by_default(m) or f"{m}.".startswith(f"{configured}.")  # noqa: E731
    loaded = load_workflow(str(root / "app" / "flow.py"), store, index, passes)
    own = [name for file, name in loaded.reloaded.items() if not is_namespace(file)]
    assert own == run.loading


def _no_bodies() -> Reading:
    raise AssertionError("only imports are asked for")


# Values, state and late imports.

STATE = "import os, random, sys, time, uuid\n{}\n"


def run_with_state(
    state: str, code: str, folder: Path, imports: str, runner: WorkflowRunner | None = None
) -> list[Run]:
    flow = f"import sys\nfrom temporalio import workflow\n{imports}\n{FLOW.format(code)}"
    files = {"app/__init__.py": "", "app/flow.py": flow, "app/state.py": STATE.format(state)}
    return run_project(files, folder, runner=runner, times=2)


@pytest.mark.parametrize(
    "value", ["time.time_ns()", "uuid.uuid4().int", "random.Random().random()"]
)
@pytest.mark.parametrize("passed", [False, True])
def test_values_that_a_module_makes_differ_with_each_load(
    value: str, passed: bool, tmp_path: Path
) -> None:
    imports = BLOCK * passed + "import app.state"
    code = "sys.notes.append(app.state.VALUE)"
    first, second = run_with_state(f"VALUE = {value}", code, tmp_path, imports)
    assert (first.running == second.running) == passed


@pytest.mark.parametrize(
    ("imports", "runner", "seen"),
    [
        ("import app.state", None, [1, 1]),
        (BLOCK + "import app.state", None, [1, 2]),
        ("import app.state", UnsandboxedWorkflowRunner(), [1, 2]),
    ],
)
def test_state_is_shared_in_modules_that_are_not_loaded_anew(
    imports: str, runner: WorkflowRunner | None, seen: list[int], tmp_path: Path
) -> None:
    code = "app.state.seen.append(1); sys.notes.append(len(app.state.seen))"
    runs = run_with_state("seen = []", code, tmp_path, imports, runner)
    assert [run.running for run in runs] == [[count] for count in seen]


@pytest.mark.parametrize(("block", "seen"), [("", [1, 1]), (BLOCK, [1, 2])])
def test_state_of_a_module_that_is_imported_late_is_shared_only_where_passed_through(
    block: str, seen: list[int], tmp_path: Path
) -> None:
    late = f"{block}import app.state".replace("\n    ", "\n            ")
    code = f"{late}\n        app.state.seen.append(1); sys.notes.append(len(app.state.seen))"
    runs = run_with_state("seen = []", code, tmp_path, "")
    assert [run.running for run in runs] == [[count] for count in seen]


LATE = [
    ("import app.state", True, True),
    ("from app import state", False, True),  # Python's own importer looks for it
    ("import importlib; importlib.import_module('app.state')", False, True),
    ("__import__('app.state')", True, True),
    ("import json", False, False),
    ("import xml.etree.ElementTree", False, False),
    ("import app.known", False, False),
    ("import app.passed", False, False),
    ("import app.passed_by", True, True),  # a passed module has it, the sandbox has not
    ("with workflow.unsafe.imports_passed_through(): import app.state", False, False),
]


@pytest.mark.parametrize(("statement", "warns", "late"), LATE)
def test_late_imports_are_told_whether_the_sdk_warns_or_not(
    statement: str, warns: bool, late: bool, tmp_path: Path
) -> None:
    flow = "from temporalio import workflow\nimport app.known\n" + BLOCK + "import app.passed\n"
    files = {
        "app/__init__.py": "",
        "app/flow.py": flow + FLOW.format(statement),
        "app/known.py": "",
        "app/passed.py": "import app.passed_by",
        "app/passed_by.py": "",
        "app/state.py": "",
    }
    (run,) = run_project(files, tmp_path)
    assert any("imported after initial workflow load" in text for text in run.warnings) == warns
    root = tmp_path / "project"
    (root / "app").mkdir(parents=True)
    (root / "pyproject.toml").write_text(harness.PROJECT_FILE)
    for name, text in files.items():
        (root / name).write_text(text)
    reported = [d.code for d in harness.run(root).diagnostics]
    assert reported == ["WFL302"] * late


def test_the_oracle_leaves_nothing_behind() -> None:
    assert not hasattr(sys, "notes")
    assert "app.flow" not in sys.modules
