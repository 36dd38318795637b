"""Finds text for people that escapes gettext: in templates, in Python, in JavaScript. Each finder takes the source."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

LETTER = re.compile(r"[^\W\d_]")

#: The same in every language.
SAME_EVERYWHERE = {
    "Lärpunkt": "the product's name",
    "PDF": "a kind of file",
    "PNG": "a kind of file",
    "JPEG": "a kind of file",
    "Enter": "a key, as the browser calls it",
    "Escape": "a key, as the browser calls it",
}

# Templates

TEXT_ATTRIBUTES = {
    "title", "alt", "aria-label", "aria-description", "aria-placeholder", "aria-roledescription", "aria-valuetext",
    "placeholder", "label", "summary",
}  # fmt: skip
BUTTONS = {"button", "submit", "reset"}
#: What a script or Wagtail's own JavaScript reads, and nobody sees. Any other data- attribute is taken for text.
TECHNICAL = re.compile(
    r"data-(action|controller|w-[\w-]+|[\w-]+-target|lms-[\w-]+-param|if|slot|link|rows|lms-(screen|fact|wrong|next))$"
)
#: Filters whose arguments are shown, and tags whose arguments are shown under such names.
SHOWN_BY_FILTER = re.compile(r"\|(?:default|default_if_none|yesno|join|pluralize):(\"[^\"]*\"|'[^']*')")
SHOWN_BY_TAG = re.compile(r"\b(?:title|subtitle|label|heading|text|caption|help_text|message)=(\"[^\"]*\"|'[^']*')")
FIRST_OF = re.compile(r"(?<=\s)(\"[^\"]*\"|'[^']*')")


def in_template(source: str) -> list[str]:
    """Visible text and readable attributes that no gettext tag has touched."""
    source = re.sub(r"{#.*?#}", "", source)
    for tag in ("comment", "blocktranslate", "blocktrans", "verbatim"):
        source = re.sub(rf"{{% {tag}\b.*?{{% end{tag} %}}", "", source, flags=re.S)
    handed_on: list[str] = []

    def shown_by(tag: re.Match[str]) -> str:
        """What a tag shows by itself stays where it stood: what matters is whether it stood in a readable place."""
        name = tag[0].strip("{%} ").split(" ", 1)[0]
        if name in ("translate", "trans", "load", "extends"):
            return ""
        handed_on.extend(literal[1:-1] for literal in SHOWN_BY_TAG.findall(tag[0]))
        shown = SHOWN_BY_FILTER.findall(tag[0]) + (FIRST_OF.findall(tag[0]) if name == "firstof" else [])
        return " ".join(literal[1:-1] for literal in shown)

    parser = _Readable()
    parser.feed(re.sub(r"{[{%].*?[%}]}", shown_by, source, flags=re.S))
    parser.close()
    return [text for text in (*handed_on, *parser.found) if _is_text(text)]


class _Readable(HTMLParser):
    """Text nodes, and the attributes that are shown or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        for name, value in attrs:
            shown = name in TEXT_ATTRIBUTES or (name.startswith("data-") and not TECHNICAL.match(name))
            shown = shown or (name == "value" and tag == "input" and values.get("type") in BUTTONS)
            shown = shown or (name == "content" and values.get("name") == "description")
            if shown:
                self.found.append(value or "")

    def handle_data(self, data):
        self.found.append(data)


# Python

#: Arguments and attributes of forms, fields, views and menus that are shown.
SHOWN = {
    "verbose_name", "verbose_name_plural", "help_text", "empty_label", "page_title", "page_subtitle", "header_title",
    "menu_label", "heading", "submit_label", "confirm_label", "explanation", "success_message", "error_message",
    "short_description", "group",
}  # fmt: skip
#: `label` is also how an app is called in addresses, but only in its own class; `help` is for whoever runs a command.
AS_ARGUMENT = SHOWN | {"label"}
MESSAGES = {"debug", "info", "success", "warning", "error"}
MARKUP = {"format_html", "format_html_join", "mark_safe"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "ParentalManyToManyField"}


def in_python(source: str) -> list[str]:
    """Literals where a person reads them: names and help of fields, labels, titles, messages, errors, markup."""
    tree = ast.parse(source)
    notes = {id(note) for node in ast.walk(tree) for note in _notes_on_columns(node)}
    shown = (node for node in ast.walk(tree) if id(node) not in notes)
    return [text for node in shown for text in _read_from(node) if _is_text(text)]


