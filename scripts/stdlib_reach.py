"""Derives which public names of the standard library reach a clock, randomness or the world inside.

wflint's own call graph is run over CPython's `Lib/`: a made-up workflow calls every public function
and method, the rules' tables say what is a clock, entropy, the environment or I/O, and what is hit
inside the library is a finding. A person has looked at each finding; `stdlib_reach.toml` beside this
file holds what was decided and why. From both the script writes `rules/stdlib_reach.toml`, the
table that ordinary runs use.

Usage:

    python scripts/stdlib_reach.py                     # the library of the running Python
    python scripts/stdlib_reach.py ~/.pyenv/versions/3.1[0-3].*/lib/python3.1?

Findings that nobody has looked at are printed, and the exit code is 1.
"""

from __future__ import annotations

import sys
from collections import deque
