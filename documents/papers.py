"""From rows to paper: what the slips of a batch print, as values in words of their language."""
from collections import Counter
from pathlib import Path

from documents import words
from documents.engine import Name
from documents.languages import translation
from documents.pages import MARK
from documents.slips import Layout, Slip, write_slips
from documents.text import name_of
from models.acts import issuing
from models.codes import grouped
from models.rules.languages import LANGUAGES
from models.rules.needs import names_to_print
from models.rules.standing import read_printed_contact, read_printed_releases

LOGIN_COLUMNS = ("centre_number", "candidate_number", "candidate_name", "username", "password")


def write_batch(batch, out, layout, *, by_name=False, password=None):
    """Make a batch's PDF again from its recipe; gives the number of pages. Raises `Refused` and `MissingKey`."""
    pairs = list(issuing.slips_of(batch))
    if by_name:
        pairs.sort(key=lambda pair: (pair[0].name.casefold(), pair[0].candidate.number))
    return write_slips((paper(slip, secret, batch, layout.language) for slip, secret in pairs), out, layout,
                       password=password)


def login_rows(pairs, centre, dead=""):
    """A row of LOGIN_COLUMNS for each (slip, password); `dead`: what stands for the password of a dead login."""
    for slip, secret in pairs:
        yield (centre.number, slip.candidate.number, slip.name, slip.candidate.login.username,
               grouped(secret) if secret else dead)


def layout_of(settings, centre, made_at, language=None, **options):
    """A Layout with the board's name and mark and the site's address from the settings; in the centre's language where
    no other was chosen, printed at the centre's own time."""
    language = language or centre.language
    url = settings["SITE_ADDRESS"]
    return Layout(
        language=language, board_name=settings["BOARD_NAME"], site_url=url,
        site_address=url.split("://")[-1].rstrip("/"), printed_at=made_at,
        printed_text=words.with_place(made_at, centre.time_zone, language),
        templates=Path(settings["SLIP_TEMPLATES"]) if settings["SLIP_TEMPLATES"] else None,
        logo=Path(settings["SLIP_LOGO"] or MARK), **options)


def paper(slip, secret, place, language):
    """What one slip prints, as `documents` takes it; `secret` is None for a login that has died.

    `place`: a SlipBatch or Standing, of which the centre and series are printed.
    """
    centre, candidate = place.centre, slip.candidate
    return Slip(
        centre_number=centre.number, centre_name=centre.name, candidate_number=candidate.number,
        candidate_name=slip.name, series=words.series(place.series.name, language), username=candidate.login.username,
        password=grouped(secret) if secret else "", dead=secret is None,
        releases=release_lines(slip.releases, language),
        contact=contact_lines(slip.contact, centre, language), generation=slip.generation)


def unprintable_names(series, centre_ids):
    """{centre id: number of candidates with access whose slips cannot show the name as it is written}. One query."""
    return Counter(centre_id for centre_id, name in names_to_print(series, centre_ids) if not name_of(name).whole)


def release_lines(printed, language):
    """((qualifications, words), …) from a slip's canonical release times, one line an instant."""
    zone, instants = read_printed_releases(printed)
    by_instant = {}
    for name, instant in instants.items():
        by_instant.setdefault(instant, []).append(name)
    lines = []
    for instant, names in sorted(by_instant.items(), key=lambda item: (item[0] is None, item[0])):
        said = words.with_place(instant, zone, language) if instant else translation(language, "to be announced")
        lines.append((LANGUAGES[language].comma.join(names), said))
    return tuple(lines)


def contact_lines(printed, centre, language):
    contact = read_printed_contact(printed)
    name = contact.name or Name(
        f"{translation(language, 'Exams officer')}{LANGUAGES[language].comma}{name_of(centre.name)}")
    return tuple(filter(None, (name, contact.phone, contact.email)))
