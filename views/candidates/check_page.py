"""What the page that checks signed statements is given: the board's keys, what is withdrawn, and its sentences."""
from base64 import b64encode
from hashlib import sha256

from flask import current_app, g
from flask_babel import gettext as _

from documents import words
from models.rules import grades, statement_states
from models.rules.languages import tag_of
from views import assets
from views.candidates.bound_templates import render
from views.hypermedia import say

STYLE, SCRIPT = "candidate.css", "verify.js"


def data(saved_at=None):
    """{keys, withdrawn, words, language, saved}: all that the script needs. `saved_at`: of a page that asks nobody."""
    keys = [{name: part for name, part in key.items() if name != "x5c"} for key in statement_states.published_keys()]
    return {"keys": keys, "withdrawn": statement_states.withdrawn_numbers(),
            "saved": int(saved_at.timestamp()) if saved_at else None, "language": tag_of(g.language),
            "words": _sentences(saved_at)}


def saved(now):
    """The check page as one file, which by its own policy cannot ask anybody. Text."""
    policy = " ".join((
        "default-src 'none';", f"script-src {_hash(assets.inline(SCRIPT))};",
        f"style-src {_hash(assets.inline(STYLE))};", "img-src data:;", "base-uri 'none';", "form-action 'none'"))
    return render("candidates/saved_check.html", check=data(now), policy=policy, at=words.day(now.date(), g.language),
                  board=current_app.config["BOARD_NAME"])


def _hash(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _sentences(saved_at):
    no_key = (_("No key of this exam board made this code, or it is newer than this page.") if saved_at
              else _("No key of this exam board made this code."))
    return {
        "current": _("The exam board signed this, and nothing has changed since then: as issued."),
        "changed": _("The exam board signed this, but something on it has changed since then. Ask the person who gave "
                     "it to you for a newer one."),
        "hidden": _("The exam board signed this, but its results are not published at the moment."),
        "withdrawn": _("The exam board has withdrawn this statement."),
        "not_kept": _("The exam board signed this. Its results are no longer kept here: the signature alone vouches "
                      "for them."),
        "no_record": _("The signature is right, but the exam board has no record of this statement. Do not rely on it: "
                       "ask the exam board."),
        "not_asked": _("The exam board signed this. Whether anything has changed since then could not be asked: the "
                       "signature alone vouches for it."),
        "revoked": _("The key that signed this was given up: this code proves nothing."),
        "given_up": _("The key that signed this was given up, but the exam board has a record of this statement."),
        "not_in_force": _("The key was not in force at that time. Ask the exam board."),
        "wrong": _("This is not what the exam board signed: the code is damaged or was altered."),
        "no_key": no_key,
        "damaged": _("The code could not be read whole. Scan it again."),
        "newer": _("This code is of a newer kind. Open the newest check page."),
        "too_old": _("This browser cannot check signatures. Type the code that stands under the address."),
        "demonstration": _("Not a real statement: it was signed with a demonstration key."),
        "centre": _("Centre"), "series": _("Exam series"), "issued": _("Issued"),
        "board": _("Exam board"), "number": _("Number of the statement"),
        "endorsement": _("Speaking endorsement %(level)s", level="").strip(),
        "spoken": {level: say(sentence) for level, sentence in grades.SPEAKING.items()},
        "compare": _("Compare every line with the paper, and the name with the person."),
        "only": _("A line on the paper that is not shown here is not signed."),
        "no_titles": _("The names of the subjects are not in the code: there was no room for them."),
        "host": _("Web address of this page:"),
    }
