"""The next press: what Series details puts first, what a success offers, the PDF at once as it was last laid out."""
import io
from datetime import timedelta

import pikepdf
import pytest

from jobs import running
from jobs.slips import NOTHING
from models.tables.exams import Release
from models.tables.jobs import DONE, RUNNING, Job
from models.tables.offers import Offer
from models.tables.people import StaffSession
from models.tables.slips import LastLayout, SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.slips.test_confirm import FILLED, newest_pdf, pdf_text
from tests.visitor import text_of

HOME = "/centres/XC301/candidate-results/june-2026"
ASSOCIATES = "/centres/XA100/candidate-results/june-2026"
KARACHIS = "/centres/XA101/candidate-results/june-2026"


def pdf_at_once(visitor, page):
    """Press the first 'Download PDF' of a page."""
    form = next(form for form in page.all("form") if text_of(form).startswith("Download PDF"))
    return visitor.post(form.get("action"), page.fields(form))


def first_step(page):
    return text_of(page.one("h2", id="step-1"))


def test_the_file_comes_at_once_as_it_was_last_laid_out_without_its_password(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    visitor = plain(cast.independent_officer)
    first = pdf_at_once(visitor, visitor.get(HOME))

    newest_pdf(visitor, HOME, per_page="4", paper="Letter", order="name", language="fr", password="four paper words")
    page = visitor.get(HOME)
    again = pikepdf.open(io.BytesIO(pdf_at_once(visitor, page).body))

    assert len(pdf_text(first.body)) == 2
    assert (len(again.pages), [int(x) for x in again.pages[0].MediaBox]) == (1, [0, 0, 612, 792])
    assert "Laid out as you last chose: 4 a page, Letter, by name, Français." in page.text
    assert "four paper words" not in str(list(LastLayout.select().dicts()))
    chosen = visitor.get(page.links()[next(text for text in page.links() if text.startswith("Other layouts"))])
    assert [box.get("value") for box in chosen.all("input", name="per_page") if box.get("checked") is not None] == ["4"]


def test_the_layout_is_each_officers_own_and_follows_the_language_of_the_centre(cast, plain):
    cast.give_access(cast.karachi, cast.lima)
    cast.lima.language = "es"
    cast.lima.save()
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer)
    associate, centre = plain(cast.associates_officer), plain(cast.karachi_officer)
    batch = SlipBatch.get(SlipBatch.centre == cast.karachi)

    associate.post(f"{KARACHIS}/credentials/{batch.public_id}/pdf", {"per_page": "2", "language": "en"})

    at_lima = associate.get("/centres/XA102/candidate-results/june-2026")
    assert len(pdf_text(pdf_at_once(associate, associate.get(KARACHIS)).body)) == 1
    assert len(pdf_text(pdf_at_once(centre, centre.get(KARACHIS)).body)) == 2
    assert "Confidential Examination" not in pdf_text(pdf_at_once(associate, at_lima).body)[0]


