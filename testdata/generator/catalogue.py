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
        _same("Rechnung", "Gutschrift", "Mahnung", "Angebot", "Bestellung", "Auftragsbestätigung", "Lieferschein", "SEPA-Mandat",
              "E-Mail", "Brief"),
        ("Fremdes", "Messprotokoll", "Urteil", "Zustellungsurkunde", "Vollmacht", "Anzeige"),
        {"train": ("Kämmerei", "Finanzverwaltung"), "eval": ("Fachbereich Finanzen", "Rechnungsstelle")},
    ),
    "kreiskasse": Pipeline(
        {"Auszahlungsbeleg": ("Auszahlungsanordnung",),
         **_same("Annahmeanordnung", "Rechnung", "Mahnung", "Vollstreckungsankündigung", "SEPA-Mandat", "Stundungsantrag", "Kontoauszug",
                 "Quittung", "Vermerk", "E-Mail", "Brief")},
        ("Fremdes", "Messprotokoll", "Urteil", "Zustellungsurkunde", "Lieferschein", "Eichschein"),
        {"train": ("Kreiskasse", "Kreiskasse · Zahlungsverkehr"), "eval": ("Finanzbuchhaltung", "Zahlungsabwicklung")},
    ),
    "bussgeld": Pipeline(
        _same("Anhörungsbogen", "Zeugenfragebogen", "Verwarnung", "Bußgeldbescheid", "Einspruch", "Messprotokoll", "Eichschein", "Anzeige",
              "Einstellungsmitteilung", "Zustellungsurkunde", "Vollmacht", "Beschluss", "Urteil", "Vermerk", "E-Mail", "Brief"),
        ("Fremdes", "Lieferschein", "Auszahlungsanordnung", "Kontoauszug", "Bestellung"),
        {"train": ("Bußgeldstelle", "Verkehrsordnungswidrigkeiten"), "eval": ("Zentrale Bußgeldstelle", "Ordnungsamt, Ahndung")},
    ),
}
