"""The pages: what an Ausländeramt and a town hall file. Every name, number and place is invented.

Each function draws one upright page on a sheet; its name is what it draws.
"""

from .sheet import BLUE, RED, Sheet, Style

SANS = Style()
SERIF = Style(family="serif", size_pt=11.5, leading=1.25)
MONO = Style(family="mono", size_pt=10.5, leading=1.35)
DEJAVU = Style(family="dejavu", size_pt=9.5, leading=1.35)
SMALL = Style(size_pt=8)
LEFT, WIDTH = 25.0, 165.0
SCRAWL = [(0, 4), (3, -3), (4, 5), (8, -1), (10, 3), (13, 0), (15, 3), (20, -4), (19, 4), (24, 1), (31, 0)]


def _letterhead(sheet: Sheet, office: str, colour=(40, 60, 110)):
    sheet.arms(LEFT, 11)
    sheet.text(44, 18, "Stadt Musterhausen an der Lahr", Style(size_pt=15, bold=True, colour=colour))
    sheet.text(44, 24.5, office, Style(size_pt=11, colour=colour))
    sheet.rule(LEFT, 31, LEFT + WIDTH, 31, 0.5, colour)


def _address(sheet: Sheet, lines: list[str], style: Style = SANS):
    sheet.text(LEFT, 46, "Stadt Musterhausen · Am Kornmarkt 3 · 35999 Musterhausen", Style(size_pt=7))
    sheet.rule(LEFT, 47.2, 97, 47.2, 0.15)
    sheet.lines(LEFT, 53, lines, style)


def _reference(sheet: Sheet, rows: list[tuple[str, str]]):
    for number, (label, value) in enumerate(rows):
        y = 46 + 5 * number
        sheet.text(125, y, label, SMALL)
        sheet.text(150, y, value, Style(size_pt=9.5))


def _footer(sheet: Sheet):
    sheet.rule(LEFT, 278, LEFT + WIDTH, 278, 0.2)
    small = Style(size_pt=7.5)
    sheet.lines(LEFT, 282, ["Öffnungszeiten: Mo, Di, Do 8 bis 12 Uhr", "Do auch 14 bis 18 Uhr, Mi geschlossen"], small)
    sheet.lines(88, 282, ["Telefon 069 90009-0 · Fax 069 90009-199", "auslaenderamt@musterhausen.example"], small)
    sheet.lines(148, 282, ["Kreissparkasse Lahrtal", "IBAN DE00 1234 0000 0098 7654 32"], small)


def antrag_erste_seite(sheet: Sheet):
    sheet.text(LEFT, 20, "Stadt Musterhausen an der Lahr", SANS.but(bold=True))
    sheet.text(LEFT, 25, "Ausländeramt", SANS)
    sheet.stamp(138, 12, ["EINGEGANGEN", "12. Februar 2024", "Ausländeramt"])
    sheet.text(LEFT, 40, "Antrag auf Erteilung eines Aufenthaltstitels", SANS.but(size_pt=17, bold=True))
    sheet.text(LEFT, 46, "nach dem Aufenthaltsgesetz (AufenthG). Bitte in Druckschrift ausfüllen.", SMALL.but(size_pt=9))
    y = sheet.checkbox(LEFT, 54, True, "Erteilung einer Aufenthaltserlaubnis")
    sheet.checkbox(110, 54, False, "Verlängerung der Aufenthaltserlaubnis")
    y = sheet.checkbox(LEFT, 60, False, "Erteilung einer Niederlassungserlaubnis")
    sheet.checkbox(110, 60, False, "Erteilung einer Blauen Karte EU")

    def section(y: float, title: str) -> float:
        sheet.box(LEFT, y - 4.4, WIDTH, 6, 0.2, fill=(226, 226, 226))
        sheet.text(LEFT + 1.5, y, title, SANS.but(bold=True, size_pt=10))
        return y + 2.6

    filled = Style(family="dejavu", size_pt=10, colour=BLUE)

    def row(y: float, cells: list[tuple[float, str, str]]) -> float:
        left = LEFT
        for width, label, value in cells:
            sheet.field(left, y, width, label, value, filled)
            left += width
        return y + 10.5

    y = section(70, "1. Angaben zur Person")
    y = row(y, [(85, "Familienname", "Beispiel"), (80, "Vornamen", "Amira Sophie")])
    y = row(y, [(85, "Frühere Namen", "Haddadi"), (80, "Geburtsdatum", "17.08.1991")])
    y = row(y, [(85, "Geburtsort", "Tunis"), (45, "Staatsangehörigkeit", "tunesisch"), (35, "Geschlecht", "weiblich")])
    y = row(y, [(65, "Familienstand", "verheiratet"), (50, "seit", "04.06.2019"), (50, "Augenfarbe", "braun")])
    y = section(y + 9, "2. Pass oder sonstiger Reiseausweis")
    y = row(y, [(60, "Art des Ausweises", "Reisepass"), (55, "Nummer", "X0471234"), (50, "gültig bis", "30.11.2028")])
    y = row(y, [(85, "ausgestellt von", "Gouvernorat Tunis"), (80, "ausgestellt am", "01.12.2018")])
    y = section(y + 9, "3. Wohnung im Bundesgebiet")
    y = row(y, [(115, "Straße, Hausnummer", "Mühlgäßchen 14 b"), (50, "Wohnfläche", "68 m²")])
    y = row(y, [(40, "Postleitzahl", "35999"), (75, "Ort", "Musterhausen"), (50, "Zimmer", "3")])
    y = row(y, [(85, "Telefon (freiwillig)", "069 90009-703"), (80, "Einzugsdatum", "01.03.2022")])
    y = section(y + 9, "4. Zweck des Aufenthalts")
    y = sheet.checkbox(LEFT + 1, y + 3.5, True, "Familiennachzug zum deutschen Ehegatten (§ 28 AufenthG)")
    y = sheet.checkbox(LEFT + 1, y + 0.8, False, "Beschäftigung als Fachkraft mit Berufsausbildung (§ 18a AufenthG)")
    y = sheet.checkbox(LEFT + 1, y + 0.8, False, "Studium an einer deutschen Hochschule (§ 16b AufenthG)")
    y = sheet.checkbox(LEFT + 1, y + 0.8, False, "Sonstiger Zweck, und zwar:")
    y = row(y + 1, [(55, "Beabsichtigte Dauer", "auf Dauer"), (110, "Arbeitgeber oder Ausbildungsstätte", "Bäckerei Süßmilch")])
    y = row(y, [(55, "Kenntnisse der Sprache", "Stufe A2"), (110, "Frühere Aufenthalte in Deutschland", "Köln, 2015 bis 2017")])
    sheet.field(LEFT, y, WIDTH, "Vorstrafen im In- oder Ausland", "keine", filled)
    sheet.text(LEFT, 284, "Formular AuslA 101 · Stand 01/2024", SMALL)
    sheet.text(LEFT + WIDTH, 284, "Seite 1 von 2", SMALL, "right")


