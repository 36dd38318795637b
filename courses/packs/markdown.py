"""A lesson's body as Markdown and back. The format is described in content_seed/packs/README.md.

Raw HTML in Markdown is never taken as HTML, and what comes out passes a whitelist: a pack is text from outside.
"""

import datetime
import re
import uuid
from collections.abc import Callable, Set
from typing import Any

import nh3
import yaml
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdownify import markdownify

from ..questions import practice_kinds
from .errors import PackError

TAGS = {"p", "b", "i", "a", "ul", "ol", "li", "h3", "br"}
SCHEMES = {"http", "https", "mailto", "tel"}

HEADING = re.compile(r"^##\s+(?P<title>.+?)\s*(?:\{#(?P<anchor>[\w-]+)\})?\s*$")
PICTURE = re.compile(r'^!\[(?P<alt>.*?)\]\((?P<file>[^)\s]+)(?:\s+"(?P<caption>.*)")?\)\s*$')
BOX = re.compile(r"^:::\s*(?P<name>[\w-]+)\s*(?P<title>.*?)\s*$")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: Stands between two text blocks that belong apart.
NEXT_BLOCK = "<!-- block -->"

CALLOUTS = ("tip", "law", "warning")


def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": False})
    for token, tag in (("strong", "b"), ("em", "i")):
        # As Wagtail's own editor stores them, so that nothing changes when an author opens the page.
        markdown.add_render_rule(f"{token}_open", lambda *args, tag=tag, **kwargs: f"<{tag}>")
        markdown.add_render_rule(f"{token}_close", lambda *args, tag=tag, **kwargs: f"</{tag}>")
    return markdown


_MARKDOWN = _renderer()


def to_html(text: str, *, tags: Set[str] = frozenset()) -> str:
    """Markdown as rich text of the kind that Wagtail stores. `tags` are allowed beyond those that a lesson may have."""
    html = _MARKDOWN.render(text).strip()
    html = nh3.clean(html, tags=TAGS | tags, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None)
    return re.sub(r">\n+<", "><", html.replace("<br>", "<br/>"))


#: A link to a file of the pack, as Wagtail stores links to documents; and back, with links to pages.
DOCUMENT_LINK = re.compile(r'<a href="documents/([^"]+)">')
STORED_LINK = re.compile(r'<a (?=[^>]*linktype="(page|document)")(?=[^>]*\bid="(\d+)")[^>]*>(.*?)</a>', re.DOTALL)


def with_documents(html: str, find_file: Callable[[str], Any]) -> str:
    """`html` in which a link to documents/… leads to the document that `find_file` gives the id of."""
    return DOCUMENT_LINK.sub(lambda link: f'<a linktype="document" id="{find_file(link[1])}">', html)


def with_addresses(html: str, file_name: Callable[[str, Any], str]) -> str:
    """The inverse, and links to pages as their address; what is not there any more is text alone."""

    def link(found: re.Match[str]) -> str:
        kind, pk, text = found.groups()
        try:
            name = file_name(kind, int(pk))
        except ObjectDoesNotExist:
            return text
        address = f"documents/{name}" if kind == "document" else name
        return f'<a href="{address}">{text}</a>' if name else text

    return STORED_LINK.sub(link, html)


def to_markdown(html: str) -> str:
    return markdownify(html, heading_style="ATX", bullets="-", strong_em_symbol="*").strip()


def parse_body(text: str, *, lesson: uuid.UUID, find_file: Callable[[str], Any], where: str) -> list[dict[str, Any]]:
    """The raw blocks of a lesson's StreamField.

    `find_file` turns the name of a picture or document into its id. Step ids come from the heading's anchor, so that
    rewording a heading keeps everyone's progress. Raises PackError with `where` and the line.
    """
    blocks: list[dict[str, Any]] = []
    pending: list[str] = []

    def add(kind: str, value: Any, identity: str = "") -> None:
        identity = _block_id(lesson, identity or f"{kind}-{len(blocks)}")
        if isinstance(value, dict):
            value = {name: _with_ids(part, f"{identity}-{name}") for name, part in value.items()}
        blocks.append({"type": kind, "value": value, "id": identity})

    def flush() -> None:
        paragraph = COMMENT.sub("", "\n".join(pending)).strip()
        pending.clear()
        if paragraph:
            add("text", with_documents(to_html(paragraph), find_file))

    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line, number = lines[number], number + 1
        if match := HEADING.match(line):
            flush()
            add("heading", match["title"], match["anchor"] or _slug(match["title"]))
        elif match := PICTURE.match(line):
            flush()
            add(
                "picture",
                {
                    "image": find_file(match["file"]),
                    "alt_text": match["alt"],
                    "caption": match["caption"] or "",
                },
            )
        elif match := BOX.match(line):
            flush()
            begun, inside = number, []
            while number < len(lines) and lines[number].strip() != ":::":
                inside.append(lines[number])
                number += 1
            if number == len(lines):
                problem = _("the box “%(name)s” is never closed. Add a line with :::") % {"name": match["name"]}
                raise PackError(f"{at_line(where, begun)}: {problem}")
            number += 1
            add(*_box(match["name"], match["title"], "\n".join(inside), find_file, at_line(where, begun)))
        elif line.strip() == NEXT_BLOCK:
            flush()
        else:
            pending.append(line)
    flush()
    return blocks


