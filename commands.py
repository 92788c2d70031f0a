"""The command line: for whoever runs the service, and for the board's own automation."""
import os
import secrets
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import click
from flask import current_app, g, render_template
from flask.cli import with_appcontext
from peewee import SqliteDatabase

from documents import papers
from documents.check import check_template
from exchange import backup, demo, exporting, importing, reading
from exchange.columns import COLUMNS, beside_of
from jobs import archive, queue
from models.acts import erasing, issuing, links, officers, statements
from models.acts.officers import OPERATOR
from models.database import Refused, Sentence, database
from models.migrating import migrate, pending
from models.passwords import MissingKey
from models.rules import grants
from models.rules.languages import LANGUAGES
from models.staff_passwords import DEMO_PASSWORD
from models.tables.exams import Centre, Series
from models.tables.people import BOARD_RIGHTS, RIGHTS, Officer
from models.tables.statements import SigningKey
from settings import Unfit
from views import assets
from views.candidates import check_page

SHOWN = 20  # lines of a file's difference


class InSentences(click.Command):
    """A command that a rule refuses, or that finds no tables as it needs them, says why and exits with 1."""

    def invoke(self, context):
        if pending():
            raise click.ClickException(f"The database{_place()} is not up to date. Run migrate first: "
                                       "flask --app app migrate")
        try:
            return super().invoke(context)
        except (Refused, MissingKey) as refusal:
            raise click.ClickException(str(refusal)) from None


def init_app(app):
    for command in (migrate_command, officer_commands, slips, worker, import_command, export_command, template_check,
                    demo_command, backup_command, restore_command, erase_command, grants_command, static_command,
                    signing_key_commands, statement_commands, check_page_command):
        app.cli.add_command(command)


def _place():
    """Which file is meant, for in another folder the program makes another. PostgreSQL's URL holds a password."""
    return f" {database.database}" if isinstance(database.obj, SqliteDatabase) else ""


def now():
    return datetime.now(UTC).replace(microsecond=0)


def series_with(code):
    series = Series.get_or_none(Series.code == code)
    if series is None:
        raise Refused(Sentence("There is no series %(code)s.", code=code))
    return series


@click.command("migrate")
def migrate_command():
    """Bring the database up to date."""
    names = migrate()
    click.echo(f"Applied: {', '.join(names)}." if names else "Nothing to do: the database is up to date.")


@click.command("static")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def static_command(folder):
    """Fill FOLDER with the stylesheets and scripts that nginx gives out; those of earlier versions stay."""
    try:
        click.echo(f"{assets.write(folder)} files are in {folder}.")
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}.") from None


@click.command("grants")
@click.argument("role")
def grants_command(role):
    """Print the SQL that makes a PostgreSQL role for the candidate site, which can do no more than its pages do."""
    try:
        click.echo(grants.candidate_tier(role))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


@click.command("template-check")
@with_appcontext
def template_check():
    """Tell a designer which values of the slip's templates leave the fast path, and why."""
    folder, logo = (Path(current_app.config[name]) if current_app.config[name] else None
                    for name in ("SLIP_TEMPLATES", "SLIP_LOGO"))
    said = check_template(folder, logo)
    for sentence in said:
        click.echo(sentence)
    if said:
        raise click.ClickException("These slips are laid out one by one, which is slow.")
    click.echo("Every slip can be stamped.")


@click.command("demo", cls=InSentences)
@with_appcontext
def demo_command():
    """Load the demo data and its well-known sign-ins into an empty database."""
    if current_app.config["PRODUCTION"]:
        raise click.ClickException("Not with PRODUCTION set: the demo sign-ins are known to everybody.")
    demo.load(now())
    click.echo(f"Demo data are loaded. Everybody's password is “{DEMO_PASSWORD}”.")


@click.command("worker", cls=InSentences)
@with_appcontext
def worker():
    """Carry out the jobs of the queue until stopped."""
    queue.work(current_app._get_current_object())


