"""Printed pages know no database: nothing to empty before these tests."""
import pytest


@pytest.fixture(autouse=True)
def empty_tables():
    pass
