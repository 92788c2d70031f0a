"""Settings: nothing secret has a default, and production does not start without its keys."""
import stat

import pytest

import settings

KEYS = {"SECRET_KEY": "s" * 40, "CREDENTIAL_KEY": "k1:" + "c" * 40, "PEPPER": "p1:" + "p" * 40}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in settings.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "data"))


def test_a_machine_of_its_own_makes_its_keys_once_for_its_owner_alone(tmp_path):
    first = settings.read()

    assert settings.read() == first
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert made == {"secret_key": 0o600, "credential_key": 0o600, "pepper": 0o600}
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
        settings.read(PRODUCTION="1", ROLE=role, **given)


def test_the_candidate_site_never_holds_the_key_that_makes_passwords():
    assert settings.read(ROLE="candidate", PRODUCTION="1", **KEYS)["CREDENTIAL_KEY"] == ""


def test_an_unknown_role_is_refused():
    with pytest.raises(settings.Unfit, match="ROLE must be one of"):
        settings.read(ROLE="everything")
