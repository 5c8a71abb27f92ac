"""Letters: of offices and firms after DIN 5008 and before it, of private people, typed, faxed."""

from ..compose import Document
from ..flow import Book, Flow, Look
from ..paper import Paper
from ..sheet import Style
from .registry import layout

SMALL = Style(size_pt=7)


def receiver(document: Document) -> list[str]:
    """Lines of the address field; the name's line is the field Empfänger."""
    party = document.facts.receiver
    return [document.field("Empfänger", line, line) if line == party.name else line for line in party.address()]


def sender(document: Document) -> str:
    """The sender's name, as the field Absender."""
    name = document.facts.sender.name
    return document.field("Absender", name, name)


def return_line(document: Document) -> str:
    party = document.facts.sender
    return f"{party.name} · {party.street} · {party.town}"


def references(document: Document, own: str, contact: str, phone: str, date: str) -> list[tuple[str, str]]:
    """Rows of the reference block: what the wording asks for, else the office's usual ones."""
    facts = document.facts
    rows = list(document.references)
    if not rows and facts.sender.person is None:
        rows = [(own, document.fact("az"))]
        if facts.rng.random() < 0.3:
            rows.insert(
                0,
                (
                    facts.rng.choice(["Ihr Zeichen", "Ihr Schreiben vom"]),
                    facts.get("azx" if facts.rng.random() < 0.5 else "d1"),
                ),
            )
    rows += [(contact, facts.get("sach"))] if facts.sender.kind == "amt" or facts.rng.random() < 0.4 else []
    rows += [(phone, facts.sender.phone)] if facts.rng.random() < 0.7 else []
    return [*rows, (date, document.fact("datum"))]


def bank_lines(document: Document) -> list[str]:
    """Lines of a footer about money: the same account as in the text."""
    return [document.facts.get("bank"), f"IBAN {document.fact('iban')}"]


def block_of_references(
    paper: Paper, rows: list[tuple[str, str]], x: float, y: float, gap: float, step: float, style: Style, colon=":"
):
    paper.column += 1
    for label, value in rows:
        paper.text(x, y, label + colon, style.but(size_pt=style.size_pt - 1.5))
        paper.text(x + gap, y, value, style)
        y += step
    paper.column -= 1


def continue_page(document: Document, book: Book, style: Style, text: str | None, at: float = 18.0):
    """Sets how further pages begin: with a line of text, a page number, or nothing."""

    def begin(paper: Paper, number: int) -> float | None:
        if text is None:
            return None
        paper.text(25, at, text.format(n=number, date=document.facts.get("datum"), az=document.facts.get("azx")), style)
        return at + 12

    book.begin = begin


def number_pages(book: Book, form: str, x: float, y: float, align: str, style: Style, first: bool = True):
    """Page numbers, known when all pages are laid out; on a single page mostly left out by the caller."""
    for number, page in enumerate(book.pages, 1):
        if number > 1 or first:
            page.column += 50
            page.text(x, y, form.format(n=number, of=len(book.pages)), style, align)
            page.column -= 50


def footer(paper: Paper, columns: list[list[str]], y: float, style: Style, left: float = 25.0, width: float = 165.0):
    paper.column += 40
    paper.rule(left, y - 4, left + width, y - 4, 0.2)
    for number, lines in enumerate(columns):
        paper.lines(left + number * width / len(columns), y, lines, style)
    paper.column -= 40


# Training.


