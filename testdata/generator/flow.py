"""Puts the blocks of a document on paper, one below the other, page after page."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from .compose import Document
from .paper import Paper
from .sheet import BLUE, INK, Style

GREY = (226, 226, 226)


@dataclass(frozen=True)
class Look:
    """How blocks look; lengths in millimetres."""

    family: str = "sans"
    size_pt: float = 10.5
    leading: float = 1.3
    left: float = 25.0
    width: float = 165.0
    top: float = 25.0  # of pages from the second on
    bottom: float = 270.0
    heading: str = "bold"  # bold, underlined, spaced, capitals, plain
    fields: str = "frame"  # frame, line, colon, table, dots, grey
    columns: int = 1
    gap: float = 0.5  # between paragraphs, in lines
    title_pt: float = 13.0
    title_align: str = "left"
    title_capitals: bool = False
    ruled: bool = True
    boxes: str = "drawn"  # drawn, brackets, circle
    bullet: str = "–"
    number: str = "{}."
    filled: str | None = None  # family of what was filled in; None: as the text
    fill_colour: tuple[int, int, int] = INK
    closing: tuple[str, ...] = ("Mit freundlichen Grüßen",)

    def style(self, **changes) -> Style:
        return replace(Style(self.family, self.size_pt, leading=self.leading), **changes)


class Book:
    """The pages of a document as they grow. `begin` draws the head of a further page and gives its first baseline."""

    def __init__(self, dpi: int, draws: bool, begin: Callable[[Paper, int], float | None] = lambda _p, _n: None):
        self.dpi, self.draws, self.begin = dpi, draws, begin
        self.pages: list[Paper] = []

    def page(self) -> Paper:
        self.pages.append(Paper(self.dpi, self.draws))
        return self.pages[-1]


class Flow:
    """A pen that goes down the pages of `book`, beginning at baseline `y` of the last one."""

    def __init__(self, document: Document, book: Book, look: Look, y: float):
        self.document, self.book, self.look, self.y = document, book, look, y
        self.rng: random.Random = document.facts.rng
        self.first_y, self.column, self.count = y, 0, 0
        self.gutter = 8.0

    @property
    def paper(self) -> Paper:
        return self.book.pages[-1]

    @property
    def width(self) -> float:
        columns = self.look.columns
        return (self.look.width - self.gutter * (columns - 1)) / columns

    @property
    def left(self) -> float:
        return self.look.left + self.column * (self.width + self.gutter)

    def need(self, height: float):
        """Goes to the next column or page if there is less room than `height`."""
        if self.y + height <= self.look.bottom:
            return
        if self.column + 1 < self.look.columns:
            self.column += 1
            self.paper.column += 1
            self.y = self.first_y
        else:
            self.next_page()

    def next_page(self):
        page = self.book.page()
        y = self.book.begin(page, len(self.book.pages))
        self.column, self.y = 0, y or self.look.top
        self.first_y = self.y
        page.column += 1

    def line(self, text: str, style: Style, indent: float = 0.0, align: str = "left"):
        at = {"left": self.left + indent, "middle": self.left + self.width / 2, "right": self.left + self.width}[align]
        self.need(self.paper.line_mm(style))
        self.y = self.paper.text(at, self.y, text, style, align)

    def paragraph(self, text: str, style: Style, indent: float = 0.0, gap: float | None = None):
        for line in self.paper.break_lines(self.width - indent, text, style):
            self.line(line, style, indent)
        self.y += (self.look.gap if gap is None else gap) * self.paper.line_mm(style)

    def title(self, style: Style | None = None):
        """The document's title and what stands below it."""
        look, document = self.look, self.document
        if document.title:
            text = document.title.upper() if look.title_capitals else document.title
            style = style or look.style(size_pt=look.title_pt, bold=True)
            for line in self.paper.break_lines(self.width, text, style):
                self.line(line, style, align=look.title_align)
            self.y += 1.2
        for text in document.subtitle:
            small = look.style(size_pt=look.size_pt - 0.5)
            for line in self.paper.break_lines(self.width, text, small):
                self.line(line, small, align=look.title_align)
            self.y += 1

    def blocks(self):
        """All blocks of the document."""
        for code, content in self.document.blocks:
            getattr(self, f"_{code.lower()}")(content)

    def _p(self, text: str):
        self.paragraph(text, self.look.style())

    def _o(self, text: str):
        self.paragraph(text, self.look.style(size_pt=max(6.5, self.look.size_pt - 2.5)))

    def _h(self, text: str):
        look, kind = self.look, self.look.heading
        style = look.style(bold=kind in ("bold", "capitals"))
        text = {"spaced": " ".join(text), "capitals": text.upper()}.get(kind, text) if "\ue000" not in text else text
        self.need(14)
        self.y += 1.5
        line = self.y
        for part in self.paper.break_lines(self.width, text, style):
            self.line(part, style)
        if kind == "underlined":
            self.paper.rule(
                self.left, line + 1, self.left + min(self.width, self.paper.width_mm(text, style)), line + 1, 0.2
            )
        self.y += 0.8
        self.count = 0

    def _u(self, text: str):
        style = self.look.style(size_pt=self.look.title_pt + 1, bold=True)
        self.y += 1.5
        for line in self.paper.break_lines(self.width, text, style):
            self.line(line, style, align="middle")
        self.y += 2

    def _n(self, text: str):
        self.count += 1
        style, number = self.look.style(), self.look.number.format(self.count)
        self.need(self.paper.line_mm(style))
        self.paper.text(self.left + 1, self.y, number, style)
        self.paragraph(text, style, indent=9)

    def _l(self, text: str):
        style = self.look.style()
        self.need(self.paper.line_mm(style))
        self.paper.text(self.left + 2, self.y, self.look.bullet, style)
        self.paragraph(text, style, indent=7, gap=0.15)

    def _c(self, options: list[tuple[str, bool]]):
        style = self.look.style()
        for text, ticked in options:
            self.need(6)
            lines = self.paper.break_lines(self.width - 7, text, style)
            if self.look.boxes == "drawn":
                self.paper.checkbox(self.left, self.y, ticked, lines[0], style)
            else:
                sign = ("[X]" if ticked else "[ ]") if self.look.boxes == "brackets" else ("(x)" if ticked else "O")
                self.paper.text(self.left, self.y, sign.replace(" ", "_"), style)
                self.paper.text(self.left + 8, self.y, lines[0], style)
            self.y += self.paper.line_mm(style)
            for line in lines[1:]:
                self.line(line, style, 8 if self.look.boxes != "drawn" else 5)
            self.y += 0.6
        self.y += 1

    def _filled(self) -> Style:
        look = self.look
        return look.style(family=look.filled or look.family, size_pt=look.size_pt - 0.3, colour=look.fill_colour)

    def _f(self, cells: list[tuple[str, str]]):
        getattr(self, f"_fields_{self.look.fields}")(cells)

    def _fields_frame(self, cells: list[tuple[str, str]]):
        style, width = self._filled(), self.width / len(cells)
        self.need(11)
        for number, (label, value) in enumerate(cells):
            x = self.left + number * width
            self.paper.box(x, self.y - 4.5, width, 10.5)
            self.paper.text(
                x + 1.2, self.y - 1.3, self._fit(label, width, 7), style.but(family=self.look.family, size_pt=7, colour=INK)
            )
            if value:
                self.paper.text(x + 1.6, self.y + 4.2, self._fit(value, width, style.size_pt), style)
        self.y += 10.5

    def _fit(self, text: str, width: float, size: float) -> str:
        """Values longer than their cell are cut by a form's writer; here they are never, for the truth's sake."""
        return text

    def _fields_grey(self, cells: list[tuple[str, str]]):
        style = self._filled()
        for label, value in cells:
            self.need(8)
            half = self.width * 0.36
            self.paper.box(self.left, self.y - 4.6, half, 6.6, 0.15, fill=GREY)
            self.paper.box(self.left + half, self.y - 4.6, self.width - half, 6.6, 0.15)
            self.paper.text(self.left + 1.2, self.y, label, self.look.style(size_pt=self.look.size_pt - 1))
            self.paper.text(self.left + half + 1.5, self.y, value, style)
            self.y += 6.6

    def _fields_table(self, cells: list[tuple[str, str]]):
        style = self._filled()
        for label, value in cells:
            self.need(8)
            self.paper.text(self.left, self.y, label, self.look.style())
            self.paper.text(self.left + self.width * 0.42, self.y, value, style.but(bold=True))
            self.paper.rule(self.left, self.y + 1.6, self.left + self.width, self.y + 1.6, 0.1, (150, 150, 150))
            self.y += 6.4

    def _fields_colon(self, cells: list[tuple[str, str]]):
        style = self._filled()
        for label, value in cells:
            self.need(6)
            self.paper.text(self.left, self.y, f"{label}:", self.look.style())
            lines = self.paper.break_lines(self.width * 0.6, value, style) or [""]
            for line in lines:
                self.y = self.paper.text(self.left + self.width * 0.38, self.y, line, style)
            self.y += 0.8

    def _fields_line(self, cells: list[tuple[str, str]]):
        style, width = self._filled(), self.width / len(cells)
        self.need(12)
        for number, (label, value) in enumerate(cells):
            x = self.left + number * width
            self.paper.text(x + 1, self.y, value, style)
            self.paper.rule(x, self.y + 1.2, x + width - 3, self.y + 1.2, 0.2)
            self.paper.text(x, self.y + 4.4, label, self.look.style(size_pt=7))
        self.y += 11

    def _fields_dots(self, cells: list[tuple[str, str]]):
        style = self._filled()
        for label, value in cells:
            self.need(7)
            text = self.look.style()
            self.paper.text(self.left, self.y, label, text)
            start = self.left + self.paper.width_mm(label + " ", text)
            dots = "." * max(4, int((self.left + self.width * 0.45 - start) / max(0.5, self.paper.width_mm(".", text))))
            self.paper.text(start, self.y, dots, text)
            self.paper.text(
                max(self.left + self.width * 0.46, start + self.paper.width_mm(dots + " ", text)), self.y, value, style
            )
            self.y += self.paper.line_mm(text) * 1.25

    def _v(self, table):
        rows, align, sums = table
        style = self.look.style(size_pt=min(self.look.size_pt, 9.5))
        widths = [max(self.paper.width_mm(row[at], style.but(bold=True)) for row in rows) + 4 for at in range(len(align))]
        room = self.width - sum(widths)
        widths[max(range(len(widths)), key=widths.__getitem__)] += room
        columns = list(zip(widths, align))
        height = 6.4
        self.need(height * min(len(rows), 5) + 2)
        while rows:
            fits = max(2, int((self.look.bottom - self.y + 4) / height))
            self.paper.table(self.left, self.y - 4, columns, rows[:fits], style, self.look.ruled, height)
            self.y += height * len(rows[:fits])
            rows = [rows[0], *rows[fits:]] if len(rows) > fits else []
            if rows:
                self.next_page()
        for label, value in sums:
            self.need(6)
            bold = style.but(bold=label == sums[-1][0])
            self.paper.text(self.left + self.width * 0.55, self.y + 1, label, bold)
            self.paper.text(self.left + self.width - 1.5, self.y + 1, value, bold, "right")
            self.y += 5.2
        self.y += 3

    def _m(self, lines: list[str]):
        style = Style(
            "nimbusmono" if self.look.family != "nimbusmono" else "mono", 11.5 if len(lines[0]) > 40 else 13, leading=1.5
        )
        self.y += 4
        for line in lines:
            self.line(line, style)
        self.y += 3

    def _i(self, _text: str):
        self.need(42)
        self.paper.picture(self.left, self.y - 2, 32, 40)
        self.y += 44

    def _d(self, text: str):
        """Place, date and signature above lines, or in words."""
        style = self.look.style()
        self.need(22)
        self.y += 10
        facts = self.document.facts
        place, _, who = text.partition(";")
        place = place.strip() or f"{facts.get('stadt')}, den {facts.get('datum')}"
        self.paper.text(
            self.left, self.y, place, style.but(family=self.look.filled or self.look.family, colour=self.look.fill_colour)
        )
        self.scrawl(self.left + self.width * 0.58, self.y - 1)
        for x0, x1, label in ((0, 0.42, "Ort, Datum"), (0.55, 1, who.strip() or "Unterschrift")):
            self.paper.rule(self.left + x0 * self.width, self.y + 1.5, self.left + x1 * self.width, self.y + 1.5, 0.2)
            self.paper.text(self.left + x0 * self.width, self.y + 5, label, style.but(size_pt=7.5))
        self.y += 12

    def scrawl(self, x: float, y: float):
        """A signature."""
        points = [(0.0, 4.0)]
        for _ in range(self.rng.randint(6, 11)):
            points.append((points[-1][0] + self.rng.uniform(-1, 5), self.rng.uniform(-4, 5)))
        self.paper.signature(x, y, points)

    def _g(self, text: str):
        """Closing words, signature, name."""
        facts, style = self.document.facts, self.look.style()
        self.need(28)
        self.y += 2
        self.line(self.rng.choice(self.look.closing), style)
        sender = facts.sender
        if sender.kind == "amt":
            self.line(self.rng.choice(["Im Auftrag", "Im Auftrag", "i. A.", "In Vertretung"]), style)
        if "email" not in self.document.wording.genres:
            self.scrawl(self.left + 3, self.y + 5)
            self.y += 12
        name = text.strip() or (
            sender.person.name if sender.person else facts.clerk.surname if sender.kind == "amt" else facts.clerk.name
        )
        self.line(name, style)
        self.y += 2

    def _x(self, _text: str):
        self.next_page()

    def _z(self, text: str):
        self.next_page()
        style = self.look.style(size_pt=self.look.size_pt - 1)
        head, _, body = text.partition(":")
        self.line(head, style.but(bold=True))
        self.y += 2
        for part in body.split("//"):
            self.paragraph(part.strip(), style)


def stamp(paper: Paper, rng: random.Random, lines: list[str], x: float, y: float):
    """A stamp over the page."""
    own, paper.column = paper.column, 70
    paper.stamp(x, y, lines, rng.choice([BLUE, (168, 32, 40), (60, 60, 70)]))
    paper.column = own
