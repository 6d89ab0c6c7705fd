"""A function that somebody else calls as well is not fixed, and the diagnostic says so."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests import harness
from wflint.diagnostics import Applicability, Diagnostic
from wflint.facts.model import ModuleFacts
from wflint.facts.modules import ModuleReader
from wflint.run.check import check
from wflint.run.request import Request
from wflint.system.disk import read_file

FLOW = """
    from temporalio import workflow

    from shop.clock import stamp

    @workflow.defn
    class OrderWorkflow:
        @workflow.run
        async def run(self) -> float:
            return stamp()
"""
CLOCK = """
    import time

    def stamp() -> float:
        return time.time()
"""


def found(folder: Path, **files: str) -> list[Diagnostic]:
    """Return what is said of a package ``shop`` with these modules, a workflow and its clock."""
    write(folder, files)
    return [d for d in harness.run(folder).diagnostics if d.code != "WFL301"]


def write(folder: Path, files: dict[str, str]) -> None:
    texts = {"flow": FLOW, "clock": CLOCK, "__init__": "", **files}
    package = folder / "shop"
    package.mkdir()
    (folder / "pyproject.toml").write_text(harness.PROJECT_FILE)
    for name, text in texts.items():
        (package / f"{name}.py").write_text(textwrap.dedent(text))


def withheld(folder: Path, **files: str) -> str:
    """Return why the only diagnostic has no fix; empty if it has one."""
    (diagnostic,) = found(folder, **files)
    return reason_of(diagnostic)


def reason_of(diagnostic: Diagnostic) -> str:
    """Return why a diagnostic has no fix; empty if it has one."""
    if diagnostic.fix is not None:
        return ""
    _, separator, reason = diagnostic.message.partition("(not fixed: ")
    assert separator, "it says why"
    return reason.removesuffix(")")


def test_a_helper_of_workflows_is_fixed(tmp_path: Path) -> None:
    second = FLOW.replace("OrderWorkflow", "OtherWorkflow")
    (diagnostic,) = found(tmp_path, second=second)
    assert diagnostic.fix is not None
    assert diagnostic.other_entries == 1


CALLERS = {
    "an activity": """
        from temporalio import activity
        from shop.clock import stamp

        @activity.defn
        async def charge() -> float:
            return stamp()
    """,
    "an import under another name": """
        from shop.clock import stamp as now

        def report() -> float:
            return now()
    """,
    "a call through the module": """
        import shop.clock

        def report() -> float:
            return shop.clock.stamp()
    """,
    "a re-export": """
        from shop import stamp

        def report() -> float:
            return stamp()
    """,
    "an import inside the function": """
        def report() -> float:
            from .clock import stamp
            return stamp()
    """,
    "a lambda": """
        from shop.clock import stamp

        def report() -> list[float]:
            return list(map(lambda _: stamp(), range(2)))
    """,
    "another helper that an activity calls": """
        from shop.clock import stamp

        def report() -> float:
            return stamp()
    """,
    "a method": """
        from shop.clock import stamp

        class Report:
            def made_at(self) -> float:
                return stamp()
    """,
    "a decorated function": """
        import functools
        from shop.clock import stamp

        @functools.lru_cache
        def report() -> float:
            return stamp()
    """,
}


@pytest.mark.parametrize("code", CALLERS.values(), ids=CALLERS)
def test_a_helper_that_others_call_is_not_fixed(code: str, tmp_path: Path) -> None:
    extra = {"__init__": "from .clock import stamp"} if "from shop import" in code else {}
    reason = withheld(tmp_path, other=code, **extra)
    assert "other.py also runs it outside workflows, where `workflow.time` raises" in reason


KEEPERS = {
    "a function in a thread": """
        import threading
        from shop.clock import stamp

        def report() -> None:
            threading.Thread(target=stamp).start()
    """,
    "the default of a field": """
        from dataclasses import dataclass, field
        from shop.clock import stamp

        @dataclass
        class Report:
            made_at: float = field(default_factory=stamp)
    """,
    "a table": """
        from shop.clock import stamp

        COLUMNS = {"made at": stamp}
    """,
}


@pytest.mark.parametrize("code", KEEPERS.values(), ids=KEEPERS)
def test_a_helper_that_others_hand_on_is_not_fixed(code: str, tmp_path: Path) -> None:
    """Nobody is said to run it."""
    reason = withheld(tmp_path, other=code)
    assert "other.py hands it on, so it may also run outside workflows, where" in reason


def test_the_default_of_a_field_is_not_fixed_for_the_workflow_alone(tmp_path: Path) -> None:
    """Whoever makes such an object runs it."""
    clock = """
        import time
        from dataclasses import dataclass, field

        def stamp() -> float:
            return time.time()

        @dataclass
        class Report:
            made_at: float = field(default_factory=stamp)
    """
    flow = FLOW.replace("import stamp", "import Report").replace("stamp()", "Report().made_at")
    reason = withheld(tmp_path, clock=clock, flow=flow)
    assert reason.startswith("`Report` in ")
    assert "clock.py hands it on, so it may also run outside workflows, where" in reason


def test_a_module_that_calls_it_when_it_is_imported_is_named(tmp_path: Path) -> None:
    script = "from shop.clock import stamp\n\nprint(stamp())\n"
    assert withheld(tmp_path, script=script).startswith("the module itself in ")


def test_a_script_behind_a_main_guard_counts(tmp_path: Path) -> None:
    clock = textwrap.dedent(CLOCK) + "\nif __name__ == '__main__':\n    print(stamp())\n"
    assert "clock.py" in withheld(tmp_path, clock=clock)


def test_a_script_behind_a_main_guard_in_a_syntax_of_the_future_counts(tmp_path: Path) -> None:
    script = "from shop.clock import stamp\nif __name__ == '__main__':\n    print(t'{stamp()}')\n"
    assert "script.py" in withheld(tmp_path, script=script)


def test_a_test_counts(tmp_path: Path) -> None:
    test = "from shop.clock import stamp\n\ndef test_stamp() -> None:\n    assert stamp() > 0\n"
    assert "`test_stamp`" in withheld(tmp_path, test_clock=test)


def test_callers_are_looked_for_through_workflow_code(tmp_path: Path) -> None:
    flow = FLOW.replace("shop.clock import stamp", "shop.price import price").replace(
        "stamp()", "price()"
    )
    price = "from shop.clock import stamp\n\ndef price() -> float:\n    return stamp()\n"
    report = "from shop.price import price\n\ndef report() -> float:\n    return price()\n"
    assert withheld(tmp_path, flow=flow, price=price, report=report).startswith("`report` in ")


METHOD = """
    import time

    class Clock:
        def stamp(self) -> float:
            return time.time()
