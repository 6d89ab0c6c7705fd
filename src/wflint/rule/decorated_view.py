"""Views of decorators, and of the classes and functions that they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from wflint.config.rule_settings import RuleSettings
from wflint.facts.model import Decorator, Value, ValueType
from wflint.rule.views import Callee

if TYPE_CHECKING:
    from wflint.rule.definition_views import MethodText

TRANSPARENT = frozenset(
    {
        "abc.abstractmethod",
        "dataclasses.dataclass",
        "typing.final",
        "typing.overload",
        "typing.override",
        "typing_extensions.final",
        "typing_extensions.override",
    }
)
"""Decorators that give back the very class or function that they stand on."""


class DecoratorView(NamedTuple):
    """A decorator as it is written.

    ``name`` is the dotted name outside of the project that it surely has, or ``""``.
    """

    name: str
    fact: Decorator

    @property
    def written(self) -> str:
        """Return the last word of its name, as it is written."""
        return self.fact.written or self.fact.target.name

    @property
    def is_bare_call(self) -> bool:
        """True for ``@d()``."""
        fact = self.fact
        return fact.called and not (fact.is_open or fact.keywords or fact.first)

    @property
    def first(self) -> Value | None:
        """Return what it is given by position first."""
        return self.fact.first

    def is_given(self, option: str) -> bool:
        """True if an option is surely given something, and not None."""
        value = self.fact.option(option)
        return value is not None and value.type is not ValueType.NONE

    def is_true(self, option: str) -> bool:
        """True if an option is given True."""
        value = self.fact.option(option)
        return value is not None and value.text == "True"

    @property
    def is_plain(self) -> bool:
        """True if it gives back what it stands on: one of the SDK's, or one that does nothing."""
        return self.name in TRANSPARENT or self.name.startswith("temporalio.")


def below(decorators: Iterable[DecoratorView], name: str) -> tuple[DecoratorView, ...] | None:
    """Return the decorators that run before the uppermost of some name; ``None`` if it is none."""
    found = tuple(decorators)
    names = [decorator.name for decorator in found]
    return found[names.index(name) + 1 :] if name in names else None


class DecoratedView(Struct, frozen=True, dict=True):
    """A class or function that a decorator of the SDK stands on.

    ``owner`` is the qualname of the class that it stands in, ``is_local`` is set where that, or the
    function itself, stands in a function.
    """

    qualname: str
    owner: str
    is_class: bool
    is_local: bool
    decorators: tuple[DecoratorView, ...]
    find_function: Callable[[], Callee | None] = lambda: None
    find_text: Callable[[], MethodText | None] = lambda: None
    find_meaning: Callable[[str], str] = lambda annotation: ""
    find_name: Callable[[str], str] = lambda written: ""
    settings: RuleSettings = RuleSettings()

    @cached_property
    def function(self) -> Callee | None:
        """Return what is known of the function; ``None`` for a class."""
        return self.find_function()

    @property
    def text(self) -> MethodText | None:
        """Return what stands in its definition; ``None`` if that cannot be read."""
        return self.find_text()

    def meaning(self, annotation: str) -> str:
        """Return an annotation with full dotted names; ``""`` if they are not all known."""
        return self.find_meaning(annotation)

    def dotted_name(self, written: str) -> str:
        """Return the qualified name that a name has in its module; ``""`` if it is not known."""
        return self.find_name(written)

    @property
    def name(self) -> str:
        """Return its name."""
        return self.qualname.rpartition(".")[2].partition("#")[0].partition("@")[0]

    def has(self, name: str) -> bool:
        """True if a decorator of some name stands on it."""
        return any(decorator.name == name for decorator in self.decorators)

    def is_given_to(self, name: str) -> bool:
        """True if the decorator ``name`` is surely given what is defined here, and nothing else."""
        before = below(self.decorators, name)
        return before is not None and all(decorator.is_plain for decorator in before)
