"""Results that nobody has: for the sample that candidates may look at, and for an officer's preview."""
from datetime import timedelta

from models.contacts import Contact
from models.rules.candidate_sheet import OUT, Award, Part, Sheet

INVENTED = {  # (title, code, option, what is printed, endorsement, PUM) a qualification
    "A Level": (("Invented Mathematics", "0001", "AX", "A*", "", 93), ("Invented Physics", "0002", "AX", "B", "", 74)),
    "AS Level": (("Invented Chemistry", "0003", "AX", "b", "", 71),),
    "IGCSE (9-1)": (("Invented Biology", "0004", "AX", "9", "", 95),),
}
OTHERWISE = (("Invented History", "0005", "AX", "A", "", 82), ("Invented French", "0006", "AX", "C", "4", 63),
             ("Invented Geography", "0007", "AX", "Q", "", None))


def invented_awards(qualification):
    """The Awards of a qualification, every title among them called invented."""
    return tuple(Award(title, code, option, printed, "", endorsement, pum)
                 for title, code, option, printed, endorsement, pum in INVENTED.get(qualification, OTHERWISE))


def sample_sheet(language, now):
    """The Sheet of nobody, all of it out; `now`: aware."""
    at = now - timedelta(days=1)
    parts = tuple(Part(name, OUT, at, invented_awards(name)) for name in ("A Level", "IGCSE"))
    return Sheet("", "Sample Candidate", "0000", "XX000", "Sample Centre", "UTC", language, "june-2026", "June 2026",
                 Contact("", "", "contact@centre.example"), parts)
