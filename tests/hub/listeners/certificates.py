"""Certificates for the tests: an authority, a server, and clients."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

_CERT_SIGN = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where a certificate and its key are."""

    certificate: Path
    key: Path


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make the authority's own certificate."""
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / f"{name}.pem"
        own = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_CERT_SIGN, critical=True)
        )
        _write(self.certificate, own.sign(self._key, SHA256()))

    def issue(self, common_name: str, file: str) -> Files:
        """Issue a certificate for 127.0.0.1, or for a client of this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.IPAddress(IPv4Address("127.0.0.1"))
        made = (
            self._builder(_name(common_name), key)
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .sign(self._key, SHA256())
        )
        files = Files(
            certificate=self._folder / f"{file}.pem",
            key=self._folder / f"{file}-key.pem",
        )
        _write(files.certificate, made)
        files.key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return files

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        """Begin a certificate that holds for a day."""
        now = datetime.now(UTC)
        of, by = key.public_key(), self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(of)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(of), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by), critical=False
            )
        )


def _name(common_name: str) -> x509.Name:
    """Return the name of a subject."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate as PEM."""
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
