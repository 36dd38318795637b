"""What reportlab cannot write, added to a drawn page: structure, metadata, colour profile, attachments and the place
of a signature. The file claims PDF/A-3a and PDF/UA-1; what of that is checked by whom: docs/decisions/0034."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from . import colour_profile
from .drawing import Drawn, Mark
from .metadata import Document, packet, pdf_date

__all__ = ["SIGNATURE_FIELD", "Attachment", "Document", "finish"]

#: The invisible signature field that is made here and filled by `signing`.
SIGNATURE_FIELD = "Issuer"
#: Print and Locked. PDF/A wants a field that would be printed, although this one has no size.
_PRINTED_AND_LOCKED = 132


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    media_type: str
    #: What it is to the document: "Data", "Alternative", "Source" or "Supplement".
    relationship: str
    description: str


def finish(drawn: Drawn, document: Document, attachments: Sequence[Attachment] = (), *, lint: bool = False) -> bytes:
    """The file, ready to be signed. The same arguments always give the same bytes.

    `lint` gives the same page as PDF/A-1b, for which there is a free and complete checker. That part knows no
    attachments: they are refused.
    """
    if lint and attachments:
        raise ValueError("PDF/A-1 knows no attachments.")
    with Pdf.open(io.BytesIO(drawn.pdf)) as pdf:
        field = _signature_field(pdf, document)
        _structure(pdf, drawn.marks, field, document)
        _describe(pdf, document, part=1 if lint else 3)
        _colours(pdf)
        _letters(pdf)
        _attach(pdf, attachments, document)
        return _saved(pdf, lint=lint)


def _saved(pdf: Pdf, *, lint: bool) -> bytes:
    out = io.BytesIO()
    streams = pikepdf.ObjectStreamMode.disable if lint else pikepdf.ObjectStreamMode.generate
    # reportlab writes no line end before `endstream`; saving as PDF/A does.
    pdf.save(
        out, preserve_pdfa=True, deterministic_id=True, object_stream_mode=streams,
        force_version="1.4" if lint else "1.7",
    )  # fmt: skip
    return out.getvalue()


def _signature_field(pdf: Pdf, document: Document) -> pikepdf.Object:
    """Made before anything signs: the signature then adds nothing to the page, which would break PDF/A."""
    nothing = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 0, 0], Resources=Dictionary())
    page = pdf.pages[0].obj
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String(SIGNATURE_FIELD),
            TU=String(document.signature_label), F=_PRINTED_AND_LOCKED, Rect=Array([0, 0, 0, 0]), P=page,
            AP=Dictionary(N=nothing), StructParent=1,
        )
    )  # fmt: skip
    page.Annots = Array([field])
    page.Tabs = Name.S
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([field])))
    return field


def _structure(pdf: Pdf, marks: Sequence[Mark], field: pikepdf.Object, document: Document) -> None:
    """The tree that readers aloud follow: in order of the marks, list items gathered in lists; the field last."""
    page = pdf.pages[0].obj
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    whole = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree))
    owners: list[pikepdf.Object] = []  # by number of mark

    def element(role: str, parent: pikepdf.Object) -> pikepdf.Object:
        return pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + role), P=parent, Pg=page))

    def leaf(mark: Mark, role: str, parent: pikepdf.Object) -> pikepdf.Object:
        found = element(role, parent)
        found.K = mark.mcid
        if mark.alt:
            found.Alt = String(mark.alt)
        if mark.box:
            found.A = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=Array([round(edge, 2) for edge in mark.box]))
        owners.append(found)
        return found

    def listed(items: Iterable[Mark]) -> pikepdf.Object:
        found = element("L", whole)
        found.K = Array()
        for mark in items:
            item = element("LI", found)
            item.K = Array([leaf(mark, "LBody", item)])
            found.K.append(item)
        return found

    def children() -> Iterator[pikepdf.Object]:
        for is_item, group in groupby(marks, key=lambda mark: mark.role == "LI"):
            if is_item:
                yield listed(group)
            else:
                yield from (leaf(mark, mark.role, whole) for mark in group)

    whole.K = Array(list(children()))
    form = element("Form", whole)
    form.K = Dictionary(Type=Name.OBJR, Obj=field, Pg=page)
    form.Alt = String(document.signature_label)
    whole.K.append(form)
    tree.K = Array([whole])
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([0, Array(owners), 1, form])))
    tree.ParentTreeNextKey = 2
    page.StructParents = 0
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _describe(pdf: Pdf, document: Document, *, part: int) -> None:
    """The same facts twice, as PDF/A wants them: in the old dictionary and as XMP."""
    pdf.Root.Lang = String(document.language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.Metadata = pdf.make_stream(packet(document, part=part), Type=Name.Metadata, Subtype=Name.XML)
    info = {f"/{name}": String(text) for name, text in document.info().items()}
    pdf.trailer.Info = pdf.make_indirect(Dictionary(info))


def _colours(pdf: Pdf) -> None:
    profile = pdf.make_stream(colour_profile.srgb(), N=3, Alternate=Name.DeviceRGB)
    pdf.Root.OutputIntents = Array([
        Dictionary(
            Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String(colour_profile.NAME),
            Info=String(colour_profile.NAME), DestOutputProfile=profile,
        )
    ])  # fmt: skip


def _letters(pdf: Pdf) -> None:
    """reportlab says that the code of the empty glyph, which nothing uses, stands for U+0000. PDF/A forbids that."""
    for font in pdf.pages[0].obj.Resources.Font.values():
        font.ToUnicode.write(font.ToUnicode.read_bytes().replace(b"<00> <0000>", b"<00> <FFFD>"))


def _attach(pdf: Pdf, attachments: Sequence[Attachment], document: Document) -> None:
    if not attachments:
        return
    files = [_file(pdf, attachment, pdf_date(document.written_at)) for attachment in attachments]
    by_name = sorted(zip((attachment.name for attachment in attachments), files, strict=True), key=lambda pair: pair[0])
    names = Array([part for name, file in by_name for part in (String(name), file)])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))
    pdf.Root.AF = Array(files)


def _file(pdf: Pdf, attachment: Attachment, date: str) -> pikepdf.Object:
    stream = pdf.make_stream(
        attachment.content,
        Type=Name.EmbeddedFile,
        Subtype=Name("/" + attachment.media_type),
        Params=Dictionary(Size=len(attachment.content), CreationDate=String(date), ModDate=String(date)),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec, F=String(attachment.name), UF=String(attachment.name),
            Desc=String(attachment.description), AFRelationship=Name("/" + attachment.relationship),
            EF=Dictionary(F=stream, UF=stream),
        )
    )  # fmt: skip
