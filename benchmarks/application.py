"""A generated application: two services with workflows, deep helpers, loggers and settings.

It is the same on every machine. :data:`PROMISED` says what wflint must find in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

from benchmarks.application_parts import AREA, COMMON, LAYER, REPORT, SERVICE

SERVICES = ("orders", "billing")
AREAS = (
    "customers",
    "deliveries",
    "invoices",
    "payments",
    "products",
    "refunds",
    "reminders",
    "stock",
)
LAYERS = 6
"""How many modules of helpers stand below each workflow, each calling the next."""
REPORTS = 100
"""How many modules have nothing to do with a workflow."""

_LOG = '    logger.info("priced %s in layer $number", item.name)\n'

_EACH_AREA = {
    "WFL101": 1,  # datetime.now() in a method of the workflow
    "WFL104": 1,  # time.sleep() in a coroutine
    "WFL111": 1,  # random.random(), below all layers
    "WFL113": 1,  # uuid.uuid4() in a method of the workflow
    "WFL121": 1,  # a loop over a set that starts activities
    "WFL124": 1,  # asyncio.wait()
    "WFL139": 1,  # print() below all layers
    "WFL140": LAYERS // 2,  # a logger in each second layer
    "WFL203": 1,  # an activity that nobody awaits
    "WFL601": 1,  # an activity without a timeout
}
_ONCE = {
    "WFL101": 1,  # clock.stamp(), which activities call as well
    "WFL131": 1,  # settings.flag()
}
PROMISED = {
    code: _EACH_AREA.get(code, 0) * len(SERVICES) * len(AREAS) + _ONCE.get(code, 0)
    for code in sorted({*_EACH_AREA, *_ONCE})
}
"""How many diagnostics wflint must report for the application, by rule."""


def write_application(folder: Path) -> None:
    """Write the application to a folder."""
    for name, text in application():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def application() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file."""
    yield "pyproject.toml", '[project]\nname = "market"\nversion = "1"\n'
    yield "market/__init__.py", ""
    for name, text in COMMON.items():
        yield f"market/common/{name}.py", text
    for service in SERVICES:
        yield from _service(service)
    yield "market/reports/__init__.py", ""
    for number in range(REPORTS):
        yield f"market/reports/report_{number}.py", Template(REPORT).substitute(number=number)


def _service(service: str) -> Iterator[tuple[str, str]]:
    package = f"market/{service}"
    yield f"{package}/__init__.py", ""
    names = {
        "service": service,
        "imports": "\n".join(_imports(service)),
        "workflows": ", ".join(f"{_title(area)}Workflow" for area in AREAS),
        "activities": ", ".join(f"{area}.load, {area}.store" for area in AREAS),
    }
    for name, text in SERVICE.items():
        yield f"{package}/{name}.py", Template(text).substitute(names)
    for area in AREAS:
        yield from _area(service, area)


def _imports(service: str) -> Iterator[str]:
    for area in AREAS:
        yield f"from market.{service}.{area} import activities as {area}"
        yield f"from market.{service}.{area}.workflows import {_title(area)}Workflow"


def _area(service: str, area: str) -> Iterator[tuple[str, str]]:
    package = f"market/{service}/{area}"
    names = {"service": service, "area": area, "Area": _title(area)}
    yield f"{package}/__init__.py", ""
    for name, text in AREA.items():
        yield f"{package}/{name}.py", Template(text).substitute(names)
    for number in range(LAYERS):
        yield f"{package}/layer_{number}.py", _layer(number, names)


def _layer(number: int, names: dict[str, str]) -> str:
    """Return the text of a module of helpers, which call those of the next."""
    below = f"layer_{number + 1}" if number + 1 < LAYERS else "bottom"
    log = _LOG if number % 2 else ""
    return Template(LAYER.replace("$log", log)).substitute(names, number=number, below=below)


def _title(area: str) -> str:
    return area.capitalize()
