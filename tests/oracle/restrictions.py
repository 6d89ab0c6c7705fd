"""The names that the SDK's sandbox restricts, one by one."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

from temporalio.worker.workflow_sandbox import SandboxMatcher, SandboxRestrictions


def restricted_names(at_import: bool = False) -> set[str]:
    """Every restricted name; ``module.*`` is spelled out for the Python that is running.

    ``at_import`` leaves out those that are restricted only once the workflow runs, and those that
    the SDK only warns of.
    """
    return set(_below(SandboxRestrictions.invalid_module_members_default, "", at_import))


def exists(name: str) -> bool:
    """True if this Python has a module, class or function of this name."""
    try:
        return _find(name) is not None
    except (AttributeError, ImportError):
        return False


def _below(matcher: SandboxMatcher, prefix: str, at_import: bool) -> Iterator[str]:
    if at_import and (matcher.only_runtime or matcher.leaf_warning is not None):
        return
    if matcher.match_self:
        yield prefix.removesuffix(".__call__")
    for name in matcher.access | matcher.use:
        if name == "*":
            yield from (f"{prefix}.{n}" for n in _public_names(prefix) if n not in matcher.exclude)
        else:
            yield _join(prefix, name)
    for name, child in matcher.children.items():
        yield from _below(child, _join(prefix, name), at_import)


def _join(prefix: str, name: str) -> str:
    prefix = "builtins" if prefix == "__builtins__" else prefix
    return f"{prefix}.{name}" if prefix else name


def _public_names(module_name: str) -> Iterator[str]:
    """Yield what a module offers to be used.

    These are functions, classes and objects, but no exceptions, plain values or other modules.
    """
    try:
        module = importlib.import_module(module_name)
    except ImportError:  # not on this platform
        return
    for name in getattr(module, "__all__", None) or dir(module):
        value = getattr(module, name, None)
        is_error = inspect.isclass(value) and issubclass(value, BaseException)
        plain = (int, str, bytes, float, tuple, list, dict, set, frozenset, ModuleType, type(None))
        if not (name.startswith("_") or is_error or isinstance(value, plain)):
            yield name


def _find(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    try:
        return importlib.import_module(name)
    except ImportError:
        if not module:
            raise
        return getattr(_find(module), attribute)
