"""Settings: nothing secret has a default, and production does not start without its keys."""
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from tests.cast import CHANCE, KEYS

ROOT = Path(__file__).parent.parent
ADDRESSES = {"CANDIDATE_HOST": "results.example", "PORTAL_ADDRESS": "https://portal.example/"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in settings.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "data"))


def test_a_machine_of_its_own_makes_its_keys_once_for_its_owner_alone(tmp_path):
    first = settings.read()

    assert settings.read() == first
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert made == {"secret_key": 0o600, "credential_key": 0o600, "pepper": 0o600, "signing.pem": 0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert len({first[name] for name in KEYS}) == 3


@pytest.mark.parametrize(("role", "missing"), [
    ("all", "CREDENTIAL_KEY"), ("all", "PEPPER"), ("all", "SECRET_KEY"),
    ("portal", "CREDENTIAL_KEY"), ("worker", "CREDENTIAL_KEY"), ("worker", "PEPPER"), ("candidate", "PEPPER"),
    ("candidate", "SECRET_KEY"),
])
def test_production_names_the_key_that_its_role_lacks(role, missing):
    given = {name: value for name, value in KEYS.items() if name != missing}

    with pytest.raises(settings.Unfit, match=missing):
        settings.read(PRODUCTION="1", ROLE=role, **given, **ADDRESSES)


def test_the_candidate_site_never_holds_the_key_that_makes_passwords():
    assert settings.read(ROLE="candidate", PRODUCTION="1", **KEYS)["CREDENTIAL_KEY"] == ""


def test_an_unknown_role_is_refused():
    with pytest.raises(settings.Unfit, match="ROLE must be one of"):
        settings.read(ROLE="everything")


@pytest.mark.parametrize(("said", "meant"), [
    ("1", "1"), ("Yes", "1"), ("true", "1"), ("on", "1"), ("", ""), ("0", ""), ("no", ""), ("False", ""), ("off", "")])
def test_production_is_yes_or_no(said, meant):
    assert settings.read(PRODUCTION=said, **KEYS, **ADDRESSES)["PRODUCTION"] == meant


def test_production_is_nothing_else():
    with pytest.raises(settings.Unfit, match="must be yes or no"):
        settings.read(PRODUCTION="maybe", **KEYS, **ADDRESSES)


@pytest.mark.parametrize(("given", "sentence"), [
    ({"PEPPER": "p1:short"}, "PEPPER: a key is written id:secret, the secret at least 32 characters long."),
    ({"CREDENTIAL_KEY": CHANCE}, "CREDENTIAL_KEY: a key is written id:secret, the secret at least 32 characters long."),
    ({"DATABASE_URL": "mysql://here"}, "DATABASE_URL must begin with sqlite:/// or postgresql://, not 'mysql'"),
])
def test_a_setting_that_cannot_be_read_is_said_in_a_sentence(given, sentence, tmp_path):
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", "import app; app.create_app()"], cwd=ROOT, text=True,
                          capture_output=True, env={**os.environ, "INSTANCE_PATH": str(tmp_path), **given}, timeout=60)

    assert (said.returncode, said.stderr.strip()) == (1, sentence)


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("secret", ["dev", "s" * 40, CHANCE[:31], "please-change-me-before-production-starts",
                                    "django-insecure-7u!k2m^q9z#w4x@e8r&t1y"])
def test_production_refuses_a_secret_that_is_none(name, secret):
    with pytest.raises(settings.Unfit, match=f"{name} is too short or too well known"):
        settings.read(PRODUCTION="1", **{**KEYS, name: f"k1:{CHANCE},k0:{secret}" if name != "SECRET_KEY" else secret},
                      **ADDRESSES)


@pytest.mark.parametrize("given", [
    {"CANDIDATE_HOST": ""}, {"CANDIDATE_HOST": "", "HOST": "0.0.0.0"}, {"CANDIDATE_HOST": "", "HOST": "::1"},
    {"SITE_ADDRESS": "https://localhost/results/"}, {"SITE_ADDRESS": "http://127.8.8.8/results/"},
    {"PORTAL_ADDRESS": ""}, {"PORTAL_ADDRESS": "http://[::]:8000/"}, {"CANDIDATE_HOST": "site.localhost"}])
def test_production_prints_and_hands_over_no_address_of_its_own_machine(given):
    with pytest.raises(settings.Unfit, match="leads nobody here"):
        settings.read(PRODUCTION="1", **KEYS, **{**ADDRESSES, **given})


def test_a_machine_of_its_own_may_have_its_own_address():
    read = settings.read(HOST="::1", PORT="8123")

    assert (read["SITE_ADDRESS"], read["PORTAL_ADDRESS"]) == ("http://[::1]:8123/results/", "http://[::1]:8123/")