"""
FLOW_WITH_METHOD = FLOW.replace("import stamp", "import Clock").replace(
    "stamp()", "Clock().stamp()"
)


def test_a_method_that_only_workflows_call_is_fixed(tmp_path: Path) -> None:
    other = "class Report:\n    def stamp(self) -> int:\n        return 1\n\nReport().stamp()\n"
    assert withheld(tmp_path, flow=FLOW_WITH_METHOD, clock=METHOD, other=other) == ""


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("Clock().stamp()", id="of a new object"),
        pytest.param("clock.stamp()", id="of an object whose type is not known"),
    ],
)
def test_a_method_that_others_call_is_not_fixed(call: str, tmp_path: Path) -> None:
    other = f"from shop.clock import Clock\n\ndef report(clock) -> float:\n    return {call}\n"
    reason = withheld(tmp_path, flow=FLOW_WITH_METHOD, clock=METHOD, other=other)
    assert reason.startswith("`report` in ")


def test_a_constructor_is_called_by_the_name_of_its_class(tmp_path: Path) -> None:
    clock = METHOD.replace(
        "def stamp(self) -> float:\n            return",
        "def __init__(self):\n            self.at =",
    )
    flow = FLOW_WITH_METHOD.replace("Clock().stamp()", "Clock().at")
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    alone.mkdir()
    shared.mkdir()
    assert withheld(alone, flow=flow, clock=clock) == ""
    other = "from shop.clock import Clock\n\ndef report() -> Clock:\n    return Clock()\n"
    assert "`report`" in withheld(shared, flow=flow, clock=clock, other=other)


def test_a_function_inside_of_another_is_called_where_that_is(tmp_path: Path) -> None:
    clock = """
        import time

        def stamp() -> float:
            def read() -> float:
                return time.time()
            return read()
    """
    report = "from shop.clock import stamp\n\ndef report() -> float:\n    return stamp()\n"
    assert "`report`" in withheld(tmp_path, clock=clock, report=report)


def test_methods_of_the_workflow_itself_are_fixed(tmp_path: Path) -> None:
    flow = """
        import time
        from temporalio import workflow

        @workflow.defn
        class OrderWorkflow:
            @workflow.run
            async def run(self) -> float:
                return self._stamp()

            def _stamp(self) -> float:
                return time.time()
    """
    assert withheld(tmp_path, flow=flow) == ""


DECORATED = """
    import contextlib
    import functools
    import time

    import acme

    def logged(function):
        @functools.wraps(function)
        def inner(*args):
            return function(*args)
        return inner

    @{decorator}
    def stamp() -> float:
        return time.time()
