"""Forms, certificates, passports."""

from ..compose import Document
from ..flow import Book, Flow, Look
from ..sheet import BLUE, INK, Style
from .letters import continue_page, number_pages, sender
from .registry import layout


def office(document: Document) -> str:
    """Who issues the form, as far as it says so."""
    facts = document.facts
    return sender(document) if facts.sender.person is None else facts.receiver.name


def _foot(document: Document, book: Book, style: Style, left: float, right: float, pages: str):
    for page in book.pages:
        page.column += 40
        if document.form_number:
            page.text(left, 287, document.form_number, style)
        page.column -= 40
    if pages and (len(book.pages) > 1 or document.facts.rng.random() < 0.3):
        number_pages(book, pages, right, 287, "right", style)


def _references(document: Document, flow: Flow, style: Style):
    for label, value in document.references:
        flow.line(f"{label}: {value}", style)
    if document.references:
        flow.y += 2


# Training.


@layout("train", "form", "Vordruck mit Rahmen", weight=2)
def frames(document: Document, book: Book):
    rng = document.facts.rng
    look = Look(
        size_pt=10,
        title_pt=16,
        fields="frame",
        filled=rng.choice(["dejavu", "hand", None]),
        fill_colour=rng.choice([BLUE, INK]),
        bottom=276,
    )
    paper = book.page()
    paper.text(25, 20, office(document), look.style(bold=True))
    if document.facts.sender.unit:
        paper.text(25, 25, document.facts.sender.unit, look.style())
    flow = Flow(document, book, look, 38)
    flow.title()
    flow.y += 3
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=8), 25, 190, "Seite {n} von {of}")


@layout("train", "form", "Vordruck mit Schreiblinien")
def lines(document: Document, book: Book):
    rng = document.facts.rng
    look = Look(
        family="serif",
        size_pt=11,
        title_pt=15,
        title_align="middle",
        fields="line",
        filled=rng.choice(["hand", "mono"]),
        fill_colour=BLUE,
        heading="underlined",
    )
    paper = book.page()
    paper.text(190, 16, document.form_number or "", look.style(size_pt=8), "right")
    document.form_number = None
    flow = Flow(document, book, look, 32)
    flow.title()
    flow.line(f"({office(document)})", look.style(size_pt=9), align="middle")
    flow.y += 5
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=8), 25, 190, "- {n} -")


@layout("train", "form liste", "Tabelle mit Kopfbalken")
def banner(document: Document, book: Book):
    look = Look(family="dejavu", size_pt=9, title_pt=13, fields="table", heading="capitals", left=20, width=172)
    paper = book.page()
    paper.box(20, 12, 172, 13, 0.3, fill=(214, 220, 228))
    paper.text(23, 20, office(document), look.style(size_pt=12, bold=True))
    flow = Flow(document, book, look, 36)
    flow.title()
    flow.y += 2
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=7), 20, 192, "Seite {n}")


@layout("train", "form liste", "Ausdruck, Listenform")
def listing(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="mono",
        size_pt=9.5,
        title_pt=11,
        fields="colon",
        ruled=False,
        heading="plain",
        boxes="brackets",
        left=18,
        width=174,
        leading=1.25,
    )
    paper = book.page()
    paper.text(18, 16, f"{plain_office(document)}", look.style())
    paper.text(192, 16, f"Druck: {facts.written(facts.date, False)}", look.style(), "right")
    continue_page(document, book, look.style(), "Blatt {n}", 16)
    flow = Flow(document, book, look, 28)
    flow.title()
    flow.y += 2
    _references(document, flow, look.style())
    flow.blocks()


def plain_office(document: Document) -> str:
    return office(document)


