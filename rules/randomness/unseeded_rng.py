"""Creates a random generator without a seed in workflow code.

## What breaks

A generator without a seed takes one from the operating system. A replay makes another generator,
which draws other numbers. The functions of `numpy.random` share one such generator in the whole
process.

`workflow.new_random()` makes a generator that is seeded from the history. A seed of your own is
good as well, as long as it is the same on replay: one from the workflow's input, or one drawn from
`workflow.random()`. It may come in the next statement, `rng.seed(seed)`.

## Bad

```python
import random

from temporalio import workflow


@workflow.defn
class LotteryWorkflow:
    @workflow.run
    async def run(self) -> float:
        return random.Random().random()
```

## Good

```python
import random

from temporalio import workflow


@workflow.defn
class LotteryWorkflow:
    @workflow.run
    async def run(self) -> float:
        return workflow.new_random().random() + random.Random(7).random()
```

## Fix safety

`random.Random()` becomes `workflow.new_random()`, which is a `random.Random` too. All generators
that one workflow makes so begin with the same numbers. The fix is safe where the module makes only
one, and once: in `__init__` or the run method, outside of loops. Elsewhere it is unsafe. It needs
an SDK of version 1.23 or later, and is withheld in what query handlers, update validators,
activities, clients or tests call. `SystemRandom` and numpy's generators are not fixed.

## What the SDK does

The sandbox does not look at the classes of `random`: `random.Random()` and `random.SystemRandom()`
run unnoticed. numpy has to be passed through, so nothing of it is caught either.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://numpy.org/doc/stable/reference/random/generator.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.rule import Api, Fixable, Property, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_RUN = "temporalio.workflow.run"
_NEW_RANDOM_SINCE = (1, 23)
_NEW = Api("workflow.new_random()", Fixable.SAFE, drops_arguments=True)
_OLDER_SDK = Api("random.Random(workflow.random().getrandbits(64))")
_SYSTEM = Api(
    "workflow.random()",
    message="`{name}` draws from the operating system, which a replay cannot repeat; use `{use}`",
)

# These are deterministic as soon as they have a seed.
_SEED_ARGUMENT = {
    "numpy.random.MT19937": "seed",
    "numpy.random.PCG64": "seed",
    "numpy.random.PCG64DXSM": "seed",
    "numpy.random.Philox": "seed",
    "numpy.random.RandomState": "seed",
    "numpy.random.SFC64": "seed",
    "numpy.random.SeedSequence": "entropy",
    "numpy.random.default_rng": "seed",
    "random.Random": "x",
}


_WITH_SEED = frozenset({"numpy.random.RandomState", "random.Random"})
"""Generators that have a method which seeds them again."""


class UnseededRng(Rule):
    code = "WFL112"
    name = "unseeded-rng"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.RANDOM})
    fix = Fixable.SAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = "`{name}` gets a new seed on every replay; use `{use}`"
    apis = {
        "random.Random": _NEW,
        "random.SystemRandom": _SYSTEM,
    }
    tables = ("unseeded_rng.toml",)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """A seed makes a generator deterministic; which one it is cannot be seen here."""
        seed = _SEED_ARGUMENT.get(view.name)
        if seed is not None:
            given = view.argument(0, seed)
            if view.spread or (given is not None and given.value.type is not ValueType.NONE):
                return None
        if view.name in _WITH_SEED and _is_seeded_next(view.around):
            return None
        if view.name == "random.Random" and view.settings.target_sdk < _NEW_RANDOM_SINCE:
            api = _OLDER_SDK
        return self.reported(view, api)

    def repair(self, at: FixView) -> Repair | None:
        """Generators of one workflow begin with the same numbers, so two would be alike."""
        if any(arg.star for arg in at.call.args):
            return None
        api = at.api or Api()
        if api.fix is Fixable.SAFE and not _is_the_only_one(at):
            api = replace(api, fix=Fixable.UNSAFE)
        return at.use(api)


def _is_seeded_next(around: Sequence[ast.AST]) -> bool:
    """True for `rng = Random()` with `rng.seed(...)` after it, before anything else is drawn."""
    match around:
        case [*_, block, (ast.Assign(targets=[target]) | ast.AnnAssign(target=target)) as made, _]:
            pass
        case _:
            return False
    name, is_after = ast.dump(_loaded(target)), False
    parts = ("body", "orelse", "finalbody")
    blocks = [found for part in parts if isinstance(found := getattr(block, part, None), list)]
    for statement in next((found for found in blocks if made in found), []):
        if is_after:
            match statement:
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(value=of, attr="seed"), args=[seed])
                ):
                    is_none = isinstance(seed, ast.Constant) and seed.value is None
                    return ast.dump(of) == name and not is_none
            if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or _has(statement, name):
                return False
        is_after = is_after or statement is made
    return False


def _loaded(target: ast.expr) -> ast.expr:
    """Return a name or attribute as it is read, or anything else as it is."""
    match target:
        case ast.Name(id=name):
            return ast.Name(name, ast.Load())
        case ast.Attribute(value=of, attr=name):
            return ast.Attribute(of, name, ast.Load())
    return target


def _has(statement: ast.stmt, name: str) -> bool:
    nodes = (n for n in ast.walk(statement) if isinstance(n, (ast.Name, ast.Attribute)))
    return any(ast.dump(_loaded(node)) == name for node in nodes)


def _is_the_only_one(at: FixView) -> bool:
    """True if the code runs once in a workflow, and its module makes no other generator."""
    name = at.text(at.call.func).rpartition(".")[2]
    makes_one = rf"\b(?:Random|new_random|{re.escape(name)})\s*\(\s*(?:(?:x\s*=\s*)?None\s*)?\)"
    if at.context.in_loop or len(re.findall(makes_one, at.source.text)) > 1:
        return False
    function = at.context.function
    if function.name == "__init__":
        return True
    return any(at.external_name(d.target) == _RUN for d in function.decorators)