"""


@pytest.mark.parametrize("decorator", ["functools.cache", "logged"])
def test_a_decorator_is_no_caller(decorator: str, tmp_path: Path) -> None:
    clock = DECORATED.replace("{decorator}", decorator)
    assert withheld(tmp_path, clock=clock) == ""


def test_an_override_is_no_caller(tmp_path: Path) -> None:
    method = METHOD.replace("import time", "import time\n    from typing import override")
    clock = method.replace("def stamp", "@override\n        def stamp")
    assert withheld(tmp_path, flow=FLOW_WITH_METHOD, clock=clock) == ""


def test_a_decorator_of_a_library_may_have_the_function_called(tmp_path: Path) -> None:
    clock = DECORATED.replace("{decorator}", "acme.job")
    assert withheld(tmp_path, clock=clock) == (
        "`@acme.job` of `stamp` may run it outside workflows, where `workflow.time` raises"
    )


LONG = ", ".join(f"'name_{n}'" for n in range(3_000))
UNREAD = {
    # what is in the file, and how it is named
    "a syntax error": (b"from shop.clock import stamp\nprint(stamp()\n", "{}"),
    "a merge conflict": (b"<<<<<<< ours\nstamp()\n=======\n>>>>>>> theirs\n", "{}"),
    "a syntax of Python 2": (b"from shop.clock import stamp\nprint stamp()\n", "{}"),
    "a template": (b"from {{ shop }}.clock import stamp\n", "{}"),
    "a syntax that nobody knows": (b"lazily import shop\nshop.clock.stamp()\n", "{}"),
    "bytes that are no text": (b"from shop.clock import stamp\nx = '\xff'\nstamp()\n", "{}"),
    "an unknown encoding": (b"# coding: klingon\nfrom shop.clock import stamp\n", "{}"),
    "a NUL byte": (b"from shop.clock import stamp\nx = '\0'\n", "{}"),
    "brackets without end": (b"from shop.clock import stamp\nx = " + b"[" * 500, "{}"),
    "a function that is too deep": (
        b"from shop.clock import stamp\ndef report():\n    return "
        + b"+".join([b"stamp()"] * 1200),
        "`report` in {}",
    ),
    "a method that is too deep": (
        b"from shop.clock import stamp\nclass C:\n    def report(self):\n        return "
        + b"+".join([b"stamp()"] * 1200),
        "`C.report` in {}",
    ),
    "an expression of the module that is too deep": (
        b"from shop.clock import stamp\nX = " + b"+".join([b"stamp()"] * 1200),
        "the module itself in {}",
    ),
    "a table that is too long": (
        f"from shop.clock import stamp\nTABLE = [{LONG}, stamp]\n".encode(),
        "the module itself in {}",
    ),
}


@pytest.mark.parametrize("kind", UNREAD)
def test_code_that_cannot_be_read_may_call_the_helper_that_it_names(
    kind: str, tmp_path: Path
) -> None:
    content, named = UNREAD[kind]
    reason = withheld_beside(content, tmp_path)
    name = named.format(reason.partition(" cannot")[0].rpartition("`")[2].rpartition(" ")[2])
    assert reason.endswith(
        "other.py cannot be read and may also run it outside workflows, "
        "where `workflow.time` raises"
    )
    assert reason.startswith(name)


def withheld_beside(content: bytes, folder: Path) -> str:
    """Return why the helper is not fixed beside a file with some bytes."""
    (folder / "other.py").write_bytes(content)
    return withheld(folder)


NOT_MEANT = {
    "a file that cannot be read and names something else": b"from shop.clock import (\n",
    "a file in another encoding that names something else": b"# coding: latin-1\nx = '\xe4'\n",
    "a function that is too deep and names something else": (
        b"from shop.clock import stamp\ndef report():\n    return " + b"+".join([b"a"] * 1200)
    ),
    "a table that is too long and names something else": (
        f"from shop.clock import stamp\nTABLE = [{LONG}]\n".encode()
    ),
}


@pytest.mark.parametrize("kind", NOT_MEANT)
def test_code_that_cannot_be_read_and_does_not_name_the_helper(kind: str, tmp_path: Path) -> None:
    assert withheld_beside(NOT_MEANT[kind], tmp_path) == ""


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-7"])
def test_a_helper_is_found_in_the_encoding_of_each_file(encoding: str, tmp_path: Path) -> None:
    call = (
        f"# coding: {encoding.removesuffix('-sig')}\nfrom shop.uhr import prüfe\nprint(prüfe())\n"
    )
    (tmp_path / "other.py").write_bytes(call.encode(encoding))
    uhr = CLOCK.replace("stamp", "prüfe")
    flow = FLOW.replace("clock", "uhr").replace("stamp", "prüfe")
    assert withheld(tmp_path, flow=flow, uhr=uhr).startswith("the module itself in ")


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(27, "File too large"), OSError(5)]
)
def test_a_file_whose_bytes_cannot_be_had_may_call_every_helper(
    error: OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> bytes:
        if path.endswith("other.py"):
            raise error
        return read_file(path)

    monkeypatch.setattr("wflint.run.check.read_file", refuse)
    (tmp_path / "other.py").touch()
    write(tmp_path, {})
    result = check(Request(paths=(str(tmp_path),)))
    (diagnostic,) = result.diagnostics
    assert "other.py cannot be read and may also run it outside" in reason_of(diagnostic)
    assert len(result.problems) == 1


def test_a_file_on_which_wflint_fails_may_call_the_helper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_DEBUG")
    read = ModuleReader.read

    def fail(reader: ModuleReader, *rest: Any) -> ModuleFacts:
        if reader.facts.name == "other":
            raise IndexError
        return read(reader, *rest)

    monkeypatch.setattr(ModuleReader, "read", fail)
    (tmp_path / "other.py").write_text("from shop import clock\ndef now(): return clock.stamp()\n")
    reasons = [reason_of(one) for one in found(tmp_path) if one.code == "WFL101"]
    assert ["other.py cannot be read" in reason for reason in reasons] == [True]


@pytest.mark.parametrize(
    ("test", "is_meant"),
    [
        (b"from shop.flow import OrderWorkflow\nOrderWorkflow().touch(\n", True),
        (b"from shop.flow import OrderWorkflow\nOrderWorkflow(\n'\xff')\n", True),
        (b"from shop.flow import OrderWorkflow\nstart(OrderWorkflow.run\n", False),
        (b"from shop.flow import SomethingElse\nSomethingElse().touch(\n", False),
    ],
)
def test_a_test_that_cannot_be_read_may_call_the_handlers_of_what_it_makes(
    test: bytes, is_meant: bool, tmp_path: Path
) -> None:
    (tmp_path / "test_flow.py").write_bytes(test)
    assert ("test_flow.py cannot be read" in withheld(tmp_path, flow=TESTED)) == is_meant


TESTED = """
    import time
    from temporalio import workflow

    @workflow.defn
    class OrderWorkflow:
        @workflow.run
        async def run(self) -> None: ...

        @workflow.signal
        def touch(self) -> None:
            self.at = time.time()
