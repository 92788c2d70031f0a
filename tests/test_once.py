"""A form that makes something makes it once: pressed twice, sent again, or eight times at the same instant."""
import io
import re
from datetime import timedelta

import pytest

from models.acts import once
from models.tables.audit import AuditEvent
from models.tables.exams import Release
from models.tables.files import ExchangeFile
from models.tables.jobs import Job
from models.tables.links import OneTimeLink
from models.tables.once import SentForm
from models.tables.people import Officer
from models.tables.slips import Credential, SlipBatch
from tests.cast import Cast
from tests.jobs.test_races import pressed_at_once
from tests.visitor import OWN_PAGE, Visitor

AT = "/centres/XA101/candidate-results/june-2026"
TO_DO = "/centres/XA100/candidate-results/june-2026/to-do"
VALUE = "abcdefghijklmnop"


@pytest.fixture
def living(cast):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Job.delete().execute()
    return cast


def counts():
    return [table.select().count() for table in (Job, SlipBatch, ExchangeFile, Officer, OneTimeLink)]


FORMS = {  # what is pressed: by whom, where, with which form
    "New password": ("karachi_officer", f"{AT}/credentials", {"act": "new-password", "mark": "0001"}),
    "Reissue": ("karachi_officer", f"{AT}/credentials", {"act": "reissue", "mark": "0001"}),
    "To-do": ("associates_officer", TO_DO, {"act": "new-password-all", "void": "y", "terms": "y"}),
    "All slips in one file": ("associates_officer", f"{TO_DO}/archive", {"format": "pdf", "per_page": "1"}),
    "Send a file": ("karachi_officer", "/centres/XA101/files", None),
    "Attach": ("board", "/board/centres/XC301/move", {"associate": "XB200", "confirmed": "y"}),
    "Release": ("board", "/board/series/june-2026/releases", {"qualification": "IGCSE", "confirmed": "y"}),
    "Add an officer": ("board", "/board/officers", {"email": "new@xa101.example", "name": "New"}),
    "One-time link": ("board", "/board/officers/kiran@xa101.example/link", {}),
}


def filled(form, cast):
    """The form as its page would have sent it."""
    if form is None:
        return {"file": lambda: (io.BytesIO(b"a"), "a.txt")}
    if form.get("qualification"):
        release = Release.get(Release.qualification == "IGCSE").released_at
        at = f"{cast.now + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
        return form | {"at": at, "seen": str(int(release.timestamp()))}
    return form


@pytest.mark.parametrize("what", FORMS)
def test_eight_times_at_once_is_once(app, living, what):
    who, path, form = FORMS[what]
    before, events = counts(), AuditEvent.select().count()

    statuses = pressed_at_once(app, [getattr(living, who)] * 8, path, filled(form, living) | {"once": VALUE})

    assert set(statuses) <= {200, 303}, statuses
    assert AuditEvent.select().count() - events == 1
    assert all(after - was in (0, 1) for was, after in zip(before, counts(), strict=True)), (before, counts())
    if what == "New password":
        assert sorted(login.generation for login in Credential.select())[-1] == 2


def test_the_second_time_is_told_so_and_leads_back(app, living):
    officer = Visitor(app, living.karachi_officer)
    form = {"act": "reissue", "mark": "0001", "once": VALUE}
    first = officer.post(f"{AT}/credentials", form)

    again = officer.client.post(f"{AT}/credentials", data=form | {"csrf_token": officer.csrf},
                                headers=OWN_PAGE | {"Referer": f"http://localhost{AT}/credentials"})
    page = officer.get(again.location)
    fragment = officer.post(f"{AT}/credentials", form, htmx=True)

    assert (first.status, again.status_code, again.location, fragment.status) == (303, 303, f"{AT}/credentials", 409)
    assert "This form had arrived already." in page.text
    assert SlipBatch.select().count() == 2  # of Confirm and of the first


def test_a_refused_form_can_be_sent_again(app, living):
    officer = Visitor(app, living.karachi_officer)

    refused = officer.post(f"{AT}/credentials", {"act": "reissue", "once": VALUE})
    mended = officer.post(f"{AT}/credentials", {"act": "reissue", "mark": "0001", "once": VALUE})

    assert (refused.status, mended.status, SlipBatch.select().count()) == (422, 303, 2)


def test_one_value_is_of_one_officer(app, living):
    form = {"act": "reissue", "mark": "0001", "once": VALUE}

    statuses = [Visitor(app, person).post(f"{AT}/credentials", form).status
                for person in (living.karachi_officer, living.associates_officer)]

    assert (statuses, SlipBatch.select().count()) == ([303, 303], 3)


def test_every_page_makes_a_value_of_its_own(app, cast):
    officer = Visitor(app, cast.karachi_officer)

    made = [re.search(r'name="once" value="([\w-]{16})"', officer.get("/account").html)[1] for _ in range(2)]

    assert made[0] != made[1]


def test_values_are_forgotten_after_an_hour(cast: Cast):
    once.claim(cast.board, "old", cast.now - once.KEPT - timedelta(seconds=1))
    once.claim(cast.board, "new", cast.now)

    assert once.forget_old(cast.now) == 1
    assert [form.value for form in SentForm.select()] == ["new"]
