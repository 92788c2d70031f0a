"""What board staff decide about officers: who they are, where they are posted, what they may do.

Nobody hands out a right of the board that they do not hold, nor changes their own.
"""
from models.acts import accounts, links, second_factor
from models.contacts import email_as_typed
from models.database import Refused, Sentence, database
from models.finding import narrowed
from models.tables import audit
from models.tables.exams import Centre
from models.tables.people import BOARD_RIGHTS, RIGHTS, Officer, Posting, StaffSession

BOARD_FIELDS = ("is_board_staff", *BOARD_RIGHTS)


class Operator:
    """Whoever runs the service, on the command line: nobody's officer, with every right to hand out."""

    id = None
    is_board_staff = True

    def __getattr__(self, name):
        if name in BOARD_RIGHTS:
            return True
        raise AttributeError(name)

    def __str__(self):
        return "command line"


OPERATOR = Operator()


def add(email, name, by, now):
    """A new officer without password, centre or right. Raises `Refused` (email, name). Gives the Officer."""
    values, refused = {}, {}
    for field, text, understood in (("email", email, email_as_typed), ("name", name, accounts.name_as_typed)):
        try:
            values[field] = understood(text)
        except Refused as refusal:
            refused |= refusal.fields
    if "email" in values and Officer.select().where(Officer.email == values["email"]).exists():
        refused["email"] = Sentence("There is an officer with this e-mail address already.")
    if refused:
        raise Refused(**refused)
    with database.atomic():
        officer = Officer.create(**values, created_at=now)
        audit.record(by, "added an officer", now, subject=officer.email, changes=[("name", "", officer.name)])
    return officer


def enlist(email, name, numbers, rights, is_board_staff, password, by, now):
    """Add an officer, or give one who is there already further centres and rights; all or nothing. Gives the Officer.

    `numbers`: of centres; `rights`: of RIGHTS, held at each of them, and of BOARD_RIGHTS; `password`: a new one, or
    None to leave an officer's as it is. Raises `Refused`.
    """
    centres = [Centre.get_or_none(Centre.number == number) for number in numbers]
    if None in centres:
        raise Refused(Sentence("There is no centre %(number)s.", number=numbers[centres.index(None)]))
    with database.atomic():
        officer = Officer.get_or_none(Officer.email == email_as_typed(email)) or add(email, name, by, now)
        if officer.disabled_at:
            raise Refused(Sentence("%(email)s is disabled. Let board staff enable the officer first.",
                                   email=officer.email))
        if password is not None:
            officer.set_password(password)
            accounts.keep_password(officer, by, now, "gave an officer a password")
        elif not officer.password_hash:
            raise Refused(Sentence("A new officer needs a password."))
        for centre in centres:
            held = Posting.get_or_none(Posting.officer == officer, Posting.centre == centre)
            post(officer, centre, {*rights, *(right for right in RIGHTS if held and getattr(held, right))}, by, now)
        wanted = {right: getattr(officer, right) or right in rights for right in BOARD_RIGHTS}
        wanted["is_board_staff"] = officer.is_board_staff or is_board_staff
        if any(wanted[name] != getattr(officer, name) for name in BOARD_FIELDS):
            set_board_rights(officer, wanted, by, now)
    return officer


def post(officer, centre, rights, by, now):
    """Give an officer a place at a centre with exactly these of RIGHTS; changes the place if there is one."""
    with database.atomic():
        before = _posted(officer, centre, rights)
        had = {} if before is None else {right: right in before for right in RIGHTS}
        audit.record(by, "set an officer’s rights", now, centre=centre.number, subject=officer.email,
                     changes=[("posted", before is not None, True),
                              *audit.differences(had, {right: right in rights for right in RIGHTS})])


def name_within(wanted, by, now):
    """Add officers and their places in the caller's transaction, as part of an act that is recorded as a whole.

    `wanted`: {e-mail: (name, {Centre: rights})}. Gives the changes for the audit trail, and [(Officer, numbers of the
    centres, code of a one-time link)] of those who have no password yet.
    """
    changes, made = [], []
    for email, (name, places) in wanted.items():
        officer, _is_new = Officer.get_or_create(email=email, defaults={"name": name, "created_at": now})
        for centre, rights in places.items():
            had = _posted(officer, centre, rights)
            changes.append((centre.number, "rights", " ".join((email, *had)) if had is not None else "",
                            " ".join((email, *rights))))
        if not officer.password_hash:
            made.append((officer, sorted(centre.number for centre in places),
                         links.made_within(officer, by, now)[0]))
            changes.append(("", "one-time link", "", email))
    return changes, made


