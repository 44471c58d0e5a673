"""The broker's TLS: an authority of our own, and a certificate for the names under which the broker is reached."""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apps.services.secret_files import private_folder, write_secret

CA_FILE = "ca.pem"
CA_KEY_FILE = "ca-key.pem"
BROKER_FILE = "broker.pem"

_CA_LIFE = dt.timedelta(days=3650)
_BROKER_LIFE = dt.timedelta(days=825)
_RENEW_WITHIN = dt.timedelta(days=30)
_NAMES = ("localhost", "kafka")


def ensure_certificates(folder: Path, now: dt.datetime) -> None:
    """Make the authority once, and the broker's key and certificate at first and again within 30 days of its end."""
    private_folder(folder)
    if not ((folder / CA_FILE).exists() and (folder / CA_KEY_FILE).exists()):
        _make_authority(folder, now)
        (folder / BROKER_FILE).unlink(missing_ok=True)
    if not _lasts(folder / BROKER_FILE, now + _RENEW_WITHIN):
        _make_broker_certificate(folder, now)


def _make_authority(folder: Path, now: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("mash-hub services")
    certificate = (
        _builder(name, name, key.public_key(), now, now + _CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_secret(folder / CA_KEY_FILE, _key_pem(key))
    write_secret(folder / CA_FILE, certificate.public_bytes(serialization.Encoding.PEM))


def _make_broker_certificate(folder: Path, now: dt.datetime) -> None:
    ca = x509.load_pem_x509_certificate((folder / CA_FILE).read_bytes())
    ca_key = serialization.load_pem_private_key((folder / CA_KEY_FILE).read_bytes(), password=None)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"expected an elliptic curve key in {folder / CA_KEY_FILE}, found {type(ca_key).__name__}")
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in _NAMES]
    names.append(x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")))
    certificate = (
        _builder(_name("mash-hub broker"), ca.subject, key.public_key(), now, now + _BROKER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        # The broker is also a client of its own controller listener.
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    write_secret(folder / BROKER_FILE, _key_pem(key) + certificate.public_bytes(encoding) + ca.public_bytes(encoding))


def _lasts(path: Path, until: dt.datetime) -> bool:
    if not path.exists():
        return False
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc > until


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    start: dt.datetime,
    end: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # An hour of grace for a container whose clock is behind.
        .not_valid_before(start - dt.timedelta(hours=1))
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
