"""Effects of modules at import, and which of them the sandbox repeats for each workflow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import harness
from wflint.diagnostics import Diagnostic

WORKFLOW = """\
from temporalio import workflow
{imports}

@workflow.defn{options}
class ShopWorkflow:
    @workflow.run
    async def run(self) -> object:
        {code}
"""
PASSED = "with workflow.unsafe.imports_passed_through():\n    "


def write(root: Path, files: dict[str, str]) -> Path:
    (root / "pyproject.toml").write_text(harness.PROJECT_FILE)
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def project(
    root: Path, code: str, imports: str = "import state", options: str = "", **modules: str
) -> Path:
    """A workflow that runs one line of code; other modules are given by name."""
    flow = WORKFLOW.format(imports=imports, code=code, options=options)
    files = {f"{name}.py": text for name, text in modules.items()}
    return write(root, {"flow.py": flow, **files})


def found(root: Path) -> list[tuple[str, int, str, str]]:
    return [_told(d) for d in harness.run(root).diagnostics]


def _told(d: Diagnostic) -> tuple[str, int, str, str]:
    return (Path(d.filename).name, d.location.row, d.code, d.severity.value)


# How bad it is.


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("time.time()", "error"),
        ("uuid.uuid4()", "error"),
        ("random.Random()", "error"),
        ("os.environ['A']", "warning"),
        ("socket.gethostname()", "warning"),
        ("open('/etc/hosts').read()", "warning"),
    ],
)
def test_what_changes_with_each_load_is_worse_than_what_changes_with_the_worker(
    value: str, severity: str, tmp_path: Path
) -> None:
    state = f"import os, random, socket, time, uuid\nVALUE = {value}\n"
    root = project(tmp_path, "return state.VALUE", state=state)
    assert found(root) == [("state.py", 2, "WFL107", severity)]


def test_in_a_module_that_is_passed_through_every_value_changes_with_the_worker(
    tmp_path: Path,
) -> None:
    state = "import time\nVALUE = time.time()\n"
    root = project(tmp_path, "return state.VALUE", PASSED + "import state", state=state)
    (diagnostic,) = harness.run(root).diagnostics
    assert (diagnostic.code, diagnostic.severity.value) == ("WFL107", "warning")
    assert "between workers" in diagnostic.message


WORKER = """\
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from {module} import {workflow}


async def main(client):
    workflows = [{workflow}]
    restrictions = SandboxRestrictions.default{passing}
    runner = SandboxedWorkflowRunner(restrictions=restrictions)
    await Worker(client, task_queue="q", workflows=workflows, workflow_runner=runner).run()
"""


def worker(module: str, workflow: str, passes: bool) -> str:
    passing = '.with_passthrough_modules("state")' if passes else ""
    return WORKER.format(module=module, workflow=workflow, passing=passing)


@pytest.mark.parametrize(("passed_to", "severity"), [("using", "warning"), ("other", "error")])
def test_the_workflow_that_uses_a_value_decides_whether_it_changes_with_each_load(
    passed_to: str, severity: str, tmp_path: Path
) -> None:
    """Another one, whose Worker has other settings of the sandbox, only imports the module."""
    using = WORKFLOW.format(imports="import state", code="return state.VALUE", options="")
    other = WORKFLOW.format(imports="import state", code="return 1", options="")
    files = {
        "using.py": using.replace("ShopWorkflow", "UsingWorkflow"),
        "other.py": other.replace("ShopWorkflow", "OtherWorkflow"),
        "state.py": "import time\nVALUE = time.time()\n",
        "using_worker.py": worker("using", "UsingWorkflow", passed_to == "using"),
        "other_worker.py": worker("other", "OtherWorkflow", passed_to == "other"),
    }
    (diagnostic,) = harness.run(write(tmp_path, files)).diagnostics
    assert _told(diagnostic) == ("state.py", 2, "WFL107", severity)
    assert [hop.qualname for hop in diagnostic.chain] == ["UsingWorkflow", "using", "state"]


@pytest.mark.parametrize(
    ("imports", "options", "severity"),
    [
        ("import state", "", "warning"),
        (PASSED + "import state", "", "error"),
        ("import state", "(sandboxed=False)", "error"),
        ("import state", "(sandboxed=True)", "warning"),
    ],
)
def test_state_is_worse_where_workflows_share_it(
    imports: str, options: str, severity: str, tmp_path: Path
) -> None:
    root = project(tmp_path, "state.seen.append(1)", imports, options, state="seen = []\n")
    assert found(root) == [("flow.py", harness_row(root, "append"), "WFL311", severity)]


def harness_row(root: Path, text: str) -> int:
    lines = (root / "flow.py").read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


def test_code_of_interceptors_is_shared(tmp_path: Path) -> None:
    """The SDK hands the worker's own classes of interceptors into the sandbox."""
    flow = (
        "from temporalio.worker import WorkflowInboundInterceptor\n\nseen = []\n\n\n"
        "class Tracer(WorkflowInboundInterceptor):\n"
        "    async def execute_workflow(self, input):\n"
        "        seen.append(input)\n"
        "        return await super().execute_workflow(input)\n"
    )
    root = write(tmp_path, {"tracer.py": flow})
    assert found(root) == [("tracer.py", 8, "WFL311", "error")]


# One fault, one code.


def test_a_fault_that_holds_whenever_a_function_runs_is_not_told_twice(tmp_path: Path) -> None:
    state = "import uuid\n\n\ndef make():\n    return uuid.uuid4()\n\n\nVALUE = make()\n"
    root = project(tmp_path, "return state.VALUE, state.make()", state=state)
    assert found(root) == [("state.py", 5, "WFL113", "error")]


