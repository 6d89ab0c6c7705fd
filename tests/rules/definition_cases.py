"""Definitions that the real SDK refuses or accepts, with what wflint says of them.

Each case is the code of a module without its imports. ``code`` is the rule that reports it, and
``refusal`` what the SDK says: ``""`` where it accepts the module. What starts a Worker is in a
function ``make_worker(client)``, which is called with a client that is not connected.
"""

from __future__ import annotations

from typing import NamedTuple

IMPORTS = """\
import abc
import functools
import typing
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Generic, List, Optional, Protocol, TypeVar, Union

from temporalio import activity, workflow
from temporalio.common import RawValue
from temporalio.worker import Worker

T = TypeVar("T")

"""

RUN = """\
    @workflow.run
    async def run(self, order: str) -> str:
        return order
"""
BASE = f"""\
class Base:
{RUN}
"""
WORKER = """
def make_worker(client):
    return Worker(client, task_queue="orders", workflows=[Flow])
"""


class Case(NamedTuple):
    """One module; see above."""

    name: str
    code: str
    refusal: str
    source: str


def refused(name: str, code: str, refusal: str, source: str) -> Case:
    """A module that the SDK refuses."""
    return Case(name, code, refusal, source)


def accepted(name: str, source: str, code: str = "") -> Case:
    """A module that the SDK accepts, which may still be wrong."""
    return Case(name, code, "", source)


_MISSING = "ValueError: Invalid workflow class: Missing @workflow.run method"
_NOT_ASYNC = "ValueError: Workflow run method must be an async function"
_INIT = "ValueError: Invalid workflow class: @workflow.init and @workflow.run method parameters do"
_MUST_BE = "ValueError: Invalid workflow class: @workflow.run method run must be defined on"
_TWO_REASONS = "ValueError: Invalid workflow class for 2 reasons: @workflow.run method run must be"
_DYNAMIC = "TypeError: Dynamic workflow must accept a single Sequence[temporalio.common.RawValue]"
_DYNAMIC_ACTIVITY = "TypeError: Dynamic activity must accept a single Sequence[temporalio.common."
_UNDECORATED = "ValueError: Workflow Flow missing attributes, was it decorated with @workflow.defn?"


def _flow(body: str, options: str = "", bases: str = "") -> str:
    return f"@workflow.defn{options}\nclass Flow{bases}:\n{body}\n"


def _init(init: str, run: str) -> str:
    return _flow(
        f"    @workflow.init\n    def __init__(self, {init}) -> None: ...\n\n"
        f"    @workflow.run\n    async def run(self, {run}) -> None: ...\n"
    )


IN_BRANCH = RUN.replace("    ", "        ")


def _run(head: str, more: str = "") -> str:
    return _flow(f"    {more}@workflow.run\n    {head} ...\n")


