"""Results of the standard library and the SDK: just enough to follow method calls."""

from __future__ import annotations

from collections.abc import Mapping

from wflint.inference import number_types
from wflint.inference.values import ExternalValue
from wflint.standard_library import STANDARD_MODULES
from wflint.temporal.libraries import library_of

_LOOP = "asyncio.AbstractEventLoop"
_CLIENT = "temporalio.client"
_WORKFLOW = "temporalio.workflow"

RESULTS: dict[str, str] = number_types.RESULTS | {
    "re.compile": "re.Pattern",
    "contextvars.copy_context": "contextvars.Context",
    "asyncio.get_event_loop": _LOOP,
    "asyncio.get_running_loop": _LOOP,
    "asyncio.new_event_loop": _LOOP,
    "asyncio.events.get_event_loop": _LOOP,
    "asyncio.events.get_running_loop": _LOOP,
    "asyncio.create_task": "asyncio.Task",
    "asyncio.ensure_future": "asyncio.Task",
    f"{_LOOP}.create_future": "asyncio.Future",
    f"{_LOOP}.create_task": "asyncio.Task",
    "asyncio.TaskGroup.create_task": "asyncio.Task",
    "asyncio.get_event_loop_policy": "asyncio.AbstractEventLoopPolicy",
    "logging.getLogger": "logging.Logger",
    "logging.Logger.getChild": "logging.Logger",
    f"{_CLIENT}.Client.connect": f"{_CLIENT}.Client",
    f"{_CLIENT}.Client.get_workflow_handle": f"{_CLIENT}.WorkflowHandle",
    f"{_CLIENT}.Client.get_workflow_handle_for": f"{_CLIENT}.WorkflowHandle",
    f"{_CLIENT}.Client.start_workflow": f"{_CLIENT}.WorkflowHandle",
    f"{_WORKFLOW}.start_activity": f"{_WORKFLOW}.ActivityHandle",
    f"{_WORKFLOW}.start_activity_class": f"{_WORKFLOW}.ActivityHandle",
    f"{_WORKFLOW}.start_activity_method": f"{_WORKFLOW}.ActivityHandle",
    f"{_WORKFLOW}.start_local_activity": f"{_WORKFLOW}.ActivityHandle",
    f"{_WORKFLOW}.start_local_activity_class": f"{_WORKFLOW}.ActivityHandle",
    f"{_WORKFLOW}.start_local_activity_method": f"{_WORKFLOW}.ActivityHandle",
    f"{_WORKFLOW}.start_child_workflow": f"{_WORKFLOW}.ChildWorkflowHandle",
    f"{_WORKFLOW}.get_external_workflow_handle": f"{_WORKFLOW}.ExternalWorkflowHandle",
    f"{_WORKFLOW}.get_external_workflow_handle_for": f"{_WORKFLOW}.ExternalWorkflowHandle",
    f"{_WORKFLOW}.create_nexus_client": f"{_WORKFLOW}.NexusClient",
    f"{_WORKFLOW}.now": "datetime.datetime",
    f"{_WORKFLOW}.random": "random.Random",
    f"{_WORKFLOW}.new_random": "random.Random",
    "datetime.datetime.now": "datetime.datetime",
    "datetime.datetime.utcnow": "datetime.datetime",
    "datetime.datetime.fromtimestamp": "datetime.datetime",
    "datetime.datetime.strptime": "datetime.datetime",
    "datetime.datetime.combine": "datetime.datetime",
    "datetime.datetime.fromisoformat": "datetime.datetime",
    "datetime.datetime.replace": "datetime.datetime",
    "datetime.datetime.astimezone": "datetime.datetime",
    "datetime.datetime.date": "datetime.date",
    "datetime.datetime.time": "datetime.time",
    "datetime.datetime.timestamp": "builtins.float",
    "datetime.datetime.today": "datetime.datetime",
    "datetime.date.today": "datetime.date",
    "datetime.date.fromisoformat": "datetime.date",
    "datetime.date.replace": "datetime.date",
    f"{_WORKFLOW}.uuid4": "uuid.UUID",
    "tarfile.open": "tarfile.TarFile",
    "pathlib.Path.cwd": "pathlib.Path",
    "pathlib.Path.home": "pathlib.Path",
    "pathlib.Path.joinpath": "pathlib.Path",
    "pathlib.Path.with_suffix": "pathlib.Path",
    "pathlib.Path.with_name": "pathlib.Path",
    "pathlib.Path.with_stem": "pathlib.Path",
    "pathlib.Path.relative_to": "pathlib.Path",
    "pathlib.Path.absolute": "pathlib.Path",
    "pathlib.Path.resolve": "pathlib.Path",
    "pathlib.Path.expanduser": "pathlib.Path",
}
"""The classes of the results of calls, where they are not named like what is called."""

