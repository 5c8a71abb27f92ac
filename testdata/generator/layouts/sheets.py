"""Papers without a letterhead: notes for the file, e-mails as printed, contracts, judgments, leaflets."""

from ..compose import Document
from ..flow import Book, Flow, Look
from ..sheet import Style
from .letters import continue_page, number_pages, receiver, sender
from .registry import layout


def _mail_rows(document: Document, labels: tuple[str, ...], attachments: str) -> list[tuple[str, str]]:
    facts = document.facts
    date = facts.written(facts.date)
    when = document.field("Datum", date, facts.date.isoformat()) + f" {facts.get('uhr')}"
    rows = [
        (labels[0], f"{sender(document)} <{facts.sender.mail}>"),
        (labels[1], when),
        (labels[2], f"{document.field('Empfänger', facts.receiver.name, facts.receiver.name)} <{facts.receiver.mail}>"),
    ]
    if facts.rng.random() < 0.3:
        rows.append(("Cc:", f"{facts.q.name} <{facts.q.given.split()[0].lower()}@post.example>"))
    if document.title:
        rows.append((labels[3], document.title))
    if facts.rng.random() < 0.4:
        rows.append(
            (
                attachments,
                facts.rng.choice(["Scan_0001.pdf", "Unterlagen.pdf", "Rechnung.pdf", "IMG_2034.jpg", "Bescheid.pdf"]),
            )
        )
    return rows


# Training.


@layout("train", "email", "E-Mail, Kopf in Spalten", weight=2)
def mail_columns(document: Document, book: Book):
    look = Look(
        family="dejavu",
        size_pt=9.5,
        leading=1.35,
        fields="colon",
        bullet="-",
        closing=("Mit freundlichen Grüßen", "Viele Grüße", "i. A."),
    )
    paper, bold, y = book.page(), look.style(bold=True), 24.0
    for label, value in _mail_rows(document, ("Von:", "Gesendet:", "An:", "Betreff:"), "Anlagen:"):
        paper.text(25, y, label, bold)
        for line in paper.break_lines(135, value, look.style()):
            y = paper.text(53, y, line, look.style()) + 0.4
    paper.rule(25, y - 1, 190, y - 1, 0.3)
    flow = Flow(document, book, look, y + 7)
    flow.blocks()
    if document.facts.rng.random() < 0.5:
        number_pages(book, "{n}", 107, 288, "middle", look.style(size_pt=8))


@layout("train", "email", "E-Mail, Name als Kopf")
def mail_named(document: Document, book: Book):
    facts = document.facts
    look = Look(family="sans", size_pt=10.5, leading=1.3, fields="colon", closing=("Mit freundlichen Grüßen", "Gruß"))
    paper = book.page()
    paper.text(25, 18, facts.receiver.name, look.style(bold=True, size_pt=12))
    paper.rule(25, 21, 190, 21, 0.8)
    y = 30.0
    for label, value in _mail_rows(document, ("Von:", "Gesendet:", "An:", "Betreff:"), "Anlagen:"):
        for line in paper.break_lines(160, f"{label} {value}", look.style()):
            y = paper.text(25, y, line, look.style())
    flow = Flow(document, book, look, y + 9)
    flow.blocks()


@layout("train", "prosa", "Fließtext, Serifen")
def prose(document: Document, book: Book):
    look = Look(
        family="serif",
        size_pt=11.5,
        leading=1.3,
        title_pt=17,
        title_align="middle",
        heading="bold",
        fields="colon",
        bottom=274,
    )
    book.page()
    flow = Flow(document, book, look, 32)
    flow.title()
    flow.y += 4
    flow.blocks()
    if len(book.pages) > 1:
        number_pages(book, "- {n} -", 107, 288, "middle", look.style(size_pt=9), first=False)


@layout("train", "prosa", "Zweispaltig, klein")
def prose_columns(document: Document, book: Book):
    look = Look(
        family="sans", size_pt=8.5, leading=1.28, heading="bold", fields="colon", left=20, width=172, columns=2, bottom=278
    )
    paper = book.page()
    wide = Flow(document, book, Look(title_pt=15, left=20, width=172), 24)
    wide.title()
    paper.column += 1
    flow = Flow(document, book, look, wide.y + 3)
    flow.blocks()
    number_pages(book, "Seite {n}/{of}", 192, 288, "right", look.style(size_pt=7))


@layout("train", "vermerk", "Vermerk, Kopfzeilen links")
def note(document: Document, book: Book):
    facts = document.facts
    look = Look(family="sans", size_pt=11, heading="underlined", title_pt=13, fields="colon", closing=("",))
    paper = book.page()
    y = paper.lines(25, 24, [sender(document), facts.sender.unit or facts.sender.street], look.style())
    y = paper.text(25, y, f"Az.: {document.fact('az')}", look.style())
    paper.text(190, 24, f"{facts.get('stadt')}, {document.fact('datum')}", look.style(), "right")
    paper.text(190, 29, f"Bearb.: {facts.get('sachn')}", look.style(), "right")
    flow = Flow(document, book, look, y + 8)
    flow.title()
    flow.y += 2
    flow.blocks()


@layout("train", "vermerk", "Vermerk, nur Zeichen")
def note_bare(document: Document, book: Book):
    facts = document.facts
    look = Look(family="serif", size_pt=12, heading="spaced", title_pt=12, fields="line", closing=("",), left=30, width=155)
    paper = book.page()
    paper.text(30, 22, f"{document.fact('az')}", look.style())
    paper.text(185, 22, document.fact("datum"), look.style(), "right")
    flow = Flow(document, book, look, 36)
    flow.title()
    flow.y += 3
    flow.blocks()
    _ = facts


# Evaluation.