def _notes_on_columns(node: ast.AST) -> list[ast.keyword]:
    """`help_text` of a column without a name for people: it stands in no form, and only programmers read it."""
    if not isinstance(node, ast.Call):
        return []
    name = _name(node.func)
    if not (name in RELATIONS or (name.endswith("Field") and not node.args)):
        return []
    words = {keyword.arg: keyword for keyword in node.keywords}
    return [words["help_text"]] if "help_text" in words and not {"verbose_name", "label"} & set(words) else []


def _read_from(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.keyword(arg=str(name), value=value) if name in AS_ARGUMENT:
            yield from _literals(value)
        case ast.keyword(arg="choices", value=ast.List(elts=pairs) | ast.Tuple(elts=pairs)):
            for pair in pairs:
                yield from _literals(pair.elts[-1] if isinstance(pair, ast.Tuple) else pair)
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value) if name in SHOWN:
            yield from _literals(value)
        case ast.Assign(targets=[ast.Attribute(attr="label")], value=value):
            yield from _literals(value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name in SHOWN:
            yield from _literals(value)
        case (
            ast.keyword(arg="error_messages", value=value)
            | ast.Assign(targets=[ast.Name(id="error_messages")], value=value)
        ):
            yield from _literals(value)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "label":
                    yield from _literals(value)
        case ast.ClassDef(bases=bases, body=body) if any(_name(base).endswith("Choices") for base in bases):
            for line in body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    yield from _literals(line.value.elts[-1])
        case ast.Call(func=func, args=[first, *rest]):
            yield from _passed_to(func, first, rest)


def _passed_to(func: ast.expr, first: ast.expr, rest: list[ast.expr]) -> Iterator[str]:
    name = _name(func)
    names_a_column = name.endswith("Field") and name not in RELATIONS and isinstance(first, ast.Constant)
    if names_a_column or name == "ValidationError" or name.endswith("MenuItem"):
        yield from _literals(first)
    elif name in MARKUP:
        for text in _literals(rest[0] if name == "format_html_join" and rest else first):
            yield re.sub(r"<[^>]*>|{[^}]*}|&\w+;", "", text)
    elif rest and (name == "add_error" or (name in MESSAGES and _is_of(func, "messages"))):
        yield from _literals(rest[0])
    elif name.startswith("HttpResponse"):
        yield from (text for text in _literals(first) if " " in text)


def _is_of(func: ast.expr, module: str) -> bool:
    """`messages.warning(...)`; not `log.warning(...)`."""
    return isinstance(func, ast.Attribute) and _name(func.value) == module


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literals(node: ast.expr) -> Iterator[str]:
    """Strings that stand there as they are: alone, in an f-string, in a sum, in a list, as values of a dict."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from _literals(part)
        case ast.BinOp(left=left, right=right):
            yield from _literals(left)
            if isinstance(node.op, ast.Add):
                yield from _literals(right)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)


# JavaScript

STRINGS = re.compile(
    r"//[^\n]*|/\*.*?\*/|(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)", re.S
)  # comments first, so that an apostrophe in one begins nothing
SINKS = re.compile(
    r"(?:\.(?:textContent|innerText|innerHTML|title|placeholder|alt|ariaLabel)\s*=\s*|\b(?:alert|confirm|prompt)\(\s*"
    r"|setAttribute\(\s*[\"'](?:aria-label|title|alt|placeholder)[\"']\s*,\s*)(\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`)"
)
SENTENCE = re.compile(r"[^\W\d_]{2,}[,.!?…]? +[^\W\d_]+")
CAPITALISED = re.compile(r"[A-ZÅÄÖ][a-zåäö]+[.!?…]?")


def in_javascript(source: str) -> list[str]:
    """What reads like words, and anything that is put straight into an element as its text."""
    found = []
    for literal in STRINGS.findall(source):
        text = re.sub(r"\$\{.*?\}", "", literal[1:-1]) if literal else ""
        selector = re.search(r"[\[\]#<>{}=:_/-]", text)
        if CAPITALISED.fullmatch(text) or (SENTENCE.search(text) and not selector):
            found.append(text)
    found += [re.sub(r"\$\{.*?\}", "", literal[1:-1]) for literal in SINKS.findall(source)]
    return [text for text in found if _is_text(text)]


def _is_text(text: str) -> bool:
    return bool(LETTER.search(text)) and text.strip() not in SAME_EVERYWHERE