ELEMENTS: dict[str, str] = {
    "pathlib.Path.glob": "pathlib.Path",
    "pathlib.Path.iterdir": "pathlib.Path",
    "pathlib.Path.parents": "pathlib.Path",
    "pathlib.Path.rglob": "pathlib.Path",
}
"""The class of what a loop over the result of a call gives, or over an attribute."""

PATHS = frozenset(
    {
        *("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"),
        *("pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath"),
    }
)
"""Classes whose objects are put together by ``/``."""

ATTRIBUTES: dict[str, str] = number_types.ATTRIBUTES | {
    "pathlib.Path.parent": "pathlib.Path",
}
"""The class of an attribute of an instance."""

ASYNC_FUNCTIONS: frozenset[str] = frozenset(
    {
        "asyncio.sleep",
        "asyncio.tasks.sleep",
        "asyncio.tasks.wait_for",
        "asyncio.wait_for",
        f"{_WORKFLOW}.execute_activity",
        f"{_WORKFLOW}.execute_activity_class",
        f"{_WORKFLOW}.execute_activity_method",
        f"{_WORKFLOW}.execute_child_workflow",
        f"{_WORKFLOW}.execute_local_activity",
        f"{_WORKFLOW}.execute_local_activity_class",
        f"{_WORKFLOW}.execute_local_activity_method",
        f"{_WORKFLOW}.sleep",
        f"{_WORKFLOW}.start_child_workflow",
        f"{_WORKFLOW}.wait_condition",
    }
)
"""Functions that give a coroutine, whatever awaiting it gives."""

FUTURES: frozenset[str] = frozenset(
    {"asyncio.gather", "asyncio.shield", "asyncio.tasks.gather", "asyncio.tasks.shield"}
)
"""Functions that give a future, of what runs already."""

MODELS = ("pydantic.", "pydantic_settings.", "sqlmodel.")
"""The packages whose base classes make models of their subclasses."""

COPIED = "copy.replace"
"""The result of a method that gives another object like the one it is called on."""

WAITED: frozenset[str] = frozenset(
    {
        "asyncio.Future",
        "asyncio.Task",
        f"{_WORKFLOW}.ActivityHandle",
        f"{_WORKFLOW}.ChildWorkflowHandle",
    }
)
"""Classes of objects that stand for what awaiting them gives."""

_CHILD_HANDLE = f"{_WORKFLOW}.ChildWorkflowHandle"
WORKFLOW_HANDLES: frozenset[str] = frozenset(
    {_CHILD_HANDLE, f"{_WORKFLOW}.ExternalWorkflowHandle", f"{_CLIENT}.WorkflowHandle"}
)
"""Classes of objects that stand for a workflow; the first type parameter is its class."""


def result_parameter(name: str) -> int:
    """Return which type parameter of a class says what awaiting an object of it gives."""
    return 1 if name == _CHILD_HANDLE else 0


TASK_MAKERS = frozenset(
    {
        f"{_LOOP}.create_task",
        "asyncio.TaskGroup.create_task",
        "asyncio.create_task",
        "asyncio.ensure_future",
    }
)
"""Functions that make a task of the coroutine that they are given."""

PLAIN_DATA: frozenset[str] = frozenset({"json.load", "json.loads"})
"""Functions that give numbers, text, and lists and dictionaries of them."""