@layout("train", "brief", "Kopf links, Block rechts", weight=2)
def letterhead_left(document: Document, book: Book):
    facts, colour = document.facts, document.facts.rng.choice([(40, 60, 110), (30, 30, 30), (110, 30, 40)])
    look = Look(closing=("Mit freundlichen Grüßen", "Mit freundlichen Grüßen", "Hochachtungsvoll"))
    paper = book.page()
    if facts.sender.kind == "amt":
        paper.arms(25, 11)
    paper.text(44, 18, sender(document), Style(size_pt=15, bold=True, colour=colour))
    paper.text(
        44,
        24.5,
        f"{facts.get('haupt')} · {facts.sender.unit}" if facts.sender.unit else facts.sender.town,
        Style(size_pt=11, colour=colour),
    )
    paper.rule(25, 31, 190, 31, 0.5, colour)
    paper.text(25, 46, return_line(document), SMALL)
    paper.lines(25, 53, receiver(document), look.style())
    block_of_references(
        paper, references(document, "Aktenzeichen", "Bearbeitung", "Durchwahl", "Datum"), 125, 46, 27, 5, Style(size_pt=9.5)
    )
    continue_page(document, book, SMALL.but(size_pt=9), "Seite {n} zum Schreiben vom {date}")
    paper.column += 2
    flow = Flow(document, book, look, 92)
    flow.title()
    flow.y += 5
    flow.blocks()
    footer(
        book.pages[0],
        [
            ["Öffnungszeiten: Mo, Di, Do 8 bis 12 Uhr", "Do auch 14 bis 18 Uhr"],
            [f"Telefon {facts.sender.phone}", facts.sender.mail],
            bank_lines(document),
        ],
        282,
        SMALL,
    )


@layout("train", "brief", "Kopf mittig, Bezugszeile")
def letterhead_centre(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="serif",
        size_pt=11.5,
        leading=1.25,
        heading="underlined",
        title_pt=12,
        closing=("Mit freundlichem Gruß", "Hochachtungsvoll"),
    )
    paper = book.page()
    paper.text(107, 20, sender(document), look.style(size_pt=18, bold=True), "middle")
    paper.text(
        107,
        27,
        " · ".join(part for part in (facts.sender.unit, facts.sender.street, facts.sender.town) if part),
        look.style(size_pt=10),
        "middle",
    )
    paper.rule(60, 30, 155, 30, 0.3)
    paper.text(25, 47, return_line(document), SMALL.but(family="serif"))
    paper.lines(25, 54, receiver(document), look.style())
    rows = references(document, "Unser Zeichen", "Sachbearbeitung", "Telefon", "Datum")
    paper.column += 1
    for number, (label, value) in enumerate(rows[:4]):
        paper.text(25 + number * 42, 86, label, look.style(size_pt=8))
        paper.text(25 + number * 42, 91, value, look.style(size_pt=10))
    paper.column += 1
    continue_page(document, book, look.style(size_pt=10), "- {n} -")
    flow = Flow(document, book, look, 103)
    flow.title()
    flow.y += 4
    flow.blocks()
    for row, value in rows[4:]:
        flow.paragraph(f"{row}: {value}", look.style(size_pt=8))


@layout("train", "brief privat", "Ohne Kopf, Absender oben links")
def private_left(document: Document, book: Book):
    facts = document.facts
    family = facts.rng.choice(["serif", "century", "sans"])
    look = Look(
        family=family,
        size_pt=11.5,
        leading=1.35,
        heading="plain",
        title_pt=11.5,
        closing=("Mit freundlichen Grüßen", "Freundliche Grüße", "MfG"),
    )
    paper = book.page()
    y = paper.lines(25, 25, [sender(document), facts.sender.street, facts.sender.town], look.style())
    if facts.rng.random() < 0.5:
        paper.text(25, y, f"Tel. {facts.sender.phone}", look.style())
    paper.lines(25, 58, receiver(document), look.style())
    paper.text(190, 90, f"{facts.sender.town[6:]}, den {document.fact('datum')}", look.style(), "right")
    y = 102
    if document.references:
        for label, value in document.references:
            y = paper.text(25, y, f"{label}: {value}", look.style())
    continue_page(document, book, look.style(), facts.rng.choice([None, "- {n} -"]))
    flow = Flow(document, book, look, y)
    flow.title()
    flow.y += 4
    flow.blocks()


