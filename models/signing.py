"""The board's signing key (ECDSA on P-256) and its certificate: what makes a statement of results its own.

The key signs two things that cannot be taken for each other: PDFs (CMS attributes, which begin with 31) and the code on
paper (a COSE structure, which begins with 84). Signatures are deterministic (RFC 6979): equal input, equal bytes.
"""
import hashlib
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

DEMONSTRATION = "demonstration key"  # the organisational unit of a certificate that vouches for nobody
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
YEARS = timedelta(days=365 * 20)  # a PDF's signature ends with its certificate


class Certified:
    """A public key of the board with its certificate chain: what anybody may know. Raises `ValueError`."""

    def __init__(self, chain_pem):
        chain = x509.load_pem_x509_certificates(chain_pem.encode())
        self.leaf = chain[0]
        self.public = self.leaf.public_key()
        if not isinstance(self.public, ec.EllipticCurvePublicKey) or self.public.curve.name != "secp256r1":
            raise ValueError("SIGNING_CERTIFICATE: the certificate's key must be one on the curve P-256.")
        self.chain = [one for one in chain if one.subject != one.issuer or one is self.leaf]  # readers have the roots

    @property
    def pem(self):
        return "".join(one.public_bytes(Encoding.PEM).decode() for one in self.chain)

    @cached_property
    def point(self):
        """{x, y} of a JSON Web Key."""
        numbers = self.public.public_numbers()
        return {"x": _base64(numbers.x.to_bytes(32)), "y": _base64(numbers.y.to_bytes(32))}

    @cached_property
    def id(self):
        """Six bytes of the key's thumbprint (RFC 7638)."""
        thumbed = json.dumps({"crv": "P-256", "kty": "EC", **self.point}, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(thumbed.encode()).digest()[:6]

    @property
    def kid(self):
        return _base64(self.id)

    @property
    def name(self):
        """Whose key it is, as the certificate says."""
        for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            if found := self.leaf.subject.get_attributes_for_oid(kind):
                return found[0].value
        return self.leaf.subject.rfc4514_string()

    @property
    def is_demonstration(self):
        units = self.leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        return any(unit.value == DEMONSTRATION for unit in units)


class Signer:
    """What this process signs with. `certified`: None where statements are not signed."""

    certified = None

    def load(self, key, certificate, tier, now):
        """`key`, `certificate` (leaf first): PEM or the path of a file with it, '' for none. `tier`: 'portal' or
        'candidate', which should not share a key. Raises `ValueError`."""
        self.certified, self.key, self.tier = None, None, tier
        if not key and not certificate:
            return
        if not key or not certificate:
            raise ValueError("SIGNING_KEY and SIGNING_CERTIFICATE belong together: give both.")
        certified = Certified(_pem(certificate))
        try:
            self.key = load_pem_private_key(_pem(key).encode(), None)
        except (TypeError, ValueError, UnsupportedAlgorithm):
            raise ValueError("SIGNING_KEY is no PEM of a key without a password.") from None
        if self.key.public_key() != certified.public:
            raise ValueError("SIGNING_KEY and SIGNING_CERTIFICATE are not of one key.")
        if not certified.leaf.not_valid_before_utc <= now <= certified.leaf.not_valid_after_utc:
            raise ValueError("SIGNING_CERTIFICATE is not in force today.")
        self.certified = certified

    def der(self, data):
        """The signature of these bytes as X.509 writes it. This is the seam for a key in hardware."""
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def raw(self, data):
        """The same as COSE and JOSE write it: r and s, 64 bytes."""
        r, s = utils.decode_dss_signature(self.der(data))
        return r.to_bytes(32) + s.to_bytes(32)


signer = Signer()


def made_for_demonstration(board_name, now):
    """A key, its certificate and that of the root above it, as one PEM text. The root's own key is thrown away."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = (x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, board_name[:64]),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION),
        x509.NameAttribute(NameOID.COMMON_NAME, what)]) for what in ("Demonstration root", "Statements of results"))
    root = _certificate(root_name, root_name, root_key.public_key(), now, is_root=True).sign(root_key, hashes.SHA256())
    leaf = _certificate(name, root_name, key.public_key(), now, is_root=False).sign(root_key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return b"".join((secret, *(one.public_bytes(Encoding.PEM) for one in (leaf, root)))).decode()


def _certificate(name, issuer, public_key, now, is_root):
    uses = dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                          "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    uses |= {"key_cert_sign": True} if is_root else {"digital_signature": True, "content_commitment": True}
    builder = x509.CertificateBuilder(
        issuer, name, public_key, x509.random_serial_number(), now - timedelta(days=1), now + YEARS
    ).add_extension(x509.BasicConstraints(is_root, None), True).add_extension(x509.KeyUsage(**uses), True)
    if is_root:
        return builder
    return builder.add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)


def _pem(text):
    if "-----BEGIN" in text:
        return text
    try:
        return Path(text).read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"SIGNING_KEY, SIGNING_CERTIFICATE: {text} cannot be read: {why}.") from None


def _base64(octets):
    return urlsafe_b64encode(octets).decode().rstrip("=")
