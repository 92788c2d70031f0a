"""The command line: for whoever runs the service, and for the board's own automation."""
import sys
from datetime import UTC, datetime

import click

from models import audit
from models.database import Refused, database
from models.exams import Centre
from models.migrating import migrate
from models.people import BOARD_RIGHTS, RIGHTS, Officer, Posting


def init_app(app):
    for command in (migrate_command, officers):
        app.cli.add_command(command)


@click.command("migrate")
def migrate_command():
    """Bring the database up to date."""
    names = migrate()
    click.echo(f"Applied: {', '.join(names)}." if names else "Nothing to do: the database is up to date.")


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
