"""Tables of made-up figures that phrase banks name: rows of texts, the first is the head; and what follows below."""

import datetime
from collections.abc import Callable

from . import names
from .facts import MONTHS, Facts, money

# Rows, alignments, and lines of sums below the table as (label, key or text).
Table = tuple[list[list[str]], list[str], list[tuple[str, str]]]


def positions(facts: Facts) -> Table:
    """Goods of an invoice: its net sum becomes the document's."""
    rng = facts.rng
    head = rng.choice(
        {
            "train": [
                ["Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Gesamt"],
                ["Nr", "Leistung", "Anz.", "E-Preis €", "G-Preis €"],
            ],
            "eval": [["Pos", "Artikel", "Anzahl", "Preis/Einh.", "Betrag EUR"], ["#", "Beschreibung", "Menge", "EP", "GP"]],
            "probe": [
                ["Zeile", "Ware", "St.", "je €", "zus. €"],
                ["Lfd.", "Gegenstand der Lieferung", "Zahl", "Stückpreis", "Zeilensumme"],
            ],
        }[facts.split]
    )
    rows, total = [head], 0
    for number, ware in enumerate(rng.sample(names.GOODS[facts.split], rng.randint(1, 7)), 1):
        count, price = rng.randint(1, 24), rng.randint(190, 39_900)
        total += count * price
        rows.append([str(number), ware, str(count), money(price), money(count * price)])
    facts.net_cents = total
    sums = rng.choice(
        {
            "train": [
                ("Nettobetrag", "zzgl. {satz} % Umsatzsteuer", "Rechnungsbetrag"),
                ("Summe netto", "USt. {satz} %", "Gesamtbetrag"),
                ("Zwischensumme", "MwSt. {satz} %", "Zu zahlen"),
            ],
            "eval": [
                ("Netto", "{satz} % MwSt.", "Brutto"),
                ("Nettosumme", "Umsatzsteuer {satz} %", "Endbetrag"),
                ("Warenwert", "+ {satz} % USt", "Gesamtsumme"),
            ],
            "probe": [
                ("Entgelt", "Steuer {satz} v. H.", "Forderung"),
                ("Summe ohne Steuer", "darauf {satz} % Mehrwertsteuer", "Summe mit Steuer"),
                ("Übertrag", "U.-Steuer ({satz} %)", "Wir erhalten"),
            ],
        }[facts.split]
    )
    return rows, ["right", "left", "right", "right", "right"], list(zip(sums, ["{netto}", "{ust}", "{betrag} €"]))


def goods(facts: Facts) -> Table:
    """Goods without prices: delivery notes."""
    rng = facts.rng
    head = rng.choice([["Pos.", "Art.-Nr.", "Bezeichnung", "Menge"], ["Lfd.", "Artikel", "Beschreibung", "Stück"]])
    rows = [head] + [
        [str(number), facts.digits(6), ware, str(rng.randint(1, 60))]
        for number, ware in enumerate(rng.sample(names.GOODS[facts.split], rng.randint(1, 8)), 1)
    ]
    return rows, ["right", "left", "left", "right"], []


def bookings(facts: Facts) -> Table:
    """Movements of a bank account."""
    rng = facts.rng
    head = {
        "train": ["Buchungstag", "Valuta", "Verwendungszweck", "Betrag"],
        "eval": ["Datum", "Wert", "Erläuterung", "Umsatz EUR"],
        "probe": ["Tag", "Wertst.", "Vorgang", "Soll (-) / Haben (+)"],
    }[facts.split]
    texts = {
        "train": [
            "Miete Wohnung 12",
            "Gehalt",
            "Kartenzahlung Lebensmittel",
            "Stadtwerke Abschlag",
            "Kindergeld",
            "Gutschrift Jobcenter",
            "Bargeldauszahlung",
        ],
        "eval": [
            "Lohn/Gehalt",
            "Lastschrift Telefon",
            "Dauerauftrag Miete",
            "Geldautomat",
            "Rundfunkbeitrag",
            "Überweisung Kreiskasse",
            "Einkauf Markt am Wehr",
        ],
        "probe": [
            "Bezüge",
            "Drogerie Kohlenmarkt",
            "Hausgeld Eschenring",
            "Barabhebung",
            "Versicherungsprämie",
            "Erstattung Finanzamt",
            "Tanken",
        ],
    }[facts.split]
    rows, day = [head], facts.around(-40, -31)
    for _ in range(rng.randint(5, 16)):
        day += datetime.timedelta(rng.randint(0, 3))
        sign = rng.choice(["-", "-", "+"])
        rows.append([f"{day:%d.%m.}", f"{day:%d.%m.}", rng.choice(texts), f"{money(rng.randint(300, 180_000))}{sign}"])
    return rows, ["left", "left", "left", "right"], []


