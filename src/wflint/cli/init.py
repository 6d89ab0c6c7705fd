"""``wflint init``: a folder to a first configuration, with what was found and what to do next."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from wflint.cli import output
from wflint.cli.around import FAILED, progress, say
from wflint.config.find import ProjectFinder
from wflint.files.select import shown_path
from wflint.run.request import Request
from wflint.system.printable import visible

NEXT = """\
Next:
  wflint check --statistics        See what there is, rule by rule.
  wflint check --diff              See what can be fixed safely; --fix does it.
  wflint check --update-baseline   Leave the rest for later: take the `#` before `baseline` away.
"""


def run(folder: str, dry_run: bool) -> int:
    """Run the command and give its exit code."""
    from wflint.draft.place import Place
    from wflint.draft.survey import survey
    from wflint.draft.text import counts, render

    finder = ProjectFinder(Path.cwd())
    home = Path(os.path.abspath(finder.cwd / folder))
    place = Place(home, finder)
    with progress(Request(), quiet=False) as shown:
        found, result = survey(home, finder, shown.progress)
    if result.problems:
        say(result.problems)
        return FAILED
    text = place.whole(render(found, place.path.name))
    if dry_run:
        output.write_stdout(text)
    else:
        place.add(text)
    say(result.warnings)
    output.write_stderr(f"{counts(found)}.\n")
    if not dry_run:
        file = visible(shown_path(place.path, finder.cwd))
        what = f"Wrote {file}." if place.is_new else f"Added [tool.wflint] to {file}."
        output.write_stderr(f"{what}\n{_next(home, finder.cwd)}")
    return 0


def _next(home: Path, cwd: Path) -> str:
    """Return what to do next, from the working directory."""
    if home == cwd:
        return NEXT
    folder = shlex.quote(visible(os.path.relpath(home, cwd)))
    return NEXT.replace("wflint check", f"wflint check {folder}")