def at_line(where: str, number: int) -> str:
    return _("%(file)s, line %(number)s") % {"file": where, "number": number}


def _box(name: str, title: str, inside: str, find_file: Callable[[str], Any], where: str) -> tuple[str, Any]:
    inside = COMMENT.sub("", inside).strip()
    if name in CALLOUTS:
        return "callout", {"kind": name, "title": title, "text": with_documents(to_html(inside), find_file)}
    if name == "checklist":
        return "checklist", {"title": title, "items": _items(inside, r"^[-*]\s+", where)}
    if name == "steps":
        return "steps", {"title": title, "items": _items(inside, r"^\d+[.)]\s+", where)}
    if name == "facts":
        facts = _facts(title, inside, where)
        return "facts", {**facts, "text": with_documents(facts["text"], find_file)}
    data = read_yaml(inside, where)
    if not isinstance(data, dict):
        problem = _("the box “%(name)s” holds “name: value” lines.") % {"name": name}
        raise PackError(f"{where}: {problem}")
    if name == "contact":
        return "contact", _contact(data, where)
    if name == "document":
        return "document", {"document": find_file(_said(data, "file", where)), "title": data.get("title") or ""}
    if name == "quote":
        return "quote", {"text": _said(data, "text", where), "attribution": data.get("attribution") or ""}
    if name == "do-dont":
        return "do_dont", {"title": title, "do": _list(data, "do", where), "dont": _list(data, "dont", where)}
    if name == "practice":
        from .questions import read_question

        question = read_question(data, where)
        if question["kind"] not in dict(practice_kinds()):
            raise PackError(f"{where}: " + _("a practice question cannot be of the kind “text”."))
        return "practice", {key: question[key] for key in ("kind", "text", "choices", "explanation")}
    problem = _("there is no box called “%(name)s”.") % {"name": name}
    raise PackError(f"{where}: {problem}")


def _contact(data: dict[str, Any], where: str) -> dict[str, Any]:
    """By `ref` from the directory, which has the rest; or all of it here."""
    wanted = {key: str(data.get(key) or "").strip() for key in ("ref", "name", "purpose", "url", "phone")}
    if wanted["ref"] and data.keys() - {"ref", "purpose"}:
        raise PackError(f"{where}: " + _("beside “ref” stands only “purpose”: the rest is in contacts.yaml."))
    if not (wanted["ref"] or wanted["name"]):
        raise PackError(f"{where}: " + _("a contact has a “ref” from contacts.yaml, or a “name”."))
    must_be_web_address(wanted["url"], where)
    return {**wanted, "checked_on": day_in(data.get("checked"))}