def wages(facts: Facts) -> Table:
    """Parts of a wage."""
    rng = facts.rng
    gross = rng.randint(90_000, 480_000)
    tax, health, pension, jobless = (round(gross * share) for share in (0.11, 0.081, 0.093, 0.013))
    net = gross - tax - health - pension - jobless
    facts.plain_cents = net
    labels = {
        "train": ["Lohnart", "Grundgehalt", "Lohnsteuer", "KV-Beitrag AN", "RV-Beitrag AN", "AV-Beitrag AN"],
        "eval": [
            "Bezeichnung",
            "Stundenlohn",
            "Steuer",
            "Krankenversicherung",
            "Rentenversicherung",
            "Arbeitslosenversicherung",
        ],
        "probe": ["Art", "Tarifentgelt", "LSt", "KV/PV", "RV", "AV"],
    }[facts.split]
    values = ["Betrag", money(gross), money(tax), money(health), money(pension), money(jobless)]
    total = {"train": "Auszahlungsbetrag", "eval": "Netto-Verdienst / Überweisung", "probe": "Auf Ihr Konto"}[facts.split]
    return [list(row) for row in zip(labels, values)], ["left", "right"], [(total, "{betrag}")]


def needs(facts: Facts) -> Table:
    """Needs of a household (SGB II, AsylbLG), month by month."""
    rng = facts.rng
    heads = {
        "train": ["Leistung", "Betrag mtl."],
        "eval": ["Bedarf", "EUR je Monat"],
        "probe": ["Posten", "monatlich in €"],
    }[facts.split]
    texts = {
        "train": ["Regelbedarf", "Mehrbedarf", "Kosten der Unterkunft und Heizung", "abzüglich Einkommen"],
        "eval": ["Regelbedarf Alleinstehende", "Bedarfe für Unterkunft", "Heizkosten", "anzurechnendes Einkommen"],
        "probe": ["Regelsatz", "Miete und Nebenkosten", "Warmwasser", "./. bereinigtes Erwerbseinkommen"],
    }[facts.split]
    values = [rng.randint(5_000, 58_000) for _ in texts]
    facts.plain_cents = sum(values[:-1]) + 12_000 - min(values[-1], 12_000)
    total = {"train": "Gesamtleistung", "eval": "Summe des Anspruchs", "probe": "Zahlbetrag"}[facts.split]
    return [heads] + [[text, money(value)] for text, value in zip(texts, values)], ["left", "right"], [(total, "{betrag}")]


def payees(facts: Facts) -> Table:
    """People who are paid something."""
    rng = facts.rng
    head = {
        "train": ["Lfd. Nr.", "Empfänger", "Kassenzeichen", "Betrag"],
        "eval": ["Nr.", "Name, Vorname", "Buchungsstelle", "EUR"],
        "probe": ["Zl.", "Zahlung an", "Zeichen der Kasse", "Euro"],
    }[facts.split]
    rows, total = [head], 0
    for number in range(1, rng.randint(3, 12)):
        person, cents = facts.person(), rng.randint(900, 98_000)
        total += cents
        rows.append([str(number), f"{person.surname}, {person.given}", facts.make_kz(), money(cents)])
    facts.plain_cents = total
    return (
        rows,
        ["right", "left", "left", "right"],
        [({"train": "Gesamtsumme", "eval": "Insgesamt", "probe": "Alle Zeilen"}[facts.split], "{betrag}")],
    )


def measures(facts: Facts) -> Table:
    """Readings of a speed camera's test."""
    rng = facts.rng
    head = {
        "train": ["Messung Nr.", "Uhrzeit", "Messwert km/h", "Toleranz km/h", "vorwerfbar km/h"],
        "eval": ["Bild", "Zeit", "v gemessen", "Abzug", "v"],
        "probe": ["Foto-Kennung", "Std:Min", "Anzeige", "abzgl.", "verbleiben"],
    }[facts.split]
    rows = [head]
    for _ in range(rng.randint(3, 9)):
        speed = rng.randint(61, 118)
        rows.append(
            [
                str(rng.randint(1, 900)),
                f"{rng.randint(6, 22):02d}:{rng.randint(0, 59):02d}",
                str(speed),
                "3" if speed < 100 else "4",
                str(speed - (3 if speed < 100 else 4)),
            ]
        )
    return rows, ["right", "left", "right", "right", "right"], []