@layout("train", "urkunde", "Urkunde, mittig")
def certificate(document: Document, book: Book):
    look = Look(family="serif", size_pt=12, title_pt=21, title_align="middle", fields="colon", heading="plain", leading=1.4)
    paper = book.page()
    paper.arms(98, 14)
    paper.text(107, 42, office(document), look.style(size_pt=13), "middle")
    flow = Flow(document, book, look, 58)
    flow.title()
    flow.y += 5
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=8), 25, 190, "")


@layout("train", "urkunde", "Bescheinigung im Rahmen")
def framed_certificate(document: Document, book: Book):
    look = Look(
        family="century",
        size_pt=11,
        title_pt=16,
        title_align="middle",
        fields="line",
        heading="bold",
        left=30,
        width=150,
        bottom=262,
    )
    paper = book.page()
    paper.box(20, 15, 170, 262, 0.8)
    paper.box(22, 17, 166, 258, 0.2)
    flow = Flow(document, book, look, 34)
    flow.title()
    flow.line(office(document), look.style(size_pt=10), align="middle")
    flow.y += 5
    _references(document, flow, look.style())
    flow.blocks()


@layout("train", "ausweis", "Pass, aufgeschlagen")
def passport(document: Document, book: Book):
    look = Look(family="dejavu", size_pt=8.5, title_pt=12, fields="line", left=35, width=140, filled="mono")
    paper = book.page()
    paper.box(28, 60, 154, 160, 0.4, (150, 150, 150), (238, 240, 236))
    flow = Flow(document, book, look, 70)
    flow.title()
    flow.y += 2
    flow.blocks()


@layout("train", "ausweis", "Karte, vergrößert kopiert")
def card(document: Document, book: Book):
    look = Look(family="sans", size_pt=9, title_pt=11, fields="colon", left=40, width=130)
    paper = book.page()
    paper.box(34, 30, 142, 180, 0.5, (120, 120, 120), (232, 236, 240))
    flow = Flow(document, book, look, 40)
    flow.title()
    flow.blocks()


# Evaluation.


@layout("eval", "form", "Formular, graue Felder", weight=2)
def grey_cells(document: Document, book: Book):
    rng = document.facts.rng
    look = Look(
        family="narrow",
        size_pt=11,
        title_pt=15,
        fields="grey",
        heading="bold",
        left=18,
        width=174,
        boxes="drawn",
        filled=rng.choice(["mono", "hand", None]),
        fill_colour=rng.choice([BLUE, INK]),
        bottom=274,
    )
    paper = book.page()
    paper.text(192, 18, office(document), look.style(size_pt=10), "right")
    flow = Flow(document, book, look, 30)
    flow.title()
    flow.y += 3
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=7.5), 18, 192, "{n} / {of}")


@layout("eval", "form", "Formular, punktierte Linien")
def dotted(document: Document, book: Book):
    rng = document.facts.rng
    look = Look(
        family="palatino",
        size_pt=11,
        title_pt=14,
        title_align="middle",
        fields="dots",
        heading="plain",
        boxes="circle",
        number="{}.",
        filled=rng.choice(["hand", "nimbusmono"]),
        fill_colour=BLUE,
        left=24,
        width=162,
    )
    book.page()
    flow = Flow(document, book, look, 26)
    flow.line(office(document), look.style(size_pt=10))
    flow.y += 6
    flow.title()
    flow.y += 3
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=8), 24, 186, "Seite {n}")


@layout("eval", "form zweispaltig", "Formular, zweispaltig")
def two_columns(document: Document, book: Book):
    look = Look(
        family="dejavu",
        size_pt=8,
        title_pt=13,
        fields="frame",
        heading="capitals",
        left=15,
        width=180,
        columns=2,
        leading=1.3,
    )
    paper = book.page()
    paper.text(15, 14, office(document), look.style(size_pt=9))
    wide = Flow(document, book, Look(family="dejavu", size_pt=9, title_pt=13, left=15, width=180), 24)
    wide.title()
    _references(document, wide, look.style())
    paper.column += 1
    flow = Flow(document, book, look, wide.y + 4)
    flow.blocks()
    _foot(document, book, look.style(size_pt=7), 15, 195, "Seite {n} von {of}")