def antrag_zweite_seite(sheet: Sheet):
    sheet.text(LEFT, 22, "Antrag auf Erteilung eines Aufenthaltstitels", SANS.but(bold=True, size_pt=12))
    sheet.text(LEFT, 32, "5. Ehegatte und Kinder", SANS.but(bold=True))
    y = sheet.table(LEFT, 35, [(45, "left"), (40, "left"), (30, "left"), (50, "left")], [
        ["Name", "Vorname", "geboren am", "Staatsangehörigkeit"],
        ["Beispiel", "Jörg", "02.05.1988", "deutsch"],
        ["Beispiel", "Lina Marie", "23.12.2020", "deutsch, tunesisch"],
        ["Beispiel", "Yusuf", "09.10.2023", "deutsch, tunesisch"],
    ])
    sheet.text(LEFT, y + 11, "6. Sicherung des Lebensunterhalts", SANS.but(bold=True))
    y = sheet.paragraph(LEFT, y + 18, WIDTH, "Der Lebensunterhalt wird durch das Einkommen des Ehegatten "
                        "gesichert. Das monatliche Nettoeinkommen der Bedarfsgemeinschaft beträgt 2.846,50 €. Leistungen "
                        "nach dem Zweiten oder Zwölften Buch Sozialgesetzbuch werden nicht bezogen.")
    sheet.text(LEFT, y + 4, "7. Erklärung", SANS.but(bold=True))
    y = sheet.paragraph(LEFT, y + 11, WIDTH, "Ich versichere, dass ich alle vorstehenden Angaben nach bestem Wissen "
                        "und Gewissen richtig und vollständig gemacht habe. Mir ist bekannt, dass falsche oder "
                        "unvollständige Angaben zur Ablehnung des Antrags führen und nach § 95 Abs. 2 Nr. 2 AufenthG "
                        "strafbar sein können.")
    y = sheet.paragraph(LEFT, y, WIDTH, "Ich bin nach § 82 AufenthG verpflichtet, meine Belange und für mich günstige "
                        "Umstände unverzüglich geltend zu machen und die erforderlichen Nachweise beizubringen. Auf die "
                        "„Hinweise zum Datenschutz“ (Anlage 3) wurde ich aufmerksam gemacht.")
    y = sheet.checkbox(LEFT, y + 3, True, "Biometrisches Lichtbild liegt bei")
    y = sheet.checkbox(LEFT, y + 1, True, "Heiratsurkunde mit Übersetzung liegt bei")
    y = sheet.checkbox(LEFT, y + 1, False, "Nachweis über Krankenversicherungsschutz wird nachgereicht")
    sheet.text(LEFT, y + 22, "Musterhausen, den 12.02.2024", Style(family="dejavu", size_pt=10, colour=BLUE))
    sheet.signature(125, y + 20, SCRAWL)
    sheet.rule(LEFT, y + 24, 95, y + 24)
    sheet.rule(115, y + 24, LEFT + WIDTH, y + 24)
    sheet.text(LEFT, y + 28, "Ort, Datum", SMALL)
    sheet.text(115, y + 28, "Unterschrift der Antragstellerin", SMALL)
    sheet.text(LEFT, 284, "Formular AuslA 101 · Stand 01/2024", SMALL)
    sheet.text(LEFT + WIDTH, 284, "Seite 2 von 2", SMALL, "right")


