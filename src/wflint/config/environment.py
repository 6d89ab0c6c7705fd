"""Finding the environment that the code runs in, and what is on its path.

Folders are told from the file system. Only an interpreter that the user names on the command line
is run, and only when its folders are not in one of the usual places: a setting may be a stranger's.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from wflint.config.errors import ConfigError
from wflint.system.borders import Border
from wflint.system.disk import read_text
from wflint.wording import on_one_line

_SITE_FOLDERS = (
    "lib/python3*/site-packages",
    "lib64/python3*/site-packages",
    "lib/pypy3*/site-packages",
    "Lib/site-packages",
    "lib/python3*/dist-packages",
    "local/lib/python3*/dist-packages",
)
_ASK = "import json, sys; print(json.dumps(sys.path))"
_SECONDS = 10
_MAX_BYTES = 1_000_000


class Environment(Struct, frozen=True):
    """The place of installed packages.

    ``name`` is the folder of the environment. ``folders`` are searched in order, as absolute paths;
    ``mapped`` are packages that lie elsewhere (editable installs), by dotted name. It ``serves``
    the files below a folder, or all of them if that is empty.
    """

    name: str
    folders: tuple[str, ...] = ()
    mapped: dict[str, str] = field(default_factory=dict)
    serves: str = ""


def find_environments(
    root: Path, python: str | None, variables: Mapping[str, str], may_run: bool = False
) -> list[Environment]:
    """The environments to look for a package in, most likely first.

    ``python`` is an interpreter or the folder of an environment, relative to ``root``; when it is
    given it is the only one, and :class:`ConfigError` is raised if there is none. Else it is what
    ``VIRTUAL_ENV`` names, and then ``.venv`` and ``venv`` in ``root`` or in a folder above it that
    belongs to the same repository.

    ``may_run`` says that the user named ``python`` on the command line: then it may also be a
    command, and is asked where its folders are if that cannot be seen.
    """
    if python is not None:
        place = _place_of(python, root, may_run)
        return [_environment(place, _folders_in(place, python, may_run))]
    places = [Path(variables["VIRTUAL_ENV"])] if variables.get("VIRTUAL_ENV") else []
    places += [folder / name for folder in _repository(root) for name in (".venv", "venv")]
    found: dict[str, Environment] = {}
    for place in places:
        folders = _site_folders(place)
        if folders:
            found.setdefault(os.path.realpath(place), _environment(place, folders))
    return list(found.values())


def _repository(root: Path) -> list[Path]:
    """``root``, and the folders above it up to that of its git repository."""
    for count, folder in enumerate((root, *root.parents)):
        if os.path.exists(folder / ".git"):
            return [root, *root.parents[:count]]
    return [root]


def _place_of(python: str, root: Path, is_command: bool) -> Path:
    place = Path(os.path.abspath(root / os.path.expanduser(python)))
    if is_command and not os.path.exists(place) and os.sep not in python and "/" not in python:
        from wflint.system.subprocesses import find_program

        place = Path(find_program(python, Border(root)) or place)
    if not os.path.exists(place):
        raise ConfigError(f"python: no such interpreter or environment: {python}")
    return place


def _folders_in(place: Path, python: str, may_run: bool) -> list[str]:
    is_folder = os.path.isdir(place)
    folders = _site_folders(place) if is_folder else _folders_of(place)
    if not folders and may_run and not is_folder:
        folders = _ask(place)
    if not folders:
        hint = "; wflint runs nothing that a setting names, so name it with --python"
        raise ConfigError(
            f"python: there are no installed packages in {python}"
            + ("" if is_folder or may_run else hint)
        )
    return folders


def _folders_of(interpreter: Path) -> list[str]:
    """The folders of an interpreter, as far as its place tells them."""
    inside = interpreter.parent.name in ("bin", "Scripts")
    prefix = interpreter.parent.parent if inside else interpreter.parent
    if os.path.isfile(prefix / "pyvenv.cfg"):
        return _site_folders(prefix)
    real = Path(os.path.realpath(interpreter))
    version = re.search(r"(\d\.\d+)", real.name)
    prefix = real.parent.parent if real.parent.name == "bin" else real.parent
    return _site_folders(prefix, version[1] if version else "")


def _ask(interpreter: Path) -> list[str]:
    try:
        done = subprocess.run(
            [str(interpreter), "-I", "-c", _ASK], capture_output=True, timeout=_SECONDS, check=True
        )
        path = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = on_one_line(str(error))
        raise ConfigError(f"python: {interpreter} does not work: {reason}") from None
    return [p for p in path if os.path.basename(p) in ("site-packages", "dist-packages")]


def _site_folders(prefix: Path, version: str = "") -> list[str]:
    """The folders of installed packages below a prefix, those of the newest Python first."""
    settings = _read(prefix / "pyvenv.cfg") or ""
    inner = re.search(r"^version(?:_info)?\s*=\s*(\d\.\d+)", settings, re.MULTILINE)
    version = inner[1] if inner else version
    globbed = (p for pattern in _SITE_FOLDERS for p in sorted(prefix.glob(pattern)))
    found = [p for p in globbed if os.path.isdir(p)]
    found.sort(key=_version, reverse=True)
    exact = [p for p in found if version and version in p.parent.name]
    shared = [p for p in found if p.parent.name in ("Lib", "python3")]
    chosen = [*exact, *shared] if exact else found
    folders = list(dict.fromkeys(os.path.realpath(p) for p in chosen))
    home = re.search(r"^home\s*=\s*(\S.*)$", settings, re.MULTILINE)
    if home and re.search(r"^include-system-site-packages\s*=\s*true", settings, re.M | re.I):
        base = Path(home[1].rstrip())
        base = base.parent if base.name in ("bin", "Scripts") else base
        folders += [f for f in _site_folders(base, version) if f not in folders]
    return folders


def _version(folder: Path) -> tuple[int, ...]:
    """The version in ``python3.12``; the sort keeps the order of folders of one version."""
    return tuple(map(int, re.findall(r"\d+", folder.parent.name)))


# Editable installs.


def _environment(place: Path, folders: list[str]) -> Environment:
    """An environment with the folders and packages that its ``.pth`` files add."""
    path: dict[str, None] = {}
    mapped: dict[str, str] = {}
    for folder in folders:
        path[folder] = None
        for line in _path_lines(folder):
            imported = re.match(r"import\s+([\w.]+)", line)
            if imported:
                for name, target in _mapped_by(os.path.join(folder, f"{imported[1]}.py")):
                    mapped.setdefault(name, os.path.realpath(target))
            elif os.path.isdir(os.path.join(folder, line)):
                path[os.path.realpath(os.path.join(folder, line))] = None
    return Environment(str(place), tuple(path), mapped)


def _path_lines(folder: str) -> Iterator[str]:
    """The lines of the ``.pth`` files of a folder, as Python reads them."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if name.endswith(".pth"):
            for line in (_read(Path(folder, name)) or "").splitlines():
                if line.strip() and not line.startswith("#"):
                    yield line.rstrip()


def _mapped_by(finder: str) -> Iterator[tuple[str, str]]:
    """The packages that the module of an editable install maps to folders.

    setuptools writes ``MAPPING = {"acme": "/src/acme"}``, the package ``editables`` a call
    ``F.map_module("acme", "/src/acme/__init__.py")``.
    """
    text = _read(Path(finder))
    try:
        tree = ast.parse(text or "")
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name("MAPPING")], value=ast.Dict(keys, values)):
                pairs = list(zip(keys, values, strict=True))
            case ast.AnnAssign(target=ast.Name("MAPPING"), value=ast.Dict(keys, values)):
                pairs = list(zip(keys, values, strict=True))
            case ast.Call(func=ast.Attribute(attr="map_module"), args=[name, target]):
                pairs = [(name, target)]
            case _:
                continue
        for pair in pairs:
            match pair:
                case (ast.Constant(str(package)), ast.Constant(str(place))):
                    yield package, place


def _read(path: Path) -> str | None:
    """A text of moderate size; ``None`` if there is none."""
    try:
        return read_text(path, _MAX_BYTES, "surrogateescape")
    except OSError:
        return None
