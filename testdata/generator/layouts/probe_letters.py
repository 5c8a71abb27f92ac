"""Letters of the side `probe`: of offices, firms and private people, with heads at the side, at the foot, or none; faxes."""

from ..compose import Document
from ..flow import Book, Look
from ..paper import Paper
from ..sheet import INK, Style
from .letters import bank_lines, number_pages, receiver, references, return_line, sender
from .pen import Pen, caption_row, captions, every_page, wrapped
from .registry import layout

PALE = (150, 150, 150)


@layout("probe", "brief", "Randspalte mit allen Angaben", weight=2)
def side_column(document: Document, book: Book):
    """An agency's letter: who, where and which case in a tinted column at the left, all text right of it."""
    facts = document.facts
    tint = facts.rng.choice([(232, 238, 230), (236, 232, 224), (228, 234, 242)])
    look = Look(
        family="gothic",
        size_pt=9.5,
        leading=1.42,
        left=66,
        width=126,
        top=26,
        bottom=278,
        title_pt=12,
        fields="above",
        bullet="·",
        number="{})",
        closing=("Freundliche Grüße", "Mit freundlichem Gruß"),
    )
    paper = book.page()
    every_page(book, lambda page: page.box(0, 0, 58, 297, 0.1, tint, tint), 26)
    paper.column += 1
    small, plain = Style(family="gothic", size_pt=6.5), Style(family="gothic", size_pt=8.5)
    y = wrapped(paper, 10, 24, 45, sender(document), look.style(size_pt=12.5, bold=True))
    if facts.sender.unit:
        y = wrapped(paper, 10, y, 45, facts.sender.unit, plain)
    y = max(60.0, y + 8)
    for pair in references(document, "Vorgangsnummer", "Ihre Ansprechperson", "Durchwahl", "Stand"):
        y = captions(paper, [pair], 8.5, y, 48, 1, small, plain) + 1.4
    paper.rule(10, 240, 50, 240, 0.4)
    lines = [facts.sender.street, facts.sender.town, facts.sender.phone, facts.sender.mail, *bank_lines(document)]
    y = 246.0
    for line in lines:
        y = wrapped(paper, 10, y, 46, line, small.but(family="narrow", size_pt=7.5))
    paper.column += 1
    paper.text(66, 42, return_line(document), look.style(size_pt=6))
    paper.rule(66, 43.5, 140, 43.5, 0.1)
    y = paper.lines(66, 50, receiver(document), look.style())
    flow = Pen(document, book, look, max(86.0, y + 12))
    flow.title()
    flow.y += 4
    flow.blocks()
    if len(book.pages) > 1:
        number_pages(book, "{n}/{of}", 10, 288, "left", plain)


@layout("probe", "brief", "Vordruck nach alter Norm, Leitwörter")
def old_standard(document: Document, book: Book):
    """A printed sheet after DIN 676, filled in with a typewriter: corners of the window, guide words, data at the foot."""
    facts = document.facts
    look = Look(
        family="nimbusmono",
        size_pt=11,
        leading=1.2,
        left=24,
        width=162,
        bottom=258,
        heading="spaced",
        title_pt=11,
        ruled=False,
        fields="beside",
        bullet="-",
        boxes="brackets",
        closing=("Hochachtungsvoll", "Mit freundlichem Gruß"),
    )
    paper, printed = book.page(), Style(family="narrow", size_pt=7)
    paper.text(24, 22, facts.sender.name.upper(), Style(family="century", size_pt=15))
    paper.text(24, 28, facts.sender.unit or facts.sender.town[6:], Style(family="century", size_pt=10))
    for x, y, right, down in ((20, 40, 1, 1), (108, 40, -1, 1), (20, 84, 1, -1), (108, 84, -1, -1)):
        paper.rule(x, y, x + 4 * right, y, 0.2)
        paper.rule(x, y, x, y + 4 * down, 0.2)
    own = f"{sender(document)}, {facts.sender.street}, {facts.sender.town}"
    paper.text(24, 45, own, printed.but(size_pt=6.5))
    paper.rule(24, 46.2, 104, 46.2, 0.1)
    paper.lines(24, 56, receiver(document), look.style())
    paper.box(124, 40, 66, 44, 0.1, PALE)
    paper.column += 1
    paper.text(126, 43.5, "Raum für Eingangsstempel", printed.but(size_pt=6))
    paper.column += 1
    rows = references(document, "Unsere Zeichen, unsere Nachricht vom", "Es bearbeitet", "Hausruf", "Tag")
    y = captions(paper, rows, 22.5, 92, 168, 4, printed, look.style(size_pt=9))
    paper.rule(24, y + 1, 190, y + 1, 0.15)
    y = paper.text(24, y + 6, "Betreff", printed)
    flow = Pen(document, book, look, y + 2)
    flow.title(look.style())
    flow.y += 5
    book.begin = lambda page, number: page.text(105, 20, f"- {number} -", look.style(), "middle") + 8
    flow.blocks()
    first = book.pages[0]
    first.column += 40
    first.rule(24, 266, 190, 266, 0.3)
    money = "  ".join(bank_lines(document))
    data = [
        ("Geschäftsräume", f"{facts.sender.street} {facts.sender.town}"),
        ("Fernsprecher", facts.sender.phone),
        ("Elektronische Post", facts.sender.mail),
        ("Konto", money),
    ]
    captions(first, data, 22.5, 268, 168, 4, printed, printed.but(size_pt=8))


