"""How each kind of file is compared with what is held, and stored."""
import secrets

from peewee import EXCLUDED, chunked

from exchange.columns import band_disagrees
from models import attaching, issuing, results
from models.credentials import Credential, username_of
from models.database import Sentence
from models.exams import Candidate, Centre, Entry, Release, Series, recount_qualifications

CENTRE_FIELDS = {"centre_name": "name", "kind": "kind", "country": "country", "time_zone": "time_zone",
                 "email": "email"}


class Centres:
    """centres.csv. A centre is never removed by a file."""

    @staticmethod
    def compare(records, difference, _complete, now):
        held = {centre.number: centre for centre in Centre.select()}
        kinds = {number: centre.kind for number, centre in held.items()}
        kinds |= {row["centre_number"]: row["kind"] for _line, row in records}
        numbers = {centre.id: centre.number for centre in held.values()}
        seen, difference.writes = set(), {"new": [], "changed": [], "moves": []}
        for line, row in records:
            number, associate = row["centre_number"], row["associate_number"]
            if number in seen:
                difference.refused.append((line, Sentence("%(number)s stands twice.", number=number)))
                continue
            seen.add(number)
            if associate and kinds.get(associate) != "associate":
                difference.refused.append((line, Sentence("There is no Associate %(number)s.", number=associate)))
                continue
            if associate and row["kind"] == "associate":
                difference.refused.append((line, Sentence("An Associate is attached to nobody.")))
                continue
            values = {mine: row[theirs] for theirs, mine in CENTRE_FIELDS.items()}
            if number not in held:
                difference.new.append((line, number))
                difference.writes["new"].append((number, values, associate))
                continue
            centre = held[number]
            was = {mine: getattr(centre, mine) for mine in values}
            if was != values:
                told = ", ".join(f"{name}: {was[name]} → {values[name]}" for name in values
                                 if was[name] != values[name])
                difference.changed.append((line, number, "", told))
                difference.writes["changed"].append((number, values))
            former = numbers.get(centre.associate_id, "")
            if former != associate:
                Centres._move(difference, line, centre, former, associate, held, now)

    @staticmethod
    def _move(difference, line, centre, former, associate, held, now):
        difference.changed.append((line, centre.number, former or "–", associate or "–"))
        difference.writes["moves"].append((centre.number, associate))
        if associate and associate not in held:
            return
        for effect in attaching.effects(centre, held[associate] if associate else None, now):
            if effect.losing_access:
                difference.warnings.append((line, Sentence(
                    "%(number)s: %(n)s candidates lose access in %(series)s until the Associate gives it.",
                    number=centre.number, n=effect.losing_access, series=effect.series.name)))

    @staticmethod
    def store(difference, now):
        for number, values, _associate in difference.writes["new"]:
            Centre.create(number=number, **values)
        for number, values in difference.writes["changed"]:
            Centre.update(**values).where(Centre.number == number).execute()
        numbers = {centre.number: centre for centre in Centre.select()}
        for number, _values, associate in difference.writes["new"]:
            if associate:
                Centre.update(associate=numbers[associate]).where(Centre.number == number).execute()
        for number, associate in difference.writes["moves"]:
            attaching.move(numbers[number], numbers[associate] if associate else None, now)


