"""Papers of the side `probe` that are no letters or forms: lists, certificates, cards, running text, mails, notes."""

from ..compose import Document
from ..flow import Book, Look
from ..paper import Paper
from ..sheet import BLUE, Style
from .forms import office
from .letters import number_pages, sender
from .pen import Pairs, Pen, broken, caption_row, captions, every_page, wrapped
from .probe_forms import SHADE, form_number, reference_rows
from .registry import layout


class SlipPen(Pen):
    """A narrow roll: labels left, values at the right edge, table rows in two lines, strokes of hyphens."""

    def _f(self, cells: Pairs):
        style = self.look.style()
        for label, value in cells:
            one = self.paper.width_mm(f"{label}:  {value}", style) <= self.width
            if one:
                self.need(self.paper.line_mm(style))
                self.paper.text(self.left, self.y, f"{label}:", style)
                self.line(value, style, align="right")
                continue
            self.paragraph(f"{label}:", style, gap=0)
            for line in broken(self.paper, self.width - 6, value, style):
                self.line(line, style, align="right")

    def stroke(self, sign: str = "-"):
        style = self.look.style()
        self.line(sign * int(self.width / self.paper.width_mm(sign, style)), style)

    def _v(self, table):
        rows, _, sums = table
        style = self.look.style()
        long = max(range(len(rows[0])), key=lambda at: sum(len(row[at]) for row in rows))
        self.stroke()
        for row in rows:
            self.need(3 * self.paper.line_mm(style))
            self.paragraph(row[long], style, gap=0)
            rest = "  ".join(cell for at, cell in enumerate(row) if at != long and cell)
            for line in broken(self.paper, self.width, rest, style):
                self.line(line, style, align="right")
            if row is rows[0]:
                self.stroke()
        self.stroke("=")
        self._f(sums)

    def _h(self, text: str):
        self.stroke()
        self.paragraph(text, self.look.style(bold=True), gap=0.2)


@layout("probe", "liste", "Thermodruck, Rolle")
def thermal(document: Document, book: Book):
    """A strip from a thermal printer, copied on a sheet: everything in one narrow column of even letters."""
    facts = document.facts
    look = Look(
        family="dejavumono",
        size_pt=8,
        leading=1.25,
        left=64,
        width=82,
        top=16,
        bottom=284,
        title_pt=10,
        title_align="middle",
        boxes="brackets",
        bullet="*",
    )
    paper = book.page()

    def strip(page: Paper):
        page.rule(59, 0, 59, 297, 0.1, (200, 200, 200))
        page.rule(151, 0, 151, 297, 0.1, (200, 200, 200))

    every_page(book, strip, 16)
    y = wrapped(paper, 105, 14, 80, office(document), look.style(bold=True), "middle")
    y = wrapped(paper, 105, y, 80, facts.sender.town, look.style(), "middle")
    flow = SlipPen(document, book, look, y)
    flow.stroke("=")
    flow.title()
    reference_rows(document, flow)
    flow.blocks()
    flow.stroke("=")
    flow.line(f"{document.fact('datum')}  {facts.get('uhr')}", look.style(), align="middle")
    if document.form_number:
        flow.paragraph(document.form_number, look.style())


class BandedPen(Pen):
    """Labels in capitals and values in two fixed columns, as a line printer sets them."""

    def _f(self, cells: Pairs):
        style = self.look.style()
        for label, value in cells:
            labels = broken(self.paper, self.width * 0.4, label.upper(), style)
            values = broken(self.paper, self.width * 0.54, value, style)
            for number in range(max(len(labels), len(values))):
                self.need(self.paper.line_mm(style))
                for x, lines in ((0.0, labels), (0.44, values)):
                    if number < len(lines):
                        self.paper.text(self.left + x * self.width, self.y, lines[number], style)
                self.y += self.paper.line_mm(style)


