"""Which of the board's texts a candidate reads below the results: by language and place alone, never by a grade."""
from functools import lru_cache

from models.database import database
from models.tables.next_steps import NextSteps

KEPT = 30  # seconds for which a process remembers them: nobody's page waits for a query


def next_steps_for(language, country, centre_number, now):
    """(language, text) of the most exact text in the reader's language, or else in English; None without any."""
    texts = _texts(database.obj, int(now.timestamp()) // KEPT)
    wanted = ((spoken, place) for spoken in (language, "en") for place in (centre_number, country, ""))
    return next(((spoken, texts[spoken, place]) for spoken, place in wanted if (spoken, place) in texts), None)


@lru_cache(maxsize=1)
def _texts(_database, _period):
    return {(row.language, row.place): row.text for row in NextSteps.select()}


forget = _texts.cache_clear  # for whoever has changed one
