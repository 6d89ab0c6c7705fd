"""The view of the imports with which the sandbox begins to load a workflow."""

from __future__ import annotations

from msgspec import Struct

from wflint.rule.place import Place


class ForeignModule(Struct, frozen=True):
    """A module outside of the project; ``by`` is the module of the project that imports it.

    That is ``""`` where the statement itself does.
    """

    name: str
    by: str = ""


class LateLoad(Struct, frozen=True):
    """The modules outside of the project that an import in a function leads to.

    ``foreign`` and ``is_relaxed`` are as in :class:`LoadedImport`.
    """

    foreign: tuple[ForeignModule, ...]
    is_relaxed: bool = False


class LoadedImport(Struct, frozen=True):
    """An import statement that makes the sandbox load something again for each run of a workflow.

    ``module`` is what it names first, and ``foreign`` has all outside of the project that it leads
    to, the nearest first. ``run`` is the number of the unbroken row of imports that it stands in.
    ``has_activities`` is set if it imports a module that defines some, and ``is_own`` if it imports
    modules of the project at all. ``is_relaxed`` is set if a Worker changes what the sandbox
    restricts, so that more can be loaded than by default.
    """

    module: str
    place: Place
    run: int
    foreign: tuple[ForeignModule, ...]
    is_own: bool = False
    has_activities: bool = False
    is_relaxed: bool = False


class LoadingView(Struct, frozen=True):
    """A file that the sandbox loads for a workflow before anything is asked of it.

    It defines workflows, or is the ``__init__`` of a package that a workflow is in. ``imports`` are
    those of its imports that are not passed through, and that no error is caught around.
    """

    module: str
    imports: tuple[LoadedImport, ...]
