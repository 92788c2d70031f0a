"""The signature inside a PDF (PAdES B-B, ETSI EN 319 142-1): a CMS container, prepared once a key.

Only the digest of the file and the signature differ between two documents, so they are put into a container that was
written before: `asn1crypto` writes it, nothing here writes ASN.1. There is no signing time in it; the instant stands
in the PDF.
"""
from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from asn1crypto import algos, cms, core, tsp, x509

_MARK = hashlib.sha256(b"the place of the digest").digest()
_LONGEST = 72                                           # bytes of an ECDSA signature on P-256 in DER


class Container:
    """Signs digests with one key. `certificates`: DER, the signer's first; `sign`: bytes → ECDSA signature in DER."""

    def __init__(self, certificates: Sequence[bytes], sign: Callable[[bytes], bytes]):
        self.certificates = [x509.Certificate.load(der) for der in certificates]
        self.sign = sign
        attributes = self._attributes().dump()
        self.before, self.after = attributes.split(_MARK)
        self.made: dict[int, tuple[bytes, bytes, bytes]] = {}
        self.size = len(self._whole(_MARK, b"\0" * _LONGEST))

    def signed(self, digest: bytes) -> bytes:
        """The container over a SHA-256 digest, at most `size` bytes."""
        return self._whole(digest, self.sign(self.before + digest + self.after))

    def _whole(self, digest: bytes, signature: bytes) -> bytes:
        """Put both into the container that was dumped for a signature of this length."""
        if len(signature) not in self.made:
            mark = b"\xff" * len(signature)
            head, rest = self._dumped(mark).split(_MARK)
            self.made[len(signature)] = head, *rest.split(mark)
        head, middle, tail = self.made[len(signature)]
        return head + digest + middle + signature + tail

    def _attributes(self) -> cms.CMSAttributes:
        own = hashlib.sha256(self.certificates[0].dump()).digest()
        certificate = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": own})]})
        return cms.CMSAttributes([
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [core.OctetString(_MARK)]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [certificate]}),
        ])

    def _dumped(self, signature: bytes) -> bytes:
        leaf = self.certificates[0]
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo({
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(
                {"issuer": leaf.issuer, "serial_number": leaf.serial_number})),
            "digest_algorithm": sha256,
            "signed_attrs": self._attributes(),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": signature,
        })
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData({
            "version": "v1", "digest_algorithms": [sha256], "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", one) for one in self.certificates],
            "signer_infos": [signer]})}).dump()
