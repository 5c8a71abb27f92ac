"""Which types each pipeline knows, and where their documents come from in the phrase banks."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pipeline:
    """`types`: by name, the banks whose wordings are documents of it. `strangers`: banks of no type of this pipeline.
    `units`: names of the office, by split."""

    types: dict[str, tuple[str, ...]]
    strangers: tuple[str, ...]
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _same(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (name,) for name in names}


PIPELINES: dict[str, Pipeline] = {
    "rechnungseingang": Pipeline(
        _same(
            "Rechnung",
            "Gutschrift",
            "Mahnung",
            "Angebot",
            "Bestellung",
            "Auftragsbestätigung",
            "Lieferschein",
            "SEPA-Mandat",
            "E-Mail",
            "Brief",
        ),
        ("Fremdes", "Messprotokoll", "Urteil", "Zustellungsurkunde", "Vollmacht", "Anzeige"),
        {
            "train": ("Kämmerei", "Finanzverwaltung"),
            "eval": ("Fachbereich Finanzen", "Rechnungsstelle"),
            "probe": ("Geschäftsbuchhaltung", "Sachgebiet Haushalt"),
        },
    ),
    "kreiskasse": Pipeline(
        {
            "Auszahlungsbeleg": ("Auszahlungsanordnung",),
            **_same(
                "Annahmeanordnung",
                "Rechnung",
                "Mahnung",
                "Vollstreckungsankündigung",
                "SEPA-Mandat",
                "Stundungsantrag",
                "Kontoauszug",
                "Quittung",
                "Vermerk",
                "E-Mail",
                "Brief",
            ),
        },
        ("Fremdes", "Messprotokoll", "Urteil", "Zustellungsurkunde", "Lieferschein", "Eichschein"),
        {
            "train": ("Kreiskasse", "Kreiskasse · Zahlungsverkehr"),
            "eval": ("Finanzbuchhaltung", "Zahlungsabwicklung"),
            "probe": ("Kassenwesen", "Referat 21, Kassenleitung"),
        },
    ),
    "bussgeld": Pipeline(
        _same(
            "Anhörungsbogen",
            "Zeugenfragebogen",
            "Verwarnung",
            "Bußgeldbescheid",
            "Einspruch",
            "Messprotokoll",
            "Eichschein",
            "Anzeige",
            "Einstellungsmitteilung",
            "Zustellungsurkunde",
            "Vollmacht",
            "Beschluss",
            "Urteil",
            "Vermerk",
            "E-Mail",
            "Brief",
        ),
        ("Fremdes", "Lieferschein", "Auszahlungsanordnung", "Kontoauszug", "Bestellung"),
        {
            "train": ("Bußgeldstelle", "Verkehrsordnungswidrigkeiten"),
            "eval": ("Zentrale Bußgeldstelle", "Ordnungsamt, Ahndung"),
            "probe": ("Referat Ordnungswidrigkeiten", "Sachgebiet Verkehrsverstöße"),
        },
    ),
    "auslaenderamt": Pipeline(
        _same(
            "Antrag Aufenthaltstitel",
            "Aufenthaltstitel",
            "Fiktionsbescheinigung",
            "Duldung",
            "Aufenthaltsgestattung",
            "Verpflichtungserklärung",
            "Passkopie",
            "BAMF-Bescheid",
            "Niederschrift Anhörung",
            "AZR-Auszug",
            "Ordnungsverfügung",
            "Anhörung",
            "Widerspruch",
            "Widerspruchsbescheid",
            "Bescheid",
            "Sprachnachweis",
            "Meldebescheinigung",
            "Wohnungsgeberbestätigung",
            "Personenstandsurkunde",
            "Mietvertrag",
            "Arbeitsvertrag",
            "Gehaltsabrechnung",
            "Kontoauszug",
            "Krankenversicherung",
            "Arbeitsunfähigkeitsbescheinigung",
            "Vollmacht",
            "Urteil",
            "Beschluss",
            "Zustellungsurkunde",
            "Empfangsbekenntnis",
            "Vermerk",
            "Merkblatt",
            "Rechnung",
        )
        | {"Auszahlungsbeleg": ("Auszahlungsanordnung", "Annahmeanordnung")}
        | _same("E-Mail", "Telefax", "Brief"),
        ("Fremdes", "Messprotokoll", "Lieferschein", "HU-Bericht", "Zulassungsbescheinigung Teil I", "Eichschein"),
        {
            "train": ("Ausländeramt", "Ausländerbehörde"),
            "eval": ("Ausländer- und Einbürgerungsbehörde", "Migrationsamt"),
            "probe": ("Abteilung Aufenthalt", "Sachgebiet Ausländerwesen"),
        },
    ),
    "jobcenter": Pipeline(
        _same(
            "Hauptantrag",
            "Weiterbewilligungsantrag",
            "Anlage KDU",
            "Anlage EK",
            "Bewilligungsbescheid",
            "Aufhebungsbescheid",
            "Eingliederungsvereinbarung",
            "Einladung",
            "Anhörung",
            "Widerspruch",
            "Widerspruchsbescheid",
            "Mietvertrag",
            "Mietbescheinigung",
            "Arbeitsvertrag",
            "Kündigung",
            "Gehaltsabrechnung",
            "Kontoauszug",
            "Krankenversicherung",
            "Arbeitsunfähigkeitsbescheinigung",
            "Vollmacht",
            "Vermerk",
            "E-Mail",
            "Brief",
        ),
        ("Fremdes", "Messprotokoll", "Lieferschein", "HU-Bericht", "Passkopie", "Sehtestbescheinigung", "Eichschein"),
        {
            "train": ("Team Leistung", "Leistungsgewährung"),
            "eval": ("Team 412", "Bereich Geldleistungen"),
            "probe": ("Abteilung Grundsicherung", "Leistungsservice, Zone C"),
        },
    ),
    "zulassung": Pipeline(
        _same(
            "Zulassungsantrag",
            "Zulassungsbescheinigung Teil I",
            "Zulassungsbescheinigung Teil II",
            "Versicherungsbestätigung",
            "HU-Bericht",
            "Außerbetriebsetzung",
            "Kaufvertrag",
            "Verlusterklärung",
            "Betriebsuntersagung",
            "SEPA-Mandat",
            "Vollmacht",
            "Passkopie",
            "Vermerk",
            "E-Mail",
            "Brief",
        ),
        ("Fremdes", "Messprotokoll", "Mietvertrag", "Lieferschein", "Kontoauszug", "Hauptantrag", "Gehaltsabrechnung"),
        {
            "train": ("Kfz-Zulassungsstelle", "Straßenverkehrsamt"),
            "eval": ("Zulassungsbehörde", "Fachdienst Straßenverkehr"),
            "probe": ("Kraftfahrzeugwesen", "Bürgerservice Fahrzeuge"),
        },
    ),
    "fuehrerschein": Pipeline(
        _same(
            "Fahrerlaubnisantrag",
            "Umtauschantrag",
            "Sehtestbescheinigung",
            "Erste-Hilfe-Nachweis",
            "FAER-Auskunft",
            "Führungszeugnis",
            "MPU-Gutachten",
            "Gutachtenanordnung",
            "Entziehung",
            "Führerscheinkopie",
            "Ärztliche Bescheinigung",
            "Meldebescheinigung",
            "Passkopie",
            "Vollmacht",
            "Vermerk",
            "E-Mail",
            "Brief",
        ),
        ("Fremdes", "Messprotokoll", "Mietvertrag", "Lieferschein", "Kontoauszug", "Hauptantrag", "Gehaltsabrechnung"),
        {
            "train": ("Führerscheinstelle", "Fahrerlaubnisbehörde"),
            "eval": ("Fahrerlaubniswesen", "Fachdienst Führerscheine"),
            "probe": ("Referat Fahreignung", "Führerscheinwesen"),
        },
    ),
    "posteingang": Pipeline(
        _same("Rechnung", "Mahnung")
        | {
            "Auszahlungsbeleg": ("Auszahlungsanordnung", "Annahmeanordnung"),
            "SEPA-Mandat": ("SEPA-Mandat",),
            "Antrag": ("Hundesteuer-Anmeldung", "Wohngeldantrag", "Bauantrag", "Stundungsantrag"),
            "Widerspruch": ("Widerspruch",),
            "Einspruch": ("Einspruch",),
            "Bescheid": ("Bescheid", "Widerspruchsbescheid"),
            "Brief": ("Brief", "Rundschreiben"),
        }
        | _same("Angebot", "Lieferschein", "Bewerbung", "Vollmacht", "Zustellungsurkunde", "E-Mail", "Telefax"),
        ("Fremdes", "Messprotokoll", "Passkopie", "HU-Bericht", "Führerscheinkopie", "Eichschein", "Gehaltsabrechnung"),
        {
            "train": ("Poststelle", "Hauptamt"),
            "eval": ("Zentrale Dienste", "Amt 10"),
            "probe": ("Postverteilung", "Organisation, Innerer Dienst"),
        },
    ),
}