@layout("eval", "email", "E-Mail, Betreff als Überschrift", weight=2)
def mail_subject(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="narrow",
        size_pt=11,
        leading=1.35,
        fields="dots",
        bullet="*",
        closing=("Viele Grüße", "Mit freundlichen Grüßen", "LG"),
    )
    paper = book.page()
    paper.text(20, 12, facts.rng.choice(["Webmail", "Posteingang", "Druckansicht"]), look.style(size_pt=8))
    y = paper.text(20, 24, document.title or "(kein Betreff)", look.style(size_pt=14, bold=True)) + 2
    for label, value in _mail_rows(document, ("Von", "Datum", "An", "Betreff"), "Anhänge"):
        paper.text(20, y, f"{label}:", look.style(size_pt=9.5))
        for line in paper.break_lines(140, value, look.style(size_pt=9.5)):
            y = paper.text(42, y, line, look.style(size_pt=9.5))
    paper.rule(20, y, 190, y, 0.15)
    flow = Flow(document, book, look, y + 8)
    flow.blocks()
    number_pages(book, "{n} von {of}", 190, 290, "right", look.style(size_pt=7.5))


@layout("eval", "email", "E-Mail, nur Text")
def mail_plain(document: Document, book: Book):
    look = Look(
        family="dejavumono",
        size_pt=8.5,
        leading=1.3,
        fields="colon",
        bullet="-",
        left=15,
        width=180,
        closing=("Gruß", "Mit freundlichen Grüßen"),
    )
    paper, y = book.page(), 16.0
    for label, value in _mail_rows(
        document,
        (
            ("From:", "Date:", "To:", "Subject:")
            if document.facts.rng.random() < 0.4
            else ("Absender:", "Gesendet:", "Empfänger:", "Betreff:")
        ),
        "Anlage:",
    ):
        for line in paper.break_lines(175, f"{label} {value}", look.style()):
            y = paper.text(15, y, line, look.style())
    flow = Flow(document, book, look, y + 6)
    flow.blocks()


@layout("eval", "prosa", "Fließtext, Buchschrift")
def book_prose(document: Document, book: Book):
    look = Look(
        family="palatino",
        size_pt=11,
        leading=1.4,
        title_pt=14,
        heading="plain",
        fields="table",
        left=30,
        width=150,
        bottom=266,
        number="({})",
    )
    book.page()
    flow = Flow(document, book, look, 28)
    flow.title()
    flow.y += 3
    flow.blocks()
    number_pages(book, "Seite {n} von {of}", 180, 284, "right", look.style(size_pt=8.5))


@layout("eval", "prosa", "Blocktext ohne Ränder")
def dense_prose(document: Document, book: Book):
    look = Look(
        family="gothic",
        size_pt=9,
        leading=1.3,
        title_pt=12,
        heading="capitals",
        fields="dots",
        left=14,
        width=182,
        top=16,
        bottom=284,
    )
    book.page()
    flow = Flow(document, book, look, 20)
    flow.title()
    flow.y += 2
    flow.blocks()


@layout("eval", "prosa zweispaltig", "Zweispaltig, Serifen")
def serif_columns(document: Document, book: Book):
    look = Look(
        family="century",
        size_pt=8.5,
        leading=1.35,
        heading="plain",
        fields="colon",
        left=16,
        width=178,
        columns=2,
        bottom=276,
    )
    paper = book.page()
    wide = Flow(document, book, Look(family="century", title_pt=16, title_align="middle", left=16, width=178), 28)
    wide.title()
    paper.column += 1
    flow = Flow(document, book, look, wide.y + 5)
    flow.blocks()


@layout("eval", "vermerk", "Vermerk, Tabellenkopf")
def note_grid(document: Document, book: Book):
    facts = document.facts
    look = Look(
        family="dejavu",
        size_pt=9.5,
        heading="bold",
        title_pt=12,
        fields="grey",
        closing=("gez.",),
        left=22,
        width=166,
        number="{})",
    )
    paper = book.page()
    for number, (label, value) in enumerate(
        [
            ("Organisationseinheit", facts.sender.unit or facts.sender.name),
            ("Geschäftszeichen", document.fact("az")),
            ("Datum", document.fact("datum")),
            ("erstellt von", facts.get("sach")),
        ]
    ):
        paper.box(22 + number * 41.5, 14, 41.5, 11, 0.15)
        paper.text(23 + number * 41.5, 17.5, label, Style(family="dejavu", size_pt=6))
        paper.text(23 + number * 41.5, 22.5, value, Style(family="dejavu", size_pt=7.5))
    flow = Flow(document, book, look, 38)
    flow.title()
    flow.y += 2
    flow.blocks()


@layout("eval", "vermerk", "Vermerk, handschriftlich ergänzt")
def note_hand(document: Document, book: Book):
    facts = document.facts
    look = Look(family="bookman", size_pt=10.5, heading="plain", title_pt=12, fields="dots", closing=("i. A.",), bullet="-")
    paper = book.page()
    paper.text(25, 20, f"{facts.sender.unit or facts.sender.name} / {document.fact('az')}", look.style(size_pt=9))
    paper.text(25, 25, f"{facts.get('sachn')}, {document.fact('datum')}", look.style(size_pt=9))
    flow = Flow(document, book, look, 40)
    flow.title()
    flow.y += 2
    flow.blocks()
    paper.column += 1
    if facts.rng.random() < 0.6:
        paper.text(
            120,
            32,
            facts.rng.choice(["gesehen " + facts.get("d6"), "bitte Rspr.", "erl. " + facts.get("d6"), "eilt!"]),
            Style(family="hand", size_pt=15, colour=(40, 60, 140)),
        )


_ = continue_page, receiver
