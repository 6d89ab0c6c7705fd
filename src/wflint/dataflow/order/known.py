"""The functions and methods that matter to the order of things."""

from __future__ import annotations

from functools import cache

from wflint.temporal.api import CallKind, names_of, names_that
from wflint.temporal.effects import Effect

_WORKFLOW = "temporalio.workflow."


@cache
def starts() -> frozenset[str]:
    """Return the calls whose first argument says what is started; others are mostly its input."""
    return names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY, CallKind.CHILD_WORKFLOW)


@cache
def sends() -> frozenset[str]:
    """Return the calls that send what they are given, and decide nothing by it."""
    return names_of(
        CallKind.CONTINUE_AS_NEW,
        CallKind.DETAILS,
        CallKind.MEMO,
        CallKind.SEARCH_ATTRIBUTES,
        CallKind.SIGNAL_WITH_START,
    )


@cache
def commands() -> frozenset[str]:
    """Return the calls that issue a command, or start something that may.

    Their order is part of the history.
    """
    others = {f"{_WORKFLOW}new_random", f"{_WORKFLOW}set_current_details"}
    return names_that(Effect.COMMAND | Effect.DRAWS) | others


COMMAND_METHODS = frozenset(
    {"call_at", "call_later", "call_soon", "create_task", "execute_operation", "start_operation"}
)
"""The same as methods, whatever they are called on: task groups, loops and Nexus clients."""

INPUT_KEYWORDS = frozenset(
    {
        "arg",
        "args",
        "headers",
        "memo",
        "search_attributes",
        "static_details",
        "static_summary",
        "summary",
    }
)
"""Keyword arguments of commands that a replay does not compare."""

GATHERS = frozenset({"asyncio.gather", f"{_WORKFLOW}wait", f"{_WORKFLOW}as_completed"})
"""Wait for what they are given, which they start first if that is a coroutine."""

REPORTED_ELSEWHERE = frozenset(
    {"asyncio.wait", "asyncio.as_completed", "asyncio.tasks.wait", "asyncio.tasks.as_completed"}
)

ANY_OF = frozenset({"endswith", "startswith"})
"""Methods of text that take alternatives, in any order."""

COUNTING = frozenset(
    {
        "builtins.all",
        "builtins.any",
        "builtins.bool",
        "builtins.id",
        "builtins.isinstance",
        "builtins.len",
        "builtins.sum",
        "builtins.type",
        "temporalio.common.RetryPolicy",
        "math.fsum",
        "math.prod",
        "statistics.mean",
        "statistics.median",
    }
)
"""Give the same for any order of what they are given."""

FORGETTING = frozenset({"builtins.frozenset", "builtins.set"})
SORTING = frozenset({"builtins.sorted", "heapq.nlargest", "heapq.nsmallest"})
CHOOSING = frozenset({"builtins.max", "builtins.min"})
"""Give the same for any order, as long as no two elements have the same key."""

HEAPS = frozenset({"heapq.heapify", "heapq.heappop", "heapq.heappushpop", "heapq.heapreplace"})
"""Make a heap of a list, or take its smallest element."""

KEEPING = frozenset(
    {
        "builtins.filter",
        "builtins.iter",
        "builtins.list",
        "builtins.reversed",
        "builtins.tuple",
        "collections.deque",
        "itertools.batched",
        "itertools.chain",
        "itertools.chain.from_iterable",
        "itertools.cycle",
        "itertools.dropwhile",
        "itertools.filterfalse",
        "itertools.islice",
        "itertools.takewhile",
        "itertools.tee",
    }
)
"""Give the elements that they are given, in that order."""

MAPPING = frozenset(
    {
        "builtins.map",
        "itertools.accumulate",
        "itertools.combinations",
        "itertools.groupby",
        "itertools.pairwise",
        "itertools.permutations",
        "itertools.product",
        "itertools.starmap",
        "functools.reduce",
    }
)
"""Give something else for each element, or for several, in that order."""

NUMBERING = frozenset({"builtins.enumerate", "builtins.zip", "itertools.zip_longest"})
"""Put the elements together with others that come by position."""

KEYING = frozenset(
    {
        "builtins.dict",
        "builtins.dict.fromkeys",
        "collections.ChainMap",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.OrderedDict.fromkeys",
        "collections.defaultdict",
        "types.MappingProxyType",
    }
)
"""Give a mapping that keeps the order."""

SAME = frozenset({"copy.copy", "copy.deepcopy", "typing.cast"})
"""Give what they are given, or something like it."""

PICKING = frozenset({"builtins.next"})
TEXTS = frozenset({"builtins.ascii", "builtins.format", "builtins.repr", "builtins.str"})

PURE = TEXTS | {
    "builtins.abs",
    "builtins.bytes",
    "builtins.float",
    "builtins.getattr",
    "builtins.hash",
    "builtins.int",
    "builtins.round",
}
"""Functions of one value that give another."""

ORDERED_CHANGES = frozenset(
    {
        "append",
        "appendleft",
        "extend",
        "extendleft",
        "insert",
        "push",
        "put_nowait",
        "send_nowait",
        "write",
        "writelines",
    }
)
"""Methods that put something at a place of what they are called on."""

UNORDERED_CHANGES = frozenset(
    {
        "add",
        "clear",
        "difference_update",
        "discard",
        "intersection_update",
        "remove",
        "setdefault",
        "symmetric_difference_update",
        "update",
    }
)
"""Methods that change what they are called on, in any order to the same effect."""

SET_METHODS = frozenset(
    {
        "difference",
        "difference_update",
        "intersection",
        "intersection_update",
        "isdisjoint",
        "issubset",
        "issuperset",
        "symmetric_difference",
        "symmetric_difference_update",
        "union",
        "update",
    }
)
"""Methods of sets that take any collection, in any order."""

VIEWS = frozenset({"copy", "items", "keys", "values", "__iter__"})
LOOKUPS = frozenset({"get", "pop", "setdefault", "__contains__", "__getitem__"})

_LOG_METHODS = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "warn", "warning"}
)
_TELLING = frozenset({"builtins.print", "pprint.pprint", "warnings.warn"})
_TELLING_METHODS = frozenset({"add_event", "set_attribute", "set_attributes", "set_tag"})


def only_tells(name: str | None, method: str, receiver: str) -> bool:
    """True if a call only writes to a log or a trace, from which nothing is read.

    ``name`` is its qualified name if there is one, ``method`` the last part of what is called and
    ``receiver`` the source of what stands before it.
    """
    if name in _TELLING or method in _TELLING_METHODS or (name or "").startswith("logging."):
        return True
    logger = receiver.partition("(")[0].rpartition(".")[2].lower().strip("_")
    return logger.endswith("logger") or (method in _LOG_METHODS and "log" in receiver.lower())
