"""One way to compare what somebody types in a hurry with names, of people and of places.

Nguyen finds Nguyễn, OBrien and O'Brien find O’Brien, al masri finds Al-Masri. It is done here and not in SQL, which
compares otherwise on each database; static/site.js does the same for the lists that it filters.
"""
import re
import unicodedata

# Apostrophes of every kind, also as modifier letters and as the ʻokina, dashes, the stroke that lengthens an Arabic
# word, and what only joins or turns letters: names are typed without them.
LEFT_OUT = re.compile("['’‘`´ʹʻʼʽʾʿˈ′\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2010-\u2015\u2043\u2060-\u2069\u2212"
                      "\ufe58\ufe63\ufeff\uff0d\uff07-]")
BASES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
                       "ŧ": "t", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ŋ": "n", "ə": "e",  # they do not decompose
                       "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"})  # one letter on one keyboard or another


def plain(text):
    """'Ñandú' → 'nandu', 'Al-Masri' → 'almasri': small letters without marks, apostrophes and dashes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in text if not unicodedata.combining(c)).translate(BASES)
    return LEFT_OUT.sub("", text.lower())


def has_words(words, *texts):
    """Whether every one of the typed words stands in the texts."""
    text = plain(" ".join(texts))
    return all(word in text for word in plain(words).split())


def narrowed(query, words, key, *fields):
    """The query for those of some thousand rows whose fields have every word; `key`: the field that names a row."""
    if not words.strip():
        return query
    rows = query.select(key, *fields).tuples()
    return query.where(key.in_([row for row, *texts in rows if has_words(words, *texts)]))
