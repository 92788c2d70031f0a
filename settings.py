"""Settings from the environment, with defaults that serve one machine at once."""
import os
import re
import secrets
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from models.signing import made_for_demonstration

SHORTEST_SECRET, LETTERS = 32, 10  # characters, and how many different ones
EXAMPLE = re.compile(r"secret.?key|change.?me|insecure|example|password|0123456789|abcdefghij", re.IGNORECASE)
ROLES = ("all", "portal", "candidate", "worker")
NAMES = {
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "INSTANCE_PATH": "instance",
    "DATABASE_URL": "",
    "SECRET_KEY": "",
    "CREDENTIAL_KEY": "",
    "PEPPER": "",
    "SIGNING_KEY": "",  # of statements of results: PEM, or the path of a file with it
    "SIGNING_CERTIFICATE": "",  # its chain, leaf first; likewise
    "SIGNING": "",  # 'off': statements are made unsigned
    "ROLE": "all",
    "CANDIDATE_HOST": "",
    "BOARD_NAME": "Meridian Examinations Board",
    "PORTAL_NAME": "Meridian Direct",
    "SUPPORT_EMAIL": "support@meridian.example",
    "PORTAL_ADDRESS": "",  # of the portal, as links that are handed over have it; from HOST and PORT if empty
    "SITE_ADDRESS": "",  # of the candidate site, as printed on slips; from CANDIDATE_HOST or HOST and PORT if empty
    "SLIP_TEMPLATES": "",
    "SLIP_LOGO": "",
    "FONTS": "",
    "TRUSTED_PROXIES": "0",
    "PRODUCTION": "",
}


class Unfit(SystemExit):
    """The settings do not allow a start; the sentence says why."""


def read(**given):
    """{name: text} from the environment, overridden by `given`; makes the folder and, for a machine of its
    own, the keys that are missing (mode 0600). Raises `Unfit`."""
    settings = {name: os.environ.get(name, default) for name, default in NAMES.items()} | given
    if settings["ROLE"] not in ROLES:
        raise Unfit(f"ROLE must be one of {', '.join(ROLES)}, not {settings['ROLE']!r}.")
    folder = Path(settings["INSTANCE_PATH"]).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings["INSTANCE_PATH"] = str(folder)
    settings["PRODUCTION"] = _yes_or_no("PRODUCTION", settings["PRODUCTION"])
    settings["DATABASE_URL"] = settings["DATABASE_URL"] or f"sqlite:///{folder / 'results.db'}"
    wanted = {"SECRET_KEY", "PEPPER"} | ({"CREDENTIAL_KEY"} if settings["ROLE"] != "candidate" else set())
    for name in sorted(wanted):
        if settings[name]:
            if settings["PRODUCTION"]:
                _refuse_guessable(name, settings[name])
            continue
        if settings["PRODUCTION"]:
            raise Unfit(f"PRODUCTION=1 and ROLE={settings['ROLE']} need {name}; see ‘Keys’ in the README.")
        label = "" if name == "SECRET_KEY" else "k1:"
        settings[name] = _kept(folder / name.lower(), lambda label=label: label + secrets.token_urlsafe(32))
    if settings["ROLE"] == "candidate":
        settings["CREDENTIAL_KEY"] = ""
    _complete_signing(settings, folder)
    own = f"[{settings['HOST']}]" if ":" in settings["HOST"] else settings["HOST"]
    here = f"http://{own}:{settings['PORT']}/"
    site = f"https://{settings['CANDIDATE_HOST']}/results/" if settings["CANDIDATE_HOST"] else f"{here}results/"
    settings["SITE_ADDRESS"] = settings["SITE_ADDRESS"] or site
    settings["PORTAL_ADDRESS"] = settings["PORTAL_ADDRESS"] or here
    for name in ("SITE_ADDRESS", "PORTAL_ADDRESS"):
        if not settings[name].startswith(("https://", "http://")):
            raise Unfit(f"{name} must begin with https:// (or http://), not {settings[name]!r}.")
    if settings["PRODUCTION"] and settings["ROLE"] != "candidate":
        for name in ("SITE_ADDRESS", "PORTAL_ADDRESS"):
            _refuse_own_machine(name, settings[name])
    return settings


def _complete_signing(settings, folder):
    """A key and certificate for statements of results, made for demonstration where none is given."""
    if settings["SIGNING"].strip().lower() == "off":
        settings["SIGNING_KEY"] = settings["SIGNING_CERTIFICATE"] = ""
    elif (not settings["SIGNING_KEY"] and not settings["SIGNING_CERTIFICATE"] and not settings["PRODUCTION"]
          and settings["ROLE"] in ("all", "portal")):  # the candidate tier cannot make a key known
        settings["SIGNING_KEY"] = settings["SIGNING_CERTIFICATE"] = _kept(
            folder / "signing.pem", lambda: made_for_demonstration(settings["BOARD_NAME"], datetime.now(UTC)))


def _yes_or_no(name, text):
    """'1' or ''. Raises `Unfit`."""
    meant = {"1": "1", "yes": "1", "true": "1", "on": "1", "": "", "0": "", "no": "", "false": "", "off": ""}
    try:
        return meant[str(text).strip().lower()]
    except KeyError:
        raise Unfit(f"{name} must be yes or no, not {text!r}.") from None


def _refuse_guessable(name, value):
    """Raises `Unfit` for a secret that is short, or looks like an example rather than like chance."""
    for one in value.split(",") if name != "SECRET_KEY" else [value]:
        secret = one.rpartition(":")[2]
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < LETTERS or EXAMPLE.search(secret):
            raise Unfit(f"{name} is too short or too well known to be a secret. Make one with: "
                        "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'")


def _refuse_own_machine(name, address):
    """Raises `Unfit` for an address that means another machine on everybody's phone: loopback or wildcard."""
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    try:
        is_own = not host or (ip := ip_address(host)).is_loopback or ip.is_unspecified
    except ValueError:
        is_own = host == "localhost" or host.endswith(".localhost")
    if is_own:
        raise Unfit(f"{name}={address} is printed and handed over, and leads nobody here: "
                    f"set {'CANDIDATE_HOST or ' if name == 'SITE_ADDRESS' else ''}{name}.")


def _kept(path, make):
    """The secret in this file, made on first use. Linked into place whole, so two starts agree on one."""
    if not path.exists():
        secret = make()
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secret)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            fresh.unlink()
    return path.read_text().strip()
