"""Makes up modules with workflows, in which there is something to fix, in all kinds of dress."""

from __future__ import annotations

from random import Random

OFFENCES = (
    "time.time()",
    "t.time_ns()",
    "datetime.now()",
    "datetime.now(timezone.utc)",
    "datetime.utcnow()",
    "dt.datetime.now(tz=dt.timezone.utc)",
    "date.today()",
    "uuid.uuid4()",
    "make_id()",
    "random.random()",
    "random.randint(1, 6)",
    "choice([1, 2])",
    "time.monotonic()",
    "list({1, 2})",
    "helper(1)",
)
DRESSES = (
    "{}",
    "str({})",
    "({}, 1)",
    "[{} for item in (1, 2)]",
    "{{'key': {}}}",
    "(lambda: {})()",
    "f'{{{}}}'",
    "f'{{{}=}}'",
    "f'a {{{}!r:>10}} b'",
    "(\n{indent}    {}  # why\n{indent})",
    "str(  # what\n{indent}    {},\n{indent})",
    "(await asyncio.sleep(1), {})",
    "({} if x else {})",
    "'\U0001f600' and {}",
    "max(\n{indent}  {},  # one\n\n{indent}  {},\n{indent})",
)
STATEMENTS = (
    "x = {}",
    "x = {}; y = 1",
    "return {}",
    "print({})",
    "if {}:\n{indent}    x = 2",
    "for x in [{}]:\n{indent}    pass",
    "while {}:\n{indent}    break",
    "try:\n{indent}    x = {}\n{indent}finally:\n{indent}    x = 3",
    "with open('x') as y:  # a file\n{indent}    x = {}",
    "def inner(x={}):\n{indent}    return {}",
    "await asyncio.sleep(0)",
    "time.sleep(1)",
    "x += 1  # nothing wrong",
    '"""Not a docstring."""',
    "await workflow_api.execute_activity('charge', start_to_close_timeout=60)",
    "workflow_api.execute_activity('charge', 1, 2)",
)
IMPORTS = """\
import asyncio
import datetime as dt
import random
import time
import time as t
import uuid
from datetime import date, datetime, timezone
from random import choice
from uuid import uuid4 as make_id
""".splitlines()
WORKFLOW_IMPORTS = (
    ("from temporalio import workflow", "workflow"),
    ("from temporalio import workflow as wf", "wf"),
    ("from temporalio import activity, workflow", "workflow"),
    ("import temporalio.workflow", "temporalio.workflow"),
    ("import temporalio.workflow as tw", "tw"),
    ("from temporalio import (\n    activity,\n    workflow as wf,  # short\n)", "wf"),
)
HEADS = (
    "",
    '"""A docstring."""\n',
    '"""A docstring\n\nof several lines.\n"""\n\n',
    "#!/usr/bin/env python\n# A licence\n\n",
    "# -*- coding: utf-8 -*-\n",
    '# A licence\n\n"""A docstring."""\n\nfrom __future__ import annotations\n\n',
    "from __future__ import annotations\n",
    "\n\n",
)
NOISE = (
    "VERSION = '1'\n",
    "try:\n    import orjson\nexcept ImportError:\n    orjson = None\n",
    "if TYPE_CHECKING:\n    from decimal import Decimal\n",
    "class Plain:\n    workflow = 1\n    time = 2\n",
    "def unused(a, *b, c=1, **d):\n    return a\n",
    "workflow_count = 0  # none yet\n",
    "\f\n",
)
SHADOWS = ("workflow", "wf", "tw", "temporalio", "timedelta")
WRITTEN = frozenset({"workflow", "wf", "tw", "temporalio", "timedelta"})
"""The names that fixes write; programs read them in decorators only, unless a fix is at work."""


def program(random: Random) -> bytes:
    """A module that Python can read."""
    while True:
        data = _Program(random).data()
        try:
            compile(data, "flow.py", "exec")
        except SyntaxError:
            continue  # such as `await` in a lambda
        return data


class _Program:
    """One module. ``api`` is the name of `temporalio.workflow` in it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.statement, self.api = random.choice(WORKFLOW_IMPORTS)

    def text(self) -> str:
        """The module, with line feeds."""
        imports = [*IMPORTS, "from typing import TYPE_CHECKING"]
        self.random.shuffle(imports)
        imports.insert(self.random.randrange(len(imports) + 1), self.statement)
        parts = [
            self.random.choice(HEADS),
            "\n".join(imports) + "\n",
            "workflow_api = " + self.api + "\n",
            *self.random.sample(NOISE, self.random.randrange(4)),
            f"\n\ndef helper(item, x=1):\n{self.block(4, is_async=False)}",
            f"\n\n@{self.api}.defn\nclass OrderWorkflow:\n",
            f"    @{self.api}.run\n    async def run(self, x=1):\n{self.block(8)}",
        ]
        if self.random.random() < 0.3:
            parts.append(
                f"\n    @{self.api}.query\n    def state(self, x=1):\n{self.block(8, False)}"
            )
        return "".join(parts)

    def data(self) -> bytes:
        """The bytes of the module: line ends, indentation, byte order mark, the last line."""
        text = self.text().replace("    ", self.random.choice(["    ", "    ", "  ", "\t"]))
        if self.random.random() < 0.2:
            text = text.rstrip("\n")
        text = text.replace("\n", self.random.choice(["\n", "\n", "\r\n", "\r"]))
        return (self.random.choice(["", "", "\ufeff"]) + text).encode()

    def block(self, indent: int, is_async: bool = True) -> str:
        """Statements, some of them with an offence."""
        margin = " " * indent
        lines = [f"{margin}item = x\n"]
        if self.random.random() < 0.3:
            lines.append(f"{margin}{self.random.choice(SHADOWS)} = 1\n")
        for _ in range(self.random.randint(1, 4)):
            statement = self.statement_of(margin)
            if is_async or "await" not in statement:
                lines.append(f"{margin}{statement}\n")
        return "".join(lines)

    def statement_of(self, margin: str) -> str:
        """One statement, without its first indentation."""
        template = self.random.choice(STATEMENTS)
        count = template.count("{}")
        found = [self.expression(margin) for _ in range(count)]
        return template.format(*found, indent=margin)

    def expression(self, margin: str) -> str:
        """An offence in one dress, or in two."""
        text = self.random.choice(OFFENCES)
        for _ in range(self.random.choice([1, 1, 2])):
            dress = self.random.choice(DRESSES)
            if "f'" in dress and any(sign in text for sign in "'\"\\\n#{"):
                continue  # only newer Pythons can read it
            text = dress.format(*[text] * dress.count("{}"), indent=margin)
        return text