def test_the_file_at_once_asks_for_a_password_that_was_given_long_ago_and_leads_to_the_layouts(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    visitor = plain(cast.independent_officer)
    page = visitor.get(HOME)
    StaffSession.update(password_at=cast.now - timedelta(minutes=31)).execute()

    answer = pdf_at_once(visitor, page)

    assert answer.status == 303
    assert answer.location.endswith(f"credentials%2F{SlipBatch.get().public_id}") or answer.location.endswith(
        f"credentials/{SlipBatch.get().public_id}")


def test_confirm_offers_its_file_at_the_top(cast, visit):
    visitor = visit(cast.independent_officer)

    page = visitor.follow(visitor.post(f"{HOME}/status", FILLED))

    notice = page.one("div", id="notice")
    assert text_of(notice).startswith("Confirmed. The PDF file with the login credentials is ready. Download PDF Other")
    assert len(pdf_text(pdf_at_once(visitor, page).body)) == 2


def test_the_next_step_stands_first_with_its_press(cast, plain):
    visitor = plain(cast.independent_officer)
    at_first = visitor.get(HOME)
    visitor.post(f"{HOME}/status", FILLED)
    done = visitor.get(HOME)
    cast.candidate(cast.independent, "0009", "Late Comer", [("IGCSE", "0580", "Mathematics")])
    late = visitor.get(HOME)

    form = late.one("form", action=f"{HOME}/credentials")
    made = visitor.follow(visitor.post(f"{HOME}/credentials", late.fields(form) | {"act": "generate-all"}))

    assert first_step(at_first) == "Next: choose who may use the service"
    assert first_step(done) == first_step(made) == "Nothing needs doing"
    assert (first_step(late), text_of(form)) == ("Next: 1 candidate without credentials", "Make 1 slip")
    assert "1 slip is made." in made.text
    assert len(pdf_text(pdf_at_once(visitor, made).body)) == 1


def test_slips_that_are_out_of_date_are_reissued_from_series_details(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    Offer.update(delay=60).execute()
    visitor = plain(cast.independent_officer)
    page = visitor.get(HOME)

    answer = visitor.post(f"{HOME}/credentials", page.fields(
        page.one("form", action=f"{HOME}/credentials")) | {"act": "reissue-all"})

    assert first_step(page) == "Next: 2 slips are out of date"
    assert "2 slips are reissued; their passwords stay the same." in visitor.follow(answer).text


def test_an_associate_without_entries_of_its_own_begins_with_its_centres(cast, plain):
    cast.candidates["XA100"][0].delete_instance(recursive=True)
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    AttachedCentre.update(delay=60).execute()

    page = plain(cast.associates_officer).get(ASSOCIATES)

    assert text_of(page.one("h2", id="own")) == "Next: 1 centre needs something"
    assert "2 slips are out of date: Whose slips are out of date" in page.text
    assert "1 of 2 attached centres have access" in page.text
    assert page.links()["Whose slips are out of date"] == f"{ASSOCIATES}/to-do?need=reissue"
    assert page.one("a", class_="button").get("href") == f"{ASSOCIATES}/attached-centres"
    assert "NO Candidates have access" not in page.text
    assert "Edit status" not in page.text


def test_at_a_subcentre_the_associates_officer_is_led_to_where_access_is_given(cast, plain):
    page = plain(cast.associates_officer).get(KARACHIS)
    own = plain(cast.karachi_officer).get(KARACHIS)

    assert page.links()["Give access to XA101"] == f"{ASSOCIATES}/attached-centres?find=XA101"
    assert "Only your Associate can give it" not in page.text
    assert "Only your Associate can give it: ask Northern Schools Council" in own.text
    assert "Give access to XA101" not in own.links()


def test_save_offers_to_generate_where_it_is_needed(cast, visit):
    visitor = visit(cast.associates_officer)
    form = {"was": '["XA101",0,false,false,"","default"]', "XA101-give_access": "on", "XA101-contact_mode": "centre"}

    answer = visitor.post(f"{ASSOCIATES}/attached-centres", form)
    page = answer if visitor.htmx else visitor.follow(answer)

    assert "Saved. 1 centre changed. 2 candidates of XA101 need credentials." in page.text
    assert page.links()["Generate for XA101"] == f"{ASSOCIATES}/to-do?need=generate"


def test_save_offers_to_reissue_what_it_made_untrue(cast, visit):
    cast.give_access(cast.karachi, cast.lima, mode="centre")
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer)
    visitor = visit(cast.associates_officer)

    answer = visitor.post(f"{ASSOCIATES}/attached-centres", {
        "was": ['["XA101",0,false,true,"","centre"]', '["XA102",0,false,true,"","centre"]'], "XA101-delay": "1",
        "XA102-delay": "2", "XA101-give_access": "on", "XA102-give_access": "on"})
    page = answer if visitor.htmx else visitor.follow(answer)

    assert "Saved. 2 centres changed. 3 slips of 2 centres are out of date." in page.text
    assert page.links()["Reissue for 2 centres"] == f"{ASSOCIATES}/to-do?need=reissue"


def test_save_pressed_twice_says_what_is_saved_already(cast, visit):
    visitor = visit(cast.associates_officer)
    form = {"was": '["XA101",0,false,false,"","default"]', "XA101-delay": "24"}
    visitor.post(f"{ASSOCIATES}/attached-centres", form)

    for _again in range(2):
        answer = visitor.post(f"{ASSOCIATES}/attached-centres", {
            "was": '["XA101",1,false,false,"24h","default"]', "XA101-delay": "24h"})
        page = answer if visitor.htmx else visitor.follow(answer)

        assert "Everything is saved already (1 centre, a moment ago)." in page.text


def a_job(cast, **values):
    return Job.create(**{"public_id": "JOB", "kind": "slips", "state": DONE, "officer": cast.associates_officer,
                         "centre": cast.associate, "series": cast.june, "created_at": cast.now, "total": 300} | values)


def test_work_that_is_done_offers_one_zip_and_counts_where_nothing_was_to_do(cast, visit):
    cast.give_access(cast.karachi, cast.lima)
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer)
    refused = {f"XD{n:03}": str(NOTHING) for n in range(98)} | {"XD200": "The contact cannot be printed."}
    a_job(cast, wanted={"centres": ["XA101", "XA102", *refused]}, result={
        "finished": ["XA101", "XA102", *refused], "refused": refused,
        "batches": [batch.public_id for batch in SlipBatch.select()]})
    visitor = visit(cast.associates_officer)

    page = visitor.get("/jobs/JOB")
    form = page.one("form", action=f"{ASSOCIATES}/to-do/archive")
    LastLayout.create(officer=cast.associates_officer, per_page=4, paper="Letter")
    visitor.post(form.get("action"), page.fields(form))

    assert text_of(form) == "All in one ZIP"
    assert "At 98 centres there was nothing to do" in page.text
    assert [text_of(li) for li in page.one("ul", class_="bullets")] == ["XD200: The contact cannot be printed."]
    assert "XA101 Hilltop School" in page.links()
    assert Job.select().order_by(Job.id.desc()).get().wanted["layout"] == {
        "per_page": 4, "paper": "Letter", "cover": False, "sign_in_code": False}