"""


@pytest.mark.parametrize(
    ("call", "is_direct"),
    [
        pytest.param("OrderWorkflow().touch()", True, id="of a new object"),
        pytest.param("flow = OrderWorkflow()\n    flow.touch()", True, id="of a variable"),
        pytest.param(
            "client.start(OrderWorkflow.run).signal(OrderWorkflow.touch)", False, id="none"
        ),
        pytest.param("flow = OrderWorkflow()\n    flow.other()", False, id="of another method"),
    ],
)
def test_a_test_that_calls_a_handler_itself_counts(
    call: str, is_direct: bool, tmp_path: Path
) -> None:
    test = f"from shop.flow import OrderWorkflow\n\ndef test_touch(client):\n    {call}\n"
    assert ("`test_touch`" in withheld(tmp_path, flow=TESTED, test_flow=test)) == is_direct


def test_the_clock_of_what_only_queries_run_is_no_safe_fix(tmp_path: Path) -> None:
    flow = TESTED.replace("signal", "query").replace("self.at =", "return")
    (diagnostic,) = found(tmp_path, flow=flow)
    assert diagnostic.fix is not None
    assert diagnostic.fix.applicability is Applicability.UNSAFE
    assert diagnostic.fix.message == "Use `workflow.time()`, the time of the last workflow task"


HANDLERS = """
    import time
    import uuid
    from temporalio import workflow

    def reference() -> str:
        return str(uuid.uuid4())

    def age() -> float:
        return time.time()

    @workflow.defn
    class OrderWorkflow:
        @workflow.run
        async def run(self) -> str:
            return reference() + str(age())

        @workflow.{kind}
        {definition}
            return None if reference() and age() else None