def bescheid_erste_seite(sheet: Sheet):
    _letterhead(sheet, "Der Bürgermeister · Ausländeramt")
    _address(sheet, ["Frau", "Amira Sophie Beispiel", "Mühlgäßchen 14 b", "35999 Musterhausen"])
    _reference(sheet, [("Aktenzeichen:", "32.4-000123/24"), ("Bearbeitung:", "Herr Grünwedel"), ("Zimmer:", "217"),
                       ("Durchwahl:", "069 90009-217"), ("Datum:", "18. März 2024")])
    bold = SANS.but(bold=True)
    y = sheet.text(LEFT, 92, "Bescheid über die Erteilung einer Aufenthaltserlaubnis", bold.but(size_pt=13))
    y = sheet.text(LEFT, y + 1, "Ihr Antrag vom 12. Februar 2024", SANS)
    y = sheet.text(LEFT, y + 5, "Sehr geehrte Frau Beispiel,", SANS) + 2
    y = sheet.paragraph(LEFT, y, WIDTH, "auf Ihren Antrag ergeht folgende Entscheidung:")
    for number, sentence in enumerate([
        "Ihnen wird eine Aufenthaltserlaubnis gemäß § 28 Abs. 1 Satz 1 Nr. 1 AufenthG erteilt. Sie ist bis zum "
        "17. März 2027 befristet.",
        "Die Erwerbstätigkeit ist gestattet (§ 4a Abs. 1 AufenthG).",
        "Sie sind verpflichtet, an einem Integrationskurs teilzunehmen. Die Anmeldung ist bis zum 30. Juni 2024 "
        "nachzuweisen.",
        "Für diesen Bescheid wird eine Gebühr von 100,00 € erhoben.",
    ], 1):
        sheet.text(LEFT + 4, y, f"{number}.", SANS)
        y = sheet.paragraph(LEFT + 12, y, WIDTH - 12, sentence)
    y = sheet.text(LEFT, y + 5, "Begründung", bold) + 2
    y = sheet.paragraph(LEFT, y, WIDTH, "Sie sind mit einem deutschen Staatsangehörigen verheiratet, der seinen "
                        "gewöhnlichen Aufenthalt im Bundesgebiet hat. Die eheliche Lebensgemeinschaft besteht nach den "
                        "vorgelegten Unterlagen fort. Der Lebensunterhalt ist gesichert, ausreichender Wohnraum von "
                        "68 m² steht zur Verfügung. Ausweisungsinteressen im Sinne des § 54 AufenthG sind nicht "
                        "ersichtlich.")
    sheet.paragraph(LEFT, y, WIDTH, "Da Sie sich noch nicht auf einfache Art in deutscher Sprache verständigen können, "
                    "besteht nach § 44a Abs. 1 Satz 1 Nr. 1 AufenthG die Pflicht zur Teilnahme am Integrationskurs. "
                    "Die Gebühr beruht auf § 45 Nr. 1 der Aufenthaltsverordnung.")
    _footer(sheet)


def bescheid_zweite_seite(sheet: Sheet):
    sheet.text(LEFT, 22, "Seite 2 des Bescheids vom 18. März 2024, Aktenzeichen 32.4-000123/24", SMALL.but(size_pt=9))
    bold = SANS.but(bold=True)
    y = sheet.text(LEFT, 36, "Hinweise", bold) + 2
    y = sheet.paragraph(LEFT, y, WIDTH, "Die Gebühr ist innerhalb von 14 Tagen unter Angabe des Kassenzeichens "
                        "5.0322.004711.8 auf das unten genannte Konto zu überweisen. Der elektronische Aufenthaltstitel "
                        "(eAT) wird von der Bundesdruckerei hergestellt und kann nach etwa sechs Wochen abgeholt werden.")
    y = sheet.paragraph(LEFT, y, WIDTH, "Änderungen Ihrer Anschrift, des Familienstandes oder des Passes teilen Sie "
                        "bitte unverzüglich mit.")
    y = sheet.text(LEFT, y + 5, "Rechtsbehelfsbelehrung", bold) + 2
    y = sheet.paragraph(LEFT, y, WIDTH, "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch "
                        "erhoben werden. Der Widerspruch ist schriftlich oder zur Niederschrift bei der Stadt "
                        "Musterhausen an der Lahr, Am Kornmarkt 3, 35999 Musterhausen, einzulegen. Die Frist ist auch "
                        "gewahrt, wenn der Widerspruch rechtzeitig bei der Widerspruchsbehörde eingeht.")
    y = sheet.paragraph(LEFT, y, WIDTH, "Widerspruch und Klage gegen die Gebührenfestsetzung haben keine aufschiebende "
                        "Wirkung (§ 80 Abs. 2 Satz 1 Nr. 1 VwGO).")
    y = sheet.lines(LEFT, y + 6, ["Mit freundlichen Grüßen", "Im Auftrag"])
    sheet.signature(LEFT + 2, y + 7, SCRAWL)
    sheet.text(LEFT, y + 18, "Grünwedel", SANS)
    _footer(sheet)


