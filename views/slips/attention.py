"""What a centre needs, in the words of every page that says it: 'Series details', 'What needs doing', the dashboard."""
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext


class Attention(NamedTuple):
    """One need. `count`: candidates; `part`: of the address below the series, where it is seen to."""

    count: int
    text: str
    reason: str
    part: str


def attention(needed):
    """An Attention for each need of a centre, those that keep candidates out first."""
    without = needed.generate - needed.dormant
    found = [
        Attention(without, ngettext("%(num)s candidate needs a slip", "%(num)s candidates need a slip", without),
                  _("They have access and no slip yet.") if needed.offered else
                  _("The centre has access and has offered nothing yet."), "credentials?state=no-slip"),
        Attention(needed.dormant, ngettext("%(num)s login rests", "%(num)s logins rest", needed.dormant),
                  _("Access was taken away and given back. Generate them again."), "credentials?state=dormant"),
        Attention(needed.out_of_date,
                  ngettext("%(num)s slip is out of date", "%(num)s slips are out of date", needed.out_of_date),
                  _("They print a time, a contact or a name that is no longer true. Reissue them: the password stays "
                    "the same."), "credentials?state=out-of-date"),
        Attention(int(bool(needed.lacks_contact)), _("Contact details are missing"),
                  _("Candidates would see only the centre’s name."), "status"),
        Attention(needed.entered,
                  ngettext("%(num)s candidate entered since you selected",
                           "%(num)s candidates entered since you selected", needed.entered),
                  _("They are not included; ‘Edit status’ adds them."), "status"),
        Attention(needed.unprintable,
                  ngettext("%(num)s slip cannot be printed as written", "%(num)s slips cannot be printed as written",
                           needed.unprintable),
                  _("No font here has every letter of the name: the slip leaves the others out and says so."),
                  "credentials?state=unprintable"),
        Attention(needed.missed,
                  ngettext("%(num)s candidate has not signed in", "%(num)s candidates have not signed in",
                           needed.missed),
                  _("Something is out for them."), "credentials?state=not-signed-in"),
    ]
    return [each for each in found if each.count]
