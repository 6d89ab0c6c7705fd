"""Notes which workflows a library runs, so that nothing is known of their sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from wflint.callgraph.graph import DEFINITION, CallGraph, GapAt, Node
from wflint.facts.ids import Cls
from wflint.sandbox.sandboxes import Sandboxes


def gaps_of_workers(
    graph: CallGraph, workflows: Iterable[Cls], sandboxes: Sandboxes
) -> Iterator[GapAt]:
    """Yield a gap for each workflow that only code outside the project is seen to run."""
    nodes: dict[Cls | None, list[Node]] = {}
    for node, entry in graph.entries.items():
        nodes.setdefault(entry.receiver, []).append(node)
    for cls in workflows:
        handed = sandboxes.handed(cls)
        if handed is not None and cls in nodes:
            node = min(nodes[cls], key=lambda one: one.fn.qualname.endswith(".__init__"))
            where = os.path.basename(handed.path)
            why = f"in {where} it is given the workflow, which may run without a sandbox there"
            yield GapAt(node, DEFINITION, handed.written, why)
