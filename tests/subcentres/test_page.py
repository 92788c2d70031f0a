from concurrent.futures import ThreadPoolExecutor

from models.database import database
from models.rules.standing import standing_of
from models.tables.audit import AuditChange, AuditEvent
from models.tables.people import StaffSession
from models.tables.slips import Credential
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft, Controls
from tests.inside import Inside
from tests.subcentres.screen import HERE, ScreenPage
from tests.visitor import OWN_PAGE, Visitor, text_of


def controls(cast, centre):
    return standing_of(centre, cast.june).controls


def events():
    return AuditEvent.select().where(AuditEvent.what != "signed in").count()


def contact(page):
    page.fill("defaults-contact_name", "Amal Raza")
    page.fill("defaults-contact_phone", "+92 21 555 0100")


def test_the_screen_has_the_columns_and_rows_of_the_guide(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))

    headings = [text_of(th) for th in screen.page.all("th", scope="col")]
    rows = [text_of(th) for th in screen.page.all("th", scope="row")]
    assert headings == ["Centre", "Candidate Results delay", "Give access", "Provide contact details", "What follows"]
    assert rows == ["Use defaults", "XA101 Hilltop School Somewhere", "XA102 Colegio del Mar Somewhere"]
    mode = screen.page.one("select", id="XA101-contact_mode")
    assert [text_of(option) for option in mode.iter("option")] == ["Default", "Centre defined"]
    assert [text_of(legend) for legend in screen.page.all("legend")][-1] == "Default Contact details"


def test_at_first_nobody_has_access_and_the_default_row_stands_ticked(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))

    assert (screen.shown("defaults-uses_defaults"), screen.shown("defaults-give_access")) == (False, True)
    assert [screen.shown(f"XA101-{name}") for name in ("give_access", "delay", "contact_mode")] == [
        False, "", "default"]
    assert screen.row("XA101") == ["No access"]
    assert screen.bar() == []