GIVES_ANYTHING: frozenset[str] = PLAIN_DATA | frozenset(
    {
        "asyncio.Queue.get",
        "asyncio.Queue.get_nowait",
        "asyncio.gather",
        "asyncio.run",
        "asyncio.shield",
        "asyncio.wait_for",
        "builtins.__import__",
        "builtins.eval",
        "builtins.getattr",
        "builtins.max",
        "builtins.min",
        "builtins.next",
        "collections.deque.pop",
        "collections.deque.popleft",
        "contextvars.ContextVar.get",
        "copy.copy",
        "copy.deepcopy",
        "functools.reduce",
        "heapq.heappop",
        "importlib.import_module",
        "itertools.accumulate",
        "operator.attrgetter",
        "operator.itemgetter",
        "operator.methodcaller",
        "pickle.load",
        "pickle.loads",
        "queue.Queue.get",
        "queue.Queue.get_nowait",
        "random.choice",
        "weakref.proxy",
        "weakref.ref",
    }
)
"""Functions of the standard library that give what they have been given, or anything at all."""

LOADS_CODE: frozenset[str] = frozenset(
    {"builtins.__import__", "builtins.eval", "importlib.import_module"}
)
"""Those that give a module, or what code in a string makes: any function may be in it."""

CALLED_ARGUMENTS: dict[str, tuple[int, str]] = {
    "builtins.filter": (0, ""),
    "builtins.list.sort": (-1, "key"),
    "builtins.map": (0, ""),
    "builtins.max": (-1, "key"),
    "builtins.min": (-1, "key"),
    "builtins.sorted": (-1, "key"),
    "functools.reduce": (0, ""),
    "itertools.dropwhile": (0, ""),
    "itertools.filterfalse": (0, ""),
    "itertools.groupby": (1, "key"),
    "itertools.starmap": (0, ""),
    "itertools.takewhile": (0, ""),
}
"""By which position or keyword some functions are given what they call for each element."""

CALLS_ITS_ARGUMENTS: frozenset[str] = frozenset(
    {
        "builtins.filter",
        "builtins.map",
        "builtins.max",
        "builtins.min",
        "builtins.sorted",
        "builtins.list.sort",
        "functools.reduce",
        "itertools.accumulate",
        "itertools.dropwhile",
        "itertools.filterfalse",
        "itertools.groupby",
        "itertools.starmap",
        "itertools.takewhile",
        "bisect.bisect",
        "bisect.bisect_left",
        "bisect.bisect_right",
        "bisect.insort",
        "bisect.insort_left",
        "bisect.insort_right",
        "builtins.iter",
        "collections.defaultdict",
        "contextlib.AsyncExitStack.callback",
        "contextlib.AsyncExitStack.push_async_callback",
        "contextlib.ExitStack.callback",
        "contextvars.Context.run",
        "functools.cmp_to_key",
        "heapq.merge",
        "heapq.nlargest",
        "heapq.nsmallest",
        "json.dump",
        "json.dumps",
        "json.load",
        "json.loads",
        "msgspec.convert",
        "msgspec.json.decode",
        "msgspec.json.encode",
        "orjson.dumps",
        "re.sub",
        "re.subn",
        "re.Pattern.sub",
        "re.Pattern.subn",
        "asyncio.AbstractEventLoop.call_soon",
        "asyncio.AbstractEventLoop.call_later",
        "asyncio.AbstractEventLoop.call_at",
        "asyncio.Future.add_done_callback",
        "asyncio.Task.add_done_callback",
        "temporalio.workflow.wait_condition",
        "temporalio.workflow.set_signal_handler",
        "temporalio.workflow.set_query_handler",
        "temporalio.workflow.set_update_handler",
        "temporalio.workflow.set_dynamic_signal_handler",
        "temporalio.workflow.set_dynamic_query_handler",
        "temporalio.workflow.set_dynamic_update_handler",
    }
)
"""Functions that call what they are given, in the workflow."""