def meldebescheinigung(sheet: Sheet):
    _letterhead(sheet, "Bürgerbüro · Meldebehörde")
    sheet.text(105, 56, "Erweiterte Meldebescheinigung", SERIF.but(size_pt=20, bold=True), "middle")
    sheet.text(105, 63, "gemäß § 18 Abs. 2 des Bundesmeldegesetzes", SERIF, "middle")
    rows = [("Familienname", "Beispiel"), ("Geburtsname", "Haddadi"), ("Vornamen", "Amira Sophie"),
            ("Doktorgrad", "keiner"), ("Geburtsdatum", "17. August 1991"), ("Geburtsort", "Tunis, Tunesien"),
            ("Staatsangehörigkeit", "tunesisch"), ("Familienstand", "verheiratet"),
            ("Alleinige Wohnung", "Mühlgäßchen 14 b, 35999 Musterhausen"), ("Einzugsdatum", "1. März 2022"),
            ("Gesetzliche Vertretung", "keine")]
    y = 82
    for label, value in rows:
        sheet.text(LEFT, y, label + ":", SERIF)
        y = sheet.text(85, y, value, SERIF.but(bold=True)) + 3.5
    y = sheet.paragraph(LEFT, y + 8, WIDTH, "Die vorstehenden Daten stimmen mit dem Melderegister überein. Diese "
                        "Bescheinigung wird auf Antrag der betroffenen Person zur Vorlage beim Ausländeramt ausgestellt; "
                        "sie gilt nicht als Nachweis der Identität.", SERIF)
    sheet.text(LEFT, y + 8, "Musterhausen an der Lahr, den 9. Februar 2024", SERIF)
    sheet.stamp(140, y + 12, ["STADT", "MUSTERHAUSEN", "Siegel 4"])
    sheet.signature(LEFT + 2, y + 21, SCRAWL[::-1])
    sheet.text(LEFT, y + 32, "Öztürk-Lindenau, Verwaltungsfachangestellte", SERIF)
    sheet.text(LEFT, y + 41, "Gebühr: 9,00 € · bezahlt", SERIF.but(size_pt=10))


def mietvertrag_erste_seite(sheet: Sheet):
    sheet.text(105, 30, "Mietvertrag über Wohnraum", SERIF.but(size_pt=19, bold=True), "middle")
    y = sheet.paragraph(LEFT, 46, WIDTH, "Zwischen Frau Hildegard Sonnenschein, Obere Gasse 7, 35999 Musterhausen – im "
                        "Folgenden „Vermieterin“ genannt – und Herrn Oğuz Öger, zurzeit wohnhaft Bahnhofstraße 21, "
                        "35998 Neuweiler – im Folgenden „Mieter“ genannt – wird folgender Mietvertrag geschlossen:", SERIF)

    def clause(y: float, title: str, *paragraphs: str) -> float:
        y = sheet.text(LEFT, y + 3, title, SERIF.but(bold=True)) + 1
        for paragraph in paragraphs:
            y = sheet.paragraph(LEFT, y, WIDTH, paragraph, SERIF)
        return y

    y = clause(y, "§ 1 Mietsache", "(1) Vermietet wird die im Hause Obere Gasse 9, zweites Obergeschoss links, gelegene "
               "Wohnung, bestehend aus drei Zimmern, Küche, Bad mit WC und Flur. Die Wohnfläche beträgt 71,4 m².",
               "(2) Mitvermietet ist der Kellerraum Nr. 5. Dem Mieter werden zwei Haustürschlüssel, zwei "
               "Wohnungsschlüssel und ein Briefkastenschlüssel ausgehändigt.")
    y = clause(y, "§ 2 Mietzeit", "Das Mietverhältnis beginnt am 1. September 2023 und läuft auf unbestimmte Zeit. Die "
               "Kündigung richtet sich nach den gesetzlichen Vorschriften; sie bedarf der Schriftform.")
    y = clause(y, "§ 3 Miete", "(1) Die Grundmiete beträgt monatlich 585,00 €. Daneben sind Vorauszahlungen auf die "
               "Betriebskosten von 145,00 € und auf die Heizkosten von 95,00 € zu leisten, insgesamt also 825,00 €.",
               "(2) Die Miete ist spätestens am dritten Werktag eines jeden Monats im Voraus zu zahlen.")
    clause(y, "§ 4 Kaution", "Der Mieter leistet eine Sicherheit in Höhe von 1.755,00 €, die in drei gleichen "
           "monatlichen Raten gezahlt werden kann.")
    sheet.text(105, 284, "– 1 –", SERIF, "middle")