def test_a_change_is_kept_and_shown_but_not_in_force(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-give_access", True)

    answer = screen.change("XA101-delay", "24")

    assert answer.status == 200
    told = screen.row("XA101")
    assert [line.partition(" → ")[0] for line in told[:2]] == ["A Level: +24 h", "IGCSE: +24 h"]
    assert [line.endswith("in Karachi") for line in told[:2]] == [True, True]
    assert told[2:] == ["Your delay decides", "Needs credentials: 2 candidates",
                        "In force now: no access, no delay, Default"]
    assert screen.row("XA102") == ["No access"]
    assert screen.bar()[:2] == ["1 centre changed", "1 centre needs credentials"]
    assert controls(cast, cast.karachi) == Controls(False, 0, "default")


def test_the_centres_own_longer_delay_is_said_to_decide(cast, visit):
    cast.give_access(cast.karachi, delay=60)
    cast.confirm(cast.karachi, cast.karachi_officer, delay=1440)

    screen = ScreenPage(visit(cast.associates_officer))

    assert screen.row("XA101")[0].startswith("A Level: +24 h → ")
    assert screen.row("XA101")[2] == "The centre’s own delay decides"


def test_save_puts_the_draft_in_force_and_says_so(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-give_access", True)
    screen.change("XA101-contact_mode", "centre")
    screen.change("XA101-delay", "1d 6h")

    answer = screen.press("Save")

    assert answer.status == 200
    assert "Saved. 1 centre changed." in answer.text
    assert controls(cast, cast.karachi) == Controls(True, 1800, "centre")
    assert controls(cast, cast.lima) == Controls(False, 0, "default")
    assert AttachedDraft.select().count() == 0
    assert screen.shown("XA101-delay") == "30h"
    assert screen.bar() == []


def test_without_script_save_drafts_the_page_and_stores_it_in_one_go(cast, plain):
    screen = ScreenPage(plain(cast.associates_officer))
    before = events()
    screen.fill("XA101-give_access", True)
    screen.fill("XA102-delay", "90m")
    contact(screen)

    answer = screen.press("Save")

    assert "Saved. 2 centres changed." in answer.text
    assert controls(cast, cast.karachi).give_access is True
    assert controls(cast, cast.lima) == Controls(False, 90, "default")
    assert standing_of(cast.karachi, cast.june).default_contact == ("Amal Raza", "+92 21 555 0100", "")
    assert events() == before + 1


def test_a_delay_that_is_none_is_refused_beside_its_control_and_kept(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))

    answer = screen.send("/rows/XA101", **{"XA101-delay": "soon"}) if screen.visitor.htmx else screen.press(
        "Save", **{"XA101-delay": "soon"})

    assert answer.status == 422
    said = answer.one("p", id="XA101-delay-error")
    assert text_of(said) == "“soon” is not a delay. Type hours (24) or for example 1d 6h or 90m."
    box = answer.one("input", id="XA101-delay")
    assert (box.get("value"), box.get("aria-describedby")) == ("soon", "XA101-delay-error")
    assert screen.reload()
    assert screen.shown("XA101-delay") == "soon"
    assert screen.press("Save").status == 422
    assert controls(cast, cast.karachi) == Controls()


def test_access_under_default_needs_a_default_contact(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA102-give_access", True)

    answer = screen.press("Save")

    sentence = ("Enter a name and a telephone number or an e-mail address: "
                "at least one centre with access uses the default contact.")
    assert answer.status == 422
    assert text_of(answer.one("p", id="defaults-contact_name-error")) == sentence
    assert answer.links()[sentence] == "#defaults-contact_name"
    assert controls(cast, cast.lima) == Controls()

    screen.change("defaults-contact_name", "Amal Raza")
    screen.change("defaults-contact_email", "amal@xa100.example")
    assert screen.press("Save").status == 200
    assert controls(cast, cast.lima).give_access is True


def test_a_contact_that_is_wrong_or_too_long_is_refused(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("defaults-contact_email", "amal at school")
    screen.change("defaults-contact_name", "A" * 121)

    answer = screen.press("Save")

    assert answer.status == 422
    assert text_of(answer.one("p", id="defaults-contact_email-error")).startswith("That is not an e-mail address")
    assert text_of(answer.one("p", id="defaults-contact_name-error")) == "Use at most 120 characters."


def test_a_rule_about_a_row_on_another_page_names_and_links_it(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer), "?find=lima")
    ScreenPage(screen.visitor).change("XA101-delay", "never")

    answer = screen.press("Save")

    assert answer.status == 422
    assert answer.links()["XA101: “never” is not a delay. Type hours (24) or for example 1d 6h or 90m."].endswith(
        "find=XA101#XA101-delay")


def test_taking_access_away_lets_the_logins_rest(cast, visit):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.confirm(cast.lima, cast.associates_officer)
    screen = ScreenPage(visit(cast.associates_officer))

    screen.change("XA101-give_access", False)

    assert screen.row("XA101")[:2] == ["No access", "2 candidates lose access at once"]
    assert screen.bar()[1:2] == ["2 candidates lose access at once"]
    assert Credential.select().where(Credential.dormant_since.is_null(False)).count() == 0
    screen.press("Save")
    resting = Credential.select().where(Credential.dormant_since.is_null(False))
    assert {credential.candidate_id for credential in resting} == {each.id for each in cast.candidates["XA101"]}


def test_discard_forgets_the_draft(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-delay", "24")

    answer = screen.press("Discard")

    assert "Your changes are discarded." in answer.text
    assert screen.shown("XA101-delay") == ""
    assert AttachedDraft.select().count() == 0


def test_results_that_were_seen_are_hidden_only_on_purpose(cast, visit):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    for release in cast.june.releases:
        release.released_at = cast.now.replace(year=cast.now.year - 1)
        release.save()
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-delay", "14d")
    assert "Results hidden again from 2 candidates" not in screen.row("XA101")
    for release in cast.june.releases:
        release.released_at = cast.now
        release.save()
    screen.reload()
    assert "Results hidden again from 2 candidates" in screen.row("XA101")

    answer = screen.press("Save")

    assert answer.status == 422
    assert text_of(answer.one("p", id="confirm_hidden-error")).startswith(
        "Candidates who can see results now would not see them any longer: 2.")
    assert controls(cast, cast.karachi).delay == 0
    assert screen.press("Save", confirm_hidden="on").status == 200
    assert controls(cast, cast.karachi).delay == 14 * 24 * 60


def test_the_second_of_two_officers_is_told_and_chooses(cast, visit, plain):
    mine, theirs = ScreenPage(visit(cast.associates_officer)), ScreenPage(plain(cast.colleague))
    mine.change("XA101-delay", "24")
    mine.change("XA102-delay", "48")
    theirs.fill("XA101-delay", "12")
    theirs.press("Save")

    answer = mine.press("Save")

    assert answer.status == 409
    assert controls(cast, cast.karachi).delay == 720
    assert controls(cast, cast.lima).delay == 0
    sides = [text_of(side) for side in answer.tree.iter() if side.get("class") == "sides"]
    assert sides == ["Theirs, in force now Candidate Results delay 12 h Yours, not saved Candidate Results delay 24 h"]
    assert mine.press("Save").status == 409
    mine.press("Keep mine (XA101)")
    assert "Saved. 2 centres changed." in mine.press("Save").text
    assert (controls(cast, cast.karachi).delay, controls(cast, cast.lima).delay) == (1440, 2880)


def test_who_takes_theirs_keeps_the_rest_of_the_draft(cast, visit, plain):
    mine, theirs = ScreenPage(visit(cast.associates_officer)), ScreenPage(plain(cast.colleague))
    mine.change("XA101-delay", "24")
    mine.change("XA102-delay", "48")
    theirs.fill("XA101-delay", "12")
    theirs.press("Save")
    mine.reload()

    mine.press("Take theirs (XA101)")
    mine.press("Save")

    assert (controls(cast, cast.karachi).delay, controls(cast, cast.lima).delay) == (720, 2880)


def test_two_who_changed_different_rows_do_not_meet(cast, visit, plain):
    mine, theirs = ScreenPage(visit(cast.associates_officer)), ScreenPage(plain(cast.colleague))
    theirs.fill("XA101-delay", "12")
    mine.change("XA102-delay", "48")
    theirs.press("Save")

    assert mine.press("Save").status == 200
    assert (controls(cast, cast.karachi).delay, controls(cast, cast.lima).delay) == (720, 2880)


def test_a_page_that_was_open_while_another_saved_gives_back_nothing_old(cast, plain):
    mine, theirs = ScreenPage(plain(cast.associates_officer)), ScreenPage(plain(cast.colleague))
    theirs.fill("XA101-delay", "12")
    theirs.press("Save")
    mine.fill("XA102-delay", "48")

    answer = mine.press("Save")

    assert answer.status == 200
    assert (controls(cast, cast.karachi).delay, controls(cast, cast.lima).delay) == (720, 2880)


def test_a_row_that_was_read_before_another_saved_it_is_a_conflict(cast, visit, plain):
    mine, theirs = ScreenPage(visit(cast.associates_officer)), ScreenPage(plain(cast.colleague))
    theirs.fill("XA101-delay", "12")
    theirs.press("Save")
    mine.fill("XA101-give_access", True)
    contact(mine)

    answer = mine.press("Save")

    assert answer.status == 409
    assert controls(cast, cast.karachi) == Controls(False, 720, "default")


def test_the_same_change_eight_times_is_one(cast, visit):
    visitor = visit(cast.associates_officer)
    screen = ScreenPage(visitor)
    form = {**screen.fields, "XA101-delay": "24"}

    drafted = [visitor.post(f"{HERE}/rows/XA101", form).status for _ in range(8)]
    kept = [(draft.row, draft.typed) for draft in AttachedDraft.select()]
    saved = [visitor.post(HERE, form).status for _ in range(8)]

    assert drafted == [200 if visitor.htmx else 303] * 8
    assert kept == [("XA101", {"delay": "24"})]
    assert len(set(saved[:1])) == 1
    assert saved[0] == drafted[0]
    assert (controls(cast, cast.karachi), AttachedCentre.get().version) == (Controls(False, 1440, "default"), 1)
    assert AuditChange.select().where(AuditChange.field == "delay", AuditChange.after == "1440").count() == 1


def test_the_same_save_eight_at_once_is_one(cast, app):
    visitors = [Inside(app, cast.associates_officer) for _ in range(8)]
    screen = ScreenPage(visitors[0])
    forms = [{**screen.fields, "XA101-delay": "24", "csrf_token": visitor.csrf} for visitor in visitors]

    def send(visitor, form):
        try:
            return visitor.client.post(HERE, data=form, headers=OWN_PAGE).status_code
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, visitors, forms))

    assert 303 in statuses
    assert set(statuses) <= {303, 409}
    assert (controls(cast, cast.karachi), AttachedCentre.get().version) == (Controls(False, 1440, "default"), 1)
    assert AuditChange.select().where(AuditChange.field == "delay", AuditChange.after == "1440").count() == 1


def test_every_accepted_post_writes_one_event_and_a_refused_one_changes_nothing(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    written = []
    for step in (lambda: screen.change("XA101-delay", "24"), lambda: screen.press("Save"),
                 lambda: screen.send("", **screen.fields), lambda: screen.send("/discard"),
                 lambda: screen.send("/bulk", set="defaults", mark="XA102"),
                 lambda: screen.press("Save")):
        before = events()
        answer = step()
        written.append((answer.status, events() - before))

    assert written == [(200, 1)] * 5 + [(422, 0)]


def test_what_was_saved_is_in_the_audit_trail(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-delay", "24")
    screen.press("Save")

    event = AuditEvent.get(AuditEvent.what == "saved attached centres")
    assert (event.who, event.centre_number, event.series_code) == ("amal@xa100.example", "XA100", "june-2026")
    assert [(c.centre_number, c.field, c.before, c.after) for c in event.changes] == [("XA101", "delay", "0", "1440")]


def test_nothing_to_save_is_said(cast, visit):
    answer = ScreenPage(visit(cast.associates_officer)).press("Save")

    assert "Everything is saved already." in answer.text


def test_a_session_lost_in_the_middle_loses_nothing_that_was_kept(cast, app):
    visitor = Visitor(app, cast.associates_officer, htmx=True)
    screen = ScreenPage(visitor)
    screen.change("XA101-delay", "24")
    StaffSession.delete().execute()

    answer = visitor.post(f"{HERE}/rows/XA102", {**screen.fields, "XA102-delay": "48"})
    assert (answer.status, answer.headers["HX-Redirect"].partition("?")[0], answer.body) == (401, "/sign-in", b"")

    again = ScreenPage(Visitor(app, cast.associates_officer, htmx=True))
    assert (again.shown("XA101-delay"), again.shown("XA102-delay")) == ("24", "")


def test_a_draft_is_seen_by_its_officer_alone(cast, visit, plain):
    ScreenPage(visit(cast.associates_officer)).change("XA101-delay", "24")

    assert ScreenPage(plain(cast.colleague)).shown("XA101-delay") == ""


def test_only_associates_have_the_screen(cast, visit):
    answers = [
        visit(cast.karachi_officer).get(HERE.replace("XA100", "XA101")),
        visit(cast.karachi_officer).get(HERE),
        visit(cast.strangers_officer).get(HERE),
        visit(cast.associates_officer).get(HERE.replace("june-2026", "june-1999")),
        visit(cast.associates_officer).post(f"{HERE}/rows/XB201", {"XB201-delay": "1"}),
        visit(cast.associates_officer).post(f"{HERE}/rows/ZZ999", {"ZZ999-delay": "1"}),
    ]

    assert [answer.status for answer in answers] == [404] * 6
    assert AttachedDraft.select().count() == 0


def test_a_strangers_centre_in_the_form_is_not_there(cast, visit):
    visitor = visit(cast.associates_officer)

    answer = visitor.post(HERE, {"was": '["XB201",0,false,false,"","default"]', "XB201-delay": "24"})

    assert answer.status == 404
    assert AttachedCentre.select().count() + AttachedDraft.select().count() == 0


def test_extra_fields_and_a_mangled_form_change_nothing(cast, visit):
    visitor = visit(cast.associates_officer)
    tried = [
        ("/rows/XA101", {"XA101-version": "9", "XA101-contact_name": "Eve"}), ("/rows/XA101", {"was": "["}),
        ("", {"was": "[[]]"}), ("", {"was": '["XA101",true,false]'}), ("/choices", {"keep": "both"}),
        ("/rows/XA101", {"was": '["XA101",0,false,false,"","default"]', "XA101-contact_mode": "nobody"}),
        ("", {"was": f'["XA101",{10**30},false,false]'}), ("/draft", {"was": "{" * 5000}),
    ]

    answers = [visitor.post(HERE + path, data).status for path, data in tried]

    assert [status < 500 for status in answers] == [True] * len(tried)
    assert AttachedCentre.select().count() == 0
    assert controls(cast, cast.karachi) == Controls()
    assert [set(draft.typed) for draft in AttachedDraft.select()] in ([], [{"contact_mode"}])


def test_names_show_as_text(cast, visit):
    cast.karachi.name = "<script>alert(1)</script> & Söhne"
    cast.karachi.save()
    visitor = visit(cast.associates_officer)

    answer = visitor.post(f"{HERE}/rows/XA101", {**ScreenPage(visitor).fields, "XA101-delay": "24"})

    html = answer.html if visitor.htmx else visitor.follow(answer).html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in html
    assert "<script>alert" not in html


def test_a_centre_without_contact_of_its_own_is_flagged(cast, visit):
    cast.give_access(cast.lima, mode="centre")

    screen = ScreenPage(visit(cast.associates_officer))

    assert "No contact of its own yet" in screen.row("XA102")


def test_the_defaults_table_of_an_associate_is_made_once(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-delay", "24")
    screen.press("Save")
    screen.change("XA101-delay", "25")

    assert AttachedDefaults.select().count() == 1
