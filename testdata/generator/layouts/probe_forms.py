"""Forms of the side `probe`: with numbered cells, with a slip to cut off, screens and pages of portals as printed."""

from ..compose import Document
from ..flow import Book, Look
from ..paper import Paper
from ..sheet import BLUE, INK, Style
from .forms import office
from .letters import number_pages
from .pen import Pairs, Pen, broken, dashes, every_page, wrapped
from .registry import layout

SHADE = (120, 120, 120)


def reference_rows(document: Document, flow: Pen):
    """The wording's references as cells of the form."""
    if document.references:
        flow._f(document.references)
        flow.y += 2


def form_number(document: Document, book: Book, x: float, y: float, align: str, style: Style):
    """The number of the form on each page."""
    for page in book.pages if document.form_number else []:
        page.column += 40
        page.text(x, y, document.form_number, style, align)
        page.column -= 40


class NumberedPen(Pen):
    """Cells with small numbers, line numbers in the margin, headings as bars, ticks below what is filled in."""

    cell = row = 0

    def _f(self, cells: Pairs):
        most = max(1, int(self.width / 52))
        for at in range(0, len(cells), most):
            numbered = []
            for label, value in cells[at : at + most]:
                self.cell += 1
                numbered.append((f"{self.cell:02d}  {label}", value))
            self._cells(numbered, 0.15)
            self.row += 1
            self.paper.text(self.left - 2, self.y - self.UP - 1.6, str(self.row), self.look.style(size_pt=6), "right")
            for tick in range(4, int(self.width), 5):
                self.paper.rule(self.left + tick, self.y - self.UP, self.left + tick, self.y - self.UP - 0.9, 0.1, SHADE)

    def _h(self, text: str):
        style = self.look.style(bold=True, size_pt=self.look.size_pt - 0.5)
        lines = self.paper.break_lines(self.width - 4, text, style)
        height = len(lines) * self.paper.line_mm(style)
        self.need(height + 14)
        self.y += 2.5
        self.paper.box(self.left, self.y - self.UP, self.width, height + 1.2, 0.15, INK, (206, 216, 206))
        for line in lines:
            self.line(line, style, indent=2)
        self.y += 2.2


@layout("probe", "form", "Vordruck, bezifferte Felder", weight=2)
def numbered_cells(document: Document, book: Book):
    """A form that a machine reads: numbered cells with ticks, line numbers in the margin, corner marks, head in cells."""
    rng = document.facts.rng
    look = Look(
        family="sans",
        size_pt=9.5,
        left=20,
        width=175,
        top=22,
        bottom=276,
        title_pt=14,
        filled=rng.choice(["nimbusmono", "hand", "dejavumono"]),
        fill_colour=rng.choice([BLUE, INK]),
        number="{}",
        closing=("",),
    )

    def corners(page: Paper):
        for x in (8, 198):
            for y in (8, 285):
                page.box(x, y, 4, 4, 0.1, INK, INK)

    paper = book.page()
    every_page(book, corners, 22)
    paper.box(120, 10, 75, 22, 0.15)
    paper.column += 1
    paper.text(121.5, 13.5, "Eingangsstempel", look.style(size_pt=6))
    paper.column -= 1
    y = wrapped(paper, 20, 14, 96, office(document), look.style(size_pt=9))
    if document.facts.sender.unit:
        paper.text(20, y, document.facts.sender.unit, look.style(size_pt=8))
    paper.column += 2
    flow = NumberedPen(document, book, look, 42)
    flow.table = "frame"
    flow.title()
    flow.y += 3
    reference_rows(document, flow)
    flow.blocks()
    form_number(document, book, 20, 289, "left", look.style(size_pt=7))
    number_pages(book, "{n} / {of}", 105, 289, "middle", look.style(size_pt=7))


