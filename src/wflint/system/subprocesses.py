"""Runs other programs in folders that a stranger has filled.

A program is looked for in the folders that ``PATH`` names in full, and never in the repository that
is checked: an entry such as ``.`` would find whatever lies there. Git is asked with those parts of
a repository's own configuration switched off that name programs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from wflint.system.borders import Border

_GIT_SECONDS = 120
"""Git reads all kinds of files, and some, such as a named pipe, have no end."""

# Variables that a git hook sets, and that would make git answer for another repository.
_GIT_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
_HARMLESS = (
    "--no-pager",
    "--no-optional-locks",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.sshCommand=false"),  # objects that are missing would be fetched
    *("-c", "protocol.allow=never"),
    *("-c", "safe.bareRepository=explicit"),  # a folder that looks like one has a configuration
)


def find_program(name: str, border: Border) -> str | None:
    """Return the path of a program outside of a repository, or ``None``."""
    from shutil import which

    for folder in _search_path(border):
        found = which(name, path=folder)
        if found and os.path.isabs(found) and border.leads_out(found):
            return found
    return None


def _search_path(border: Border) -> list[str]:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [f for f in folders if os.path.isabs(f) and border.leads_out(f)]


def ask_git(
    arguments: Sequence[str], folder: str, border: Border, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes] | None:
    """Run a command of git that changes nothing; ``None`` if there is no git, or no answer."""
    git = find_program("git", border)
    if git is None:
        return None
    environment = {k: v for k, v in os.environ.items() if k not in _GIT_VARIABLES}
    environment |= {
        "PATH": os.pathsep.join(_search_path(border)),
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        return subprocess.run(
            [git, *_HARMLESS, *arguments],
            cwd=folder,
            env=environment,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=_GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
