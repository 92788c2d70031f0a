"""results.csv. What has no valid entry, or is for another option than entered, is refused."""
from exchange.columns import band_disagrees
from models import results
from models.database import Sentence
from models.exams import Candidate, Centre, Entry, Series


def compare(records, difference, complete, _now):
    entries, held = _held({row["series"] for _line, row in records}, {row["centre_number"] for _line, row in records})
    difference.writes = {"values": {}, "gone": []}
    seen = set()
    for line, row in records:
        key = (row["series"], row["centre_number"], row["candidate_number"], row["qualification"],
               row["syllabus_code"])
        entry = entries.get(key)
        if reason := _reason(entry, row, key, seen):
            difference.refused.append((line, reason))
            continue
        seen.add(key)
        values = tuple(row[name] for name in results.FILE_COLUMNS)
        was = held.get(entry[0])
        if band_disagrees(row):
            difference.warnings.append((line, Sentence(
                "%(what)s: the uniform mark lies outside the band of the grade.", what=" ".join(key))))
        if was is None:
            difference.new.append((line, " ".join(key)))
        elif was != values:
            difference.changed.append((line, " ".join(key), _told(was), _told(values)))
        else:
            continue
        difference.writes["values"][entry[0]] = values
    if complete:
        circles = {key[:2] for key in seen}
        gone = [(key, entry[0]) for key, entry in entries.items()
                if key not in seen and key[:2] in circles and entry[0] in held]
        difference.removed += [" ".join(key) for key, _id in gone]
        difference.writes["gone"] = [entry_id for _key, entry_id in gone]


def _held(series_names, centre_numbers):
    """{key: (entry id, option, status)} of these centres in these series, and the values held for them."""
    entries = {}
    rows = (Entry.select(Series.name, Centre.number, Candidate.number, Entry.qualification, Entry.syllabus_code,
                         Entry.id, Entry.option_code, Entry.status)
            .join(Candidate).join(Centre).switch(Candidate).join(Series)
            .where(Series.name.in_(series_names), Centre.number.in_(centre_numbers)).tuples())
    for *key, entry_id, option, status in rows:
        entries[tuple(key)] = (entry_id, option, status)
    return entries, results.held_values(series_names, centre_numbers)


def _reason(entry, row, key, seen):
    what = " ".join(key)
    if key in seen:
        return Sentence("%(what)s stands twice.", what=what)
    if entry is None:
        return Sentence("%(what)s is not entered.", what=what)
    if entry[2] != "entered":
        return Sentence("The entry %(what)s is withdrawn.", what=what)
    if row["option_code"] and entry[1] and row["option_code"] != entry[1]:
        return Sentence("%(what)s is entered for option %(entered)s, not %(given)s.", what=what,
                        entered=entry[1], given=row["option_code"])
    return None


def _told(values):
    return " ".join(str(value) for value in values if value not in ("", None))


def stage(difference):
    results.stage(difference.writes["values"])


def store(difference, now):
    results.publish(now)
    results.withdraw(difference.writes["gone"])