@layout("train", "brief vermerk privat", "Schreibmaschine, eng")
def typewriter(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="mono",
        size_pt=10.5,
        leading=1.3,
        heading="spaced",
        title_pt=10.5,
        bullet="-",
        ruled=False,
        fields="colon",
        boxes="brackets",
        closing=("Hochachtungsvoll", "Mit freundlichen Grüßen"),
        width=160,
    )
    paper = book.page()
    y = paper.lines(
        25,
        24,
        [sender(document), *([facts.sender.unit] if facts.sender.unit else []), facts.sender.street, facts.sender.town],
        look.style(),
    )
    paper.text(185, 24, document.fact("datum"), look.style(), "right")
    for label, value in references(document, "Az.", "Bearb.", "Tel.", "Datum")[:-1]:
        y = paper.text(25, y, f"{label}: {value}", look.style())
    y = paper.lines(25, y + 8, receiver(document), look.style())
    continue_page(document, book, look.style(), "- {n} -")
    flow = Flow(document, book, look, y + 10)
    if document.title and facts.rng.random() < 0.5:
        document.title = f"Betr.: {document.title}"
    flow.title()
    flow.y += 3
    flow.blocks()


@layout("train", "brief fax", "Telefax mit Kopfzeile")
def faxed(document: Document, book: Book):
    facts = document.facts
    look = Look(family="sans", size_pt=11, title_pt=12, gap=0.6)
    continue_page(document, book, look.style(size_pt=9), "{date}  Seite {n}", 20)
    paper = book.page()
    paper.text(25, 24, sender(document), look.style(size_pt=14, bold=True))
    paper.text(25, 30, f"{facts.sender.street}, {facts.sender.town}", look.style(size_pt=9))
    paper.text(25, 36, f"per Telefax an {facts.receiver.phone}", look.style(size_pt=9))
    y = paper.lines(25, 50, receiver(document), look.style())
    rows = references(document, "Unser Az.", "Ansprechpartner", "Tel.", "Datum")
    block_of_references(paper, rows, 130, 50, 25, 5.2, Style(size_pt=9.5))
    paper.column += 2
    flow = Flow(document, book, look, max(y, 50 + 5.2 * len(rows)) + 12)
    flow.title()
    flow.y += 4
    flow.blocks()
    stamp = f"{facts.written(facts.date, False)}  {facts.get('uhr')}   {facts.sender.phone.replace(' ', '')}"
    for number, page in enumerate(book.pages, 1):
        page.column += 60
        page.text(20, 8, stamp, Style(family="mono", size_pt=8))
        page.text(140, 8, f"S. {number:02d}/{len(book.pages):02d}", Style(family="mono", size_pt=8))


# Evaluation.


@layout("eval", "brief", "Kopf und Angaben rechts", weight=2)
def letterhead_right(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="dejavu",
        size_pt=9.5,
        leading=1.38,
        left=22,
        width=120 if facts.rng.random() < 0.3 else 166,
        heading="plain",
        title_pt=11,
        bullet="•",
        closing=("Freundliche Grüße", "Mit freundlichen Grüßen", "Mit besten Grüßen"),
    )
    paper = book.page()
    blue = (20, 80, 100)
    lines = [sender(document), *([facts.sender.unit] if facts.sender.unit else []), facts.sender.street, facts.sender.town]
    paper.disc(196, 14, 6, blue)
    paper.column += 1
    paper.lines(140, 24, lines, Style(family="dejavu", size_pt=8.5, colour=blue))
    y = 46
    for label, value in references(document, "Geschäftszeichen", "Es schreibt Ihnen", "Telefon", "Datum"):
        paper.text(140, y, label, Style(family="dejavu", size_pt=6.5))
        y = paper.text(140, y + 3.8, value, Style(family="dejavu", size_pt=8.5)) + 1.6
    paper.column -= 1
    paper.text(22, 45, return_line(document), Style(family="dejavu", size_pt=6))
    y2 = paper.lines(22, 52, receiver(document), look.style())
    continue_page(document, book, look.style(size_pt=8), None)
    paper.column += 2
    flow = Flow(document, book, look, max(98, y + 6 if look.width > 130 else y2 + 12))
    flow.title()
    flow.y += 4
    flow.blocks()
    if len(book.pages) > 1 or facts.rng.random() < 0.3:
        number_pages(book, "Seite {n} von {of}", 188, 286, "right", Style(family="dejavu", size_pt=8))


