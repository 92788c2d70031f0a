"""Board files, backup, restore and erasure from the command line, for the board's own automation."""
from datetime import UTC, datetime
from pathlib import Path

import click

from exchange import backup, importing, reading
from exchange.columns import COLUMNS
from models import erasing
from models.database import Refused
from models.exams import Series

SHOWN = 20


def import_command(unprintable):
    """The `import` command; `unprintable(text)`: the characters of a name that no font of the slips has."""

    @click.command("import")
    @click.argument("kind", type=click.Choice(tuple(COLUMNS)))
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="only say what would change")
    @click.option("--complete", is_flag=True, help="the file is complete for its centres and series: the rest goes")
    def import_file(kind, file, dry_run, complete):
        """Import a board file: whole, or not at all."""
        now = datetime.now(UTC).replace(microsecond=0)
        try:
            if file.stat().st_size > reading.LARGEST:
                raise Refused(file="The file is too large.")
            with file.open("rb") as source:
                difference = importing.run(kind, source, "command line", now, complete=complete, dry_run=dry_run,
                                           unprintable=unprintable, name=file.name)
        except Refused as refusal:
            raise click.ClickException(f"{file}: {refusal} Nothing was applied.") from None
        report(difference)
        if difference.is_refused:
            raise click.ClickException(f"{file}: nothing was applied.")
        click.echo("Nothing was applied: this was a dry run." if dry_run else
                   "Nothing new." if difference.changes_nothing else "Applied.")

    return import_file


def report(difference):
    click.echo(", ".join(f"{count} {name}" for name, count in difference.counts.items()))
    if difference.unknown_columns:
        click.echo(f"Columns that were not read: {', '.join(difference.unknown_columns)}.")
    for section, word in (("unmatched", "Unmatched"), ("refused", "Refused"), ("warnings", "Look at")):
        lines, count = getattr(difference, section)[:SHOWN], difference.counts[section]
        for line, sentence in lines:
            click.echo(f"{word}, line {line}: {sentence}", err=section != "warnings")
        if count > len(lines):
            click.echo(f"{word}: {count - len(lines)} more.", err=section != "warnings")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file):
    """Write everything but the keys to FILE, while everybody goes on working."""
    try:
        rows = backup.write(file, datetime.now(UTC).replace(microsecond=0))
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are in {file}.")
    click.echo("The keys (SECRET_KEY, CREDENTIAL_KEY, PEPPER) are not in it: keep them apart from it. Without them "
               "the logins in it are of no use to anybody.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="what is in the database now is lost")
def restore_command(file, replace):
    """Put the backup in FILE into an empty database, whole or not at all."""
    try:
        rows, missing = backup.restore(file, "command line", datetime.now(UTC).replace(microsecond=0), replace=replace)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are restored. Everybody signs in again.")
    if missing:
        click.echo(f"Logins need keys that the settings lack: {', '.join(missing)}. Until they are given, those "
                   "candidates cannot sign in or their slips cannot be printed again.", err=True)


@click.command("erase")
@click.argument("code")
@click.confirmation_option(prompt="Everything about the candidates of this series goes for good. Erase it?")
def erase_command(code):
    """Erase everything about the candidates of a series that is over, e.g. june-2026."""
    series = Series.get_or_none(Series.code == code)
    if series is None:
        raise click.ClickException(f"There is no series {code}.")
    try:
        gone = erasing.erase(series, "command line", datetime.now(UTC).replace(microsecond=0))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{code} and its {gone} candidates are erased. Backups still hold them.")
