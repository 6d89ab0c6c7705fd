"""``wflint server``: the extra that it needs, and its log."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from wflint.cli.around import FAILED, say

NEEDED = ("pygls", "lsprotocol")


def run(flags: Mapping[str, Any]) -> int:
    """Run the server until the editor goes away, and give its exit code."""
    if any(find_spec(name) is None for name in NEEDED):
        say(["the server needs more packages: pip install 'wflint[lsp]'"])
        return FAILED
    from wflint.server.start import serve

    try:
        serve(flags["log_file"], cache=not flags["no_cache"])
    except OSError as error:
        say([f"cannot write {flags['log_file']}: {error.strerror or error}"])
        return FAILED
    return 0
