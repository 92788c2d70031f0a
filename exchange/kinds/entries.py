"""entries.csv: candidates and what they are entered for.

A candidate is known by series, centre and number. The UCI tells whether that is still the same person: another
one under the same number is somebody else, the same one under a free number is somebody renumbered.
"""
from exchange.kinds.series import named
from models import issuing, results, staging
from models.credentials import Credential, username_of
from models.database import Sentence
from models.exams import Candidate, Centre, Entry, Series, in_order
from models.offers import SelectedCandidate
from models.staging import StagedCandidate, StagedEntry


def compare(records, difference, complete, _now):
    people = _people(records, difference)
    held, entries = _held({key[0] for key in people}, {key[1] for key in people})
    difference.writes = writes = {"people": {}, "others": [], "renumbered": [], "entries": {}}
    by_uci = {(*key[:2], person[2]): key for key, person in held.items() if person[2]}
    for key, (line, name, uci) in people.items():
        former = by_uci.get((*key[:2], uci)) if uci else None
        if key not in held and former and former not in people:
            _renumber(former, key, line, held, entries, difference)
        _compare_person(key, line, name, uci, held, difference)
    seen = _compare_entries(records, people, entries, difference)
    others = {key for key, _candidate_id in writes["others"]}
    circles = {key[:2] for key in people} if complete else set()
    for key, (option, title, status) in entries.items():
        if status == "entered" and key not in seen and (key[:2] in circles or key[:3] in others):
            difference.removed.append(" ".join(key))
            writes["entries"][key] = (option, title, "withdrawn")
    _count_qualifications(held, entries, writes)


def stage(difference):
    """What is much: candidates and entries, new or changed."""
    staging.stage(StagedCandidate, ((key[1], key[0], key[2], *person)
                                    for key, person in difference.writes["people"].items()))
    staging.stage(StagedEntry, ((key[1], key[0], *key[2:], *values)
                                for key, values in difference.writes["entries"].items()))


def store(difference, now):
    for name in sorted({key[0] for key in difference.writes["people"]}):
        named(name)
    for candidate_id, old, new in difference.writes["renumbered"]:
        Candidate.update(number=new[2]).where(Candidate.id == candidate_id).execute()
        Credential.update(username=username_of(*new[1:], named(old[0]))).where(
            Credential.candidate == candidate_id).execute()
    others = [candidate_id for _key, candidate_id in difference.writes["others"]]
    issuing.void([*others, *(row[0] for row in difference.writes["renumbered"])], now)
    results.withdraw_of(others)
    for candidate_id in others:
        Candidate.update(first_entered_at=now).where(Candidate.id == candidate_id).execute()
        SelectedCandidate.delete().where(SelectedCandidate.candidate == candidate_id).execute()
    staging.publish_entries(now)


def _people(records, difference):
    """{(series, centre, number): (line, name, uci)}; two names or UCIs for one candidate are refused."""
    numbers = {number for number, in Centre.select(Centre.number).tuples()}
    people = {}
    for line, row in records:
        key = (row["series"], row["centre_number"], row["candidate_number"])
        if row["centre_number"] not in numbers:
            difference.refused.append((line, Sentence("There is no centre %(number)s.", number=row["centre_number"])))
            continue
        first = people.setdefault(key, (line, row["candidate_name"], row["uci"]))
        if first[1:] != (row["candidate_name"], row["uci"]):
            difference.refused.append((line, Sentence(
                "Candidate %(number)s has another name or UCI than in line %(first)s.",
                number=row["candidate_number"], first=first[0])))
    return people


def _held(series_names, centre_numbers):
    """What is held of these centres in these series: {key: (id, name, uci, qualifications)} and
    {(*key, qualification, syllabus): (option, title, status)}."""
    of_the_file = Series.name.in_(series_names) & Centre.number.in_(centre_numbers)
    candidates = (
        Candidate.select(Series.name, Centre.number, Candidate.number, Candidate.id, Candidate.name, Candidate.uci,
                         Candidate.qualifications)
        .join(Centre).switch(Candidate).join(Series).where(of_the_file).order_by(Candidate.id))
    held, keys = {}, {}
    for series, centre, number, *person in candidates.tuples():
        keys[person[0]] = key = (series, centre, number)
        held[key] = tuple(person)
    rows = (
        Entry.select(Entry.candidate, Entry.qualification, Entry.syllabus_code, Entry.option_code, Entry.title,
                     Entry.status)
        .join(Candidate).join(Centre).switch(Candidate).join(Series).where(of_the_file))
    entries = {(*keys[candidate_id], qualification, code): tuple(values)
               for candidate_id, qualification, code, *values in rows.tuples()}
    return held, entries


def _renumber(old, new, line, held, entries, difference):
    """From here on what is held of this candidate is held under the new number."""
    held[new] = held.pop(old)
    for entry in [entry for entry in entries if entry[:3] == old]:
        entries[(*new, *entry[3:])] = entries.pop(entry)
    difference.writes["renumbered"].append((held[new][0], old, new))
    difference.changed.append((line, " ".join(new), old[2], new[2]))
    difference.warnings.append((line, Sentence(
        "%(old)s has the number %(new)s now and needs a new slip.", old=old[2], new=new[2])))


def _compare_person(key, line, name, uci, held, difference):
    if key not in held:
        difference.writes["people"][key] = (name, uci, "")
        return
    candidate_id, former_name, former_uci, qualifications = held[key]
    if former_uci and uci and former_uci != uci:
        difference.writes["others"].append((key, candidate_id))
        difference.warnings.append((line, Sentence(
            "%(number)s has another UCI and so is another person: the old login dies, and results that were held "
            "for the number go.", number=key[2])))
    elif (former_name, former_uci) == (name, uci or former_uci):
        return
    difference.changed.append((line, " ".join(key), former_name, name))
    difference.writes["people"][key] = (name, uci or former_uci, qualifications)


def _compare_entries(records, people, entries, difference):
    """{entry key: line} of the file."""
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
        values = (row["option_code"], row["syllabus_title"], row["status"])
        was = entries.get(entry)
        if was == values:
            continue
        if was is None:
            difference.new.append((line, " ".join(entry)))
        else:
            difference.changed.append((line, " ".join(entry), " ".join(was), " ".join(values)))
        difference.writes["entries"][entry] = values
    return seen


def _count_qualifications(held, entries, writes):
    """`Candidate.qualifications` as it will be, for everybody whose entries or name this file changes."""
    touched = {entry[:3] for entry in writes["entries"]} | writes["people"].keys()
    valid = {key: set() for key in touched}
    for entry, values in (entries | writes["entries"]).items():
        if entry[:3] in touched and values[2] == "entered":
            valid[entry[:3]].add(entry[3])
    for key, qualifications in valid.items():
        joined = "|".join(in_order(qualifications))
        if key in writes["people"]:
            writes["people"][key] = (*writes["people"][key][:2], joined)
        elif joined != held[key][3]:
            writes["people"][key] = (*held[key][1:3], joined)
