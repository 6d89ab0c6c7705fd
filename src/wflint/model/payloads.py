"""What is sent to workflows, handlers and activities, and what they give back."""

from __future__ import annotations

from functools import cache, partial

from msgspec.structs import replace

from wflint import limits
from wflint.callgraph.graph import ANNOTATION, DEFINITION
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import UNKNOWN, ClassFacts, FunctionHead, Kind, ParamKind, Ref
from wflint.facts.types import instance
from wflint.inference.library_types import MODELS
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ExternalValue, InstanceValue
from wflint.model.field_text import FieldText, enum_values, field_texts, is_partial
from wflint.model.head_text import RESULT, annotations_of, is_readable
from wflint.rule.payload_view import (
    ClassForm,
    PayloadField,
    PayloadType,
    PayloadView,
    WrittenPayload,
)
from wflint.rule.place import Place

_DATACLASSES = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_PLAIN_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
_ENUMS = frozenset({"enum.Enum"})
_VALUE_ENUMS = (
    *(frozenset({"enum.StrEnum"}), frozenset({"enum.IntEnum"})),
    *(frozenset({"builtins.str", "enum.Enum"}), frozenset({"builtins.int", "enum.Enum"})),
)
_FORMS = {
    "typing.NamedTuple": ClassForm.NAMED_TUPLE,
    "typing.TypedDict": ClassForm.TYPED_DICT,
    "typing_extensions.NamedTuple": ClassForm.NAMED_TUPLE,
    "typing_extensions.TypedDict": ClassForm.TYPED_DICT,
}
_WITHOUT_FIELDS = frozenset(
    {ClassForm.ENUM, ClassForm.PLAIN, ClassForm.UNKNOWN, ClassForm.VALUE_ENUM}
)
_OWN_JSON = frozenset({"__getattr__", "__iter__", "dict", "parse_obj"})
"""Members that the SDK's converter looks for: objects that have one are no plain objects."""
_OWN_MODEL_JSON = frozenset({"Config", "dict", "model_config", "model_dump"})
_SERIALIZERS = frozenset({"field_serializer", "model_serializer"})


