"""The command line: for whoever runs the service, and for the board's own automation."""
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from documents import papers
from documents.check import check_template
from documents.slips import unprintable
from exchange import demo
from exchange.commands import backup_command, erase_command, import_command, restore_command
from jobs import queue
from models import audit, issuing
from models.database import Refused, database
from models.exams import Centre, Series
from models.migrating import migrate
from models.passwords import MissingKey
from models.people import BOARD_RIGHTS, RIGHTS, Officer, Posting
from models.staff_passwords import DEMO_PASSWORD
from settings import Unfit


def init_app(app):
    for command in (migrate_command, officers, slips, worker, import_command(unprintable), template_check, demo_command,
                    backup_command, restore_command, erase_command):
        app.cli.add_command(command)


@click.command("migrate")
def migrate_command():
    """Bring the database up to date."""
    names = migrate()
    click.echo(f"Applied: {', '.join(names)}." if names else "Nothing to do: the database is up to date.")


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


@click.command("demo")
@with_appcontext
def demo_command():
    """Load the demo data and its well-known sign-ins into an empty database."""
    if current_app.config["PRODUCTION"]:
        raise click.ClickException("Not with PRODUCTION set: the demo sign-ins are known to everybody.")
    try:
        demo.load(datetime.now(UTC).replace(microsecond=0))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Demo data are loaded. Everybody's password is “{DEMO_PASSWORD}”.")


@click.command("worker")
@with_appcontext
def worker():
    """Carry out the jobs of the queue until stopped."""
    queue.work(current_app._get_current_object())


@click.command("slips")
@click.argument("number")
@click.argument("code")
@click.option("--output", type=click.Path(dir_okay=False, writable=True), required=True)
@with_appcontext
def slips(number, code, output):
    """Write the slips of a centre's covered candidates; makes the credentials that are missing."""
    centre, series = Centre.get_or_none(Centre.number == number), Series.get_or_none(Series.code == code)
    if centre is None or series is None:
        raise click.ClickException(f"There is no centre {number} or no series {code}.")
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        batch = issuing.issue(centre, series, kind="command", by="command line", now=now)
        layout = papers.layout_of(current_app.config, centre.language, now)
        with open(os.open(output, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
            pages = papers.write_batch(batch, out, layout)
    except (Refused, MissingKey, ValueError) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{pages} slips are in {output}. The file holds logins: keep it as you would keep the slips.")


@click.group()
def officers():
    """Members of staff who may sign in."""


@officers.command("add")
@click.argument("email")
@click.option("--name", default="")
@click.option("--centre", "numbers", multiple=True, help="a centre's number; may be given several times")
@click.option("--board", is_flag=True, help="board staff: reaches every centre")
@click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS + BOARD_RIGHTS))
@click.option("--password-stdin", is_flag=True, required=True, help="read the password from standard input")
def add_officer(email, name, numbers, board, rights, password_stdin):
    """Add an officer, or give one further centres and rights."""
    now = datetime.now(UTC)
    email = email.strip().lower()
    officer = Officer.get_or_none(Officer.email == email) or Officer(
        email=email, name=name or email.split("@")[0], created_at=now)
    officer.is_board_staff = officer.is_board_staff or board
    for right in set(rights) & set(BOARD_RIGHTS):
        setattr(officer, right, True)
    try:
        officer.set_password(sys.stdin.readline().rstrip("\n"))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    with database.atomic():
        officer.save()
        for number in numbers:
            centre = Centre.get_or_none(Centre.number == number)
            if centre is None:
                raise click.ClickException(f"There is no centre {number}.")
            Posting.insert(officer=officer, centre=centre).on_conflict_ignore().execute()
            given = dict.fromkeys(set(rights) & set(RIGHTS), True)
            if given:
                Posting.update(given).where(Posting.officer == officer, Posting.centre == centre).execute()
        audit.record("command line", "added an officer", now, subject=email,
                     changes=[("centres", "", " ".join(numbers)), ("rights", "", " ".join(rights))])
    click.echo(f"{email} may sign in" + (f" at {', '.join(numbers)}." if numbers else "."))


@officers.command("first")
@click.argument("email")
@click.option("--name", default="")
def first_officer(email, name):
    """Add the first board account, of an installation that has no officer yet; its password is printed once."""
    if Officer.select().exists():
        raise click.ClickException("There are officers already: let one of the board's add others in the portal.")
    now, password = datetime.now(UTC), "-".join(secrets.token_hex(3) for _ in range(5))
    officer = Officer(email=email.strip().lower(), name=name or email.split("@")[0], is_board_staff=True,
                      created_at=now, **dict.fromkeys(BOARD_RIGHTS, True))
    officer.set_password(password)
    with database.atomic():
        officer.save()
        audit.record("command line", "added an officer", now, subject=officer.email,
                     changes=[("is_board_staff", False, True)])
    click.echo(f"{officer.email} may sign in as board staff. The password, shown only now: {password}")




def refuse_unfit(app):
    """PRODUCTION does not start with debug on, nor with sign-ins that everybody knows. Raises `Unfit`."""
    if app.debug:
        raise Unfit("PRODUCTION=1 does not start with debug on.")
    with database.connection_context():
        if Officer.table_exists() and Officer.select().where(Officer.is_demo).exists():
            raise Unfit("PRODUCTION=1 does not start with demo sign-ins: use an empty database.")
