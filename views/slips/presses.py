"""What comes next once slips are made: their PDF as it was last laid out, other layouts, all centres in one ZIP."""
from flask import url_for
from flask_babel import gettext as _

from models.rules.languages import NAMES
from models.tables.slips import SlipBatch
from views.hypermedia import Press


def for_batch(batch, number, code):
    """'Download PDF' in the layout last used, and the page with all of them. `number`, `code`: centre and series."""
    at = {"number": number, "code": code, "public_id": batch.public_id}
    return (Press(_("Download PDF"), url_for("credentials.pdf", **at, layout="last"), True),
            Press(_("Other layouts"), url_for("credentials.batch", **at)))


def for_newest(centre, series):
    """The same for the newest batch of a centre."""
    newest = centre.batches.where(SlipBatch.series == series).order_by(SlipBatch.made_at.desc(), SlipBatch.id.desc())
    return for_batch(newest.get(), centre.number, series.code)


def one_zip(centre, series):
    return Press(_("All in one ZIP"), url_for("to_do.archive", number=centre.number, code=series.code), True)


def layout_words(layout):
    """'2 a page, A4, by name, cover sheet' of a layout as `issuing.last_layout` gives it."""
    return ", ".join(filter(None, (
        _("%(n)s a page", n=layout["per_page"]), layout["paper"],
        _("by name") if layout["by_name"] else _("by number"), layout["cover"] and _("cover sheet"),
        layout["sign_in_code"] and _("QR code that signs in"), NAMES.get(layout["language"], ""))))
