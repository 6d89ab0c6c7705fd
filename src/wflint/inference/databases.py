"""Databases that run in the process: engines, sessions and connections of SQLite.

That a database is one is told by the URL it is made with. It is then kept in the ``args`` of what
is made of it, and so reaches whatever that makes: a session, its query, a cursor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.facts.model import SQLITE
from wflint.inference.values import AbstractValue, ExternalValue, Types

if TYPE_CHECKING:
    from wflint.inference.arguments import Given

IN_PROCESS = ExternalValue(SQLITE, instance=True, base=len(SQLITE))
"""What the parameter of a text is that is the URL of such a database, and of what it makes."""

_MARK: Types = ((IN_PROCESS,),)

_TOLD_BY: dict[str, str] = {
    "databases.Database": "url",
    "databases.core.Database": "url",
    "dataset.connect": "url",
    "playhouse.db_url.connect": "url",
    "records.Database": "db_url",
    "sqlalchemy.URL.create": "drivername",
    "sqlalchemy.create_engine": "url",
    "sqlalchemy.engine.URL.create": "drivername",
    "sqlalchemy.engine.create_engine": "url",
    "sqlalchemy.engine.make_url": "name_or_url",
    "sqlalchemy.engine.url.URL.create": "drivername",
    "sqlalchemy.engine.url.make_url": "name_or_url",
    "sqlalchemy.ext.asyncio.AsyncSession": "bind",
    "sqlalchemy.ext.asyncio.async_scoped_session": "session_factory",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "bind",
    "sqlalchemy.ext.asyncio.create_async_engine": "url",
    "sqlalchemy.ext.asyncio.engine.create_async_engine": "url",
    "sqlalchemy.ext.asyncio.scoping.async_scoped_session": "session_factory",
    "sqlalchemy.ext.asyncio.session.AsyncSession": "bind",
    "sqlalchemy.ext.asyncio.session.async_sessionmaker": "bind",
    "sqlalchemy.make_url": "name_or_url",
    "sqlalchemy.orm.Session": "bind",
    "sqlalchemy.orm.scoped_session": "session_factory",
    "sqlalchemy.orm.scoping.scoped_session": "session_factory",
    "sqlalchemy.orm.session.Session": "bind",
    "sqlalchemy.orm.session.sessionmaker": "bind",
    "sqlalchemy.orm.sessionmaker": "bind",
    "sqlmodel.Session": "bind",
    "sqlmodel.create_engine": "url",
    "sqlmodel.ext.asyncio.session.AsyncSession": "bind",
    "sqlmodel.orm.session.Session": "bind",
}
"""What is made with a database or its URL, and the name of its first parameter, which that is."""

_GIVEN_ONE: dict[str, str] = {
    "sqlalchemy.MetaData.create_all": "bind",
    "sqlalchemy.MetaData.drop_all": "bind",
    "sqlalchemy.MetaData.reflect": "bind",
    "sqlalchemy.schema.MetaData.create_all": "bind",
    "sqlalchemy.schema.MetaData.drop_all": "bind",
    "sqlalchemy.schema.MetaData.reflect": "bind",
}
"""What uses the database that it is given, and the name of its first parameter, which that is."""

_OTHERS = ("bind", "binds")
"""Arguments by which a factory of sessions is told another database than its own."""

_HOLD = ("databases.", "dataset.", "records.", "sqlalchemy.", "sqlmodel.")


def is_in_process(entity: AbstractValue) -> bool:
    """True if an object belongs to a database in the process, or a text is the URL of one."""
    return isinstance(entity, ExternalValue) and entity.args == _MARK


def are_in_process(entities: Iterable[AbstractValue]) -> bool:
    """True if something is known, and all that it may be belongs to databases in the process."""
    some = [e for e in entities if not _is_none(e)]
    return bool(some) and all(map(is_in_process, some))


def takes_one(name: str) -> bool:
    """True if something is given the database that it uses, or its URL."""
    return name in _TOLD_BY or name in _GIVEN_ONE


def is_told_so(name: str, given: Given) -> bool:
    """True if a call is given a database in the process, where that is the one it uses."""
    parameter = _TOLD_BY.get(name) or _GIVEN_ONE.get(name)
    if parameter is None or any(keyword in ("*", "**", "binds") for keyword, _ in given):
        return False
    named = [values for keyword, values in given if keyword == parameter]
    named = named or [values for keyword, values in given[:1] if keyword == ""]
    return bool(named) and are_in_process(named[0])


def args_of_result(entity: ExternalValue, given: Given) -> Types:
    """Return the type parameters of what a call outside the project gives."""
    if not entity.instance and is_told_so(entity.name, given):
        return _MARK
    if is_in_process(entity) and any(
        keyword in _OTHERS and not are_in_process(values) for keyword, values in given
    ):
        return ()
    return entity.args


def may_be_in_process(entity: AbstractValue) -> bool:
    """True if a declared type leaves open which database an object belongs to."""
    if not isinstance(entity, ExternalValue) or not entity.instance:
        return False
    if entity.name.startswith("collections.abc.") and entity.args:
        return all(map(may_be_in_process, entity.args[0])) and bool(entity.args[0])
    return entity.name.startswith(_HOLD)


def _is_none(entity: AbstractValue) -> bool:
    return isinstance(entity, ExternalValue) and entity.name in (
        "builtins.None",
        "builtins.NoneType",
    )
