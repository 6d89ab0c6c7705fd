"""Subclasses an error class of the SDK.

## What breaks

An error leaves a workflow or an activity as a message, and arrives on the other side as one of the
SDK's own classes. A class of your own does not survive that: where an activity raises a subclass of
`ApplicationError`, the workflow gets a plain `ApplicationError`, so `except OrderError` never
matches. Nor has it a name: the `type` of the failure, which for other exceptions is the name of
their class, stays empty unless it is given. So `non_retryable_error_types=["OrderError"]` does not
match either, and the activity is retried.

Raise `ApplicationError(message, type="OrderError")`, and look at `error.cause.type` where it
arrives; a function that makes it keeps the words in one place. Or derive from `Exception` where the
error is raised in an activity: its type is then the name of the class.

## Bad

```python
from temporalio import activity
from temporalio.exceptions import ApplicationError


class OutOfStock(ApplicationError):
    pass


@activity.defn
async def reserve(item: str) -> None:
    raise OutOfStock(f"no {item} is left")
```

## Good

```python
from temporalio import activity
from temporalio.exceptions import ApplicationError


def out_of_stock(item: str) -> ApplicationError:
    return ApplicationError(f"no {item} is left", type="OutOfStock", non_retryable=True)


@activity.defn
async def reserve(item: str) -> None:
    raise out_of_stock(item)
```

## What the SDK does

Nothing; its documentation says not to extend `TemporalError` or its children. Not reported are
subclasses of `ApplicationError` that set their own `type`, with an argument, a property or an
attribute, or that are always given one where they are made, so that the failure can be recognised.
A class that derives from `TemporalError` itself is no failure; it is only reported where a workflow
raises it and hangs with it, since neither the workflow nor its Worker names it in
`failure_exception_types`.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://python.temporal.io/temporalio.exceptions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_MODULE = "temporalio.exceptions."
_APPLICATION = f"{_MODULE}ApplicationError"
_ANY = f"{_MODULE}TemporalError"
_GIVES_TYPE = re.compile(
    r"""\b_?type\s*(?::[^,()\n]*)?=(?!=)  # an argument, an attribute
    | \bdef\s+type\b  # a property
    | ["']type["']\s*[\],:]  # a key, or what `setdefault` is given
    """,
    re.VERBOSE,
)


class SubclassingTemporalError(Rule):
    code = "WFL711"
    name = "subclassing-temporal-error"
    severity = Severity.WARNING
    scope = Scope.ANY
    since = "0.1"
    needles: ClassVar[tuple[str, ...]] = (
        r"class\s+\w+\s*\([^)]*Error\b",
        r"Error\s+as\s",
    )
    words: ClassVar[tuple[str, ...]] = ("temporalio",)

    def visit_ClassDef(self, node: cst.ClassDef, ctx: Context) -> None:
        """A class with such a base."""
        for base in node.bases:
            name = ctx.dotted_name(base.value) or ""
            if not name.startswith(_MODULE) or not name.endswith("Error"):
                continue
            own = node.name.value
            ctx.report(
                self,
                node.name,
                f"`{own}` derives from `{_shown(name, own)}`: an error of this class "
                f"{_becomes(name, own)}; "
                f'raise `{_shown(_APPLICATION, own)}(..., type="...")` instead',
                subject=base.value,
                detail=(own, name),
            )

    def confirm(self, view: FindingView) -> Report | None:
        """Not where the class, or who makes its errors, says what type they have.

        One that only derives from the base of all errors does harm where a workflow raises it.
        """
        cls, base = view.read(tuple[str, str])
        if base == _ANY:
            return Report(view.message) if view.is_raised_to_fail_task(cls) else None
        if base != _APPLICATION:
            return Report(view.message)
        says_type = _GIVES_TYPE.search(_text_of(cls, view.source()))
        return None if says_type or view.is_always_given(cls, "type") else Report(view.message)


def _shown(base: str, cls: str) -> str:
    """Return a class of the SDK as it is to be called beside one of the project."""
    name = base.removeprefix(_MODULE)
    return base if name == cls else name


def _becomes(base: str, cls: str) -> str:
    """Return how an error of a class of the project ends."""
    if base == _ANY:
        return "fails no workflow, only its task"
    nameless = ", without its name" if base == _APPLICATION else ""
    return f"arrives elsewhere as a plain `{_shown(base, cls)}`{nameless}"


def _text_of(cls: str, source: str) -> str:
    """The source of the class of a name: visitors are shown no methods with it."""
    head = re.search(rf"^([ \t]*)class\s+{re.escape(cls)}\b", source, re.MULTILINE)
    if head is None:
        return ""
    rest = source[head.end() :].partition("\n")[2]
    end = re.search(rf"^(?!{head[1]}[ \t])[ \t]*[^\s)#]", rest, re.MULTILINE)
    return rest[: end.start()] if end is not None else rest
