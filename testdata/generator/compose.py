"""Makes a document of a wording: alternatives chosen, facts filled in, fields marked; not yet laid out."""

import random
import re
from dataclasses import dataclass, field

from . import checks
from .facts import FIELDS, Facts
from .paper import mark
from .script import Wording
from .tables import TABLES, Table

CHOICE, FACT = re.compile(r"\[([^\[\]]*)\]"), re.compile(r"\{([A-Za-z0-9]+)\}")
REMEDIES = {
    "train": [
        "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden. Der Widerspruch ist "
        "schriftlich oder zur Niederschrift bei der {amt}, {amtstr}, {amtort}, einzulegen.",
        "Gegen diesen Bescheid kann binnen eines Monats nach Zustellung Klage beim {gericht} erhoben werden. Die Klage soll einen "
        "bestimmten Antrag enthalten; die zur Begründung dienenden Tatsachen sollen angegeben werden.",
    ],
    "eval": [
        "Sie können gegen diese Entscheidung innerhalb eines Monats, nachdem sie Ihnen bekannt gegeben worden ist, Widerspruch "
        "einlegen. Richten Sie ihn schriftlich, elektronisch oder zur Niederschrift an {amt}, {amtstr}, {amtort}.",
        "Wird gegen diesen Verwaltungsakt Widerspruch eingelegt, so hat dies in der Frist eines Monats ab Bekanntgabe bei der "
        "Stelle zu geschehen, die ihn erlassen hat ({amt}, {amtort}).",
    ],
    "probe": [
        "Halten Sie die getroffene Regelung für falsch, können Sie ihr widersprechen. Dafür bleibt Ihnen ein Monat, "
        "gerechnet vom Tag der Bekanntgabe an. Es genügt ein unterzeichneter Brief an: {amt}, {amtstr}, {amtort}. Eine "
        "E-Mail reicht nicht.",
        "Statthaft ist die Klage. Sie muss vor Ablauf eines Monats ab Zustellung bei folgendem Gericht eingehen: "
        "{gericht}. Kläger, Beklagte und der Gegenstand des Klagebegehrens sind zu bezeichnen, Abschriften beizulegen.",
    ],
}
REMEDIES_TITLE = {
    "train": ["Rechtsbehelfsbelehrung"],
    "eval": ["Rechtsbehelfsbelehrung", "Ihr Recht", "Rechtsbehelf"],
    "probe": ["Rechtsmittelbelehrung", "Was Sie dagegen tun können", "Belehrung"],
}