def test_work_for_one_centre_offers_its_file(app, cast, plain):
    cast.give_access(cast.karachi)
    visitor = plain(cast.karachi_officer)
    cast.confirm(cast.karachi, cast.karachi_officer)
    a_job(cast, centre=cast.karachi, result={"finished": ["XA101"], "batches": [SlipBatch.get().public_id]})

    page = visitor.get("/jobs/JOB")

    assert len(pdf_text(pdf_at_once(visitor, page).body)) == 2


@pytest.mark.parametrize(("done", "ago", "said"), [
    (100, 60, "About 2 minutes left"), (290, 60, "Less than a minute left"), (0, 60, ""), (100, 1, "")])
def test_the_time_left_is_said_at_the_pace_so_far(cast, plain, done, ago, said):
    a_job(cast, state=RUNNING, done=done, started_at=cast.now - timedelta(seconds=ago), wanted={"centres": []})

    page = plain(cast.associates_officer).get("/jobs/JOB")

    assert (said in page.text, "left" in page.text) == (True, bool(said))
    assert "You can leave this page: the work goes on." in page.text


def test_a_job_knows_since_when_it_is_carried_out(app, cast):
    cast.give_access(cast.karachi)
    job = a_job(cast, state="queued", wanted={
        "centres": ["XA101"], "what": "generate", "by": "x", "candidates": None, "anew_dormant": False})

    with app.app_context():
        assert running.run(job.id)

    assert Job.get().started_at >= cast.now


def test_only_what_is_out_is_taken_away_in_red(cast, plain):
    Release.update(released_at=cast.now - timedelta(days=1)).where(Release.qualification == "A Level").execute()

    page = plain(cast.board).get("/board/series/june-2026")

    assert {text_of(button): button.get("class") for button in page.all("button", name="act")} == {
        "Hold: take these results away": "button-danger", "Hold: let nothing out at that time": "button-second"}


def test_long_delays_are_said_in_days(cast, plain):
    cast.give_access(cast.karachi, delay=14 * 1440)

    assert "+14 days, your Associate’s delay decides" in plain(cast.karachi_officer).get(KARACHIS).text


def test_who_has_no_right_is_told_whom_to_ask(cast, visit):
    page = visit(cast.without_right).get(KARACHIS)

    assert page.status == 403
    assert "ask support@meridian.example" in page.text