def mietvertrag_zweite_seite(sheet: Sheet):
    y = sheet.text(LEFT, 28, "§ 5 Schönheitsreparaturen und Instandhaltung", SERIF.but(bold=True)) + 1
    y = sheet.paragraph(LEFT, y, WIDTH, "Die Wohnung wird renoviert übergeben. Schäden an der Mietsache hat der Mieter "
                        "unverzüglich anzuzeigen. Kleinreparaturen bis zu 90,00 € im Einzelfall, höchstens jedoch "
                        "250,00 € im Kalenderjahr, trägt der Mieter.", SERIF)
    y = sheet.text(LEFT, y + 3, "§ 6 Hausordnung", SERIF.but(bold=True)) + 1
    y = sheet.paragraph(LEFT, y, WIDTH, "Die diesem Vertrag beigefügte Hausordnung ist Bestandteil des Vertrages. Die "
                        "Treppenhausreinigung erfolgt im wöchentlichen Wechsel.", SERIF)
    y = sheet.text(LEFT, y + 3, "§ 7 Schlussbestimmungen", SERIF.but(bold=True)) + 1
    y = sheet.paragraph(LEFT, y, WIDTH, "Nebenabreden bestehen nicht. Änderungen und Ergänzungen bedürfen der "
                        "Schriftform. Sollte eine Bestimmung unwirksam sein, so bleibt der Vertrag im Übrigen gültig.",
                        SERIF)
    y = sheet.text(LEFT, y + 14, "Musterhausen, den 14. August 2023", SERIF)
    sheet.signature(LEFT + 4, y + 13, SCRAWL)
    sheet.signature(118, y + 13, SCRAWL[::-1])
    sheet.rule(LEFT, y + 19, 90, y + 19)
    sheet.rule(112, y + 19, 180, y + 19)
    sheet.text(LEFT, y + 24, "Vermieterin", SERIF.but(size_pt=9))
    sheet.text(112, y + 24, "Mieter", SERIF.but(size_pt=9))
    sheet.text(105, 284, "– 2 –", SERIF, "middle")


def wohnungsgeberbestaetigung(sheet: Sheet):
    y = sheet.text(LEFT, 26, "Wohnungsgeberbestätigung", SANS.but(size_pt=16, bold=True))
    y = sheet.text(LEFT, y + 1, "nach § 19 des Bundesmeldegesetzes (BMG)", SANS)
    y = sheet.paragraph(LEFT, y + 8, WIDTH, "Hiermit wird ein Einzug in folgende Wohnung bestätigt:")
    y = sheet.table(LEFT, y, [(60, "left"), (105, "left")], [
        ["Angabe", "Eintrag"],
        ["Straße und Hausnummer", "Obere Gasse 9, 2. OG links"],
        ["Postleitzahl und Ort", "35999 Musterhausen"],
        ["Tag des Einzugs", "01.09.2023"],
        ["Eingezogene Personen", "Oğuz Öger, Elif Öger"],
        ["Name des Wohnungsgebers", "Hildegard Sonnenschein"],
        ["Anschrift", "Obere Gasse 7, 35999 Musterhausen"],
        ["Eigentümer", "wie Wohnungsgeber"],
    ], row_mm=9)
    y = sheet.paragraph(LEFT, y + 14, WIDTH, "Es ist verboten, eine Wohnungsanschrift für eine Anmeldung anzubieten oder "
                        "zur Verfügung zu stellen, obwohl ein tatsächlicher Bezug der Wohnung nicht stattfindet. Ein "
                        "Verstoß kann mit einer Geldbuße bis zu 50.000 € geahndet werden.")
    sheet.text(LEFT, y + 16, "Musterhausen, 28.08.2023", SANS)
    sheet.signature(120, y + 14, SCRAWL)
    sheet.text(115, y + 24, "Unterschrift des Wohnungsgebers", SMALL)


def merkblatt_zweispaltig(sheet: Sheet):
    sheet.text(105, 26, "Merkblatt zum Integrationskurs", SERIF.but(size_pt=21, bold=True), "middle")
    sheet.text(105, 34, "Ausländeramt der Stadt Musterhausen an der Lahr · Ausgabe 2023", SERIF.but(size_pt=10), "middle")
    sheet.rule(20, 38, 190, 38, 0.4)
    body = SERIF.but(size_pt=12)
    columns = [
        ("Wer darf teilnehmen?", [
            "Einen Anspruch auf einmalige Teilnahme hat, wer erstmals eine Aufenthaltserlaubnis zu Erwerbszwecken, zum "
            "Familiennachzug oder aus humanitären Gründen erhält und sich dauerhaft in Deutschland aufhält.",
            "Der Anspruch erlischt ein Jahr nach Erteilung des Aufenthaltstitels. Wer bereits über ausreichende "
            "Kenntnisse der deutschen Sprache verfügt, braucht keinen Sprachkurs zu besuchen, wohl aber den "
            "Orientierungskurs.",
            "Deutsche Staatsangehörige können zugelassen werden, wenn sie nicht über ausreichende Sprachkenntnisse "
            "verfügen und Plätze frei sind."],
         "Wie lange dauert der Kurs?", [
            "Der allgemeine Kurs umfasst 700 Unterrichtsstunden: 600 Stunden Sprachkurs und 100 Stunden "
            "Orientierungskurs. Jugendintegrationskurse und Kurse mit Alphabetisierung dauern bis zu 1.000 Stunden.",
            "Unterrichtet wird in Gruppen von höchstens 25 Personen, vormittags oder abends."]),
        ("Was kostet er?", [
            "Je Unterrichtsstunde ist ein Beitrag von 2,29 € zu zahlen. Wer Bürgergeld oder Hilfe zum Lebensunterhalt "
            "bezieht, wird auf Antrag befreit.",
            "Bei erfolgreichem Abschluss innerhalb von zwei Jahren kann die Hälfte des Beitrags erstattet werden."],
         "Wie melde ich mich an?", [
            "Mit der Bestätigung Ihrer Berechtigung gehen Sie zu einem zugelassenen Kursträger. Die Liste der Träger "
            "hängt im zweiten Stock des Rathauses aus.",
            "Der Kursträger nennt Ihnen den voraussichtlichen Beginn; er darf höchstens drei Monate nach der Anmeldung "
            "liegen. Bringen Sie zum Einstufungstest Ihren Ausweis und die Berechtigung mit.",
            "Fragen beantwortet Frau Küçük-Großmann, Zimmer 219, Telefon 069 90009-219."]),
    ]
    for x, (first, first_text, second, second_text) in zip((20, 109), columns, strict=True):
        y = 47.0
        for title, paragraphs in ((first, first_text), (second, second_text)):
            y = sheet.text(x, y, title, body.but(bold=True, size_pt=13.5)) + 1
            for paragraph in paragraphs:
                y = sheet.paragraph(x, y, 81, paragraph, body)
            y += 3
    sheet.rule(20, 276, 190, 276, 0.4)
    sheet.text(105, 282, "Rückseite beachten! Alle Angaben ohne Gewähr.", SERIF.but(size_pt=9), "middle")