@click.command("slips", cls=InSentences)
@click.argument("number")
@click.argument("code")
@click.option("--output", type=click.Path(dir_okay=False, writable=True), required=True)
@with_appcontext
def slips(number, code, output):
    """Write the slips of a centre's covered candidates; makes the credentials that are missing."""
    centre, series = Centre.get_or_none(Centre.number == number), series_with(code)
    if centre is None:
        raise Refused(Sentence("There is no centre %(number)s.", number=number))
    batch = issuing.issue(centre, series, kind="command", by=OPERATOR, now=now())
    layout = papers.layout_of(current_app.config, centre, batch.made_at)
    with open(os.open(output, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
        pages = papers.write_batch(batch, out, layout)
    click.echo(f"{pages} slips are in {output}. The file holds logins: keep it as you would keep the slips.")


@click.command("import", cls=InSentences)
@click.argument("kind", type=click.Choice(tuple(COLUMNS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="only say what would change")
@click.option("--complete", is_flag=True, help="the file is complete for its centres and series: the rest goes")
@click.option("--map", "mapped", multiple=True, metavar="'THEIR HEADING=our_column'",
              help="which column is which; nothing behind the = leaves it unread; remembered for the next such file")
@click.option("--series", default="", help="of a file that has no such column")
@click.option("--qualification", "qualifications", multiple=True, metavar="[SYLLABUS=]QUALIFICATION",
              help="of a file that has no such column")
@click.option("--skip-refused", "skips_refused", is_flag=True, help="leave out the lines that are refused")
@click.option("--end-logins", "ends_logins", is_flag=True, help="numbers may go to other people, whose logins end")
@click.option("--links", "sheet", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="of officers: where the sheet of their one-time links goes")
@with_appcontext
def import_command(kind, file, dry_run, complete, mapped, series, qualifications, sheet, **agreed):
    """Import a board file: whole, or not at all."""
    if kind == "officers" and not sheet and not dry_run:
        raise click.ClickException("Say where the sheet of one-time links goes: --links FILE.html")
    given = {"map": dict(_mapped(one) for one in mapped)} if mapped else {}
    try:
        if file.stat().st_size > reading.LARGEST:
            raise Refused(file=Sentence("The file is too large."))
        with file.open("rb") as source:
            difference = importing.run(kind, source, str(OPERATOR), now(), complete=complete, dry_run=dry_run,
                                       name=file.name, given=given | beside_of(series, qualifications), **agreed)
    except Refused as refusal:
        raise click.ClickException(f"{file}: {refusal} Nothing was applied.") from None
    report(difference)
    if difference.is_refused:
        raise click.ClickException(f"{file}: nothing was applied.")
    click.echo("Nothing was applied: this was a dry run." if dry_run else
               "Nothing new." if difference.changes_nothing else "Applied.")
    if difference.made:
        _write_links(sheet, difference.made)


def _mapped(typed):
    heading, equals, column = typed.rpartition("=")
    if not equals or (column and not any(column in columns for columns in COLUMNS.values())):
        raise click.BadParameter(f"{typed}: a heading of the file, =, and one of our columns.")
    return heading, column


def _write_links(path, made):
    portal = current_app.config["PORTAL_ADDRESS"]
    told = [(officer, numbers, links.address_of(portal, code), code) for officer, numbers, code in made]
    with (open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out,
          current_app.test_request_context()):
        out.write(render_template("paper/links.html", links=told))
    click.echo(f"{len(made)} one-time links are in {path}. Print it and hand each officer their own.")


def report(difference):
    click.echo(", ".join(f"{count} {name}" for name, count in difference.counts.items()))
    for said, names in (("Columns that were not read", difference.unknown_columns),
                        ("Columns that the file does not carry, which stay as they are", difference.absent),
                        ("Sheets that were not read, for they have no heading of ours", difference.unread),
                        ("Hidden sheets that were not read", difference.hidden)):
        if names:
            click.echo(f"{said}: {', '.join(names)}.")
    for section, word in (("makes", "New"), ("unmatched", "Unmatched"), ("refused", "Refused"),
                          ("warnings", "Look at")):
        lines, count = getattr(difference, section)[:SHOWN], difference.counts[section]
        wrong = section in ("unmatched", "refused")
        for line, sentence in lines:
            click.echo(f"{word}, line {difference.label(line)}: {sentence}", err=wrong)
        if count > len(lines):
            click.echo(f"{word}: {count - len(lines)} more.", err=wrong)
    for label, sentence in difference.skipped:
        click.echo(f"Left out, line {label}: {sentence}", err=True)


@click.command("export", cls=InSentences)
@click.argument("kind", type=click.Choice(exporting.KINDS))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--series", "code", default="", help="of this series only, e.g. june-2026")
def export_command(kind, file, code):
    """Write what is held as a board file, CSV or XLSX by its name; of results, those that are out."""
    rows = exporting.write(kind, file, str(OPERATOR), now(), series_with(code) if code else None)
    click.echo(f"{rows} rows are in {file}.")


@click.command("backup", cls=InSentences)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file):
    """Write everything but the keys to FILE, while everybody goes on working."""
    try:
        rows = backup.write(file, now())
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are in {file}.")
    click.echo("The keys (SECRET_KEY, CREDENTIAL_KEY, PEPPER, SIGNING_KEY) are not in it: keep them apart from it. "
               "Without them the logins in it are of no use to anybody.")


@click.command("restore", cls=InSentences)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="what is in the database now is lost")
def restore_command(file, replace):
    """Put the backup in FILE into an empty database, whole or not at all."""
    rows, missing = backup.restore(file, str(OPERATOR), now(), replace=replace)
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are restored. Everybody signs in again. What was "
               "revoked or withdrawn since the backup is so no more: signing-keys revoke, statements withdraw.")
    if missing:
        click.echo(f"Logins need keys that the settings lack: {', '.join(missing)}. Until they are given, those "
                   "candidates cannot sign in or their slips cannot be printed again.", err=True)


@click.command("erase", cls=InSentences)
@click.argument("code")
@click.confirmation_option(prompt="Everything about the candidates of this series goes for good. Erase it?")
@with_appcontext
def erase_command(code):
    """Erase everything about the candidates of a series that is over, e.g. june-2026."""
    series = series_with(code)
    gone = erasing.erase(series, str(OPERATOR), now(), archive.folder_of(current_app))
    click.echo(f"{code} and its {gone} candidates are erased. Backups still hold them.")


@click.group("signing-keys")
def signing_key_commands():
    """The keys that statements of results are signed with."""


@signing_key_commands.command("list", cls=InSentences)
def list_keys():
    """Print every key that ever signed: its id, tier, time and state."""
    for row in SigningKey.select().order_by(SigningKey.id):
        state = f"revoked: {row.reason}" if row.revoked_at else "demonstration" if row.is_demonstration else "good"
        until = f"{row.valid_from:%Y-%m-%d} – {row.valid_until:%Y-%m-%d}"
        click.echo(f"{row.kid}  {row.tier}  {until}  {row.name}  {state}")


@signing_key_commands.command("add", cls=InSentences)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add_signing_key(file):
    """Note the certificate that the candidate tier signs with, which may not note it itself."""
    click.echo(f"{statements.add_key(file.read_text(errors='replace'), OPERATOR, now())} is noted. Start the candidate "
               "site with it within a day: then the key that it replaces ends.")


@signing_key_commands.command("revoke", cls=InSentences, context_settings={"ignore_unknown_options": True})
@click.argument("kid")
@click.option("--reason", default="stolen", show_default=True)
def revoke_signing_key(kid, reason):
    """A key that may be in other hands vouches for nothing any more, whatever the date of a statement.

    A KID may begin with a dash.
    """
    statements.revoke_key(kid, reason, OPERATOR, now())
    click.echo(f"{kid} is revoked. Give the service a new key, and print the statements again that it signed.")


@click.group("statements")
def statement_commands():
    """Signed statements of results, by their number."""


@statement_commands.command("withdraw", cls=InSentences)
@click.argument("number")
def withdraw_statement(number):
    """The board does not stand by this statement any more: its check page says so."""
    statements.withdraw(number, OPERATOR, now())
    click.echo("It is withdrawn.")


@statement_commands.command("restore", cls=InSentences)
@click.argument("number")
def restore_statement(number):
    """End a withdrawal."""
    statements.restore(number, OPERATOR, now())
    click.echo("It holds again.")


@click.command("check-page", cls=InSentences)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(tuple(LANGUAGES)), default="en", show_default=True)
@with_appcontext
def check_page_command(file, language):
    """Write the page that checks statements as one file, which works without the internet."""
    statements.keep_own_key(now())
    with current_app.test_request_context():
        g.language = language
        page = check_page.saved(now()).encode()
    file.write_bytes(page)
    click.echo(f"{file}, SHA-256 {sha256(page).hexdigest()}: publish that sum on the board's own site.")


