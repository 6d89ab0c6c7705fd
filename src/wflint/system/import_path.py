"""Python's import path, without folders that a stranger may have filled.

``python -m wflint`` puts the working directory in front of the path, and ``PYTHONPATH`` may name
it. A file ``click.py`` in there would be run in place of the real one.

This is imported before the path is clean, so it takes only what Python itself has imported by then:
no ``from __future__`` either.
"""

import os
import sys


def forget_working_directory() -> None:
    """Take from ``sys.path`` what leads into the working directory or the repository around it."""
    try:
        tree = _repository(os.getcwd())
    except OSError:
        return  # it has been deleted, and nothing can be imported from it
    given = _given()
    sys.path[:] = [
        entry
        for entry in sys.path
        if _is_own(entry)
        or not (_is_relative(entry) or (_real(entry) in given and _is_below(_real(entry), tree)))
    ]


def installed_path() -> list[str]:
    """``sys.path`` with nothing in it but what is installed beside wflint."""
    given = _given()
    return [
        entry
        for entry in sys.path
        if _is_own(entry) or not (_is_relative(entry) or _real(entry) in given)
    ]


def trusted_path() -> list[str]:
    """``sys.path`` with nothing in it but what Python and wflint are installed in.

    That is for processes which begin with it. Unlike in this process, the folder of a script that
    uses wflint is left out, where whatever has been checked out may lie.
    """
    try:
        tree = _repository(os.getcwd())
    except OSError:
        return installed_path()
    own = {_real(folder) for folder in (_HOME, *_site_folders(), *_folders_of_python())}
    return [
        entry
        for entry in installed_path()
        if _real(entry) in own or not _is_below(_real(entry), tree)
    ]


def _folders_of_python() -> list[str]:
    """The folders of the standard library."""
    library = os.path.dirname(os.path.abspath(os.__file__))
    return [library, os.path.join(library, "lib-dynload")]


def installation_folders() -> list[str]:
    """The folders that wflint and the distributions beside it are installed in."""
    return [entry for entry in dict.fromkeys([*_site_folders(), _HOME]) if os.path.isdir(entry)]


_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""The folder that wflint comes from. Whatever is in there is trusted already."""


def _is_own(entry: str) -> bool:
    return _real(entry) in {_real(folder) for folder in (_HOME, *_site_folders())}


def _site_folders() -> list[str]:
    site = sys.modules.get("site")  # Python has imported it, but for `python -S`
    if site is None:
        return []
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [*site.getsitepackages(), *own]


def _given() -> set[str]:
    """The real paths of what was put on the path from outside: by ``-m`` and ``PYTHONPATH``."""
    named = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    return {_real(entry) for entry in (os.curdir, *named.split(os.pathsep))}


def _repository(folder: str) -> str:
    above = folder
    while not os.path.exists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return folder
        above = parent
    return above


def _is_relative(entry: str) -> bool:
    return not os.path.isabs(entry)


def _real(entry: str) -> str:
    return os.path.realpath(entry)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