def _posted(officer, centre, rights):
    """Give the place; the rights that were held there before, None where there was none."""
    before = Posting.get_or_none(Posting.officer == officer, Posting.centre == centre)
    Posting.insert(officer=officer, centre=centre).on_conflict_ignore().execute()
    Posting.update({right: right in rights for right in RIGHTS}).where(
        Posting.officer == officer, Posting.centre == centre).execute()
    return None if before is None else [right for right in RIGHTS if getattr(before, right)]


def unpost(officer, centre, by, now):
    """Take the place at this centre away. Raises `Refused` if there is none."""
    with database.atomic():
        if not Posting.delete().where(Posting.officer == officer, Posting.centre == centre).execute():
            raise Refused(Sentence("The officer is not posted to that centre."))
        audit.record(by, "took an officer from a centre", now, centre=centre.number, subject=officer.email,
                     changes=[("posted", True, False)])


def set_board_rights(officer, wanted, by, now):
    """`wanted`: {one of BOARD_FIELDS: bool}. Raises `Refused`."""
    _refuse_own(officer, by)
    before = {name: getattr(officer, name) for name in BOARD_FIELDS}
    wanted = {name: bool(wanted.get(name)) and (name == "is_board_staff" or bool(wanted.get("is_board_staff")))
              for name in BOARD_FIELDS}
    for name in BOARD_FIELDS:
        if before[name] != wanted[name] and not getattr(by, name):
            raise Refused(Sentence("You cannot give or take a right that you do not hold."))
    with database.atomic():
        Officer.update(wanted).where(Officer.id == officer.id).execute()
        audit.record(by, "set board rights", now, subject=officer.email,
                     changes=audit.differences(before, wanted))


def disable(officer, by, now):
    """The officer is out at the next request."""
    _refuse_own(officer, by)
    _refuse_over(officer, by)
    with database.atomic():
        Officer.update(disabled_at=now).where(Officer.id == officer.id, Officer.disabled_at.is_null()).execute()
        StaffSession.delete().where(StaffSession.officer == officer).execute()
        audit.record(by, "disabled an officer", now, subject=officer.email, changes=[("disabled", False, True)])


def enable(officer, by, now):
    _refuse_over(officer, by)
    with database.atomic():
        Officer.update(disabled_at=None).where(Officer.id == officer.id).execute()
        audit.record(by, "enabled an officer", now, subject=officer.email, changes=[("disabled", True, False)])


def remove_second_factor(officer, by, now):
    """For one who has lost the device and the recovery codes."""
    _refuse_own(officer, by)
    _refuse_over(officer, by)
    with database.atomic():
        second_factor.remove(officer)
        audit.record(by, "removed an officer’s second factor", now, subject=officer.email,
                     changes=[("second factor", True, False)])


def officers_of(associate, words=""):
    """Officers who are posted to a centre of this Associate, by e-mail, that match every word. A query."""
    posted = Posting.select(Posting.officer).join(Centre).where(Centre.associate == associate)
    query = Officer.select().where(Officer.id.in_(posted)).order_by(Officer.email)
    return narrowed(query, words, Officer.id, Officer.email, Officer.name)


def centres_of(officers, associate):
    """{officer id: numbers of the Associate's centres that the officer is posted to}. One query."""
    found = {officer.id: [] for officer in officers}
    for officer_id, number in (
            Posting.select(Posting.officer, Centre.number).join(Centre)
            .where(Posting.officer.in_(list(found)), Centre.associate == associate)
            .order_by(Centre.number).tuples()):
        found[officer_id].append(number)
    return found


def may_hand_over_link(by, officer):
    """Whether `by` may make a one-time link for the officer, who signs in with it as that officer.

    Board staff for whoever holds no right of the board that they lack; an Associate's officer for those who are
    posted to its attached centres and nowhere else.
    """
    if officer.id == by.id or officer.disabled_at is not None:
        return False
    if by.is_board_staff:
        return all(getattr(by, name) or not getattr(officer, name) for name in BOARD_FIELDS)
    postings = list(Posting.select(Posting).where(Posting.officer == officer))
    return bool(postings) and not officer.is_board_staff and all(
        by.acts_for_associate_of(posting.centre) and by.has_right("manages_candidate_results", posting.centre)
        for posting in postings)


def _refuse_own(officer, by):
    if officer.id == by.id:
        raise Refused(Sentence("Somebody else has to do this for you."))


def _refuse_over(officer, by):
    if not all(getattr(by, name) or not getattr(officer, name) for name in BOARD_FIELDS):
        raise Refused(Sentence("This officer holds a right of the board that you do not hold."))
