"""What is said of imports that the sandbox repeats for each run of a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Severity, is_light, listed, why_unloadable

if TYPE_CHECKING:
    from wflint.rule import ForeignModule, LateLoad, LoadedImport

_BROKEN = (
    "the sandbox cannot load `{name}`{by}, so the Worker does not start ({why}); import {what} "
    "under `workflow.unsafe.imports_passed_through()`"
)
_SHOWN = 3


def reports(imports: Sequence[LoadedImport], message: str) -> Iterator[PlacedReport]:
    """Yield a report for each import: an error if it leads to what cannot be loaded.

    Those of one row of imports have the same message, which speaks for all of them.
    """
    rows: dict[tuple[int, bool], list[LoadedImport]] = {}
    for one in imports:
        broken = broken_by(one)
        if broken is not None:
            yield PlacedReport(one.place, _broken(one, *broken))
        else:
            rows.setdefault((one.run, _is_remark(one)), []).append(one)
    for (run, is_remark), row in rows.items():
        text = message.format(name=_names(row), use=_what(row))
        severity = Severity.INFO if is_remark else None
        group = f"{run}{' own' if is_remark else ''}"
        yield from (PlacedReport(one.place, Report(text, severity, group=group)) for one in row)


def _broken(one: LoadedImport, module: ForeignModule, why: str) -> Report:
    by = f", which `{module.by}` imports" if module.by else ""
    what = f"`{one.module}`" if module.by else "it"
    text = _BROKEN.format(name=module.name, by=by, why=why, what=what)
    return Report(text, Severity.ERROR, group=f"{one.run}")


def _is_remark(one: LoadedImport) -> bool:
    """True if it leads to nothing but modules of the project, and packages that cost nothing."""
    return all(is_light(module.name) for module in one.foreign)


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


def broken_by(one: LoadedImport | LateLoad) -> tuple[ForeignModule, str] | None:
    """Return the first module that an import leads to and that cannot be loaded, and why."""
    found = ((module, _why(module, one)) for module in one.foreign)
    return next(((module, why) for module, why in found if why), None)


def _why(module: ForeignModule, one: LoadedImport | LateLoad) -> str:
    return why_unloadable(module.name, is_relaxed=one.is_relaxed)
