"""Where an object lives that a function changes: is it the workflow's own?"""

from __future__ import annotations

from wflint.facts.model import Ref
from wflint.program.resolve import Resolver
from wflint.program.sandboxes import Sandboxes
from wflint.program.store import Cls
from wflint.program.views import Shared


class SharedObjects:
    def __init__(self, resolver: Resolver, sandboxes: Sandboxes) -> None:
        self.resolver = resolver
        self.sandboxes = sandboxes

    def holder(self, ref: Ref | None, path: str, receiver: Cls | None) -> Shared | None:
        return None