ENCLOSURES = {
    "train": [
        "Anlagen: [1 Rechnung|Kopie des Bescheides|Antragsvordruck|Merkblatt|Vollmacht]",
        "Anlage(n): {n3} Blatt",
        "Verteiler: Kreiskasse, z. d. A.",
        "Anlagen: Mietvertrag, Gehaltsabrechnung, Kontoauszug (in Kopie)",
    ],
    "eval": [
        "Beigefügt: [Quittung|Widerspruchsformular|Überweisungsträger|Ihr Schreiben im Original]",
        "{n3} Anlagen",
        "Nachrichtlich: Rechnungsprüfungsamt",
        "Beilagen: Geburtsurkunde, Arbeitsvertrag, Lieferschein",
    ],
    "probe": [
        "Anbei: [Durchschrift der Mahnung|Erklärungsvordruck|Freiumschlag|Lageplan|Zeugnis]",
        "Mitgeschickt werden {n3} Seiten",
        "Mehrfertigung erhält: Personalrat, Registratur",
        "Beigelegt: Bescheinigung der Bank, Ausweiskopie, Angebot (jeweils einfach)",
    ],
}
NOTES = {
    "train": [
        "Hinweis zum Datenschutz: Informationen nach Art. 13 DSGVO zur Verarbeitung Ihrer Daten finden Sie auf unserer Internetseite.",
        "Sie erreichen uns mit den Buslinien {n1} und {n2}. Bitte bringen Sie zu Vorsprachen dieses Schreiben und Ihren Ausweis mit.",
        "Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig.",
    ],
    "eval": [
        "Wie wir Ihre personenbezogenen Angaben nutzen, lesen Sie in den Datenschutzhinweisen, die im Foyer ausliegen.",
        "Parkplätze stehen hinter dem Haus zur Verfügung. Der Zugang ist barrierefrei.",
        "Ausgefertigt mittels elektronischer Datenverarbeitung; eine Unterschrift ist nicht erforderlich.",
    ],
    "probe": [
        "Auskunft darüber, welche Angaben zu Ihrer Person hier gespeichert sind, gibt unser Datenschutzteam.",
        "Telefonisch sind wir vormittags am besten erreichbar. Persönliche Gespräche bitte vorab vereinbaren, Aufzug da.",
        "Vom Computer gedruckt, daher nicht unterzeichnet.",
    ],
}
BACKS = {
    "train": [
        "Antwortschreiben: {p}, {adr} // Zu Ihrem Schreiben vom {d6} teile ich Folgendes mit: ____________________ // "
        "Ich bitte um Ratenzahlung. Ich lege Widerspruch ein. Ich bitte um einen Termin. (Nichtzutreffendes streichen) // Datum, Unterschrift",
        "Rechtsgrundlagen: § 24 SGB X, § 28 VwVfG: Bevor ein Verwaltungsakt erlassen wird, ist Gelegenheit zu geben, sich zu äußern. // "
        "§ 60 SGB I: Wer Sozialleistungen beantragt oder erhält, hat Änderungen mitzuteilen. // § 66 SGB I: Folgen fehlender Mitwirkung.",
    ],
    "eval": [
        "Rückantwort: Absender {p} // An {amt}, {amtort} // O Ich bin einverstanden. O Ich bin nicht einverstanden, weil: ........ // "
        "O Bitte rufen Sie mich an: {fon} // Ort, Tag, Name",
        "Gesetzestexte (Auszug): Die Behörde kann von der Anhörung absehen, wenn sie nach den Umständen nicht geboten ist. // "
        "Widerspruch und Klage haben aufschiebende Wirkung, soweit nicht ein Gesetz anderes bestimmt. // Fristen beginnen mit dem Tag nach "
        "der Zustellung.",
    ],
    "probe": [
        "Bitte ausgefüllt zurücksenden // Von: {pn}, {plz} // Betrifft: Ihre Nachricht aus dem Monat {monat} // "
        "( ) Den Vorgang habe ich erledigt am: ________ ( ) Mir fehlen noch Belege, ich reiche sie nach bis: ________ // "
        "( ) Sonstiges: ________________________ // (Handzeichen)",
        "Wortlaut wichtiger Vorschriften: Beteiligte sollen bei der Ermittlung des Sachverhalts mitwirken, insbesondere "
        "ihnen bekannte Beweismittel angeben. // War jemand ohne Verschulden verhindert, eine gesetzliche Frist "
        "einzuhalten, so ist ihm auf Wunsch Wiedereinsetzung zu gewähren. // Die Amtssprache ist deutsch.",
    ],
}


@dataclass
class Document:
    """A document before it lies on paper. `blocks` are (code, content)."""

    wording: Wording
    facts: Facts
    title: str | None = None
    subtitle: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[tuple[str, object]] = field(default_factory=list)
    form_number: str | None = None
    stamps: list[list[str]] = field(default_factory=list)
    # Parts of a machine-readable zone: they stand where the zone does.
    zone: list[tuple[str, str]] = field(default_factory=list)
    # By number of the mark: name and value of the field.
    fields: dict[int, tuple[str, str]] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """`text` with one of each choice and with its facts; index fields are marked."""
        text = CHOICE.sub(lambda found: self.facts.rng.choice(found[1].split("|")), text)
        return FACT.sub(lambda found: self.fact(found[1]), text)

    def fact(self, key: str) -> str:
        written = self.facts.get(key)
        return self.field(FIELDS[key], written, self.facts.value(key)) if key in FIELDS else written

    def field(self, name: str, written: str, value: str) -> str:
        """`written`, marked as the value of a field."""
        entry = (name, value)
        number = next((n for n, known in self.fields.items() if known == entry), len(self.fields))
        self.fields[number] = entry
        return mark(written, number)


def compose(wording: Wording, unit: str, seed: str) -> Document:
    """The document of `wording` that `seed` gives."""
    rng = random.Random(seed)
    facts = Facts(rng, wording.side, unit)
    facts.sender, facts.receiver = facts.party(wording.sender), facts.party(wording.receiver)
    if wording.amounts == "small":
        facts.plain_cents = rng.randint(4, 80) * 250
    document = Document(wording, facts)
    chosen = [
        (block.code, rng.choice(block.texts)) for block in wording.blocks if not block.optional or rng.random() >= 0.35
    ]
    # Tables first: their sums are facts that a text above may name.
    tables = {at: TABLES[text.strip()](facts) for at, (code, text) in enumerate(chosen) if code == "V"}
    for at, (code, text) in enumerate(chosen):
        _place(document, code, text, tables.get(at))
    _append(document)
    return document


