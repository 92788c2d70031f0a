"""Statements of the hot requests: built by peewee once, executed as text from then on.

Building this query takes peewee about as long as SQLite takes to answer it ten times over.
"""
from typing import NamedTuple

from peewee import Value

from models.database import database


class Given(NamedTuple):
    """Stands in a query for a value that comes with each execution."""

    name: str


def given(name):
    """For use inside a query: `Session.digest == given("digest")`."""
    return Value(Given(name), converter=False, unpack=False)


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
        for place, name in self.given:
            parameters[place] = values[name]
        return self.compiled_for.execute_sql(self.text, parameters)

    def _compile(self):
        self.text, parameters = self.build().sql()
        self.constants = list(parameters)
        self.given = [(place, value.name) for place, value in enumerate(parameters) if isinstance(value, Given)]
        self.compiled_for = database.obj
