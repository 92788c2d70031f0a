"""The second factor of a member of staff: a code of an authenticator app (RFC 6238), or a recovery code.

The database keeps a seed, not the secret: the secret is HMAC(pepper, seed), so a copy of the database makes
no code. A code is good once. Recovery codes are random, kept as digests, and good once each.
"""
import base64
import hmac
import secrets

import pyotp

from models.codes import as_typed, digest_of, grouped, new_code
from models.passwords import keys
from models.tables.people import Officer

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 8
RECOVERY_SYMBOLS = 16  # 77 bits


def new_seed():
    """What the database keeps of a new enrolment: 'pepper id:random'."""
    return f"{keys.pepper_id}:{secrets.token_hex(16)}"


def secret_of(seed):
    """The base32 secret that the authenticator app is given. Raises `passwords.MissingKey`."""
    pepper_id, _, random = seed.partition(":")
    secret = hmac.digest(keys.pepper(pepper_id), b"totp " + random.encode(), "sha256")[:20]
    return base64.b32encode(secret).decode()


def address_of(seed, email, issuer):
    """The otpauth:// address that is shown as a QR code."""
    return pyotp.TOTP(secret_of(seed)).provisioning_uri(name=email, issuer_name=issuer)


def step_of(seed, code, now):
    """The 30-second step that this code belongs to, if it is near `now`; else None."""
    typed, totp = as_typed(code), pyotp.TOTP(secret_of(seed))
    middle = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(middle - DRIFT_STEPS, middle + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), typed.encode()):
            found = step
    return found


def enrol(officer, seed, code, now):
    """Turn the second factor on. Gives the recovery codes to show once, or None if the code is not right."""
    step = step_of(seed, code, now)
    if step is None:
        return None
    officer.totp_seed, officer.totp_last_step = seed, step
    return renew_recovery_codes(officer)


def remove(officer):
    officer.totp_seed, officer.totp_last_step, officer.recovery_codes = None, 0, ""
    officer.save()


def renew_recovery_codes(officer):
    """New recovery codes; the old ones are dead. Gives them, grouped, to be shown once."""
    made = [new_code(RECOVERY_SYMBOLS) for _ in range(RECOVERY_CODES)]
    officer.recovery_codes = "\n".join(digest_of(code) for code in made)
    officer.save()
    return [grouped(code) for code in made]


def use_recovery_code(officer, typed):
    """Whether this is one of the officer's recovery codes, which it then is no longer."""
    digest, codes = digest_of(as_typed(typed)), officer.recovery_codes.split()
    if digest not in codes:
        return False
    left = "\n".join(code for code in codes if code != digest)
    return _first(officer, Officer.recovery_codes == officer.recovery_codes, recovery_codes=left)


def use_code(officer, typed, now):
    """Whether this is the code of this moment; the same code is not taken twice."""
    step = step_of(officer.totp_seed, typed, now)
    if step is None:
        return False
    from_ahead = Officer.totp_last_step > step + 2 * DRIFT_STEPS  # the server's clock had jumped, and was put right
    return _first(officer, (Officer.totp_last_step < step) | from_ahead, totp_last_step=step)


def _first(officer, unchanged, **values):
    """One conditional UPDATE: of two that come with the same code, one is first."""
    return bool(Officer.update(values).where(Officer.id == officer.id, unchanged).execute())