class Entries:
    """entries.csv: candidates and what they are entered for."""

    @staticmethod
    def compare(records, difference, complete, _now):
        centres = {centre.number: centre for centre in Centre.select()}
        people = Entries._people(records, difference, centres)
        held, by_uci, entries = Entries._held({key[0] for key in people})
        difference.writes = {"people": {}, "renumbered": [], "others": [], "named": [], "entries": {}, "gone": []}
        for key, (line, name, uci) in people.items():
            Entries._compare_person(key, line, name, uci, held, by_uci, people, difference)
        seen = {}
        for line, row in records:
            key = (row["series"], row["centre_number"], row["candidate_number"])
            if key not in people:
                continue
            entry = (*key, row["qualification"], row["syllabus_code"])
            if entry in seen:
                difference.refused.append((line, Sentence(
                    "%(what)s stands twice (line %(first)s).", what=" ".join(entry), first=seen[entry])))
                continue
            seen[entry] = line
            Entries._compare_entry(line, row, entry, entries, difference)
        if complete:
            circles = {key[:2] for key in people}
            gone = [key for key, value in entries.items() if key not in seen and key[:2] in circles
                    and value[2] == "entered"]
            difference.removed += [" ".join(key) for key in gone]
            difference.writes["gone"] = gone

    @staticmethod
    def _people(records, difference, centres):
        """{(series, centre, number): (line, name, uci)}; two names or UCIs for one candidate are refused."""
        people = {}
        for line, row in records:
            key = (row["series"], row["centre_number"], row["candidate_number"])
            if row["centre_number"] not in centres:
                difference.refused.append((line, Sentence(
                    "There is no centre %(number)s.", number=row["centre_number"])))
                continue
            first = people.setdefault(key, (line, row["candidate_name"], row["uci"]))
            if first[1:] != (row["candidate_name"], row["uci"]):
                difference.refused.append((line, Sentence(
                    "Candidate %(number)s has another name or UCI than in line %(first)s.",
                    number=row["candidate_number"], first=first[0])))
        return people

    @staticmethod
    def _held(series_names):
        """What is held of these series: candidates by key and by UCI, entries by key."""
        held, by_uci, entries = {}, {}, {}
        query = (Candidate.select(Candidate, Centre, Series).join(Centre).switch(Candidate).join(Series)
                 .where(Series.name.in_(list(series_names))))
        keys = {}
        for candidate in query:
            key = (candidate.series.name, candidate.centre.number, candidate.number)
            held[key] = candidate
            keys[candidate.id] = key
            if candidate.uci:
                by_uci[(*key[:2], candidate.uci)] = key
        rows = (Entry.select(Entry.candidate, Entry.qualification, Entry.syllabus_code, Entry.option_code,
                             Entry.title, Entry.status)
                .join(Candidate).join(Series).where(Series.name.in_(list(series_names))).tuples())
        for candidate_id, qualification, code, *values in rows:
            entries[(*keys[candidate_id], qualification, code)] = tuple(values)
        return held, by_uci, entries

    @staticmethod
    def _compare_person(key, line, name, uci, held, by_uci, people, difference):
        writes = difference.writes
        if key in held:
            candidate = held[key]
            if candidate.uci and uci and candidate.uci != uci:
                writes["others"].append((candidate.id, name, uci))
                difference.changed.append((line, " ".join(key), candidate.name, name))
                difference.warnings.append((line, Sentence(
                    "%(number)s has another UCI and so is another person: the old login dies.", number=key[2])))
            elif (candidate.name, candidate.uci) != (name, uci or candidate.uci):
                writes["named"].append((candidate.id, name, uci or candidate.uci))
                difference.changed.append((line, " ".join(key), candidate.name, name))
            return
        former = by_uci.get((*key[:2], uci)) if uci else None
        if former and former not in people:
            writes["renumbered"].append((held[former].id, key, name))
            difference.changed.append((line, " ".join(key), former[2], key[2]))
            difference.warnings.append((line, Sentence(
                "%(old)s has the number %(new)s now and needs a new slip.", old=former[2], new=key[2])))
            return
        writes["people"][key] = (name, uci)

    @staticmethod
    def _compare_entry(line, row, entry, entries, difference):
        values = (row["option_code"], row["syllabus_title"], row["status"])
        renumbered = {new: candidate_id for candidate_id, new, _name in difference.writes["renumbered"]}
        was = entries.get(entry)
        if was is None:
            if entry[:3] not in renumbered:
                difference.new.append((line, " ".join(entry)))
            difference.writes["entries"][entry] = values
        elif was != values:
            difference.changed.append((line, " ".join(entry), " ".join(was), " ".join(values)))
            difference.writes["entries"][entry] = values

    @staticmethod
    def store(difference, now):
        writes = difference.writes
        touched = set()
        series = {name: series_named(name) for name in {
            key[0] for key in [*writes["people"], *writes["entries"], *writes["gone"]]}}
        centres = {centre.number: centre.id for centre in Centre.select()}
        for candidate_id, name, uci in writes["named"]:
            Candidate.update(name=name, uci=uci).where(Candidate.id == candidate_id).execute()
        for candidate_id, name, uci in writes["others"]:
            Candidate.update(name=name, uci=uci, first_entered_at=now).where(Candidate.id == candidate_id).execute()
        issuing.void([candidate_id for candidate_id, *_rest in writes["others"]], now)
        for candidate_id, key, name in writes["renumbered"]:
            Candidate.update(number=key[2], name=name).where(Candidate.id == candidate_id).execute()
            Credential.update(username=username_of(key[1], key[2], series_named(key[0]))).where(
                Credential.candidate == candidate_id).execute()
        issuing.void([candidate_id for candidate_id, *_rest in writes["renumbered"]], now)
        for some in chunked(writes["people"].items(), 2000):
            Candidate.insert_many(
                [(centres[key[1]], series[key[0]].id, key[2], name, uci, now) for key, (name, uci) in some],
                fields=[Candidate.centre, Candidate.series, Candidate.number, Candidate.name, Candidate.uci,
                        Candidate.first_entered_at]).execute()
        ids = _candidate_ids([one.id for one in series.values()])
        rows = []
        for key, values in [*writes["entries"].items(),
                            *((key, None) for key in writes["gone"])]:
            candidate_id = ids[key[:3]]
            touched.add(candidate_id)
            if values is None:
                Entry.update(status="withdrawn").where(
                    Entry.candidate == candidate_id, Entry.qualification == key[3],
                    Entry.syllabus_code == key[4]).execute()
            else:
                rows.append((candidate_id, key[3], key[4], *values))
        columns = [Entry.candidate, Entry.qualification, Entry.syllabus_code, Entry.option_code, Entry.title,
                   Entry.status]
        for some in chunked(rows, 2000):
            Entry.insert_many(some, fields=columns).on_conflict(
                conflict_target=columns[:3],
                update={column: getattr(EXCLUDED, column.column_name) for column in columns[3:]}).execute()
        recount_qualifications(sorted(touched))