@layout("probe", "form", "Vordruck mit Abschnitt zum Abtrennen")
def tear_off(document: Document, book: Book):
    """A form of a small office, values on rules beside their labels; below a dashed line a slip that goes back."""
    facts, rng = document.facts, document.facts.rng
    look = Look(
        family="bookman",
        size_pt=10,
        leading=1.32,
        left=26,
        width=158,
        bottom=272,
        title_pt=13,
        title_align="left",
        heading="underlined",
        fields="beside",
        boxes="circle",
        bullet="-",
        filled=rng.choice([None, "hand", "mono"]),
        fill_colour=rng.choice([BLUE, INK]),
    )
    paper, small = book.page(), look.style(size_pt=8)
    issuer = office(document)
    paper.rule(26, 14, 26, 34, 1.0)
    house = facts.sender if facts.sender.person is None else facts.receiver
    paper.text(30, 19, house.town, small)
    paper.text(30, 25, issuer, look.style(size_pt=11, bold=True))
    paper.text(30, 31, house.unit or house.phone, small)
    flow = Pen(document, book, look, 46)
    flow.title()
    flow.y += 3
    reference_rows(document, flow)
    flow.blocks()
    if flow.y > 226:
        flow.next_page()
    page = book.pages[-1]
    page.column += 10
    dashes(page, 0, 232, 210)
    page.text(105, 236, "hier abtrennen", look.style(size_pt=6.5), "middle")
    other = facts.receiver if house is facts.sender else facts.sender
    name = document.field("Empfänger" if other is facts.receiver else "Absender", other.name, other.name)
    page.text(26, 244, "Rückantwort" if other is facts.receiver else "Eingangsbestätigung", look.style(bold=True))
    page.text(184, 244, issuer, small, "right")
    slip = Pen(document, book, look, 253)
    slip._fields_beside([("Name", name), ("Anschrift", f"{other.street}, {other.town}"), ("Tag und Unterschrift", "")])
    form_number(document, book, 184, 288, "right", look.style(size_pt=7))


class ScreenPen(Pen):
    """Labels at the right edge of their column, values in input boxes, two pairs in a row."""

    def _f(self, cells: Pairs):
        style, text = self._filled(), self.look.style()
        most = 2 if len(cells) > 1 else 1
        for at in range(0, len(cells), most):
            row = cells[at : at + most]
            cell, share = self.width / len(row), 0.3 if len(row) == 1 else 0.42
            texts = [
                (
                    broken(self.paper, cell * share - 3, f"{label}:", text),
                    broken(self.paper, cell * (1 - share) - 4, value, style) or [""],
                )
                for label, value in row
            ]
            step = self.paper.line_mm(style) * 1.1
            height = step * max(max(len(a), len(b)) for a, b in texts)
            self.need(height + 2)
            for number, (labels, values) in enumerate(texts):
                x = self.left + number * cell
                edge = x + cell * share
                self.paper.box(
                    edge, self.y - 3.5, cell * (1 - share) - 2, len(values) * step + 0.8, 0.1, SHADE, (252, 252, 252)
                )
                for line, entry in enumerate(labels):
                    self.paper.text(edge - 1.5, self.y + line * step, entry, text, "right")
                for line, entry in enumerate(values):
                    self.paper.text(edge + 1.2, self.y + line * step, entry, style)
            self.y += height + 1.6

    def _h(self, text: str):
        """A group's name in its frame line."""
        style = self.look.style(bold=True)
        self.need(14)
        self.y += 2.5
        for line in self.paper.break_lines(self.width - 10, text, style):
            self.paper.rule(self.left, self.y - 1.2, self.left + 4, self.y - 1.2, 0.1, SHADE)
            end = self.left + 7 + self.paper.width_mm(line, style)
            self.paper.rule(end, self.y - 1.2, max(end, self.left + self.width), self.y - 1.2, 0.1, SHADE)
            self.line(line, style, indent=5.5)
        self.y += 1.5


