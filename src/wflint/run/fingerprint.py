"""Fingerprints: how a diagnostic is recognised again when its lines have moved."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from wflint.diagnostics import Diagnostic
from wflint.system.hashing import blake2b


def with_fingerprints(diagnostics: Iterable[Diagnostic], root: Path, cwd: Path) -> list[Diagnostic]:
    """The diagnostics in the order in which they are printed, each with its fingerprint.

    It is made of the code, the path relative to the project root, the function, the statement, and
    a number where all of these are the same. Neither the line number nor the message goes into it.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    result = []
    for diagnostic in sorted(diagnostics, key=Diagnostic.sort_key):
        key = (
            diagnostic.code,
            _relative(diagnostic.filename, root, cwd),
            diagnostic.function,
            diagnostic.statements[0] if diagnostic.statements else "",
        )
        seen[key] += 1
        data = "\0".join((*key, str(seen[key]))).encode("utf-8", "replace")
        digest = blake2b(data, digest_size=16).hexdigest()
        result.append(replace(diagnostic, fingerprint=digest))
    return result


def _relative(filename: str, root: Path, cwd: Path) -> str:
    return os.path.relpath(os.path.join(cwd, filename), root).replace(os.sep, "/")
