"""Uses of the two results of `asyncio.wait()` that would also work with lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.fix.propose.order.lists import Listed, as_list, is_list
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.rule.fix_view import FixView


class Results(Listed):
    """The names that hold the results of one call, and what is waited for."""

    def __init__(self, at: FixView) -> None:
        super().__init__(at)
        results = self._names_of_results()
        self.take(results | self._names_of_argument(), results)

    def _names_of_results(self) -> set[str]:
        """The local names that get the results."""
        match self.at.ancestors()[:2]:
            case [cst.Await(), cst.Expr()]:
                return set()
            case [cst.Await(), cst.Assign(targets=[cst.AssignTarget(target=target)])]:
                match target:
                    case cst.Tuple(elements=parts) | cst.List(elements=parts):
                        names = [p.value.value for p in parts if isinstance(p.value, cst.Name)]
                        if len(names) == len(parts) and all(map(self.is_local, names)):
                            return set(names)
        self.unsafe()
        return set()

    def _names_of_argument(self) -> set[str]:
        """The local name of what is waited for, if it has one."""
        args = self.at.call.args
        given = args[0].value if args and not args[0].star else None
        if isinstance(given, cst.Name) and self.is_local(given.value):
            return {given.value}
        if given is None or not is_list(given, self.at):
            self.unsafe(*((given and as_list(given, self.at)) or ()))
        return set()
