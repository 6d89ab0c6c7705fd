"""``wflint list``: files to an inventory, the inventory to text, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from wflint.cli import output
from wflint.cli.around import FAILED, progress, request_to_read, say
from wflint.diagnostics import SYNTAX_ERROR


def run(flags: Mapping[str, Any]) -> int:
    """Run the command and give its exit code."""
    from wflint.inventory.build import build
    from wflint.run.check import check

    no_rules = {"select": [SYNTAX_ERROR]}
    request = request_to_read(flags, overrides=no_rules, show_gaps=True)
    projects: list[Any] = []
    with progress(request, bool(flags["quiet"])) as shown:
        result = check(shown, projects.append)
        inventory = build(projects, result.gaps)
    if flags["output_format"] == "json":
        from wflint.inventory import json_list

        output.write_report(json_list.render(inventory), "json")
    elif not inventory.is_empty:
        from wflint.inventory import text

        output.write_stdout(text.render(inventory, output.wants_color(flags["color"], sys.stdout)))
    said = [*result.problems]
    said += [f"{d.filename}:{d.location.line}: {d.message}" for d in result.diagnostics]
    if not flags["quiet"]:
        known = {remark.filename for remark in inventory.unchecked}
        said += [w for w in result.warnings if w.partition(": ")[0] not in known]
    say(said)
    return FAILED if result.problems else 0