@layout("probe", "liste form", "Endlospapier mit Streifen")
def banded(document: Document, book: Book):
    """Paper of a line printer with green bands and a perforated edge: head line with run and page, capitals for labels."""
    facts = document.facts
    look = Look(
        family="nimbusmono",
        size_pt=9.5,
        leading=1.27,
        left=22,
        width=166,
        top=30,
        bottom=280,
        title_pt=9.5,
        title_capitals=True,
        heading="capitals",
        boxes="brackets",
        bullet="-",
    )

    def bands(page: Paper):
        for number in range(12):
            page.box(14, 6 + 25.4 * number, 182, 12.7, 0.1, (226, 240, 228), (226, 240, 228))
        for number in range(24):
            for x in (7, 203):
                page.disc(x, 6 + 12.7 * number, 2, (196, 196, 196))

    book.page()
    every_page(book, bands, 30)
    flow = BandedPen(document, book, look, 30)
    flow.line(office(document), look.style())
    flow.y += 3
    flow.title(look.style())
    flow.y += 3
    reference_rows(document, flow)
    flow.blocks()
    flow.y += 3
    flow.line("*** ENDE DER LISTE ***", look.style())
    run = f"LAUF {facts.rng.randint(1, 999):03d}   {facts.written(facts.date, False)}   {document.form_number or ''}"
    for number, page in enumerate(book.pages, 1):
        own, page.column = page.column, -1
        page.text(22, 17, run.rstrip(), look.style())
        page.text(188, 17, f"SEITE {number:4d}".replace("  ", " "), look.style(), "right")
        page.column = own


@layout("probe", "urkunde", "Urkunde, halber Bogen quer")
def half_sheet(document: Document, book: Book):
    """A certificate on a half sheet across, copied: arms and issuer in a column at the left, the text right of it."""
    facts = document.facts
    look = Look(
        family="century",
        size_pt=9.5,
        leading=1.3,
        left=66,
        width=122,
        top=22,
        bottom=140,
        title_pt=16,
        heading="plain",
        fields="above",
        closing=("",),
    )

    def sheet(page: Paper):
        page.box(8, 8, 194, 140, 0.9, (110, 90, 50))
        page.box(10, 10, 190, 136, 0.2, (110, 90, 50))
        page.rule(58, 16, 58, 140, 0.2, (110, 90, 50))

    paper = book.page()
    every_page(book, sheet, 22)
    if facts.sender.kind == "amt":
        paper.arms(27, 18, (90, 60, 40))
    else:
        paper.disc(34, 26, 8, (110, 90, 50))
    paper.column += 1
    y = wrapped(paper, 34, 46, 44, office(document), look.style(bold=True), "middle")
    y = wrapped(paper, 34, y, 44, facts.sender.unit, look.style(size_pt=8), "middle") if facts.sender.unit else y
    captions(paper, document.references, 11, y + 3, 45, 1, look.style(size_pt=6.5), look.style(size_pt=8.5))
    paper.column += 1
    flow = Pen(document, book, look, 24)
    flow.title()
    flow.y += 2
    flow.blocks()
    form_number(document, book, 198, 144, "right", look.style(size_pt=6.5))


class CardPen(Pen):
    """Captions above values beside a photograph at the right."""

    def _i(self, _text: str):
        self.paper.picture(self.look.left + self.look.width + 5, self.y - 3, 30, 38)


@layout("probe", "ausweis", "Faltblatt, Lichtbild rechts")
def folded_card(document: Document, book: Book):
    """A folded paper card, laid open on the copier: small captions above values, the photograph at the right, a fold."""
    look = Look(
        family="narrow",
        size_pt=10,
        leading=1.25,
        left=30,
        width=112,
        top=30,
        bottom=255,
        title_pt=13,
        title_capitals=True,
        fields="above",
        filled=document.facts.rng.choice(["nimbusmono", "dejavuserif", None]),
        closing=("",),
    )
    paper = book.page()

    def paper_of_card(page: Paper):
        page.box(22, 18, 164, 246, 0.3, (140, 140, 140), (242, 240, 232))
        for number in range(6):
            page.disc(165, 210, 15 - 2.4 * number, (232 - 4 * (number % 2), 228 - 4 * (number % 2), 214))
        page.rule(144.5, 18, 144.5, 264, 0.15, (190, 188, 180))

    every_page(book, paper_of_card, 30)
    paper.rule(30, 24, 142, 24, 0.6, (140, 30, 40))
    flow = CardPen(document, book, look, 32)
    flow.title()
    flow.y += 2
    reference_rows(document, flow)
    flow.blocks()
    form_number(document, book, 182, 261, "right", look.style(size_pt=6))


