"""What is said of imports that the sandbox repeats for each run of a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wflint.rule import PlacedReport, Report, Severity, listed

if TYPE_CHECKING:
    from wflint.rule import ForeignModule, LateLoad, LoadedImport

_TABLE = Path(__file__).parent / "unloadable_packages.toml"
_BROKEN = (
    "the sandbox cannot load `{name}`{by}, so the Worker does not start ({why}); import {what} "
    "under `workflow.unsafe.imports_passed_through()`"
)
_SHOWN = 3


class _Unloadable(NamedTuple):
    """Why a package cannot be loaded, and if that holds whatever the sandbox restricts."""

    why: str
    always: bool


def reports(imports: Sequence[LoadedImport], message: str) -> Iterator[PlacedReport]:
    """Yield a report for each import: an error if it leads to what cannot be loaded.

    Those of one row of imports have the same message, which speaks for all of them.
    """
    rows: dict[tuple[int, bool], list[LoadedImport]] = {}
    for one in imports:
        module = _unloadable_in(one)
        if module is not None:
            yield PlacedReport(one.place, _broken(one, module))
        else:
            rows.setdefault((one.run, _is_remark(one)), []).append(one)
    for (run, is_remark), row in rows.items():
        text = message.format(name=_names(row), use=_what(row))
        severity = Severity.INFO if is_remark else None
        group = f"{run}{' own' if is_remark else ''}"
        yield from (PlacedReport(one.place, Report(text, severity, group=group)) for one in row)


def _broken(one: LoadedImport, module: ForeignModule) -> Report:
    by = f", which `{module.by}` imports" if module.by else ""
    what = f"`{one.module}`" if module.by else "it"
    why = _unloadable()[_key(module.name)].why
    text = _BROKEN.format(name=module.name, by=by, why=why, what=what)
    return Report(text, Severity.ERROR, group=f"{one.run}")


def _is_remark(one: LoadedImport) -> bool:
    """True if it leads to nothing but modules of the project, and packages that cost nothing."""
    return all(module.name.partition(".")[0] in _light() for module in one.foreign)


def _names(imports: Sequence[LoadedImport]) -> str:
    """Return what several imports load, the first few by their names."""
    found: dict[str, str] = {}
    for name in (name for one in imports for name in _names_of(one)):
        found.setdefault(name.partition(" ")[0], name)
    with_them = _others(imports) if all(one.has_activities for one in imports) else ""
    return f"{_first_of(list(found.values()))}{with_them}"


def _others(imports: Sequence[LoadedImport]) -> str:
    """Return the packages that activities bring along, if there are any."""
    own = {one.module for one in imports}
    foreign = (module.name for one in imports for module in one.foreign if module.name not in own)
    packages = dict.fromkeys(name.partition(".")[0] for name in foreign)
    return f", with {_first_of([f'`{name}`' for name in packages])}," if packages else ""


def _what(imports: Sequence[LoadedImport]) -> str:
    """Return what to import in another way: what the statement names, not what lies behind it."""
    if len(imports) > 1:
        lead_on = all(_is_led_to(one) for one in imports)
        return _first_of([f"`{one.module}`" for one in imports]) if lead_on else "them"
    one = imports[0]
    return f"`{one.module}`" if _is_led_to(one) else "it"


def _is_led_to(one: LoadedImport) -> bool:
    """True if an import only leads to packages, and the project's modules name them."""
    return bool(one.foreign) and all(module.by for module in one.foreign)


def _first_of(names: list[str]) -> str:
    """Return names as a list of words, the first few of them."""
    shown = names[:_SHOWN]
    if len(names) > _SHOWN:
        shown.append(f"{len(names) - _SHOWN} more")
    return listed(shown)


def _names_of(one: LoadedImport) -> list[str]:
    """Return what a statement names, or the first thing that it leads to from there."""
    if one.has_activities or not one.foreign:
        return [f"`{one.module}`"]
    direct = [f"`{module.name}`" for module in one.foreign if not module.by]
    return direct or [f"`{one.foreign[0].name}` (by `{one.module}`)"]


def why_unloadable(one: LoadedImport | LateLoad) -> tuple[ForeignModule, str] | None:
    """Return the first module that an import leads to and that cannot be loaded, and why."""
    module = _unloadable_in(one)
    return (module, _unloadable()[_key(module.name)].why) if module is not None else None


def _unloadable_in(one: LoadedImport | LateLoad) -> ForeignModule | None:
    """Return the first module that cannot be loaded, with the restrictions that there are."""
    found = ((module, _key(module.name)) for module in one.foreign)
    refused = (module for module, key in found if key and _holds(key, one))
    return next(refused, None)


def _holds(key: str, one: LoadedImport | LateLoad) -> bool:
    return _unloadable()[key].always or not one.is_relaxed


def _key(name: str) -> str:
    """Return the entry of the table that speaks of a module, or ``""``."""
    while name and name not in _unloadable():
        name = name.rpartition(".")[0]
    return name


@lru_cache(maxsize=1)
def _unloadable() -> Mapping[str, _Unloadable]:
    """Return the packages that cannot be loaded, each with the reason."""
    return {
        name: _Unloadable(group["why"], group.get("always", False))
        for group in _table()["unloadable"]
        for name in group["names"]
    }


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    """Return the packages that it costs nothing to load again."""
    return frozenset(_table()["light"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    import tomli

    with _TABLE.open("rb") as stream:
        return tomli.load(stream)