@layout("eval", "form liste", "Auszug mit Linien")
def ruled_list(document: Document, book: Book):
    look = Look(
        family="gothic",
        size_pt=9.5,
        title_pt=14,
        title_align="right",
        fields="table",
        ruled=False,
        heading="bold",
        left=22,
        width=166,
    )
    paper = book.page()
    paper.rule(22, 12, 188, 12, 1.2)
    paper.text(22, 20, office(document), look.style(size_pt=11, bold=True))
    flow = Flow(document, book, look, 32)
    flow.title()
    flow.y += 2
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=7.5), 22, 188, "Seite {n} von {of}")


@layout("eval", "form liste", "Druckerpapier")
def printout(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="dejavumono",
        size_pt=8.5,
        title_pt=10,
        fields="dots",
        ruled=False,
        heading="underlined",
        boxes="brackets",
        left=15,
        width=180,
    )
    paper = book.page()
    paper.text(15, 12, "=" * 60, look.style())
    paper.text(15, 17, f"{office(document)}   {facts.written(facts.date, False)}", look.style())
    flow = Flow(document, book, look, 27)
    flow.title()
    _references(document, flow, look.style())
    flow.y += 2
    flow.blocks()
    number_pages(book, "S. {n}", 195, 290, "right", look.style())


@layout("eval", "urkunde", "Bescheinigung, linksbündig")
def plain_certificate(document: Document, book: Book):
    look = Look(
        family="dejavuserif", size_pt=10.5, title_pt=15, fields="table", heading="plain", leading=1.45, left=30, width=150
    )
    paper = book.page()
    paper.text(30, 24, office(document), look.style(bold=True))
    if document.facts.sender.unit:
        paper.text(30, 30, document.facts.sender.unit, look.style())
    flow = Flow(document, book, look, 54)
    flow.title()
    flow.y += 6
    _references(document, flow, look.style())
    flow.blocks()
    _foot(document, book, look.style(size_pt=7), 30, 180, "")


@layout("eval", "urkunde", "Urkunde, gesperrt")
def spaced_certificate(document: Document, book: Book):
    look = Look(
        family="bookman",
        size_pt=11,
        title_pt=18,
        title_align="middle",
        title_capitals=True,
        fields="dots",
        heading="underlined",
        left=28,
        width=154,
    )
    paper = book.page()
    paper.box(12, 12, 186, 273, 1.4, (120, 100, 60))
    flow = Flow(document, book, look, 40)
    flow.title()
    flow.y += 4
    flow.line(office(document), look.style(), align="middle")
    flow.y += 6
    _references(document, flow, look.style())
    flow.blocks()


@layout("eval", "ausweis", "Pass, halbe Seite")
def passport_low(document: Document, book: Book):
    look = Look(
        family="narrow",
        size_pt=10,
        title_pt=13,
        title_align="right",
        fields="colon",
        left=20,
        width=125,
        filled="dejavumono",
    )
    paper = book.page()
    paper.box(14, 130, 140, 130, 0.3, (170, 170, 170), (240, 238, 232))
    flow = Flow(document, book, look, 140)
    flow.title()
    flow.y += 1
    flow.blocks()


@layout("eval", "ausweis", "Kopie, oben, mit Vermerk")
def copied(document: Document, book: Book):
    look = Look(family="gothic", size_pt=9.5, title_pt=12, fields="dots", left=28, width=140)
    paper = book.page()
    paper.text(
        120,
        285,
        document.facts.rng.choice(["Original lag vor.", "Kopie entspricht dem Original"]),
        Style(family="hand", size_pt=14, colour=BLUE),
    )
    paper.column += 1
    flow = Flow(document, book, look, 30)
    flow.title()
    flow.y += 2
    flow.blocks()