CASES = (
    # What has a run method.
    refused("no run method", "WFL501", _MISSING, _flow("    async def run(self) -> None: ...\n")),
    refused("no body at all", "WFL501", _MISSING, _flow("    pass\n", bases="(abc.ABC)")),
    refused(
        "no run method in a base either",
        "WFL501",
        _MISSING,
        "class Base:\n    size = 1\n\n" + _flow("    pass", bases="(Base)"),
    ),
    accepted(
        "a run method in one of two branches",
        _flow(f"    if typing.TYPE_CHECKING:\n        pass\n    else:\n{IN_BRANCH}"),
    ),
    refused(
        "a run method by a call, which wflint does not judge",
        "",
        f"{_MUST_BE} Flow",
        "async def _run(self) -> None: ...\n\n" + _flow("    run = workflow.run(_run)"),
    ),
    accepted(
        "a run method by a decorator below",
        "def with_run(cls):\n    async def run(self) -> None: ...\n\n"
        "    run.__qualname__ = f'{cls.__name__}.run'\n"
        "    cls.run = workflow.run(run)\n    return cls\n\n"
        "@workflow.defn\n@with_run\nclass Flow:\n    pass\n",
    ),
    accepted(
        "a run method by __init_subclass__",
        "class Base:\n    def __init_subclass__(cls) -> None:\n"
        "        async def run(self) -> None: ...\n\n"
        "        run.__qualname__ = f'{cls.__name__}.run'\n"
        "        cls.run = workflow.run(run)\n\n" + _flow("    pass", bases="(Base)"),
    ),
    # What the run method is.
    refused("a plain run method", "WFL502", _NOT_ASYNC, _run("def run(self) -> None:")),
    refused(
        "a plain run method of a base that nobody uses",
        "WFL502",
        _NOT_ASYNC,
        "class Base(abc.ABC):\n    @workflow.run\n    def run(self) -> None: ...\n",
    ),
    refused(
        "a run method that yields",
        "WFL502",
        _NOT_ASYNC,
        _flow("    @workflow.run\n    async def run(self):\n        yield 1\n"),
    ),
    accepted(
        "a run method that is wrapped",
        "def as_async(fn):\n    async def run(self):\n        return fn(self)\n\n"
        "    run.__qualname__ = fn.__qualname__\n    return run\n\n"
        + _flow("    @workflow.run\n    @as_async\n    def run(self):\n        return 1\n"),
    ),
    accepted(
        "an abstract run method", _run("async def run(self) -> None:", "@abc.abstractmethod\n    ")
    ),
    refused(
        "two run methods",
        "WFL503",
        "ValueError: Invalid workflow class: Multiple @workflow.run methods found",
        _flow(RUN + RUN.replace("def run", "def start")),
    ),
    refused(
        "a run method beside that of the base",
        "WFL503",
        _TWO_REASONS,
        BASE + _flow(RUN.replace("def run", "def start"), bases="(Base)"),
    ),
    accepted("a run method that overrides another", BASE + _flow(RUN, bases="(Base)")),
    accepted(
        "a run method in each of two branches",
        _flow(f"    if typing.TYPE_CHECKING:\n{IN_BRANCH}    else:\n{IN_BRANCH}"),
    ),
    refused(
        "a run method in the base",
        "WFL504",
        _TWO_REASONS,
        BASE + _flow("    pass", bases="(Base)"),
    ),
    refused(
        "a run method in a generic base",
        "WFL504",
        _TWO_REASONS,
        BASE.replace("Base", "Base(Generic[T])") + _flow("    pass", bases="(Base[int])"),
    ),
    # Where the class stands.
    refused(
        "a class in a class",
        "WFL505",
        f"{_MUST_BE} Outer.Flow",
        "class Outer:\n    @workflow.defn\n    class Flow:\n"
        "        @workflow.run\n        async def run(self) -> None: ...\n",
    ),
    refused(
        "a class in a function",
        "WFL505",
        "ValueError: Local classes unsupported, @workflow.run cannot be on a local class",
        "def make():\n    @workflow.defn\n    class Flow:\n"
        "        @workflow.run\n        async def run(self) -> None: ...\n\nmake()\n",
    ),
    # How it is made.
    refused("init lacks a parameter", "WFL506", _INIT, _init("a: int", "a: int, b: int")),
    refused("init has another annotation", "WFL506", _INIT, _init("a: int", "a: str")),
    refused("init has another default", "WFL506", _INIT, _init("a: int = 1", "a: int = 2")),
    refused("init has a default", "WFL506", _INIT, _init("a: int = 1", "a: int")),
    refused("init has another kind", "WFL506", _INIT, _init("*a: int", "a: int")),
    refused("init has a list of typing", "WFL506", _INIT, _init("a: List[int]", "a: list[int]")),
    refused("init has a text", "WFL506", _INIT, _init("a: 'int'", "a: int")),
    accepted("init has other names", _init("a: int", "b: int")),
    accepted("init has an Optional", _init("a: Optional[int]", "a: int | None")),
    accepted("init has a Union", _init("a: Union[int, str]", "a: str | int")),
    accepted("init has an alias", "Order = dict\n" + _init("a: Order", "a: dict")),
    accepted(
        "init has an alias of something with parameters",
        "Order = dict[str, int]\n" + _init("a: Order", "a: dict[str, int]"),
    ),
    accepted(
        "an init that the base has",
        "class Base:\n    @workflow.init\n    def __init__(self, order: str) -> None: ...\n\n"
        + _flow(RUN, bases="(Base)"),
    ),
    accepted(
        "an init with parameters and no decorator",
        _flow("    def __init__(self, order: str) -> None: ...\n\n" + RUN),
        "WFL507",
    ),
    accepted(
        "an init of a base with parameters",
        "class Base:\n    def __init__(self, order: str) -> None: ...\n\n"
        + _flow(RUN, bases="(Base)"),
        "WFL507",
    ),
    accepted(
        "an init with defaults",
        _flow("    def __init__(self, order: str = '') -> None: ...\n" + RUN),
    ),
    accepted(
        "an init that takes anything", _flow("    def __init__(self, *a, **b) -> None: ...\n" + RUN)
    ),
    accepted(
        "an init whose arguments __new__ gives",
        "class Meta(type):\n    def __call__(cls):\n        return super().__call__('order')\n\n"
        + _flow(
            "    def __init__(self, order: str) -> None: ...\n" + RUN, bases="(metaclass=Meta)"
        ),
    ),
    # How decorators are written.
    refused(
        "run with parentheses",
        "WFL508",
        "TypeError: run() missing 1 required positional argument: 'fn'",
        _flow(RUN.replace("workflow.run", "workflow.run()")),
    ),
    refused(
        "init with parentheses",
        "WFL508",
        "TypeError: init() missing 1 required positional argument: 'init_fn'",
        _flow("    @workflow.init()\n    def __init__(self, a: str) -> None: ...\n" + RUN),
    ),
    refused(
        "query with parentheses",
        "WFL508",
        "RuntimeError: Cannot create query without function or name or dynamic",
        _flow("    @workflow.query()\n    def size(self) -> int:\n        return 1\n\n" + RUN),
    ),
    refused(
        "dynamic_config with parentheses",
        "WFL508",
        "TypeError: dynamic_config() missing 1 required positional argument: 'fn'",
        _flow(
            "    @workflow.dynamic_config()\n    def config(self): ...\n\n"
            + RUN.replace("order: str", "order: Sequence[RawValue]"),
            "(dynamic=True)",
        ),
    ),
    refused(
        "validator with parentheses",
        "WFL508",
        "TypeError: 'NoneType' object is not callable",
        _flow(
            "    @workflow.update\n    def add(self) -> None: ...\n\n"
            "    @add.validator()\n    def check(self) -> None: ...\n\n" + RUN
        ),
    ),
    refused(
        "a workflow's name by position",
        "WFL508",
        "AttributeError: 'str' object has no attribute '__name__'",
        _flow(RUN, "('Flow')"),
    ),
    refused(
        "a signal's name by position",
        "WFL508",
        "AttributeError: 'str' object has no attribute '__name__'",
        _flow("    @workflow.signal('add')\n    def add(self) -> None: ...\n\n" + RUN),
    ),
    refused(
        "an activity's name by position",
        "WFL508",
        "AttributeError: 'str' object has no attribute '__name__'",
        "@activity.defn('charge')\nasync def charge() -> None: ...\n",
    ),
    accepted(
        "what may have parentheses",
        _flow(
            "    @workflow.signal()\n    def add(self) -> None: ...\n\n"
            "    @workflow.update()\n    def drop(self) -> None: ...\n\n" + RUN,
            "()",
        )
        + "@activity.defn()\nasync def charge() -> None: ...\n",
    ),
    # What is dynamic.
    refused(
        "a dynamic workflow with a plain parameter",
        "WFL509",
        _DYNAMIC,
        _flow(RUN, "(dynamic=True)"),
    ),
    refused(
        "a dynamic workflow with the Sequence of typing",
        "WFL509",
        _DYNAMIC,
        _flow(RUN.replace("order: str", "order: typing.Sequence[RawValue]"), "(dynamic=True)"),
    ),
    refused(
        "a dynamic workflow without an annotation",
        "WFL509",
        _DYNAMIC,
        _flow(RUN.replace("order: str", "order"), "(dynamic=True)"),
    ),
    refused(
        "a dynamic workflow with a list",
        "WFL509",
        _DYNAMIC,
        _flow(RUN.replace("order: str", "order: list[RawValue]"), "(dynamic=True)"),
    ),
    refused(
        "a dynamic activity with two parameters",
        "WFL509",
        _DYNAMIC_ACTIVITY,
        "@activity.defn(dynamic=True)\nasync def each(a: Sequence[RawValue], b) -> None: ...\n",
    ),
    accepted(
        "a dynamic workflow and activity",
        _flow(RUN.replace("order: str", "order: Sequence[RawValue]"), "(dynamic=True)")
        + "@activity.defn(dynamic=True)\nasync def any_of(a: Sequence[RawValue]) -> None: ...\n\n"
        "class Some:\n    @activity.defn(dynamic=True)\n"
        "    async def any_of(self, a: Sequence[RawValue]) -> None: ...\n",
    ),
    accepted(
        "a dynamic workflow with an alias",
        "Values = Sequence[RawValue]\n\n"
        + _flow(RUN.replace("order: str", "order: Values"), "(dynamic=True)"),
    ),
    accepted(
        "a dynamic workflow with a name",
        _flow(RUN.replace("order: str", "order: Sequence[RawValue]"), "(name='Any', dynamic=True)"),
        "WFL510",
    ),
    accepted(
        "a dynamic activity with a name",
        "@activity.defn(name='any', dynamic=True)\n"
        "async def any_of(a: Sequence[RawValue]) -> None: ...\n",
        "WFL510",
    ),
    *(
        refused(
            f"a dynamic {kind} with a name",
            "WFL510",
            "RuntimeError: Cannot provide name and dynamic boolean",
            _flow(
                f"    @workflow.{kind}(name='any', dynamic=True)\n"
                "    def any_of(self, name: str, args: Sequence[RawValue]) -> None: ...\n\n" + RUN
            ),
        )
        for kind in ("query", "signal", "update")
    ),
    accepted(
        "names of what is not dynamic",
        _flow(
            "    @workflow.signal(name='add', dynamic=False)\n    def add(self) -> None: ...\n\n"
            "    @workflow.signal(name=None, dynamic=True)\n"
            "    def other(self, name: str, args: Sequence[RawValue]) -> None: ...\n\n" + RUN,
            "(name='Flow', dynamic=False)",
        ),
    ),
    refused(
        "a configuration that waits",
        "WFL511",
        "ValueError: Workflow dynamic_config method must be synchronous",
        _flow("    @workflow.dynamic_config\n    async def config(self): ...\n\n" + RUN),
    ),
    refused(
        "a configuration with a parameter",
        "WFL511",
        "ValueError: Workflow dynamic_config method must only take self parameter",
        _flow("    @workflow.dynamic_config\n    def config(self, a=1): ...\n\n" + RUN),
    ),
    refused(
        "a configuration of a workflow that is not dynamic",
        "WFL511",
        "ValueError: Invalid workflow class: @workflow.dynamic_config can only be used in dynamic",
        _flow("    @workflow.dynamic_config\n    def config(self): ...\n\n" + RUN),
    ),
    accepted(
        "a configuration",
        _flow(
            "    @workflow.dynamic_config\n    def config(self): ...\n\n"
            + RUN.replace("order: str", "order: Sequence[RawValue]"),
            "(dynamic=True)",
        ),
    ),
    # What counts once.
    refused(
        "a workflow twice",
        "WFL512",
        "ValueError: Class already contains workflow definition",
        "@workflow.defn(name='Other')\n" + _flow(RUN),
    ),
    refused(
        "an activity twice",
        "WFL512",
        "ValueError: Function already contains activity definition",
        "@activity.defn\n@activity.defn\nasync def charge() -> None: ...\n",
    ),
    refused(
        "two validators",
        "WFL512",
        "RuntimeError: Validator already set for update add",
        _flow(
            "    @workflow.update\n    def add(self) -> None: ...\n\n"
            "    @add.validator\n    def check(self) -> None: ...\n\n"
            "    @add.validator\n    def check_too(self) -> None: ...\n\n" + RUN
        ),
    ),
    accepted(
        "a workflow and its base",
        "@workflow.defn\n" + BASE + _flow(RUN, bases="(Base)"),
    ),
    accepted(
        "validators of two updates",
        _flow(
            "    @workflow.update\n    def add(self) -> None: ...\n\n"
            "    @add.validator\n    def check(self) -> None: ...\n\n"
            "    @workflow.update\n    def drop(self) -> None: ...\n\n"
            "    @drop.validator\n    def check_drop(self) -> None: ...\n\n" + RUN
        ),
    ),
    # What a Worker is given.
    refused(
        "a subclass without a decorator",
        "WFL513",
        _UNDECORATED,
        "@workflow.defn\n" + BASE + f"class Flow(Base):\n{RUN}{WORKER}",
    ),
    refused("a class without a decorator", "WFL524", _UNDECORATED, f"class Flow:\n{RUN}{WORKER}"),
    accepted("a class without a decorator that nobody registers", f"class Flow:\n{RUN}", "WFL524"),
    accepted("a subclass", BASE + _flow(RUN, bases="(Base)") + WORKER),
    accepted(
        "a class that a call decorates", f"class Flow:\n{RUN}\n\nworkflow.defn(Flow)\n{WORKER}"
    ),
    accepted(
        "a class that a loop decorates",
        f"class Flow:\n{RUN}\n\nfor each in [Flow]:\n    workflow.defn(each)\n{WORKER}",
    ),
    accepted(
        "a class that a decorator of the project decorates",
        f"def durable(cls):\n    return workflow.defn(cls)\n\n@durable\nclass Flow:\n{RUN}{WORKER}",
    ),
    accepted(
        "a class that __init_subclass__ decorates",
        "class Base:\n    def __init_subclass__(cls) -> None:\n        workflow.defn(cls)\n\n"
        f"class Flow(Base):\n{RUN}{WORKER}",
    ),
    accepted(
        "abstract classes",
        f"class Base(abc.ABC):\n{RUN}\n\nclass Shape(Protocol):\n{RUN}\n\n"
        "class Stub:\n    @workflow.run\n    async def run(self) -> None:\n"
        "        raise NotImplementedError\n",
    ),
    # Activities.
    refused(
        "a keyword-only parameter",
        "WFL514",
        "TypeError: Activity cannot have keyword-only arguments",
        "@activity.defn\nasync def charge(order: str, *, limit: int = 1) -> None: ...\n",
    ),
    accepted(
        "a keyword-only parameter behind a wrapper, and anything by keyword",
        "def plain(fn):\n    async def charge(order: str) -> None: ...\n\n    return charge\n\n"
        "@activity.defn\n@plain\nasync def charge(order: str, *, limit: int = 1) -> None: ...\n\n"
        "@activity.defn\nasync def refund(order: str, **options: int) -> None: ...\n",
    ),
    refused(
        "a class method in the wrong order",
        "WFL515",
        "TypeError: Activity is not callable",
        "class Payments:\n    @activity.defn\n    @classmethod\n"
        "    async def charge(cls) -> None: ...\n",
    ),
    accepted(
        "a class method and a static method",
        "class Payments:\n    @classmethod\n    @activity.defn\n"
        "    async def charge(cls) -> None: ...\n\n    @activity.defn\n    @staticmethod\n"
        "    async def refund(order: str) -> None: ...\n",
    ),
    accepted(
        "an activity that yields",
        "@activity.defn\nasync def lines() -> AsyncIterator[int]:\n    yield 1\n",
        "WFL516",
    ),
    accepted(
        "an activity with a generator inside",
        "@activity.defn\nasync def lines() -> list[int]:\n    def inner():\n        yield 1\n\n"
        "    return list(inner())\n",
    ),
    # What a run method is called on.
    accepted("a run method without self", _run("async def run() -> None:"), "WFL517"),
    accepted(
        "a static run method",
        _run("async def run(order: str) -> None:", "@staticmethod\n    "),
        "WFL517",
    ),
    refused(
        "a run method of the class",
        "WFL517",
        f"{_MUST_BE} Flow",
        _run("async def run(cls) -> None:", "@classmethod\n    "),
    ),
    refused(
        "a run method above classmethod",
        "WFL517",
        _NOT_ASYNC,
        _flow("    @workflow.run\n    @classmethod\n    async def run(cls) -> None: ...\n"),
    ),
    accepted("a run method with this", _run("async def run(this, order: str) -> None:"), "WFL517"),
    refused(
        "a run method whose self is annotated with the class",
        "WFL517",
        "NameError: name 'Flow' is not defined",
        _run("async def run(self: 'Flow', order: str) -> None:"),
    ),
    accepted(
        "a run method whose self is annotated with a base",
        BASE + _flow(RUN.replace("self", "self: Base"), bases="(Base)"),
        "WFL517",
    ),
    accepted("a run method with nothing but this", _run("async def run(this) -> None:")),
)
