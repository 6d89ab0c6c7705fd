"""Methods that functions outside the project call of what they are given."""

from __future__ import annotations

TRUTH = ("__bool__|__len__",)
LOOP = ("__iter__|__getitem__", "__next__")

CALLED_BY_BUILTINS: dict[str, tuple[str, ...]] = {
    "builtins.abs": ("__abs__",),
    "builtins.all": LOOP,
    "builtins.any": LOOP,
    "builtins.bool": TRUTH,
    "builtins.bytes": ("__bytes__|__iter__",),
    "builtins.dict": ("keys|__iter__",),
    "builtins.dir": ("__dir__",),
    "builtins.divmod": ("__divmod__",),
    "builtins.enumerate": LOOP,
    "builtins.float": ("__float__",),
    "builtins.format": ("__format__|__str__|__repr__",),
    "builtins.frozenset": LOOP,
    "builtins.hash": ("__hash__",),
    "builtins.int": ("__int__|__index__",),
    "builtins.iter": ("__iter__",),
    "builtins.len": ("__len__",),
    "builtins.list": LOOP,
    "builtins.max": LOOP,
    "builtins.min": LOOP,
    "builtins.next": ("__next__",),
    "builtins.anext": ("__anext__",),
    "builtins.print": ("__str__|__repr__",),
    "builtins.repr": ("__repr__",),
    "builtins.reversed": ("__reversed__|__iter__",),
    "builtins.round": ("__round__",),
    "builtins.set": LOOP,
    "builtins.sorted": LOOP,
    "builtins.str": ("__str__|__repr__",),
    "builtins.str.join": LOOP,
    "contextlib.aclosing": ("aclose",),
    "contextlib.closing": ("close",),
    "builtins.sum": LOOP,
    "builtins.tuple": LOOP,
    "contextlib.AsyncExitStack.enter_async_context": ("__aenter__", "__aexit__"),
    "contextlib.AsyncExitStack.enter_context": ("__enter__", "__exit__"),
    "contextlib.AsyncExitStack.push": ("__exit__",),
    "contextlib.AsyncExitStack.push_async_exit": ("__aexit__",),
    "contextlib.ExitStack.enter_context": ("__enter__", "__exit__"),
    "contextlib.ExitStack.push": ("__exit__",),
    "operator.eq": ("__eq__",),
    "operator.lt": ("__lt__",),
}
"""By the name of a function outside the project: methods that it calls of its first argument."""

COMPARED_BY: frozenset[str] = frozenset(
    {
        "builtins.list.sort",
        "builtins.max",
        "builtins.min",
        "builtins.sorted",
        "heapq.heapify",
        "heapq.nlargest",
        "heapq.nsmallest",
    }
)
"""Functions outside the project that compare the elements of what they are given."""