@layout("eval", "brief", "Bezugszeile mit Linien")
def reference_row(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="palatino",
        size_pt=11,
        leading=1.3,
        heading="capitals",
        title_pt=11.5,
        fields="table",
        ruled=False,
        bullet="-",
        number="{})",
        closing=("Mit freundlichen Grüßen", "Es grüßt Sie"),
    )
    paper = book.page()
    paper.text(190, 20, sender(document), look.style(size_pt=16, bold=True), "right")
    if facts.sender.unit:
        paper.text(190, 26, facts.sender.unit, look.style(size_pt=11), "right")
    paper.lines(25, 50, receiver(document), look.style())
    rows = references(document, "Mein Zeichen", "Auskunft erteilt", "Ruf", "Tag")
    paper.rule(25, 84, 190, 84, 0.2)
    paper.column += 1
    text = "    ".join(f"{label}: {value}" for label, value in rows)
    for line in paper.break_lines(165, text, look.style(size_pt=9)):
        paper.text(25, 89, line, look.style(size_pt=9))
    paper.rule(25, 91.5, 190, 91.5, 0.2)
    paper.column += 1
    continue_page(document, book, look.style(size_pt=9), "Blatt {n}")
    flow = Flow(document, book, look, 104)
    flow.title()
    flow.y += 3
    flow.blocks()
    small = look.style(size_pt=7.5)
    footer(
        book.pages[0],
        [
            [facts.sender.name, facts.sender.street],
            [facts.sender.town, facts.sender.mail],
            [facts.sender.phone],
            bank_lines(document),
        ],
        284,
        small,
    )


@layout("eval", "brief privat", "Absender rechts oben, Betreffzeile")
def private_right(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family=facts.rng.choice(["bookman", "gothic", "dejavuserif"]),
        size_pt=10.5,
        leading=1.5,
        heading="plain",
        title_pt=10.5,
        left=28,
        width=155,
        closing=("Mit freundlichen Grüßen", "Viele Grüße", "Mit bestem Gruß"),
    )
    paper = book.page()
    paper.column += 1
    y = paper.lines(182, 22, [sender(document), facts.sender.street, facts.sender.town], look.style(), "right")
    paper.text(182, y + 4, document.fact("datum"), look.style(), "right")
    paper.column += 1
    y = paper.lines(28, 60, receiver(document), look.style()) + 12
    if document.title and facts.rng.random() < 0.6:
        document.title = f"Betreff: {document.title}"
    flow = Flow(document, book, look, y)
    flow.title()
    for label, value in document.references:
        flow.line(f"{label} {value}", look.style())
    flow.y += 4
    flow.blocks()


