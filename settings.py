"""Settings from the environment, with defaults that serve one machine at once."""
import os
import secrets
from pathlib import Path

ROLES = ("all", "portal", "candidate", "worker")
NAMES = {
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "INSTANCE_PATH": "instance",
    "DATABASE_URL": "",
    "SECRET_KEY": "",
    "CREDENTIAL_KEY": "",
    "PEPPER": "",
    "ROLE": "all",
    "CANDIDATE_HOST": "",
    "BOARD_NAME": "Meridian Examinations Board",
    "PORTAL_NAME": "Meridian Direct",
    "SUPPORT_EMAIL": "support@meridian.example",
    "SITE_ADDRESS": "",  # of the candidate site, as printed on slips; from CANDIDATE_HOST or HOST and PORT if empty
    "SLIP_TEMPLATES": "",
    "SLIP_LOGO": "",
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
    settings["DATABASE_URL"] = settings["DATABASE_URL"] or f"sqlite:///{folder / 'results.db'}"
    wanted = {"SECRET_KEY", "PEPPER"} | ({"CREDENTIAL_KEY"} if settings["ROLE"] != "candidate" else set())
    for name in sorted(wanted):
        if settings[name]:
            continue
        if settings["PRODUCTION"]:
            raise Unfit(f"PRODUCTION=1 and ROLE={settings['ROLE']} need {name}; see ‘Keys’ in the README.")
        settings[name] = _kept(folder / name.lower(), labelled=name != "SECRET_KEY")
    if settings["ROLE"] == "candidate":
        settings["CREDENTIAL_KEY"] = ""
    settings["SITE_ADDRESS"] = settings["SITE_ADDRESS"] or _site_address(settings)
    return settings


def _site_address(settings):
    if settings["CANDIDATE_HOST"]:
        return f"https://{settings['CANDIDATE_HOST']}/results/"
    return f"http://{settings['HOST']}:{settings['PORT']}/results/"


def _kept(path, labelled):
    """The secret in this file, made on first use. Linked into place whole, so two starts agree on one."""
    if not path.exists():
        secret = ("k1:" if labelled else "") + secrets.token_urlsafe(32)
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
