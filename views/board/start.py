"""Where board staff start: every open series, the Associates where most needs doing, what is new since last time."""
from flask import Blueprint
from flask_login import current_user

from documents.papers import unprintable_names
from models.rules.history import history_of_all, since
from models.rules.standing import series_open
from models.rules.to_do import sitting
from models.tables.exams import Centre, Series, shown_series
from models.tables.files import TO_BOARD, ExchangeFile
from views.board import board_page
from views.guards import board_only
from views.happened import told
from views.hypermedia import now
from views.times import last_visit
from views.what_needs_doing import heads_of, series_line

bp = Blueprint("board_start", __name__, url_prefix="/board")
bp.before_request(board_only)
SHOWN = 5
MOST_SERIES = 4
ZONE = "UTC"


@bp.get("")
def index():
    moment, visit, centres = now(), last_visit(current_user.session), list(Centre.select().order_by(Centre.number))
    open_series = shown_series().where(series_open(moment)).order_by(Series.id.desc()).limit(MOST_SERIES)
    sittings = [sitting(series, None, centres, moment, unprintable_names) for series in open_series]
    heads, happened = heads_of(sittings, centres), since(history_of_all(), visit)
    new = (ExchangeFile.select(ExchangeFile.name, ExchangeFile.public_id, ExchangeFile.sent_at, Centre)
           .join(Centre).where(ExchangeFile.direction == TO_BOARD, ExchangeFile.sent_at > visit)
           .order_by(ExchangeFile.id.desc()))
    return board_page(
        "board/start.html", "start", sittings=[series_line(one, ZONE, moment) for one in sittings],
        heads=heads[:SHOWN], heads_found=len(heads), visit=visit, moment=moment,
        counted_at=min((one.counted_at for one in sittings), default=moment),
        new_files=list(new.limit(SHOWN)), files_found=new.count(),
        changes=told(list(happened.limit(SHOWN)), current_user, ZONE, moment), changes_found=happened.count())