@layout("probe", "brief", "Fensterbrief, Angabenfeld unter der Anschrift", weight=2)
def window_box(document: Document, book: Book):
    """Mass mail of an insurer or supplier: a coloured bar, franking beside the address, case data in a tinted box."""
    facts, rng = document.facts, document.facts.rng
    colour, tint = rng.choice([((0, 110, 120), (222, 240, 240)), ((150, 20, 70), (246, 230, 236)), (INK, (236, 236, 236))])
    look = Look(
        family="narrow",
        size_pt=11,
        leading=1.32,
        left=20,
        width=170,
        top=30,
        bottom=268,
        title_pt=15,
        fields="beside",
        bullet="•",
        closing=("Mit freundlichen Grüßen", "Herzliche Grüße"),
    )
    paper, small = book.page(), look.style(size_pt=8)
    every_page(book, lambda page: page.box(0, 0, 210, 5, 0.1, colour, colour), 30)
    paper.text(105, 16, sender(document), look.style(size_pt=16, bold=True, colour=colour), "middle")
    paper.text(105, 21.5, facts.sender.unit or facts.sender.town[6:], small, "middle")
    paper.text(20, 40, return_line(document), look.style(size_pt=6.5))
    paper.lines(20, 47, receiver(document), look.style())
    for number in range(196):
        if rng.random() < 0.5:
            paper.box(92 + number % 14 * 0.9, 42 + number // 14 * 0.9, 0.9, 0.9, 0.1, INK, INK)
    rows = references(document, "Vertrags- oder Aktennummer", "Ihr Kontakt", "Servicetelefon", "Datum")
    texts = [(label, paper.break_lines(46, value, look.style(size_pt=10))) for label, value in rows]
    heights = [max(len(values) * 4.8, len(paper.break_lines(32, label, small)) * 4.0) for label, values in texts]
    half = (len(rows) + 1) // 2
    bottom = 80 + max(sum(heights[:half]), sum(heights[half:])) + 3
    paper.box(20, 78, 170, bottom - 78, 0.1, tint, tint)
    for number, (label, values) in enumerate(texts):
        first = number < half
        x, y = (23, 84 + sum(heights[:number])) if first else (107, 84 + sum(heights[half:number]))
        paper.column += 1 if number in (0, half) else 0
        paper.lines(x, y, paper.break_lines(32, label, small), small)
        paper.lines(x + 35, y, values, look.style(size_pt=10))
    paper.column += 1
    flow = Pen(document, book, look, bottom + 13)
    flow.table = "bars"
    flow.title(look.style(size_pt=15, colour=colour))
    flow.y += 3
    flow.blocks()
    for page in book.pages:
        page.column += 40
        line = f"{facts.sender.street} · {facts.sender.town} · Telefon {facts.sender.phone} · {facts.sender.mail}"
        page.text(105, 281, line, small, "middle")
        page.text(105, 285, " · ".join(bank_lines(document)), small, "middle")
        page.column -= 40
    number_pages(book, "Seite {n} von {of}", 190, 12, "right", small)


@layout("probe", "brief", "Briefkopf am Fuß")
def head_at_foot(document: Document, book: Book):
    """A chancery's sheet: only the address on top, who writes stands large at the foot, the case below the subject."""
    facts = document.facts
    look = Look(
        family="dejavuserif",
        size_pt=9.5,
        leading=1.45,
        left=32,
        width=148,
        top=30,
        bottom=250,
        heading="plain",
        title_pt=10.5,
        fields="above",
        bullet="–",
        number="({})",
        closing=("Mit verbindlichen Grüßen", "Mit freundlichen kollegialen Grüßen", "Mit freundlichen Grüßen"),
    )
    paper = book.page()
    y = paper.lines(32, 30, receiver(document), look.style())
    rows = references(document, "Unser Zeichen", "Bearbeitet von", "Fon", "")
    paper.text(180, y + 10, f"{facts.get('stadt')}, {rows.pop()[1]}", look.style(), "right")
    flow = Pen(document, book, look, y + 22)
    flow.title()
    flow.paragraph("  |  ".join(f"{label} {value}" for label, value in rows), look.style(size_pt=8))
    flow.y += 4
    flow.blocks()
    lines = f"{facts.sender.street}  ·  {facts.sender.town}  ·  {facts.sender.phone}"
    for number, page in enumerate(book.pages):
        page.column += 40
        page.rule(32, 262, 180, 262, 0.6)
        name = sender(document) if number == 0 else facts.sender.name
        page.text(106, 270, name, look.style(size_pt=14), "middle")
        page.text(
            106, 276, f"{facts.sender.unit}  ·  {lines}" if facts.sender.unit else lines, look.style(size_pt=7), "middle"
        )
        page.text(106, 280.5, "  ·  ".join([facts.sender.mail, *bank_lines(document)]), look.style(size_pt=7), "middle")
        page.column -= 40
    if len(book.pages) > 1:
        number_pages(book, "Blatt {n}", 180, 18, "right", look.style(size_pt=8), first=False)


@layout("probe", "brief privat", "Namenszug mittig")
def name_centred(document: Document, book: Book):
    """A template of a word processor: slanted name in the middle, contact between rules, date above the subject."""
    facts = document.facts
    look = Look(
        family="oblique" if facts.rng.random() < 0.3 else "century",
        size_pt=11,
        leading=1.32,
        left=30,
        width=150,
        heading="underlined",
        title_pt=11,
        fields="beside",
        bullet="*",
        closing=("Mit freundlichen Grüßen", "Besten Dank im Voraus und freundliche Grüße"),
    )
    paper = book.page()
    paper.text(105, 26, sender(document), Style(family="italic", size_pt=22), "middle")
    paper.rule(30, 30, 180, 30, 0.15)
    contact = f"{facts.sender.street}  ·  {facts.sender.town}  ·  {facts.sender.phone}"
    paper.text(105, 34.6, contact, Style(family="italic", size_pt=10), "middle")
    paper.rule(30, 36.5, 180, 36.5, 0.15)
    y = paper.lines(30, 56, receiver(document), look.style()) + 10
    own = document.references or ([] if facts.sender.person else [("Zeichen", document.fact("az"))])
    paper.text(30, y, document.fact("datum"), look.style())
    flow = Pen(document, book, look, y + 12)
    flow.title()
    for label, value in own:
        flow.paragraph(f"({label}: {value})", look.style(size_pt=9.5), gap=0)
    flow.y += 5
    flow.blocks()
    if len(book.pages) > 1:
        number_pages(book, "– {n} –", 105, 284, "middle", look.style(size_pt=9))


class InkLook(Look):
    """Everything in the colour of one pen."""

    def style(self, **changes) -> Style:
        return super().style(**{"colour": self.fill_colour, **changes})


@layout("probe", "privat", "Karopapier, von Hand")
def squared(document: Document, book: Book):
    """A letter by hand on squared paper from a pad: the address in a line, the writer's at the very end."""
    facts = document.facts
    look = InkLook(
        family="hand",
        size_pt=15,
        leading=1.13,
        left=24,
        width=150,
        top=29,
        bottom=268,
        heading="underlined",
        title_pt=15,
        title_align="middle",
        gap=0.6,
        fields="beside",
        boxes="brackets",
        fill_colour=facts.rng.choice([(40, 60, 140), INK]),
        closing=("Mit freundlichem Gruß", "Viele Grüße", "Hochachtungsvoll"),
    )

    def squares(page: Paper):
        for step in range(1, 59):
            page.rule(0, 5 * step, 210, 5 * step, 0.1, (214, 222, 232))
        for step in range(1, 42):
            page.rule(5 * step, 0, 5 * step, 297, 0.1, (214, 222, 232))

    paper = book.page()
    every_page(book, squares, 29)
    style = look.style()
    y = wrapped(
        paper,
        24,
        24,
        100,
        "An " + ", ".join(receiver(document)).replace("Frau, ", "Frau ", 1).replace("Herrn, ", "Herrn ", 1),
        style,
    )
    paper.column += 1
    paper.text(186, 24, document.fact("datum"), style, "right")
    paper.column += 1
    flow = Pen(document, book, look, y + 8)
    flow.title(style)
    for label, value in document.references:
        flow.paragraph(f"{label} {value}", style, gap=0)
    flow.y += 4
    flow.blocks()
    flow.need(22)
    flow.y += 2
    for line in (f"Absender: {sender(document)}", facts.sender.street, facts.sender.town, f"Tel. {facts.sender.phone}"):
        flow.line(line, style)


@layout("probe", "privat brief", "Von und An nebeneinander")
def two_parties(document: Document, book: Book):
    """A letter of a web page that writes letters: sender, receiver and data side by side in three captioned columns."""
    facts = document.facts
    look = Look(
        family="dejavu",
        size_pt=9.5,
        leading=1.4,
        left=22,
        width=166,
        heading="bold",
        title_pt=12,
        title_align="middle",
        fields="boxed",
        closing=("Mit freundlichen Grüßen", "Freundliche Grüße"),
    )
    paper, small = book.page(), look.style(size_pt=7, colour=(110, 110, 110))
    own = [sender(document), *([facts.sender.unit] if facts.sender.unit else []), facts.sender.street, facts.sender.town]
    data = [f"{label}: {value}" for label, value in document.references]
    if not facts.sender.person and not data:
        data = [f"Zeichen: {document.fact('az')}"]
    lowest = 0.0
    for number, (caption, lines) in enumerate(
        [
            ("Absender", [*own, facts.sender.phone]),
            ("Empfänger", receiver(document)),
            ("Datum und Zeichen", [document.fact("datum"), *data]),
        ]
    ):
        x, paper.column = 22 + number * 57, number + 1
        paper.rule(x, 18, x + 52, 18, 0.8)
        y = paper.text(x, 22.5, caption, small) + 1.5
        for line in lines:
            y = wrapped(paper, x, y, 52, line, look.style(size_pt=9))
        lowest = max(lowest, y)
    paper.column = 4
    flow = Pen(document, book, look, lowest + 14)
    flow.table = "frame"
    flow.title()
    flow.y += 6
    flow.blocks()
    for page in book.pages:
        page.column += 40
        page.text(105, 289, "erstellt mit Briefgenerator-Online", small, "middle")
        page.column -= 40


@layout("probe", "brief fax", "Fax-Deckblatt mit Kästchen")
def fax_cover(document: Document, book: Book):
    """A cover sheet: the word large at the right, all data in framed cells, what to do to tick, the machine's line below."""
    facts = document.facts
    look = Look(
        family="sans",
        size_pt=10.5,
        leading=1.35,
        left=18,
        width=174,
        bottom=268,
        title_pt=11.5,
        fields="boxed",
        boxes="brackets",
        closing=("Mit freundlichen Grüßen", "Gruß"),
    )
    paper, small = book.page(), look.style(size_pt=7)
    paper.text(192, 24, facts.rng.choice(["TELEFAX", "FAX", "Telekopie"]), look.style(size_pt=26, bold=True), "right")
    paper.text(18, 24, facts.sender.town[6:], look.style(size_pt=10))
    party = facts.receiver
    to = document.field("Empfänger", party.name, party.name)
    rows = references(document, "Zeichen", "Bearbeitet durch", "Rückfragen unter", "Datum")
    top = 32.0
    cells = [
        [("An", f"{to}, {party.street}, {party.town}"), ("Faxnummer", party.phone)],
        [
            ("Von", ", ".join(part for part in (sender(document), facts.sender.unit, facts.sender.town) if part)),
            ("Faxnummer", facts.sender.phone),
        ],
        *(rows[at : at + 3] for at in range(0, len(rows), 3)),
    ]
    for row in cells:
        top = caption_row(paper, row, 18, top, 174, small, look.style(), 0.3)
    top += 7
    ticked = facts.rng.randrange(4)
    for number, text in enumerate(["eilt", "zur Kenntnis", "zur Erledigung", "mit Dank zurück"]):
        paper.checkbox(18 + 44 * number, top, number == ticked, text, look.style(size_pt=9.5))
    paper.column += 1
    flow = Pen(document, book, look, top + 13)
    flow.title()
    flow.y += 3
    flow.blocks()
    device = Style(family="dejavumono", size_pt=7.5)
    sent = f"{facts.date:%d/%m/%y} {facts.get('uhr')}"
    for number, page in enumerate(book.pages, 1):
        page.column += 60
        page.text(18, 292, f"{sent}    TX {facts.sender.phone}    S.{number:03d} von {len(book.pages):03d}", device)
        page.column -= 60
