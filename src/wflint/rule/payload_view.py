"""The views of what definitions are sent and give back, with the types that it is made of."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from wflint.rule.place import Place

_PARTS = 400
"""Types that are looked at for one annotation: models may hold one another without an end."""


class ClassForm(enum.Enum):
    """What a class is to a converter of data."""

    DATACLASS = "dataclass"
    ENUM = "enum"  # one whose members are nothing else
    EXTERNAL = "external"  # not of the project
    MODEL = "model"  # of pydantic
    NAMED_TUPLE = "named tuple"
    PLAIN = "plain"  # nothing tells what is in its objects
    TYPED_DICT = "typed dict"
    UNKNOWN = "unknown"
    VALUE_ENUM = "enum of values"  # one whose members are texts or numbers as well


class PayloadType(Struct, frozen=True):
    """A type: its dotted name, and what it is a container of, if it is one.

    Of ``args`` each has all types that may stand there; none when that is not known.
    ``find_values`` gives the values of an enum, as the source has them, by the names of members;
    ``None`` if they are not all written out. ``is_parametrized`` is set of a class of the project
    that is given type parameters.
    """

    name: str
    form: ClassForm = ClassForm.EXTERNAL
    args: tuple[tuple[PayloadType, ...], ...] = ()
    find_fields: Callable[[], tuple[PayloadField, ...]] = tuple
    find_values: Callable[[], dict[str, str] | None] = lambda: None
    is_parametrized: bool = False

    @property
    def shown(self) -> str:
        """Return the name without its module."""
        return self.name.rpartition(".")[2]


class PayloadField(NamedTuple):
    """A field of a class; ``find_text`` gives its annotation as it is written.

    ``find_need`` tells if data must have it; ``None`` if that is not known, as where the data may
    have it by another name.
    """

    name: str
    types: tuple[PayloadType, ...]
    find_text: Callable[[], str]
    find_need: Callable[[], bool | None] = lambda: None


class PayloadPart(NamedTuple):
    """A part of a payload: all types that it may be, and the way to it: ``Order.total``.

    ``is_key`` is set for the key of a dictionary, ``in_model`` for what a model of pydantic or a
    named tuple holds: the SDK reads these without looking at the types of their fields.
    ``texts`` are the annotations of the fields on the way.
    """

    way: str
    types: tuple[PayloadType, ...]
    is_key: bool = False
    in_model: bool = False
    texts: tuple[Callable[[], str], ...] = ()


_KEYED = frozenset(
    {
        "builtins.dict",
        "collections.OrderedDict",
        "collections.abc.Mapping",
        "collections.abc.MutableMapping",
        "collections.defaultdict",
    }
)


class WrittenPayload(NamedTuple):
    """The annotation of a payload, and its place; see :class:`PayloadView`."""

    annotation: str | None
    place: Place


class PayloadView(Struct, frozen=True):
    """A parameter that is sent, or the result (then ``name`` is empty).

    ``find_written`` reads what is written there, for those who ask.
    """

    name: str
    types: tuple[PayloadType, ...]
    find_written: Callable[[], WrittenPayload]

    @property
    def annotation(self) -> str | None:
        """Return what is written there, empty if nothing is; ``None`` if that is not known."""
        return self.find_written().annotation

    @property
    def place(self) -> Place:
        """Return the place of the annotation, or of the definition."""
        return self.find_written().place

    def parts(self) -> Iterator[PayloadPart]:
        """Return what it is made of, the outermost first.

        Where a part may be one thing or another, what these are made of is left out.
        """
        pending = deque([PayloadPart(self.name, self.types)])
        seen: set[str] = set()
        for _ in range(_PARTS):
            if not pending:
                return
            part = pending.popleft()
            yield part
            if len(part.types) == 1:
                pending.extend(islice(_inside(part, part.types[0], seen), _PARTS))


def _inside(part: PayloadPart, of: PayloadType, seen: set[str]) -> Iterator[PayloadPart]:
    for number, arg in enumerate(of.args):
        is_key = number == 0 and of.name in _KEYED
        yield part._replace(types=arg, is_key=is_key)
    if of.form is ClassForm.EXTERNAL or of.name in seen:
        return
    seen.add(of.name)
    in_model = part.in_model or of.form in (ClassForm.MODEL, ClassForm.NAMED_TUPLE)
    for field in of.find_fields():
        texts = (*part.texts, field.find_text)
        yield PayloadPart(f"{of.shown}.{field.name}", field.types, False, in_model, texts)
