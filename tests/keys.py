"""Keys to sign with, and the smallest PDF that can be signed."""

import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from certificates.signing import generating

PHRASE_ENV = "LMS_TEST_PASS_PHRASE"
PHRASE = "höst i Nordmaling 2026"


def make_keys(out: Path, *, organisation: str = "Nordmalings kommun", years: int = 5, now=None) -> Path:
    """A folder with all files that `certificate_keys generate` makes."""
    generating.generate(
        out,
        organisation=organisation,
        phrase=PHRASE.encode(),
        years=years,
        now=now or datetime.datetime.now(datetime.UTC),
    )
    return out


def rotate_keys(out: Path, root: Path, *, years: int = 5) -> Path:
    now = datetime.datetime.now(datetime.UTC)
    generating.rotate(out, root=root / "root.p12", organisation="", phrase=PHRASE.encode(), years=years, now=now)
    return out


def use_keys(settings, monkeypatch, folder: Path, **more) -> None:
    """What the operator's settings say, and the pass phrase in the environment."""
    monkeypatch.setenv(PHRASE_ENV, PHRASE)
    settings.LMS_CERT_SIGNING = {
        "P12": str(folder / "signing.p12"),
        "CREDENTIAL_KEY": str(folder / "credential-key.pem"),
        "PASSPHRASE_ENV": PHRASE_ENV,
        **more,
    }


def small_pdf(*, attachment: bytes = b"") -> bytes:
    """One page, our XMP, and the invisible field, as `finishing` leaves them."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(842, 595))
    appearance = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 0, 0])
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T="Issuer",
            TU="Signature of the issuer",
            F=132,
            Rect=[0, 0, 0, 0],
            AP=pikepdf.Dictionary(N=appearance),
            P=page.obj,
        )
    )
    page.obj.Annots = pdf.make_indirect(pikepdf.Array([field]))
    pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=[field], SigFlags=3))
    pdf.Root.Metadata = pdf.make_stream(b"<?xpacket?><x:ours/>", Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    if attachment:
        pdf.attachments["credential.jwt"] = pikepdf.AttachedFileSpec(
            pdf, attachment, mime_type="application/vc+jwt", filename="credential.jwt"
        )
    out = BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=False, fix_metadata_version=False)
    return out.getvalue()


def tsa():
    """A time-stamp server's certificate and key, for pyHanko's DummyTimeStamper."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tidsstämplaren")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=900))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, SHA256())
    )
    return (
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    )


def locked_pdf() -> bytes:
    """With a password."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def plain_pdf() -> bytes:
    """Anybody's."""
    out = BytesIO()
    page = Canvas(out)
    page.drawString(10, 10, "Intyg")
    page.save()
    return out.getvalue()
