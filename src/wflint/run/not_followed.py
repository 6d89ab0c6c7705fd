"""Lines about files, packages and modules with code that is not looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from wflint.checking.analysis import AnalysisResult
from wflint.run.program_settings import Governing

Shown = Callable[[str], str]


def not_followed(
    answer: AnalysisResult, governing: Governing, chosen: Collection[str], shown: Shown
) -> Iterator[str]:
    """Yield lines for what should be followed and cannot be, and for files that are hidden."""
    root = governing.group.project.root
    for package in answer.index.installed.missing:
        if answer.index.find(package, f"{root}/__init__.py") is None:
            yield f"follow-packages: {package} {_not_found(governing, shown)}"
    for path in sorted(answer.index.outside):
        yield f"{shown(path)}: a link leads out of the repository, so it is not followed"
    for path, module in sorted(answer.store.modules.items()):
        if module.error is not None and answer.index.is_followed(path):
            place = f"{shown(path)}:{module.error.row}"
            yield f"{place}: this is not followed further: {module.error.message}"
    for path in answer.hidden:
        if path in chosen:
            yield _hidden(path, shown)


def _hidden(path: str, shown: Shown) -> str:
    """A line for a file with workflow code that a package of the same name hides."""
    package = shown(path.removesuffix(".py"))
    return (
        f"{shown(path)}: Python never imports this file, because the package {package}/ has the "
        "same name, so what is in there is not checked; rename or delete one of them"
    )


def _not_found(governing: Governing, shown: Shown) -> str:
    places = ", ".join(shown(e.name) for e in governing.environments)
    if places:
        return f"is not installed in {places}; name its environment with --python"
    root = shown(str(governing.group.project.root))
    return (
        f"was not found: VIRTUAL_ENV names no environment, and {root} has no .venv or venv; "
        "name one with --python"
    )