@click.group("officers")
def officer_commands():
    """Members of staff who may sign in."""


@officer_commands.command("add", cls=InSentences)
@click.argument("email")
@click.option("--name", default="")
@click.option("--centre", "numbers", multiple=True, help="a centre's number; may be given several times")
@click.option("--board", is_flag=True, help="board staff: reaches every centre")
@click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS + BOARD_RIGHTS))
@click.option("--password-stdin", is_flag=True, help="read a password from standard input; a new officer needs one")
def add_officer(email, name, numbers, board, rights, password_stdin):
    """Add an officer, or give one further centres, rights or a new password, which ends every session."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    officer = officers.enlist(email, name or email.partition("@")[0], numbers, rights, board, password, OPERATOR, now())
    click.echo(f"{officer.email} may sign in" + (f" at {', '.join(numbers)}." if numbers else "."))


@officer_commands.command("first", cls=InSentences)
@click.argument("email")
@click.option("--name", default="")
def first_officer(email, name):
    """Add the first board account, of an installation that has no officer yet; its password is printed once."""
    if Officer.select().exists():
        raise click.ClickException("There are officers already: let one of the board's add others in the portal.")
    password = "-".join(secrets.token_hex(3) for _ in range(5))
    officer = officers.enlist(email, name or email.partition("@")[0], (), BOARD_RIGHTS, True, password, OPERATOR, now())
    click.echo(f"{officer.email} may sign in as board officers. The password, shown only now: {password}")


def refuse_unfit(app):
    """PRODUCTION does not start with debug on, with sign-ins that everybody knows, nor without a key for statements.

    Raises `Unfit`.
    """
    if app.debug:
        raise Unfit("PRODUCTION=1 does not start with debug on.")
    role = app.config["ROLE"]
    if role != "candidate":  # which has no staff sign-in, and whose role in the database does not see officers
        with database.connection_context():
            if Officer.table_exists() and Officer.select().where(Officer.is_demo).exists():
                raise Unfit("PRODUCTION=1 does not start with demo sign-ins: use an empty database.")
    if role != "worker" and not app.config["SIGNING_KEY"] and app.config["SIGNING"].strip().lower() != "off":
        raise Unfit("PRODUCTION=1 needs SIGNING_KEY and SIGNING_CERTIFICATE, or SIGNING=off for statements that are "
                    "not signed; see ‘Keys’ in the README.")
