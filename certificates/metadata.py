"""What a PDF says about itself: once as its Info dictionary and once as XMP, which must not differ."""

import datetime
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import Certificate

#: Without a number: a file that was lost is made again, byte for byte, by a later version.
PRODUCER = "Lärpunkt"


@dataclass(frozen=True)
class Document:
    """What is said about a file beside its page. Empty words are left out: Info and XMP tell emptiness differently."""

    title: str
    language: str
    author: str
    subject: str
    written_at: datetime.datetime
    #: What is read aloud of the field, signed or not.
    signature_label: str

    @classmethod
    def of(cls, certificate: Certificate) -> "Document":
        """In the certificate's language. Written when it was issued, whenever that is: it is always the same file."""
        with override(certificate.language):
            return cls(
                title=_("Certificate: %(course)s") % {"course": certificate.title},
                language=certificate.language,
                author=certificate.issuer_name,
                subject=certificate.printed_serial,
                written_at=certificate.issued_at,
                signature_label=_("Field for the electronic signature of %(issuer)s")
                % {"issuer": certificate.issuer_name},
            )

    def info(self) -> dict[str, str]:
        date = pdf_date(self.written_at)
        facts = {
            "Title": self.title,
            "Author": self.author,
            "Subject": self.subject,
            "Creator": PRODUCER,
            "Producer": PRODUCER,
            "CreationDate": date,
            "ModDate": date,
        }
        return {name: text for name, text in facts.items() if text}


def pdf_date(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("D:%Y%m%d%H%M%S+00'00'")


def packet(document: Document, *, part: int) -> bytes:
    """The XMP of a PDF/A of `part` 1 (level B) or 3 (level A)."""
    date = document.written_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    producer = escape(PRODUCER)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part>
<pdfaid:conformance>{"B" if part == 1 else "A"}</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
{_alternatives("title", document.title)}{_sequence("creator", document.author)}\
{_alternatives("description", document.subject)}\
<dc:language><rdf:Bag><rdf:li>{escape(document.language)}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:MetadataDate>{date}</xmp:MetadataDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
{_EXTENSION}
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def _alternatives(name: str, text: str) -> str:
    if not text:
        return ""
    item = f'<rdf:li xml:lang="x-default">{escape(text)}</rdf:li>'
    return f"<dc:{name}><rdf:Alt>{item}</rdf:Alt></dc:{name}>\n"


def _sequence(name: str, text: str) -> str:
    return f"<dc:{name}><rdf:Seq><rdf:li>{escape(text)}</rdf:li></rdf:Seq></dc:{name}>\n" if text else ""


#: PDF/A knows a fixed set of properties. Each other one, here that of PDF/UA, is to be described in the file itself.
_EXTENSION = """\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""
