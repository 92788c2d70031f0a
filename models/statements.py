"""Statements of the hot requests: built by peewee once, executed as text from then on.

Building this query takes peewee about as long as SQLite takes to answer it ten times over.
"""
import json
from typing import NamedTuple

from peewee import SQL, NodeList, PostgresqlDatabase, Value, fn

from models.database import database


class Given(NamedTuple):
    """Stands in a query for a value that comes with each execution. `as_json`: a list, in SQLite."""

    name: str
    as_json: bool = False


def given(name):
    """For use inside a query: `Session.digest == given("digest")`."""
    return Value(Given(name), converter=False, unpack=False)


def one_of(column, name):
    """For use inside a query: whether `column` is in a list that comes with each execution, of any length."""
    if isinstance(database.obj, PostgresqlDatabase):
        return column == fn.ANY(given(name))
    listed = Value(Given(name, as_json=True), converter=False, unpack=False)
    return column.in_(NodeList((SQL("(SELECT value FROM json_each("), listed, SQL("))"))))


def is_ascii(column):
    """For use inside a query: whether a text has letters of ASCII alone."""
    in_bytes = (fn.OCTET_LENGTH(column) if isinstance(database.obj, PostgresqlDatabase)
                else fn.LENGTH(column.cast("BLOB")))
    return fn.LENGTH(column) == in_bytes


class Statement:
    """`Statement(build)(digest=…, now=…)` executes what `build()` gives, with these values, and gives the cursor.

    Compiled at first use, and again where the tables are bound to another database. Times are given as epoch
    seconds and come back so: no field converts them.
    """

    def __init__(self, build):
        self.build, self.compiled_for = build, None

    def __call__(self, **values):
        if self.compiled_for is not database.obj:
            self._compile()
        parameters = self.constants.copy()
        for place, (name, as_json) in self.given:
            parameters[place] = json.dumps(values[name]) if as_json else values[name]
        return self.compiled_for.execute_sql(self.text, parameters)

    def _compile(self):
        self.text, parameters = self.build().sql()
        self.constants = list(parameters)
        self.given = [(place, value) for place, value in enumerate(parameters) if isinstance(value, Given)]
        self.compiled_for = database.obj