class MarginPen(Pen):
    """Each paragraph has a number in the margin."""

    paragraphs = 0

    def _p(self, text: str):
        self.need(2 * self.paper.line_mm(self.look.style()))
        self.paragraphs += 1
        at, page = self.y, self.paper
        page.column += 20
        page.text(self.left + self.width + 12, at, str(self.paragraphs), self.look.style(size_pt=8), "right")
        page.column -= 20
        super()._p(text)


@layout("probe", "prosa", "Randnummern rechts, Kolumnentitel")
def margin_numbers(document: Document, book: Book):
    """Running text as courts and publishers print it: paragraphs numbered at the right edge, a running head."""
    look = Look(
        family="dejavuserif",
        size_pt=9.5,
        leading=1.5,
        left=34,
        width=136,
        top=32,
        bottom=272,
        title_pt=13,
        title_align="middle",
        heading="spaced",
        fields="above",
        number="{})",
        bullet="-",
        gap=0.7,
    )
    book.page()
    flow = MarginPen(document, book, look, 36)
    flow.title()
    flow.y += 5
    for label, value in document.references:
        flow.line(f"{label} {value}", look.style(size_pt=8.5), align="middle")
    flow.y += 3 if document.references else 0
    flow.blocks()
    for number, page in enumerate(book.pages, 1):
        own, page.column = page.column, -1
        if number > 1:
            page.text(34, 22, f"Seite {number}", look.style(size_pt=8))
            page.rule(34, 24, 170, 24, 0.15)
        page.column = own
    form_number(document, book, 34, 286, "left", look.style(size_pt=7))


def mail_parts(document: Document) -> tuple[str, str, str]:
    """Sender, date and receiver of a mail."""
    facts = document.facts
    date = document.field("Datum", facts.written(facts.date), facts.date.isoformat())
    return sender(document), date, document.field("Empfänger", facts.receiver.name, facts.receiver.name)


@layout("probe", "email", "E-Mail, Groupware")
def groupware(document: Document, book: Book):
    """A mail from an office's groupware: labels at the right edge of their column, who and when without labels above."""
    facts = document.facts
    look = Look(
        family="sans",
        size_pt=9.5,
        leading=1.3,
        left=18,
        width=172,
        bottom=276,
        fields="beside",
        bullet="-",
        closing=("Mit freundlichen Grüßen", "Beste Grüße", "i. A."),
    )
    paper, pale = book.page(), look.style(size_pt=8.5, colour=SHADE)
    name, date, to = mail_parts(document)
    paper.rule(18, 14, 190, 14, 1.4, (60, 90, 140))
    paper.text(18, 21, name, look.style(size_pt=12, bold=True))
    paper.text(18, 25.5, f"{facts.sender.mail}, {facts.sender.unit}" if facts.sender.unit else facts.sender.mail, pale)
    paper.column += 1
    paper.text(190, 21, f"{date} {facts.get('uhr')}", look.style(), "right")
    paper.column += 1
    y = 34.0
    rows = [("An", f"{to}/{facts.receiver.town[6:]}"), ("Kopie", ""), ("Blindkopie", ""), ("Thema", document.title or "")]
    if facts.rng.random() < 0.4:
        rows[1] = ("Kopie", f"{facts.q.name}/{facts.get('stadt')}")
    for label, value in rows:
        paper.text(40, y, label, pale, "right")
        y = max(y + 4.6, wrapped(paper, 43, y, 145, value, look.style(bold=label == "Thema")))
    paper.rule(18, y - 2, 190, y - 2, 0.3, (60, 90, 140))
    flow = Pen(document, book, look, y + 6)
    reference_rows(document, flow)
    flow.blocks()