def rechnung(sheet: Sheet):
    sheet.text(LEFT, 22, "Übersetzungsbüro Kowalczyk & Söhne", Style(size_pt=16, bold=True, colour=(20, 90, 70)))
    sheet.text(LEFT, 28, "Beeidigte Übersetzungen · Polnisch · Ukrainisch · Arabisch", Style(size_pt=9.5))
    sheet.rule(LEFT, 31, LEFT + WIDTH, 31, 0.6, (20, 90, 70))
    sheet.lines(LEFT, 50, ["Stadt Musterhausen an der Lahr", "Kämmerei, Rechnungseingang", "Am Kornmarkt 3",
                           "35999 Musterhausen"])
    _reference(sheet, [("Rechnung Nr.:", "2022-0815"), ("Datum:", "27.10.2022"), ("Kundennr.:", "10447"),
                       ("Leistung:", "Oktober 2022")])
    sheet.text(LEFT, 88, "Rechnung", SANS.but(size_pt=16, bold=True))
    sheet.text(LEFT, 96, "Für die Übersetzung von Personenstandsurkunden berechnen wir:", SANS)
    y = sheet.table(LEFT, 101, [(14, "left"), (76, "left"), (22, "right"), (25, "right"), (28, "right")], [
        ["Pos.", "Bezeichnung", "Zeilen", "Einzelpreis", "Betrag"],
        ["1", "Geburtsurkunde Kowalczyk, Zofia", "48", "1,95 €", "93,60 €"],
        ["2", "Heiratsurkunde Kowalczyk/Bielińska", "62", "1,95 €", "120,90 €"],
        ["3", "Scheidungsurteil, 7 Seiten", "214", "2,15 €", "460,10 €"],
        ["4", "Beglaubigungsvermerk", "3", "12,50 €", "37,50 €"],
        ["5", "Eilzuschlag 25 %", "1", "178,03 €", "178,03 €"],
        ["", "Zwischensumme netto", "", "", "890,13 €"],
        ["", "Umsatzsteuer 19 %", "", "", "169,12 €"],
    ], row_mm=7.5)
    sheet.text(LEFT + 137 - 1.5, y + 7, "Rechnungsbetrag", SANS.but(bold=True), "right")
    sheet.text(LEFT + 165 - 1.5, y + 7, "1.059,25 €", SANS.but(bold=True), "right")
    y = sheet.paragraph(LEFT, y + 22, WIDTH, "Zahlbar innerhalb von 30 Tagen ohne Abzug auf das Konto DE00 9999 0000 0012 "
                        "3456 78 bei der Volksbank Neuweiler. Steuernummer 020/815/04711.")
    sheet.stamp(LEFT, y + 8, ["SACHLICH UND RECHNERISCH RICHTIG", "03. Nov. 2022 · Haushaltsstelle 1.1220.6550"], RED)
    sheet.text(LEFT, 280, "Übersetzungsbüro Kowalczyk & Söhne · Tannenweg 2 · 35998 Neuweiler · USt-IdNr. DE000000000",
               SMALL)


