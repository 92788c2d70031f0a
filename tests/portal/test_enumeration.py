"""A4: whether a name is known cannot be told, by anything that an answer says or costs.

Seconds say little on a machine that others use too. So the work itself is compared: how often a key is derived, the
statements in their order, and the processor time of many interleaved pairs, of which one key derivation is so large
a part that its absence would halve it.
"""
import re
import statistics
import time

import pytest

from models import passwords, staff_passwords
from models.acts import candidate_sign_in
from models.database import database
from models.tables.attempts import Attempts
from models.tables.people import Officer
from tests.candidates.conftest import USERNAME, Guest
from tests.portal.test_account import KIRAN, now, try_to_sign_in
from tests.visitor import Visitor

DERIVATIONS = 5
WRONG = "not the password of anybody"


@pytest.fixture
def known_and_not(app, cast):
    """`{site: [(what a wrong password costs for a known name), (…for an unknown one), …]}` as calls."""
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Officer.update(disabled_at=now()).where(Officer.id == cast.without_right.id).execute()
    Officer.create(email="invited@school.example", name="In Vited", created_at=now())
    guest, officer = Guest(app), Visitor(app)
    return {
        "candidates": [lambda name=name: guest.sign_in_with(name, nobodys())
                       for name in (USERNAME, "XA101-9999-J26", "XZ999-0001-J26", "no username at all")],
        "staff": [lambda name=name: try_to_sign_in(officer, email=name, password=WRONG)
                  for name in (KIRAN, "nobody@nowhere.example", cast.without_right.email, "invited@school.example")],
    }


def without_numbers(sql):
    return re.sub(r"\d+|s[0-9a-f]{32}", "n", sql)


@pytest.mark.parametrize("site", ["candidates", "staff"])
def test_the_same_statements_are_sent_in_the_same_order(known_and_not, site):
    told = []
    for call in known_and_not[site]:
        call()  # what only the first attempt of an hour does is behind it
        heard = []
        database.obj.query_hooks.append(hook := lambda event, heard=heard: heard.append(without_numbers(event.sql)))
        try:
            call()
        finally:
            database.obj.query_hooks.remove(hook)
        told.append(heard)

    assert told[0]
    assert told == [told[0]] * len(told)


def test_an_unknown_officer_costs_as_much_as_a_known_one(cast, known_and_not):
    """Without its derivation an answer would cost less than half."""
    known, nobody, _disabled, invited = known_and_not["staff"]
    for call in (nobody, invited):
        difference, derivation = compared(known, call, lambda: staff_passwords.is_right("", WRONG), rounds=5)
        assert abs(difference) < derivation / 2


def test_an_unknown_candidate_costs_as_much_as_a_known_one(cast, known_and_not):
    """Without the pages, which would drown a derivation of half a millisecond."""
    def refused(name):
        for _ in range(DERIVATIONS):
            with pytest.raises(candidate_sign_in.Refused):
                candidate_sign_in.sign_in(name, nobodys(), cast.now)

    def derive():
        for _ in range(DERIVATIONS):
            passwords.verifier("2" * 16, "0" * 32, b"p" * 40)

    for name in ("XA101-9999-J26", "no username at all"):
        difference, derivation = compared(lambda: refused(USERNAME), lambda name=name: refused(name), derive,
                                          rounds=21)
        assert abs(difference) < derivation / 2


def compared(known, unknown, derive, rounds):
    """(by how much one costs more than the other, what the derivations in them cost): medians of processor time."""
    known()
    unknown()
    spent = []
    for _ in range(rounds):
        Attempts.delete().execute()  # who is limited is refused without a derivation
        spent.append([processor_time(call) for call in (known, unknown, derive)])
    return (statistics.median(of_known - of_unknown for of_known, of_unknown, _ in spent),
            statistics.median(of_derivation for *_, of_derivation in spent))


def processor_time(call):
    started = time.process_time()
    call()
    return time.process_time() - started


def nobodys():
    """A password of the right shape that is nobody's."""
    return passwords.derive(b"another key", "XA101", "0001", 1, "00")