@layout("probe", "email", "E-Mail, Ausdruck des Browsers")
def browser_mail(document: Document, book: Book):
    """A conversation of a mail service, printed in a browser: subject large, sender and date on a line, page edges."""
    facts = document.facts
    look = Look(
        family="dejavu",
        size_pt=9,
        leading=1.45,
        left=32,
        width=150,
        top=24,
        bottom=274,
        fields="above",
        bullet="•",
        closing=("Viele Grüße", "Mit freundlichen Grüßen", "VG"),
    )
    paper, edge = book.page(), Style(family="serif", size_pt=8)
    name, date, to = mail_parts(document)
    y = wrapped(paper, 20, 26, 165, document.title or "(ohne Betreff)", look.style(size_pt=15))
    paper.text(20, y, "1 Nachricht", look.style(size_pt=7.5))
    paper.rule(20, y + 3, 190, y + 3, 0.3, SHADE)
    paper.text(20, y + 9, f"{name} <{facts.sender.mail}>", look.style(size_pt=8.5, bold=True))
    paper.text(190, y + 13.5, f"{date} um {facts.get('uhr')}", look.style(size_pt=8), "right")
    paper.text(20, y + 13.5, f"An: {to} <{facts.receiver.mail}>", look.style(size_pt=8))
    flow = Pen(document, book, look, y + 23)
    flow.table = "bars"
    reference_rows(document, flow)
    flow.blocks()
    host = facts.receiver.mail.partition("@")[2]
    for number, page in enumerate(book.pages, 1):
        page.column += 40
        page.text(10, 8, facts.get("d6"), edge)
        page.text(120, 8, f"{host} Mail - Posteingang", edge, "middle")
        page.text(10, 291, f"https://mail.{host}/u/0/?view=pt&th={facts.date:%d%m%y}f{number}", edge)
        page.text(200, 291, f"{number}/{len(book.pages)}", edge, "right")
        page.column -= 40


@layout("probe", "vermerk", "Halbbrüchig, linke Hälfte frei")
def half_broken(document: Document, book: Book):
    """A note for the file on a sheet folded lengthwise: text in the right half, the left for dates and others' remarks."""
    facts = document.facts
    look = Look(
        family="serif",
        size_pt=11,
        leading=1.35,
        left=88,
        width=106,
        bottom=276,
        heading="underlined",
        title_pt=11.5,
        fields="beside",
        number="{}.",
        closing=("",),
    )
    paper = book.page()
    every_page(book, lambda page: page.rule(82, 10, 82, 287, 0.1, (190, 190, 190)), 25)
    paper.column += 1
    y = wrapped(paper, 16, 24, 62, facts.sender.unit or facts.sender.town[6:], look.style(size_pt=9))
    y = wrapped(paper, 16, y, 62, sender(document), look.style(size_pt=9))
    cells = [("Geschäftszeichen", document.fact("az")), ("verfasst am", document.fact("datum")), ("von", facts.get("sach"))]
    for cell in cells:
        y = caption_row(paper, [cell], 14.5, y + 1, 62, look.style(size_pt=7), look.style(size_pt=10))
    if facts.rng.random() < 0.5:
        words = facts.rng.choice(["einverstanden", "m. d. B. um Rspr.", "Kenntnis genommen", "Wvl. " + facts.get("d3")])
        paper.text(18, y + facts.rng.uniform(20, 60), words, Style(family="hand", size_pt=15, colour=BLUE))
    paper.column += 1
    flow = Pen(document, book, look, 24)
    flow.title()
    for label, value in document.references:
        flow.paragraph(f"{label}: {value}", look.style(size_pt=9.5), gap=0)
    flow.y += 3
    flow.blocks()
    if len(book.pages) > 1:
        number_pages(book, "{n}", 16, 284, "left", look.style(size_pt=9))