def kontoauszug(sheet: Sheet):
    sheet.text(LEFT, 24, "Kreissparkasse Lahrtal", SANS.but(size_pt=14, bold=True))
    sheet.text(LEFT + WIDTH, 24, "Kontoauszug 11/2022", SANS.but(size_pt=12, bold=True), "right")
    sheet.text(LEFT, 31, "Konto 98 7654 32 · IBAN DE00 1234 0000 0098 7654 32 · Blatt 1 von 1", MONO.but(size_pt=9))
    sheet.text(LEFT, 37, "Kontoinhaber: Tadeusz Kowalczyk, Tannenweg 2, 35998 Neuweiler", MONO.but(size_pt=9))
    style = MONO.but(size_pt=9)
    rows = [["Buchung", "Wert", "Verwendungszweck", "Betrag EUR"], ["01.11.", "01.11.", "Kontostand alt", "1.204,77 +"]]
    entries = [("02.11.", "Miete November Obere Gasse 3", "612,00 -"), ("03.11.", "Stadtwerke Abschlag Strom", "84,00 -"),
               ("04.11.", "Lohn Oktober Sägewerk Brömmel", "2.318,45 +"), ("07.11.", "Lebensmittel Lahrmarkt", "73,18 -"),
               ("08.11.", "Jobcenter Erstattung 0815", "118,20 +"), ("10.11.", "Bargeldauszahlung Automat 4", "150,00 -"),
               ("14.11.", "Kfz-Versicherung Police 7781", "46,90 -"), ("15.11.", "Telefon und Internet", "39,95 -"),
               ("17.11.", "Kindergarten Löwenzahn", "97,00 -"), ("21.11.", "Lebensmittel Lahrmarkt", "61,42 -"),
               ("23.11.", "Gebühr Ausländeramt", "100,00 -"), ("25.11.", "Kindergeld 654321FK", "438,00 +"),
               ("28.11.", "Rundfunkbeitrag Quartal", "55,08 -"), ("29.11.", "Überweisung an Zofia K.", "200,00 -")]
    rows += [[day, day, purpose, amount] for day, purpose, amount in entries]
    rows += [["30.11.", "30.11.", "Kontostand neu", "2.559,89 +"]]
    y = sheet.table(LEFT, 46, [(24, "left"), (24, "left"), (82, "left"), (35, "right")], rows, style, ruled=False,
                    row_mm=7)
    sheet.paragraph(LEFT, y + 12, WIDTH, "Bitte prüfen Sie den Auszug und erheben Sie Einwendungen innerhalb von sechs "
                    "Wochen. Rechnungsabschluss vorbehaltlich. Guthaben sind nach Maßgabe des Einlagensicherungsgesetzes "
                    "entschädigungsfähig.", SMALL)


def zahlungsaufstellung(sheet: Sheet):
    _letterhead(sheet, "Kreiskasse · Zahlungsverkehr")
    y = sheet.text(LEFT, 44, "Auszahlungsbeleg und Zahlungsaufstellung", SANS.but(size_pt=14, bold=True))
    y = sheet.text(LEFT, y + 1, "Leistungen nach dem Asylbewerberleistungsgesetz, Monat Dezember 2022", SANS)
    y = sheet.table(LEFT, y + 3, [(12, "right"), (43, "left"), (34, "left"), (25, "right"), (25, "right"), (26, "right")], [
        ["Nr.", "Empfänger", "Kassenzeichen", "Regelsatz", "Unterkunft", "Summe"],
        ["1", "Kowalczyk, Zofia", "5.0411.00017.3", "410,00", "285,50", "695,50"],
        ["2", "Bielińska, Ewa", "5.0411.00018.1", "410,00", "260,00", "670,00"],
        ["3", "Grzędowicz, Jan", "5.0411.00025.6", "369,00", "142,75", "511,75"],
        ["4", "Şimşek, Aylin", "5.0411.00031.0", "410,00", "301,20", "711,20"],
        ["5", "Nováková, Jiřina", "5.0411.00044.2", "326,00", "0,00", "326,00"],
        ["6", "Dragić, Željko", "5.0411.00052.9", "410,00", "255,00", "665,00"],
        ["", "Gesamtsumme", "", "2.335,00", "1.244,45", "3.579,45"],
    ], SANS.but(size_pt=9.5), row_mm=8)
    y = sheet.paragraph(LEFT, y + 12, WIDTH, "Die Auszahlung der vorstehenden Beträge wird angeordnet. Die sachliche "
                        "Richtigkeit wird bescheinigt; die Mittel stehen bei der Haushaltsstelle 1.4200.7880 zur "
                        "Verfügung.")
    y = sheet.lines(LEFT, y + 4, ["Musterhausen, den 1. Dezember 2022", "Anordnungsbefugt:"])
    sheet.signature(LEFT + 40, y - 2, SCRAWL)
    sheet.stamp(140, y + 8, ["AUSGEZAHLT", "05. DEZ. 2022"], RED)
    _footer(sheet)