@layout("probe", "form liste", "Bildschirm eines Fachverfahrens", weight=2)
def screen(document: Document, book: Book):
    """A screen of specialist software, printed: title bar, menu, tabs, input boxes, a line of state at the foot."""
    facts, rng = document.facts, document.facts.rng
    look = Look(
        family="dejavu", size_pt=8, leading=1.4, left=20, width=170, top=26, bottom=270, title_pt=10, boxes="brackets"
    )
    paper, small = book.page(), look.style(size_pt=7)

    def window(page: Paper):
        page.box(14, 12, 182, 268, 0.3, SHADE, (244, 244, 244))
        page.box(14, 12, 182, 7, 0.2, SHADE, (206, 214, 226))
        page.box(14, 273, 182, 7, 0.2, SHADE, (226, 226, 226))
        for number in range(3):
            page.box(180 + 5 * number, 13.5, 4, 4, 0.2, SHADE, (238, 238, 238))

    every_page(book, window, 28)
    paper.text(
        17,
        16.8,
        f"{rng.choice(['FV', 'Dialog', 'Akte'])} {rng.randint(2, 9)}.{rng.randint(0, 9)} - {office(document)}",
        small,
    )
    paper.text(17, 23.5, "Datei   Bearbeiten   Ansicht   Vorgang   Extras   Hilfe", small)
    for number, tab in enumerate(["Stammdaten", "Vorgang", "Dokumente", "Historie"]):
        paper.box(20 + 30 * number, 27, 29, 6, 0.2, SHADE, (255, 255, 255) if number == 1 else (226, 226, 226))
        paper.text(22 + 30 * number, 31.2, tab, small)
    flow = ScreenPen(document, book, look, 42)
    flow.table = "frame"
    flow.title()
    flow.y += 2
    reference_rows(document, flow)
    flow.blocks()
    user = f"Benutzer: {facts.clerk.surname[:4].upper()}{rng.randint(1, 99):02d}"
    for number, page in enumerate(book.pages, 1):
        page.column += 40
        page.text(
            17,
            277.6,
            f"{user}   |   {document.fact('datum')} {facts.get('uhr')}   |   Bild {number}/{len(book.pages)}",
            small,
        )
        page.column -= 40
    form_number(document, book, 193, 277.6, "right", small)


@layout("probe", "form prosa", "Ausdruck eines Webportals")
def portal(document: Document, book: Book):
    """A portal's page sent to the printer: address and date at the edges, a trail of links, grey labels above values."""
    facts = document.facts
    look = Look(
        family="dejavu",
        size_pt=9,
        leading=1.5,
        left=24,
        width=160,
        top=24,
        bottom=276,
        title_pt=17,
        fields="above",
        bullet="•",
        closing=("Freundliche Grüße",),
    )
    paper, edge = book.page(), Style(family="serif", size_pt=8)
    paper.box(24, 16, 160, 9, 0.1, (30, 90, 140), (224, 234, 244))
    paper.text(27, 22, office(document), look.style(bold=True, colour=(20, 60, 110)))
    paper.text(181, 22, "Abmelden", look.style(size_pt=7.5), "right")
    paper.text(24, 31, "Startseite  ›  Leistungen  ›  Mein Vorgang  ›  Übersicht", look.style(size_pt=7, colour=SHADE))
    flow = Pen(document, book, look, 43)
    flow.table = "bars"
    flow.title(look.style(size_pt=15, colour=(20, 60, 110)))
    flow.line(f"Stand: {document.fact('datum')}, {facts.get('uhr')} Uhr", look.style(size_pt=7.5))
    flow.y += 5
    reference_rows(document, flow)
    flow.blocks()
    place = facts.sender.mail.partition("@")[2]
    for number, page in enumerate(book.pages, 1):
        page.column += 40
        page.text(10, 8, facts.get("d6"), edge)
        page.text(105, 8, "Portal", edge, "middle")
        page.text(10, 291, f"https://portal.{place}/vorgang/{facts.date:%y%j}", edge)
        page.text(200, 291, f"{number}/{len(book.pages)}", edge, "right")
        page.column -= 40
    form_number(document, book, 105, 286, "middle", look.style(size_pt=7))