class Payloads:
    """Answers for one program."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._owns: dict[Cls, PayloadType] = {}

    def of(self, fn: Fn, head: FunctionHead) -> tuple[PayloadView, ...]:
        """Return the parameters of a definition, without its receiver, and then its result."""
        plain = (ParamKind.POSITIONAL, ParamKind.KEYWORD)
        found = [(p.name, p.annotation) for p in head.params if p.kind in plain]
        return tuple(
            PayloadView(
                "" if name == RESULT else name,
                self._types(instance(annotation), fn.path),
                partial(self._written, fn, name),
            )
            for name, annotation in (*found, (RESULT, head.returns))
        )

    def _written(self, fn: Fn, name: str) -> WrittenPayload:
        module = self._store.load(fn.path)
        for number, one in enumerate(annotations_of(module, fn.qualname)):
            if one.name == name:
                return WrittenPayload(one.text, Place(fn, ANNOTATION - number))
        missing = "" if is_readable(module, fn.qualname) else None
        return WrittenPayload(missing, Place(fn, DEFINITION))

    # Types.

    def _types(
        self, ref: Ref, path: str, receiver: Cls | None = None, depth: int = limits.TYPE_PARAMETERS
    ) -> tuple[PayloadType, ...]:
        if ref.kind is Kind.UNKNOWN:
            return ()
        return self._all(self._resolver.resolve(ref, path, receiver), depth)

    def _all(self, values: tuple[AbstractValue, ...], depth: int) -> tuple[PayloadType, ...]:
        """Return the types of instances; none if one of them is not known."""
        found: list[PayloadType] = []
        for value in values:
            if isinstance(value, InstanceValue):
                found.append(replace(self._own(value.cls), is_parametrized=bool(value.args)))
            elif isinstance(value, ExternalValue) and value.instance:
                args = value.args if depth > 0 else ()
                inner = tuple(self._all(arg, depth - 1) for arg in args)
                found.append(PayloadType(value.name, ClassForm.EXTERNAL, inner))
            else:
                return ()
        return tuple(found)

    def _own(self, cls: Cls) -> PayloadType:
        if cls not in self._owns:
            self._owns[cls] = self._make_own(cls)
        return self._owns[cls]

    def _make_own(self, cls: Cls) -> PayloadType:
        form = self._form(cls)
        name = f"{self._store.load(cls.path).facts.name}.{cls.qualname}"
        fields, values = partial(self._fields, cls, form), partial(self._values, cls, form)
        return PayloadType(name, form, (), cache(fields), values)

    def _form(self, cls: Cls) -> ClassForm:
        order, externals = self._resolver.order(cls)
        facts = [(base, self._resolver.facts_of(base)) for base in order]
        known = [(base, own) for base, own in facts if own is not None]
        marks = {self._mark(d.target, base.path) for base, own in known for d in own.decorators}
        if len(known) < len(facts) or "" in marks:
            return ClassForm.UNKNOWN
        if _DATACLASSES & marks:
            return ClassForm.DATACLASS
        if any(name.startswith(MODELS) for name in externals):
            return ClassForm.MODEL
        for name, form in _FORMS.items():
            if name in externals:
                return form
        if any(enum <= set(externals) for enum in _VALUE_ENUMS) and not marks:
            return ClassForm.VALUE_ENUM
        if marks or any(own.metaclass != UNKNOWN for _, own in known):
            return ClassForm.UNKNOWN
        bases = set(externals) - _PLAIN_BASES
        members = {name for _, own in known for name in (*own.methods, *own.attributes)}
        if bases:
            return ClassForm.ENUM if bases == _ENUMS else ClassForm.UNKNOWN
        return ClassForm.UNKNOWN if members & _OWN_JSON else ClassForm.PLAIN

    def _mark(self, decorator: Ref, path: str) -> str:
        """Return the name of a decorator of another package; ``""`` if it is none of these."""
        found = self._resolver.resolve(decorator, path)
        names = {e.name if isinstance(e, ExternalValue) else "" for e in found}
        name = names.pop() if len(names) == 1 else ""
        return "" if name.startswith("temporalio.") else name

    def _fields(self, cls: Cls, form: ClassForm) -> tuple[PayloadField, ...]:
        if form in _WITHOUT_FIELDS:
            return ()
        found: dict[str, PayloadField] = {}
        for base in reversed(self._resolver.order(cls)[0]):
            facts = self._resolver.facts_of(base)
            if facts is None or (form is ClassForm.MODEL and _serializes(facts)):
                return ()
            for name in facts.fields:
                ref = facts.attributes.get(name, UNKNOWN)
                if ref.kind is Kind.OR:  # of a field with a default value: what it is declared as
                    ref = ref.others[0]
                types = self._types(ref, base.path) if ref.kind is Kind.INSTANCE else ()
                text, need = partial(self._text, base, name), partial(self._need, base, name, form)
                found[name] = PayloadField(name, types, text, need)
        return tuple(found.values())

    def _text(self, cls: Cls, name: str) -> str:
        return self._written_fields(cls).get(name, FieldText()).annotation

    def _need(self, cls: Cls, name: str, form: ClassForm) -> bool | None:
        written = self._written_fields(cls).get(name)
        if written is None:
            return None
        if form is ClassForm.TYPED_DICT and self._is_partial(cls):
            return None
        return written.needed

    def _is_partial(self, cls: Cls) -> bool:
        """True if keys of a dictionary type may be missing."""
        module = self._store.load(cls.path)
        find = partial(is_partial, module, cls.qualname)
        return module.notes.answer(f"partial {cls.qualname}", bool, find)

    def _written_fields(self, cls: Cls) -> dict[str, FieldText]:
        module = self._store.load(cls.path)
        find = partial(field_texts, module, cls.qualname)
        return module.notes.answer(f"fields {cls.qualname}", dict[str, FieldText], find)

    def _values(self, cls: Cls, form: ClassForm) -> dict[str, str] | None:
        if form not in (ClassForm.ENUM, ClassForm.VALUE_ENUM):
            return None
        module = self._store.load(cls.path)
        find = partial(enum_values, module, cls.qualname)
        return module.notes.answer(f"values {cls.qualname}", dict[str, str], find) or None


def _serializes(facts: ClassFacts) -> bool:
    """True if a model has its own code for how its fields are read or written."""
    marks = {d.written or d.target.name for m in facts.methods.values() for d in m.decorators}
    members = facts.methods.keys() | facts.attributes.keys()
    return bool(_OWN_MODEL_JSON & members or _SERIALIZERS & marks)