"""


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        pytest.param("query", "def state(self) -> None:", id="query"),
        pytest.param(
            "update\n        async def pay(self) -> None: ...\n\n        @pay.validator",
            "def check(self) -> None:",
            id="validator",
        ),
    ],
)
def test_what_read_only_handlers_run_keeps_its_clock_fix_and_loses_the_uuid_fix(
    kind: str, definition: str, tmp_path: Path
) -> None:
    flow = textwrap.dedent(HANDLERS).replace("{kind}", kind.replace("        ", "    "))
    flow = flow.replace("{definition}", definition)
    clock, uuid = sorted(found(tmp_path, flow=flow), key=lambda d: d.code)
    assert clock.code == "WFL101" and clock.fix is not None
    assert uuid.code == "WFL113" and uuid.fix is None
    assert "runs it, and `workflow.uuid4` raises in queries and validators" in uuid.message


def test_signals_and_updates_may_draw_ids(tmp_path: Path) -> None:
    flow = textwrap.dedent(HANDLERS).replace("{kind}", "signal")
    flow = flow.replace("{definition}", "def note(self) -> None:")
    assert all(d.fix is not None for d in found(tmp_path, flow=flow))


@pytest.mark.parametrize(
    "head", ["# @generated by protoc", "# Code made by a tool. DO NOT EDIT."], ids=["tag", "words"]
)
def test_generated_files_are_not_fixed(head: str, tmp_path: Path) -> None:
    assert withheld(tmp_path, clock=f"{head}\n{textwrap.dedent(CLOCK)}") == "the file is generated"


def test_what_runs_when_a_module_is_imported_is_not_fixed(tmp_path: Path) -> None:
    flow = """
        import time
        from temporalio import workflow

        STARTED = time.time()

        @workflow.defn
        class OrderWorkflow:
            @workflow.run
            async def run(self) -> float:
                return STARTED
    """
    assert [(d.code, d.fix) for d in found(tmp_path, flow=flow)] == [("WFL107", None)]


def test_the_same_is_said_whichever_file_is_named(tmp_path: Path) -> None:
    other = CALLERS["an activity"]
    (whole,) = found(tmp_path, other=other)
    (alone,) = harness.run(tmp_path, [tmp_path / "shop" / "clock.py"]).diagnostics
    assert alone == whole


IDLE = f"""{FLOW}
        async def again(self) -> float:
            return await self.twice()

        async def twice(self) -> float:
            return stamp() + await self.again()
"""


def test_a_method_of_a_workflow_that_nobody_calls_runs_nothing(tmp_path: Path) -> None:
    assert withheld(tmp_path, flow=IDLE) == ""


def test_a_method_of_a_workflow_runs_where_somebody_else_calls_it(tmp_path: Path) -> None:
    other = "async def report(flow) -> float:\n    return await flow.again()\n"
    assert withheld(tmp_path, flow=IDLE, other=other).startswith("`report` in ")
