"""Names outside the project that a value may be given to, and what happens to it there."""

from __future__ import annotations

from wflint.temporal.api import CallKind, sdk_calls

_WORKFLOW = "temporalio.workflow"

INPUTS: dict[str, tuple[int, frozenset[str]]] = {
    name: (call.input_position, frozenset(call.input))
    for name, call in sdk_calls().items()
    if call.in_workflow and call.input and call.kind is not CallKind.SIGNAL_WITH_START
}
"""The commands of a workflow: at which position and under which keywords they take their input.

The history keeps the input, and a replay does not compare it; of a signal that starts its workflow
this has not been shown. What else a command is given (a name, an id, a queue, a timeout) is not in
here.
"""

_LEVELS = frozenset(
    {"critical", "debug", "error", "exception", "info", "log", "success", "trace", "warn"}
    | {"warning"}
)
_LOGGERS = ("logging", "logging.Logger", "logging.LoggerAdapter", f"{_WORKFLOW}.logger")
_LIKE_LOGGERS = frozenset({"log", "logger", "logging"})

APPENDING = frozenset(
    {
        "builtins.dict.setdefault",
        "builtins.dict.update",
        "builtins.list.append",
        "builtins.list.extend",
        "builtins.list.insert",
        "builtins.set.add",
        "builtins.set.update",
        "collections.deque.append",
        "collections.deque.appendleft",
        "collections.deque.extend",
    }
)
"""Methods that put what they are given into the container they are called on."""

CHANGING = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem"}
    | {"popleft", "remove", "reverse", "setdefault", "sort", "update"}
)
"""Methods of containers that change them and may drop what they give."""

ACTING = frozenset(
    {"clear", "pop", "popitem", "putenv", "seed", "setdefault", "setstate", "shuffle"}
    | {"unsetenv", "update"}
)
"""Last parts of names that change something outside: the doing is at fault, not the value."""

_BUILTINS = (
    *("abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "chr", "complex", "dict"),
    *("divmod", "enumerate", "float", "format", "frozenset", "hash", "hex", "int", "isinstance"),
    *("len", "list", "max", "min", "oct", "ord", "pow", "range", "repr", "reversed", "round"),
    *("set", "slice", "sorted", "str", "sum", "tuple", "type", "zip"),
)
_PURE = frozenset(
    {
        *(f"builtins.{name}" for name in _BUILTINS),
        "copy.copy",
        "copy.deepcopy",
        "dataclasses.asdict",
        "dataclasses.astuple",
        "dataclasses.replace",
        "email.utils.format_datetime",
        "html.escape",
        "json.dumps",
        "json.loads",
        "orjson.dumps",
        "time.asctime",
        "time.ctime",
        "time.gmtime",
        "time.localtime",
        "time.mktime",
        "time.strftime",
        "typing.cast",
        "uuid.UUID",
        "uuid.uuid3",
        "uuid.uuid5",
        "zoneinfo.ZoneInfo",
    }
)
_PURE_BELOW = (
    "base64.",
    "binascii.",
    "builtins.bytes.",
    "builtins.float.",
    "builtins.int.",
    "builtins.str.",
    "calendar.",
    "datetime.",
    "decimal.",
    "fractions.",
    "hashlib.",
    "hmac.",
    "ipaddress.",
    "math.",
    "statistics.",
    "struct.",
    "textwrap.",
    "urllib.parse.",
)
_NO_MODELS = ("asyncio.", "concurrent.", "contextvars.", "multiprocessing.", "threading.")


def is_log(name: str, replay_safe_loggers: frozenset[str]) -> bool:
    """True if a function writes what it is given to a log or the terminal, and nothing else."""
    base, _, last = name.rpartition(".")
    if name == "builtins.print" or any(name.startswith(f"{s}.") for s in replay_safe_loggers):
        return True
    if last not in _LEVELS:
        return False
    return base in _LOGGERS or base.startswith(("loguru.", "structlog."))


def looks_like_log(written: str) -> bool:
    """True if a method that is not known is most likely that of a logger: ``self.logger.info``."""
    base, _, last = written.rpartition(".")
    return last in _LEVELS and base.rpartition(".")[2].strip("_").lower() in _LIKE_LOGGERS


def is_pure(name: str) -> bool:
    """True if a function only makes another value of what it is given.

    The class of a library does so as well: an object that holds the value.
    """
    if name in _PURE or name.startswith(_PURE_BELOW):
        return True
    last = name.rpartition(".")[2]
    is_class = last[:1].isupper() and not last.isupper()
    return is_class and not name.startswith(_NO_MODELS)
