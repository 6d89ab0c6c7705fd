"""Modules of the SDK that a program loads by their name, or has a function of its own load.

```python
def _load():
    try:
        return import_module("temporalio.workflow")
    except ModuleNotFoundError:
        return _Nothing()


workflow = _load()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from textwrap import dedent

from wflint import limits
from wflint.facts.missing_sdk import stand_ins, written_imports
from wflint.facts.model import ModuleFacts
from wflint.facts.questions import SDK_MODULES
from wflint.syntax.guard import Function, inner_statements

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MAY_BE = ("temporalio", "import")


def loaded_module(value: ast.expr, module: ModuleFacts, text: str) -> str:
    """Return the module of the SDK that a value is, ``""`` if it is none.

    ``text`` is that of the function that it calls, if it calls one of the module.
    """
    if not isinstance(value, ast.Call):
        return ""
    found = _loaded(value)
    if found or value.args or value.keywords or not all(word in text for word in _MAY_BE):
        return found
    function = _function_in(text)
    if function is None:
        return ""
    bound, returned = _seen_in(function.body, module)
    given = {bound.get(r.id, "") if isinstance(r, ast.Name) else _loaded(r) for r in returned}
    return given.pop() if len(given) == 1 else ""


def _loaded(node: ast.expr | None) -> str:
    """The module of the SDK that ``import_module("temporalio.workflow")`` gives."""
    imports = written_imports(ast.Expr(node)) if node is not None else ()
    names = [name for statement in imports for name, _ in statement.names]
    return names[0] if len(names) == 1 and names[0] in SDK_MODULES else ""


def _function_in(text: str) -> Function | None:
    """The function that a text is; none if it is long, or more than it may be called."""
    try:
        parsed = ast.parse(dedent(text)).body if len(text) <= limits.GUARD_LENGTH else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match parsed:
        case [ast.FunctionDef() as function] if not function.decorator_list:
            return function
    return None


def _seen_in(
    body: Sequence[ast.stmt], module: ModuleFacts
) -> tuple[dict[str, str], list[ast.expr | None]]:
    """The modules that names are bound to in a function, and what it returns where the SDK is."""
    bound: dict[str, str] = {}
    returned: list[ast.expr | None] = []
    for node in _with_sdk(body, module):
        match node:
            case ast.Return(value=value):
                returned.append(value)
            case ast.Import() | ast.ImportFrom():
                for statement in written_imports(node):
                    bound.update((n, t) for n, t in statement.bound(module) if t in SDK_MODULES)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                bound[name] = _loaded(value)
    return bound, returned


def _with_sdk(body: Sequence[ast.stmt], module: ModuleFacts) -> Iterator[ast.stmt]:
    """The statements of a function but those that only run where the SDK is missing."""
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _DEFINITIONS):
            never = {id(inner) for h in stand_ins(node, module).handlers for inner in h.body}
            pending += [one for one in reversed(inner_statements(node)) if id(one) not in never]
