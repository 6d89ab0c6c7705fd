"""Passes search attributes as a dictionary, which typed ones have replaced.

## What breaks

A dictionary does not say of which type an attribute is. The SDK has to guess, and is often wrong:
to the server a text is a `Text` then, where the search attribute is a `Keyword`, and
`typed_search_attributes` of the workflow shows the wrong type of key. The form will be removed.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        workflow.upsert_search_attributes({"OrderId": [order]})
```

## Good

```python
from temporalio import workflow
from temporalio.common import SearchAttributeKey

ORDER_ID = SearchAttributeKey.for_keyword("OrderId")


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        workflow.upsert_search_attributes([ORDER_ID.value_set(order)])
```

Where something is started: `TypedSearchAttributes([SearchAttributePair(ORDER_ID, order)])`.

## What the SDK does

It warns: `DeprecationWarning: Dictionary-based search attributes are deprecated`. Python shows such
warnings in tests, and hides them elsewhere. An empty dictionary is not reported.

## References

* https://docs.temporal.io/develop/python/platform/observability#visibility
* https://python.temporal.io/temporalio.common.TypedSearchAttributes.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, ValueType, sdk_calls

if TYPE_CHECKING:
    from wflint.rule import CallView, Written

_OPTION = "search_attributes"
_UPSERT = "temporalio.workflow.upsert_search_attributes"
_DICTIONARIES = frozenset({"builtins.dict", "collections.OrderedDict", "collections.defaultdict"})
_NONE = frozenset({"builtins.None", "types.NoneType"})


class DeprecatedSearchAttributes(Rule):
    code = "WFL624"
    name = "deprecated-search-attributes"
    severity = Severity.WARNING
    scope = Scope.ANY
    since = "0.1"
    needles = (rf"{_OPTION}(?<!\w{_OPTION})(?:\s*=|[\"'])", r"upsert_search_attributes\b")
    targets = frozenset(n for n, call in sdk_calls().items() if _OPTION in call.options) | {_UPSERT}

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A dictionary, also one that a helper makes."""
        is_upsert = view.name == _UPSERT
        place = ("attributes", 0) if is_upsert else (_OPTION, -1)
        given = view.given(*place)
        if given is None or not _is_dictionary(view, given):
            return
        direct = view.argument(0, "attributes") if is_upsert else view.keyword(_OPTION)
        use = "a list of `key.value_set(...)`" if is_upsert else "`TypedSearchAttributes`"
        yield Report(
            "search attributes in a dictionary are deprecated, for their types get lost; use "
            f"{use}",
            site=direct.site if direct is not None else None,
        )


def _is_dictionary(view: CallView, given: Written) -> bool:
    """True if what is given is surely a dictionary, and not one that is always empty."""
    if given.value.type is ValueType.DICT:
        return bool(given.value.items) or not given.value.complete  # `{}` does nothing
    types = {each.name for each in view.values.types(given)} - _NONE
    return bool(types) and types <= _DICTIONARIES