@layout("eval", "brief", "Firmenkopf als Kasten")
def boxed_head(document: Document, book: Book):
    facts, rng = document.facts, document.facts.rng
    colour = rng.choice([(180, 60, 20), (0, 90, 60), (60, 60, 60)])
    look = Look(
        family="narrow",
        size_pt=11.5,
        leading=1.25,
        heading="bold",
        title_pt=14,
        fields="grey",
        left=20,
        width=170,
        closing=("Mit freundlichen Grüßen", "Beste Grüße"),
    )
    paper = book.page()
    paper.box(20, 10, 170, 16, 0.4, colour, (236, 236, 236))
    paper.text(24, 20, sender(document), look.style(size_pt=17, bold=True, colour=colour))
    paper.text(186, 20, facts.sender.unit or facts.sender.town[6:], look.style(size_pt=10), "right")
    paper.lines(20, 52, receiver(document), look.style())
    rows = references(document, "Vorgang", "Kontakt", "Fon", "vom")
    paper.column += 1
    for number, (label, value) in enumerate(rows):
        paper.box(120, 44 + 6 * number, 28, 6, 0.15)
        paper.box(148, 44 + 6 * number, 42, 6, 0.15)
        paper.text(121, 48.2 + 6 * number, label, look.style(size_pt=8.5))
        paper.text(149, 48.2 + 6 * number, value, look.style(size_pt=9.5))
    paper.column += 1
    flow = Flow(document, book, look, max(90, 54 + 6 * len(rows)))
    flow.title()
    flow.y += 3
    flow.blocks()
    small = look.style(size_pt=7.5)
    for page in book.pages:
        footer(
            page,
            [
                [facts.sender.name, facts.sender.street, facts.sender.town],
                [facts.sender.phone, facts.sender.mail],
                bank_lines(document),
            ],
            280,
            small,
            20,
            170,
        )
    if rng.random() < 0.6:
        number_pages(book, "{n}/{of}", 105, 294, "middle", small)


@layout("eval", "brief vermerk privat", "Maschinenschrift mit Rand")
def typewriter_wide(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="nimbusmono",
        size_pt=11.5,
        leading=1.5,
        heading="underlined",
        title_pt=11.5,
        bullet="*",
        ruled=False,
        fields="dots",
        boxes="circle",
        left=35,
        width=150,
        closing=("Mit vorzüglicher Hochachtung", "Mit freundlichen Grüßen"),
    )
    paper = book.page()
    paper.text(35, 26, facts.get("stadt") + ", " + document.fact("datum"), look.style())
    y = paper.text(35, 34, sender(document), look.style())
    if facts.sender.unit:
        y = paper.text(35, y, facts.sender.unit, look.style())
    for label, value in references(document, "Gesch.-Z.", "Sachb.", "App.", "Datum")[:-1]:
        y = paper.text(35, y, f"{label} {value}", look.style())
    y = paper.lines(35, y + 6, ["An", *receiver(document)], look.style())
    flow = Flow(document, book, look, y + 9)
    flow.title()
    flow.y += 2
    flow.blocks()


@layout("eval", "brief fax", "Fax, Kopf vom Gerät")
def faxed_grid(document: Document, book: Book):
    facts = document.facts
    look = Look(family="dejavu", size_pt=10, title_pt=11, heading="plain", left=20, width=170)
    continue_page(document, book, look.style(size_pt=8), None)
    paper = book.page()
    paper.text(20, 26, sender(document), look.style(bold=True))
    paper.text(20, 31, f"{facts.sender.street} - {facts.sender.town}", look.style(size_pt=8.5))
    paper.rule(20, 34, 190, 34, 0.6)
    y = 42.0
    for label, value in [
        ("An:", ", ".join(receiver(document)[-3:-2] or receiver(document)[:1])),
        ("Fax:", facts.receiver.phone),
        *[(f"{label}:", value) for label, value in references(document, "Zeichen", "Name", "Rückruf", "Datum")],
    ]:
        paper.text(20, y, label, look.style(bold=True))
        y = paper.text(50, y, value, look.style())
    paper.rule(20, y - 2, 190, y - 2, 0.6)
    flow = Flow(document, book, look, y + 8)
    flow.title()
    flow.y += 3
    flow.blocks()
    for number, page in enumerate(book.pages, 1):
        page.column += 60
        page.text(
            15,
            6,
            f"VON :{facts.sender.name.upper()[:22]}   FAX-NR. :{facts.sender.phone}   {facts.written(facts.date, False)} {facts.get('uhr')}  S{number}",
            Style(family="dejavumono", size_pt=7.5),
        )
