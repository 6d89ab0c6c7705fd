"""The surroundings of code that follows a statement: one that catches errors, or an import.

```python
try:
    return workflow.now()
except Exception:
    pass
return datetime.now()  # outside of workflows
```

Blocks lie in each other no deeper than Python allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import libcst as cst

from wflint.facts.cst_definitions import imported_modules
from wflint.facts.frames import State
from wflint.facts.guards import always_leaves
from wflint.facts.model import Flag, ModuleFacts
from wflint.facts.questions import WITHOUT_SDK

PROTECTING = (cst.Try, cst.TryStar, cst.With)
"""Statements that may catch what is raised in them."""

_BY_WAY_OF_HANDLERS = int(Flag.NOT_IN_WORKFLOW | Flag.NOT_REPLAYING)
"""The flags that hold as well where a handler leads there, which only runs outside of workflows."""

Flags = Callable[[cst.BaseExpression], tuple[int, int]]
"""Gives the flags of code that runs when a test is true, and when it is false."""


def flags_behind(
    node: cst.Try | cst.TryStar | cst.With, sure: Mapping[int, int], flags_of: Flags
) -> int:
    """Return the flags of what follows a statement that catches errors.

    ``sure`` are those of what runs otherwise, by the ids of the bodies in which nothing is raised
    that it catches.
    """
    otherwise = sure.get(id(node.body))
    if otherwise is None:
        return 0
    blocks = [node.body]
    if not isinstance(node, cst.With) and node.orelse is not None:
        blocks.append(node.orelse.body)
    found = otherwise if any(map(always_leaves, blocks)) else 0
    for block in blocks:
        found |= flags_at_end(block, sure, flags_of)
    return found if otherwise == WITHOUT_SDK else found & _BY_WAY_OF_HANDLERS


def flags_at_end(block: cst.BaseSuite, sure: Mapping[int, int], flags_of: Flags) -> int:
    """Return the flags of what follows a block, by the statements in it that may leave it."""
    found = 0
    for statement in block.body:
        if isinstance(statement, cst.If):
            yes, no = flags_of(statement.test)
            orelse = statement.orelse
            found |= no if always_leaves(statement.body) else 0
            found |= yes if isinstance(orelse, cst.Else) and always_leaves(orelse.body) else 0
        elif isinstance(statement, PROTECTING):
            found |= flags_behind(statement, sure, flags_of)
    return found


def behind_imports(
    statements: Iterable[cst.BaseStatement | cst.BaseSmallStatement],
    state: State,
    module: ModuleFacts,
) -> State:
    """The surroundings of what runs when the imports among some statements have worked."""
    for statement in statements:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, (cst.Import, cst.ImportFrom)):
                for fact in imported_modules(small, module):
                    state = state.behind_import(fact.module)
    return state