class Results:
    """results.csv. What has no valid entry, or is for another option than entered, is refused."""

    @staticmethod
    def compare(records, difference, complete, _now):
        names = {row["series"] for _line, row in records}
        entries, held = Results._held(names)
        difference.writes = {"values": {}, "gone": []}
        seen = set()
        for line, row in records:
            key = (row["series"], row["centre_number"], row["candidate_number"], row["qualification"],
                   row["syllabus_code"])
            entry = entries.get(key)
            if reason := Results._reason(entry, row, key, seen):
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

    @staticmethod
    def _held(names):
        entries, held = {}, {}
        rows = (Entry.select(Series.name, Centre.number, Candidate.number, Entry.qualification, Entry.syllabus_code,
                             Entry.id, Entry.option_code, Entry.status)
                .join(Candidate).join(Centre).switch(Candidate).join(Series)
                .where(Series.name.in_(list(names))).tuples())
        for *key, entry_id, option, status in rows:
            entries[tuple(key)] = (entry_id, option, status)
        for series in Series.select().where(Series.name.in_(list(names))):
            held |= results.held_values(series)
        return entries, held

    @staticmethod
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

    @staticmethod
    def store(difference, now):
        results.publish(difference.writes["values"], now)
        results.withdraw(difference.writes["gone"])


class Releases:
    """releases.csv. A release is never removed by a file; a moved one is told."""

    @staticmethod
    def compare(records, difference, _complete, now):
        held = {(release.series.name, release.qualification): release.released_at
                for release in Release.select(Release, Series).join(Series)}
        difference.writes = {"releases": {}}
        for line, row in records:
            key = (row["series"], row["qualification"])
            if key in difference.writes["releases"] and difference.writes["releases"][key] != row["released_at"]:
                difference.refused.append((line, Sentence("%(what)s stands twice.", what=" ".join(key))))
                continue
            was = held.get(key)
            if was is None:
                difference.new.append((line, " ".join(key)))
            elif was != row["released_at"]:
                difference.changed.append((line, " ".join(key), was.isoformat(), row["released_at"].isoformat()))
                if was <= now < row["released_at"]:
                    difference.warnings.append((line, Sentence(
                        "%(what)s was out already: its results are hidden again.", what=" ".join(key))))
            difference.writes["releases"][key] = row["released_at"]

    @staticmethod
    def store(difference, _now):
        for (name, qualification), at in difference.writes["releases"].items():
            Release.insert(series=series_named(name), qualification=qualification, released_at=at).on_conflict(
                conflict_target=[Release.series, Release.qualification],
                update={Release.released_at: EXCLUDED.released_at}).execute()


KINDS = {"centres": Centres, "entries": Entries, "results": Results, "releases": Releases}


def series_named(name):
    """The Series of this name, made where there is none: 'June 2026' → june-2026, J26, a random value of its own."""
    series = Series.get_or_none(Series.name == name)
    if series:
        return series
    month, year = name.split()
    taken = {one.short for one in Series.select(Series.short)}
    wanted = (f"{month[:length]}{year[2:]}".upper() for length in range(1, len(month) + 1))
    short = next(one for one in wanted if one not in taken)
    return Series.create(code=name.lower().replace(" ", "-"), name=name, short=short,
                         key_random=secrets.token_hex(32))


def _candidate_ids(series_ids):
    rows = (Candidate.select(Series.name, Centre.number, Candidate.number, Candidate.id)
            .join(Centre).switch(Candidate).join(Series).where(Series.id.in_(series_ids)).tuples())
    return {tuple(key): candidate_id for *key, candidate_id in rows}


def _told(values):
    return " ".join(str(value) for value in values if value not in ("", None))