def vermerk(sheet: Sheet):
    y = sheet.lines(LEFT, 28, ["32.4-001002/21", "Musterhausen, 03.05.2021", "Bearb.: Grünwedel, App. 217"], MONO)
    y = sheet.text(LEFT, y + 6, "Vermerk", MONO.but(bold=True, size_pt=13)) + 3
    y = sheet.paragraph(LEFT, y, WIDTH, "Betreff: Nguyen-Lindner, Thi Mai, geb. 30.01.1985; hier: Vorsprache am "
                        "heutigen Tage", MONO)
    for number, note in enumerate([
        "Frau Nguyen-Lindner sprach um 10:15 Uhr ohne Termin vor. Sie legte einen neuen Reisepass der Sozialistischen "
        "Republik Vietnam vor (Nr. C0099887, gültig bis 14.02.2031). Der Übertrag des Aufenthaltstitels wurde "
        "aufgenommen, Fingerabdrücke wurden abgenommen.",
        "Auf die Frage nach der Beschäftigung gab sie an, seit dem 1. April in Teilzeit (25 Std./Woche) in der "
        "Gärtnerei Weißhäupl zu arbeiten. Der Arbeitsvertrag wird nachgereicht. Frist: 20.05.2021.",
        "Die Akte des Jobcenters (BG-Nr. 43505//0001122) wurde telefonisch angefordert; Frau Jäkel sagte Übersendung "
        "bis Ende der Woche zu.",
    ], 1):
        sheet.text(LEFT, y, f"{number}.", MONO)
        y = sheet.paragraph(LEFT + 10, y, WIDTH - 10, note, MONO)
    y = sheet.lines(LEFT + 0, y + 6, ["Wv.: 21.05.2021", "z. d. A."], MONO)
    sheet.signature(LEFT + 3, y + 6, SCRAWL)
    sheet.text(LEFT, y + 17, "(Grünwedel)", MONO)


def email(sheet: Sheet):
    bold = DEJAVU.but(bold=True)
    y = 24.0
    for label, value in [("Von:", "Jäkel, Petra <petra.jaekel@jobcenter-lahrtal.example>"),
                         ("Gesendet:", "Donnerstag, 6. Mai 2021 14:32"),
                         ("An:", "Ausländeramt <auslaenderamt@musterhausen.example>"),
                         ("Betreff:", "AW: Aktenanforderung BG 43505//0001122"),
                         ("Anlagen:", "Bewilligungsbescheid_2021-02.pdf (184 KB)")]:
        sheet.text(LEFT, y, label, bold)
        y = sheet.text(LEFT + 28, y, value, DEJAVU) + 0.6
    sheet.rule(LEFT, y - 1, LEFT + WIDTH, y - 1, 0.3)
    y = sheet.text(LEFT, y + 6, "Sehr geehrter Herr Grünwedel,", DEJAVU) + 2
    for paragraph in [
        "wie telefonisch besprochen übersende ich Ihnen anbei den letzten Bewilligungsbescheid. Die Leistungen wurden "
        "zum 31.03.2021 eingestellt, da Frau Nguyen-Lindner ihren Bedarf seit Aufnahme der Beschäftigung selbst deckt.",
        "Eine Rückforderung ist nicht beabsichtigt. Die vollständige Akte umfasst drei Bände und geht Ihnen mit der "
        "Hauspost zu.",
        "Für Rückfragen erreichen Sie mich montags bis donnerstags unter 069 90009-841.",
    ]:
        y = sheet.paragraph(LEFT, y, WIDTH, paragraph, DEJAVU)
    y = sheet.lines(LEFT, y + 3, ["Mit freundlichen Grüßen", "Petra Jäkel", "Jobcenter Lahrtal, Team 3"], DEJAVU)
    y += 6
    sheet.rule(LEFT, y, LEFT + 60, y, 0.2)
    sheet.lines(LEFT, y + 7, ["-----Ursprüngliche Nachricht-----", "Von: Ausländeramt", "Gesendet: Montag, 3. Mai 2021 "
                              "11:02", "Guten Tag Frau Jäkel, bitte übersenden Sie uns die Leistungsakte."], DEJAVU)


def anhoerung(sheet: Sheet):
    _letterhead(sheet, "Der Bürgermeister · Ausländeramt")
    _address(sheet, ["Frau", "Thi Mai Nguyen-Lindner", "Gartenstraße 5", "35998 Neuweiler"])
    _reference(sheet, [("Aktenzeichen:", "32.4-001002/21"), ("Bearbeitung:", "Herr Grünwedel"), ("Zimmer:", "217"),
                       ("Durchwahl:", "069 90009-217"), ("Datum:", "25. Mai 2021")])
    y = sheet.text(LEFT, 92, "Fehlender Nachweis über Ihre Beschäftigung", SANS.but(bold=True, size_pt=12))
    y = sheet.text(LEFT, y + 5, "Sehr geehrte Frau Nguyen-Lindner,", SANS) + 2
    for paragraph in [
        "bei Ihrer Vorsprache am 3. Mai 2021 haben Sie zugesagt, den Arbeitsvertrag mit der Gärtnerei Weißhäupl bis zum "
        "20. Mai 2021 vorzulegen. Der Vertrag liegt uns bis heute nicht vor.",
        "Ich bitte Sie daher, die Unterlage bis spätestens 11. Juni 2021 nachzureichen. Eine Kopie genügt; Sie können "
        "sie auch als Anlage einer E-Mail schicken oder in den Hausbriefkasten am Kornmarkt einwerfen.",
        "Sollten Sie den Vertrag nicht oder nicht mehr in Händen haben, rufen Sie mich bitte an. Wir finden dann "
        "gemeinsam eine Lösung.",
    ]:
        y = sheet.paragraph(LEFT, y, WIDTH, paragraph)
    y = sheet.lines(LEFT, y + 5, ["Mit freundlichen Grüßen", "Im Auftrag"])
    sheet.signature(LEFT + 2, y + 7, SCRAWL)
    sheet.text(LEFT, y + 18, "Grünwedel", SANS)
    _footer(sheet)