MOVES_TO_THREAD: frozenset[str] = frozenset(
    {
        "asgiref.sync.SyncToAsync",
        "asgiref.sync.sync_to_async",
        "asyncer.asyncify",
        "asyncer.runnify",
        "channels.db.database_sync_to_async",
    }
)
"""Decorators that run a plain function in a thread, for an event loop that goes on meanwhile."""

STARTS_THREAD: dict[str, tuple[int, str]] = {
    "anyio.to_thread.run_sync": (0, "func"),
    "asyncio.AbstractEventLoop.run_in_executor": (1, "func"),
    "asyncio.BaseEventLoop.run_in_executor": (1, "func"),
    "asyncio.threads.to_thread": (0, "func"),
    "asyncio.to_thread": (0, "func"),
    "concurrent.futures.Executor.map": (0, "fn"),
    "concurrent.futures.Executor.submit": (0, "fn"),
    "concurrent.futures.ThreadPoolExecutor.map": (0, "fn"),
    "concurrent.futures.ThreadPoolExecutor.submit": (0, "fn"),
    "concurrent.futures.thread.ThreadPoolExecutor.map": (0, "fn"),
    "concurrent.futures.thread.ThreadPoolExecutor.submit": (0, "fn"),
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
}
"""What runs a function in a thread, with the place and the name of that in its arguments."""

CONTEXT_RUN = "contextvars.Context.run"
"""Runs the function behind it with variables of another context."""

CALLBACK_METHODS: frozenset[str] = frozenset({"add_done_callback", "sort"})
"""Methods that call what they are given, whatever they are called on."""

CONTAINER_METHODS: frozenset[str] = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, int, float) for name in dir(kind)
) - {"sort"} | {"group", "groupdict", "groups", "isoformat", "strftime", "total_seconds"}
"""Method names of builtin values, dates, durations and matches.

A call of one on an unknown value is no gap worth telling.
"""


def calls_its_arguments(name: str) -> bool:
    """True if a function or method outside the project calls what it is given, in the workflow."""
    if name in CALLS_ITS_ARGUMENTS:
        return True
    # Whatever task or handle it is; a future of a thread pool calls back in a thread of its own.
    return name.endswith(".add_done_callback") and name.startswith(("asyncio.", f"{_WORKFLOW}."))


def result_of(name: str, is_instance: bool, gives: Mapping[str, str]) -> str:
    """The class of what calling something outside the project gives.

    ``gives`` knows it by name: ``a.f`` is a function, a class or a method, ``a.C.__call__`` an
    instance of ``a.C``, and ``a.C.*`` any other method of it; ``a.C.__getattr__`` is no call, but
    any attribute that is no method. ``C.from_url()`` makes a ``C``, as do
    all methods of classes that are called so. Else the name stands for what it gives.
    """
    called = f"{name}.__call__" if is_instance else name
    owner, _, method = called.rpartition(".")
    known = gives.get(called) or (gives.get(f"{owner}.*") if owner else None)
    if known is not None:
        return known
    if method.startswith("from_") and is_class_name(owner):
        return owner
    return name


def is_class_name(name: str) -> bool:
    """True if a name is spelled like that of a class."""
    last = name.rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not last.isupper()


_KNOWN_LIBRARIES = frozenset({"builtins", "temporalio", "typing_extensions"})


def is_known_library(name: str) -> bool:
    """True if a name is of the standard library or of the SDK: what it gives is known."""
    top = name.partition(".")[0]
    return top in _KNOWN_LIBRARIES or top in STANDARD_MODULES


def knows_sdk(name: str) -> bool:
    """True if it is known what a name has to do with the SDK.

    It is of the standard library, of the SDK, or of a library that is known to wrap that.
    """
    return is_known_library(name) or library_of(name) is not None


def is_opaque(entity: ExternalValue) -> bool:
    """True if nothing is known of a value but the function or module that it comes from."""
    name = entity.name
    if not is_known_library(name):
        return not (entity.instance and is_class_name(name))
    if not entity.instance:
        return False
    if name.startswith("temporalio."):
        return name in WAITED or not is_class_name(name)
    return name in WAITED or name in GIVES_ANYTHING