def _append(document: Document):
    """What letters carry besides what they say: lists of enclosures, notes on data protection, a slip to send back."""
    rng, facts, say = document.facts.rng, document.facts, document.say
    if "brief" not in document.wording.genres and "privat" not in document.wording.genres:
        return
    if rng.random() < 0.3:
        document.blocks.append(("O", say(rng.choice(ENCLOSURES[facts.split]))))
    if facts.sender.kind in ("amt", "jobcenter", "kasse", "versicherung", "bank") and rng.random() < 0.25:
        document.blocks.append(("O", say(rng.choice(NOTES[facts.split]))))
    if facts.sender.kind in ("amt", "jobcenter") and rng.random() < 0.12:
        document.blocks.append(("Z", say(rng.choice(BACKS[facts.split]))))


def _place(document: Document, code: str, text: str, table: Table | None):
    facts, say = document.facts, document.say
    if code == "T":
        document.title = None if text == "~" else say(text)
    elif code == "S":
        document.subtitle.append(say(text))
    elif code == "R":
        document.references += [tuple(say(cell.strip()).split("=", 1)) for cell in text.split(";")]
    elif code == "F":
        cells = [cell.strip().split("=", 1) for cell in text.split(";")]
        document.blocks.append(("F", [(say(cell[0]), say(cell[1]) if len(cell) > 1 else "") for cell in cells]))
    elif code == "C":
        options = [say(option.strip()) for option in text.split(";")]
        ticked = facts.rng.randrange(len(options))
        document.blocks.append(
            ("C", [(option, n == ticked or facts.rng.random() < 0.15) for n, option in enumerate(options)])
        )
    elif code == "V":
        rows, align, sums = table
        document.blocks.append(("V", (rows, align, [(say(label), say(value)) for label, value in sums])))
    elif code == "A":
        document.blocks.append(("P", _greeting(facts)))
    elif code == "B":
        document.blocks.append(("H", facts.rng.choice(REMEDIES_TITLE[facts.split])))
        document.blocks.append(("P", say(facts.rng.choice(REMEDIES[facts.split]))))
    elif code == "E":
        document.stamps.append([say(line.strip()) for line in text.split(";")])
    elif code == "K":
        document.form_number = say(text)
    elif code == "M":
        document.blocks.append(("M", _zone(document, text.strip())))
    else:
        document.blocks.append((code, say(text)))


def _greeting(facts: Facts) -> str:
    receiver, rng = facts.receiver, facts.rng
    if receiver.person is None:
        return rng.choice(
            {
                "train": ["Sehr geehrte Damen und Herren,", "Sehr geehrte Damen und Herren,", "Guten Tag,"],
                "eval": ["Sehr geehrte Damen, sehr geehrte Herren,", "Sehr geehrte Damen und Herren,", "An wen es angeht:"],
                "probe": ["Sehr geehrte Herren und Damen,", "Werte Damen und Herren,", "Grüß Gott,"],
            }[facts.split]
        )
    title, surname = receiver.person.title, receiver.person.surname
    formal = f"Sehr geehrte{'r' if title == 'Herr' else ''} {title} {surname},"
    return formal if rng.random() < 0.85 else f"Guten Tag {title} {surname},"


def _zone(document: Document, shape: str) -> list[str]:
    """The machine-readable zone of the person's passport or card; its parts are fields."""
    facts = document.facts
    facts.get("d4")
    p, expiry, number = facts.p, facts.dates["d4"], facts.get("pass")
    state = p.nation[1] if shape == "pass" else "D<<"
    parts = (state, p.surname, p.given, number, p.nation[1], f"{p.birth:%y%m%d}", p.sex.upper(), f"{expiry:%y%m%d}")
    lines = checks.td3(*parts) if shape == "pass" else checks.td1(shape, *parts)
    names = checks.mrz_text(p.surname).replace("<", " "), checks.mrz_text(p.given).replace("<", " ")
    values = [
        ("MRZ-Dokumentennummer", number),
        ("MRZ-Nachname", names[0]),
        ("MRZ-Vornamen", names[1]),
        ("MRZ-Staatsangehörigkeit", p.nation[1]),
        ("MRZ-Geburtsdatum", p.birth.isoformat()),
        ("MRZ-Geschlecht", p.sex.upper()),
        ("MRZ-Ablaufdatum", expiry.isoformat()),
    ]
    number_of_mark = len(document.fields)
    document.fields[number_of_mark] = ("MRZ", "\n".join(lines))
    document.zone = values
    return [mark(line, number_of_mark) for line in lines]
