"""Series that a file names and nobody has made yet."""
import secrets

from models.tables.exams import Series


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