def _said(data: dict[str, Any], name: str, where: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise PackError(f"{where}: " + _("“%(name)s” is missing.") % {"name": name})
    return value


def _list(data: dict[str, Any], name: str, where: str) -> list[str]:
    value = data.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise PackError(f"{where}: " + _("“%(name)s” must be a list of plain texts.") % {"name": name})
    return value


def must_be_web_address(url: str, where: str) -> None:
    """It becomes a link: only what an author's own form would take, and never a script."""
    try:
        if url:
            URLValidator(schemes=["http", "https"])(url)
    except ValidationError as error:
        raise PackError(f"{where}: " + _("“url” is a whole web address that begins with https://")) from error


def _items(text: str, mark: str, where: str) -> list[str]:
    items: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        if re.match(mark, line):
            items.append(re.sub(mark, "", line).strip())
        elif items:
            items[-1] += f" {line.strip()}"
        else:
            raise PackError(f"{where}: " + _("the list must begin with a “-” or a number."))
    return items


def _facts(title: str, text: str, where: str) -> dict[str, Any]:
    head, _blank, body = text.partition("\n\n")
    meta = read_yaml(head, where)
    if not isinstance(meta, dict) or not meta.keys() & {"checked", "source"}:
        wanted = _("a fact box begins with “source: …” or “checked: 2026-11-23”, and then an empty line.")
        raise PackError(f"{where}: {wanted}")
    return {
        "title": title,
        "text": to_html(body),
        "source": str(meta.get("source") or ""),
        "checked_on": day_in(meta.get("checked")),
    }


def read_yaml(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PackError(f"{where}: {error}") from error


def day_in(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, datetime.date) else (str(value) if value else None)


def _slug(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


def _with_ids(part: Any, identity: str) -> Any:
    """A list of plain texts as the editor stores it, each with an id, so that opening the page changes nothing."""
    if not isinstance(part, list) or not all(isinstance(item, str) for item in part):
        return part
    return [
        {"type": "item", "value": item, "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{identity}-{number}"))}
        for number, item in enumerate(part)
    ]


def _block_id(lesson: uuid.UUID, identity: str) -> str:
    """An anchor that is a UUID already is the id itself: that is how an exported step keeps its identity."""
    try:
        return str(uuid.UUID(identity))
    except ValueError:
        return str(uuid.uuid5(lesson, identity))


def write_body(blocks: list[dict[str, Any]], *, file_name: Callable[[str, Any], str]) -> str:
    """The Markdown of raw blocks. `file_name` gives by its id a picture's or document's name, or a page's address."""
    parts: list[str] = []
    for number, block in enumerate(blocks):
        if number and block["type"] == blocks[number - 1]["type"] == "text":
            parts.append(NEXT_BLOCK)
        parts.append(_write_block(block, file_name))
    return "\n\n".join(parts) + "\n"


def _write_block(block: dict[str, Any], file_name: Callable[[str, Any], str]) -> str:
    kind, value = block["type"], block["value"]
    if kind == "heading":
        return f"## {value} {{#{block['id']}}}"
    if kind == "text":
        return to_markdown(with_addresses(value, file_name))
    if kind == "picture":
        caption = f' "{value["caption"]}"' if value["caption"] else ""
        return f"![{value['alt_text']}]({file_name('image', value['image'])}{caption})"
    if kind == "callout":
        return _write_box(value["kind"], value["title"], to_markdown(with_addresses(value["text"], file_name)))
    if kind in ("checklist", "steps"):
        items = [item["value"] if isinstance(item, dict) else item for item in value["items"]]
        marks = [f"{number}." if kind == "steps" else "-" for number in range(1, len(items) + 1)]
        return _write_box(
            kind, value["title"], "\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=True))
        )
    if kind == "facts":
        checked = value["checked_on"]
        about = {"checked": datetime.date.fromisoformat(checked)} if checked else {}
        about |= {"source": value["source"]} if value["source"] else {}
        head = write_yaml(about or {"checked": None})
        return _write_box("facts", value["title"], f"{head}\n\n{to_markdown(with_addresses(value['text'], file_name))}")
    if kind == "do_dont":
        lists = {
            name: [item["value"] if isinstance(item, dict) else item for item in value[name]] for name in ("do", "dont")
        }
        return _write_box("do-dont", value["title"], write_yaml(lists))
    if kind == "contact":
        data = {key: value[key] for key in ("ref", "name", "purpose", "url", "phone") if value.get(key)}
        if value["checked_on"] and not value.get("ref"):
            data["checked"] = datetime.date.fromisoformat(value["checked_on"])
        return _write_box("contact", "", write_yaml(data))
    if kind == "document":
        return _write_box(
            "document",
            "",
            write_yaml({"file": file_name("document", value["document"]), "title": value["title"]}),
        )
    if kind == "practice":
        from .questions import write_question

        return _write_box("practice", "", write_yaml(write_question(value)))
    return _write_box("quote", "", write_yaml({key: value[key] for key in ("text", "attribution")}))


def _write_box(name: str, title: str, inside: str) -> str:
    return f"::: {name} {title}".rstrip() + f"\n{inside.strip()}\n:::"


def write_yaml(data: Any) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110).strip()
