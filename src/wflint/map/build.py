"""Makes the map of projects that have been analysed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, convert
from msgspec.structs import replace

from wflint.facts.ids import Cls
from wflint.map.adding import Adding
from wflint.map.links import Links
from wflint.map.model import Map
from wflint.map.ran import Ran
from wflint.map.sources import Sources, together
from wflint.run.program_run import Examined


def build(
    projects: Iterable[Examined],
    links: Links,
    *,
    tests: bool = False,
    ran: Ran | None = None,
    only: Collection[Cls] | None = None,
) -> Map:
    """Return the map of what the chosen files of some projects define.

    Definitions in tests are left out unless they are asked for. ``ran`` is what histories tell.
    ``only`` are the workflows to be shown, wherever they are.
    """
    making = MapMaking(tests, ran, only)
    for examined in projects:
        making.make(examined)
    return making.finish(links)


class Part(Struct):
    """The part of a map that one project adds. ``paths`` has the paths of its files by name."""

    found: Map
    paths: dict[str, str]


class MapMaking:
    """Makes a map, project by project; parts of it may have been made by earlier runs."""

    def __init__(
        self,
        tests: bool = False,
        ran: Ran | None = None,
        only: Collection[Cls] | None = None,
    ) -> None:
        self._map, self._paths = Map(), dict[str, str]()
        self._tests, self._ran, self._only = tests, ran, only

    @property
    def about(self) -> str:
        """The state that a part of the map depends on; numbers run on from one part to the next."""
        return f"map {self._tests} {self._counts()}"

    def make(self, examined: Examined) -> Part:
        """Add a project, and return what it adds."""
        found, project, sources = self._map, examined.answer.project, Sources()
        before, paths = self._counts(), dict[str, str]()
        if project is not None:
            Adding(found, sources, examined, project, self._tests, self._ran, self._only).add()
            paths = {examined.emitter.shown(p): p for p in examined.answer.store.modules}
        added = (getattr(found, name)[at:] for name, at in zip(_LISTS, before, strict=True))
        part = Map(**dict(zip(_LISTS, added, strict=True)))
        part.files = sources.files(_filenames(part))
        paths = {file.name: paths[file.name] for file in part.files if file.name in paths}
        self._add_files(part, paths)
        return Part(part, paths)

    def restore(self, made: object) -> None:
        """Add a part that an earlier run has made."""
        part = convert(made, Part)
        for name in _LISTS:
            getattr(self._map, name).extend(getattr(part.found, name))
        self._add_files(part.found, part.paths)

    def finish(self, links: Links) -> Map:
        """Return the map."""
        found = self._map
        found.commit = links.commit
        if self._ran is not None:
            found.histories = self._ran.total
            found.remarks[:0] = self._ran.remarks
        files = together(found.files)
        links_of = links.of(self._paths, [file.name for file in files])
        found.files = [replace(file, links=links_of.get(file.name, ())) for file in files]
        return found

    def _counts(self) -> list[int]:
        return [len(getattr(self._map, name)) for name in _LISTS]

    def _add_files(self, part: Map, paths: Mapping[str, str]) -> None:
        self._map.files += part.files
        self._paths |= paths


_LISTS = ("workflows", "activities", "workers", "functions", "flows", "remarks")


def _filenames(found: Map) -> list[str]:
    places = [w.place for w in found.workflows]
    places += [a.place for a in found.activities]
    places += [w.place for w in found.workers]
    places += [f.place for f in found.functions]
    places += [f.place for f in found.flows]
    return sorted({place.filename for place in places})
