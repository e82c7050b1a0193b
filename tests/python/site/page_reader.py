"""Reads a page as a browser's parser and a screen reader would: text, tables, attributes."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "base", "source"}


@dataclass
class Element:
    """An element with its attributes and its text, that of its children included."""

    tag: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


class PageReader(HTMLParser):
    """Collects elements, and the rows of each table as lists of cell texts."""

    def __init__(self, html: str) -> None:
        """Parse a page."""
        super().__init__()
        self.elements: list[Element] = []
        self.tables: list[list[list[str]]] = []
        self.unbalanced: list[str] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        self.unbalanced += [element.tag for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.unbalanced.append(tag)
            return
        element = self._open.pop()
        if tag in ("td", "th"):
            self.tables[-1][-1].append(element.text)

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """Elements with this tag whose attributes hold these values (``class_`` one of several)."""
        return [
            element
            for element in self.elements
            if element.tag == tag
            and all(
                value in element.attributes.get(name.rstrip("_"), "").split()
                for name, value in attributes.items()
            )
        ]

    @property
    def text(self) -> str:
        """What is read on the page: everything in the body but scripts."""
        body = self.find("body")[0].text
        for script in self.find("script"):
            body = body.replace(script.text, "")
        return body