def claims(facts: Facts) -> Table:
    """What is owed: main claim, fees."""
    rng = facts.rng
    main, fee, late = rng.randint(2_000, 90_000), rng.choice([500, 800, 1_000]), rng.randint(100, 3_000)
    facts.plain_cents = main + fee + late
    head = {
        "train": ["Forderung", "fällig am", "Betrag"],
        "eval": ["Gegenstand", "Fälligkeit", "offen EUR"],
        "probe": ["Schuldgrund", "zahlbar bis", "ausstehend"],
    }[facts.split]
    texts = {
        "train": ["Hauptforderung", "Mahngebühr", "Säumniszuschlag"],
        "eval": ["Grundbetrag", "Mahnkosten", "Zinsen"],
        "probe": ["Ursprüngliche Schuld", "Gebühr der Erinnerung", "Verzugsaufschlag"],
    }[facts.split]
    day = facts.written(facts.around(-60, -20), False)
    rows = [head, [texts[0], day, money(main)], [texts[1], "", money(fee)], [texts[2], "", money(late)]]
    return (
        rows,
        ["left", "left", "right"],
        [({"train": "Gesamtforderung", "eval": "Rückstand gesamt", "probe": "Noch zu leisten"}[facts.split], "{betrag} €")],
    )


def stays(facts: Facts) -> Table:
    """Entries of a register of people."""
    head = {
        "train": ["Datum", "Sachverhalt", "Behörde"],
        "eval": ["Meldedatum", "Eintrag", "gemeldet von"],
        "probe": ["Stand vom", "Speicherinhalt", "Dienststelle"],
    }[facts.split]
    texts = {
        "train": [
            "Ersteinreise",
            "Aufenthaltserlaubnis erteilt",
            "Zuzug aus dem Ausland",
            "Adressänderung",
            "Antrag gestellt",
        ],
        "eval": [
            "Einreise in das Bundesgebiet",
            "Fiktionswirkung",
            "Fortzug nach unbekannt",
            "Titel verlängert",
            "Asylantrag gestellt",
        ],
        "probe": [
            "Grenzübertritt",
            "Niederlassungserlaubnis beantragt",
            "Umzug innerhalb der Gemeinde",
            "Visum, nationales, erfasst",
            "Lichtbild erneuert",
        ],
    }[facts.split]
    rows, day = [head], facts.around(-3000, -2000)
    for _ in range(facts.rng.randint(3, 7)):
        day += datetime.timedelta(facts.rng.randint(30, 400))
        rows.append([facts.written(day, False), facts.rng.choice(texts), facts.council[0]])
    return rows, ["left", "left", "left"], []


def family(facts: Facts) -> Table:
    """Members of a household."""
    head = {
        "train": ["Name", "Vorname", "geboren am", "Staatsangehörigkeit"],
        "eval": ["Familienname, Vorname", "Geburtsdatum", "Verhältnis", "Nationalität"],
        "probe": ["Angehörige(r)", "geb.", "Stellung im Haushalt", "Staat"],
    }[facts.split]
    relations = {"eval": ["Kind", "Ehepartner", "Mutter"], "probe": ["Nachwuchs", "angeheiratet", "Elternteil"]}
    rows = [head]
    for _ in range(facts.rng.randint(1, 4)):
        p = facts.person()
        born = facts.written(p.birth, False)
        rows.append(
            [p.surname, p.given, born, p.nation[2]]
            if facts.split == "train"
            else [f"{p.surname}, {p.given}", born, facts.rng.choice(relations[facts.split]), p.nation[2]]
        )
    return rows, ["left"] * 4, []


def timetable(facts: Facts) -> Table:
    """Departures: a page that is no document of an office."""
    rng = facts.rng
    stops = [street for street in names.STREETS[facts.split]][: rng.randint(5, 9)]
    rows = [["Haltestelle"] + [f"{100 + n}" for n in range(4)]]
    minute = rng.randint(300, 420)
    for stop in stops:
        minute += rng.randint(2, 9)
        rows.append([stop] + [f"{(minute + 60 * n) // 60:02d}.{(minute + 60 * n) % 60:02d}" for n in range(4)])
    return rows, ["left", "right", "right", "right", "right"], []


def budget(facts: Facts) -> Table:
    """Months and figures: statistics."""
    rng = facts.rng
    return (
        [["Monat", "Zugang", "Abgang", "Bestand"]]
        + [[month, str(rng.randint(5, 99)), str(rng.randint(5, 99)), str(rng.randint(200, 900))] for month in MONTHS],
        ["left", "right", "right", "right"],
        [],
    )


TABLES: dict[str, Callable[[Facts], Table]] = {
    table.__name__: table
    for table in (positions, goods, bookings, wages, needs, payees, measures, claims, stays, family, timetable, budget)
}