def test_what_the_sandbox_refuses_is_told_once(tmp_path: Path) -> None:
    state = "import random\nVALUE = random.random()\n"
    root = project(tmp_path, "return state.VALUE", state=state)
    assert found(root) == [("state.py", 2, "WFL304", "error")]


def test_one_value_is_one_fault(tmp_path: Path) -> None:
    state = (
        "import os, time\n\n\ndef load():\n    where = os.environ['A']\n"
        "    return where, os.environ['B'], time.time()\n\n\nVALUE = load()\n"
    )
    root = project(tmp_path, "return state.VALUE", state=state)
    assert found(root) == [("state.py", 6, "WFL107", "error")], "the worst of the three"


# Where it is shown.


def test_each_link_of_the_chain_is_where_the_next_one_is_imported(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        "return state.VALUE",
        state='"""Text."""\n\nimport deep\nVALUE = deep.VALUE\n',
        deep="from make import make\n\n\nVALUE = make()\n",
        make="import uuid\n\n\ndef make():\n    return uuid.uuid4()\n",
    )
    (diagnostic,) = harness.run(root).diagnostics
    chain = [(h.qualname, Path(h.filename).name, h.location.row) for h in diagnostic.chain]
    assert chain == [
        ("ShopWorkflow", "flow.py", 5),
        ("flow", "flow.py", 2),
        ("state", "state.py", 3),
        ("deep", "deep.py", 4),
        ("make", "make.py", 5),
    ]


def test_of_two_ways_to_a_module_the_shorter_is_shown(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        "return state.VALUE",
        "import longer\nimport state",
        longer="import state\n",
        state="import time\nVALUE = time.time()\n",
    )
    (diagnostic,) = harness.run(root).diagnostics
    assert [h.qualname for h in diagnostic.chain] == ["ShopWorkflow", "flow", "state"]


def test_a_comment_hides_it(tmp_path: Path) -> None:
    state = "import time\nVALUE = time.time()  # wflint: ignore[WFL107] on purpose\n"
    root = project(tmp_path, "return state.VALUE", state=state)
    result = harness.run(root)
    assert (result.diagnostics, result.stats.suppressed) == ([], 1)


def test_a_helper_that_is_checked_alone_is_told_the_same(tmp_path: Path) -> None:
    state = "import random\nVALUE = random.random()\n"
    root = project(tmp_path, "return state.VALUE", state=state)
    alone: Sequence[Diagnostic] = harness.run(root, [root / "state.py"]).diagnostics
    assert [_told(d) for d in alone] == found(root)


def test_modules_that_import_each_other_come_to_an_end(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        "return state.VALUE",
        state="import other\nVALUE = other.VALUE\n",
        other="import time\nimport state\nVALUE = time.time()\nSAME = state.VALUE\n",
    )
    assert found(root) == [("other.py", 3, "WFL107", "error")]


def test_a_chain_of_thousands_of_modules(tmp_path: Path) -> None:
    count = 1500
    modules = {f"m{n}": f"import m{n + 1}\n" for n in range(count)}
    last = {f"m{count}": "import atexit\natexit.register(print)\n"}
    root = project(tmp_path, "return 3", "import m0", **modules, **last)
    (diagnostic,) = harness.run(root).diagnostics
    assert len(diagnostic.chain) == count + 3


# State of modules that are imported late.

COUNTER = "seen = []\ndef count():\n    seen.append(1)\n"


@pytest.mark.parametrize(
    ("late", "severity"),
    [
        ("from state import count; return count()", "warning"),
        ("import between; return between.count()", "warning"),
        (f"{PASSED}        from state import count\n        return count()", "error"),
    ],
)
def test_what_is_imported_late_is_the_workflow_s_own_unless_passed_through(
    late: str, severity: str, tmp_path: Path
) -> None:
    between = "from state import count\n"
    root = project(tmp_path, late, "", state=COUNTER, between=between)
    assert ("state.py", 3, "WFL311", severity) in found(root)


def test_what_only_a_module_imports_that_is_passed_through_is_shared(tmp_path: Path) -> None:
    between = "from state import count\ndef later():\n    import other\n"
    root = project(
        tmp_path,
        "return between.count()",
        f"{PASSED}import between",
        state=COUNTER,
        between=between,
        other="from state import count\n",
    )
    assert ("state.py", 3, "WFL311", "error") in found(root)


def test_a_link_is_at_the_import_statement_inside_a_function(tmp_path: Path) -> None:
    state = "\n\ndef batch():\n    if True:\n        import late\n    return late.BATCH\n"
    late = 'import os\nBATCH = os.environ.get("BATCH")\n'
    root = project(tmp_path, "return state.batch()", state=state, late=late)
    (diagnostic,) = (d for d in harness.run(root).diagnostics if d.code == "WFL107")
    link = next(h for h in diagnostic.chain if h.qualname == "state")
    assert link.location.row == 5


def test_the_message_names_the_cause_where_the_name_does_not(tmp_path: Path) -> None:
    state = (
        "from pydantic_settings import BaseSettings\n"
        "class AppConfig(BaseSettings):\n    key: str\n"
        "CONFIG = AppConfig()\n"
    )
    root = project(tmp_path, "return state.CONFIG.key", state=state)
    (diagnostic,) = (d for d in harness.run(root).diagnostics if d.code == "WFL107")
    assert diagnostic.message.startswith(
        "`AppConfig()` (`pydantic_settings.BaseSettings`) reads environment variables when"
    )
