//! The built-in fields: their names, and the labels that announce them.

use super::number::{azr_number, digits, number, tax_id, tax_number};
use super::{Found, amount, bank, date, number as numbers, vehicle};

/// A built-in field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Kind {
    CaseNumber,
    AzrNumber,
    PersonnelNumber,
    CustomerNumber,
    OrderNumber,
    InvoiceNumber,
    CashNumber,
    TaxNumber,
    TaxId,
    VatNumber,
    Date,
    DueDate,
    DeliveryDate,
    Net,
    Tax,
    Gross,
    Iban,
    Bic,
    CreditorId,
    MandateReference,
    Sender,
    Recipient,
    Vin,
    Plate,
    Insurance,
    Licence,
    DocumentNumber,
    IssuingState,
    Surname,
    GivenNames,
    Nationality,
    BirthDate,
    Sex,
    ValidUntil,
}

impl Kind {
    /// All, in the order of the manual.
    pub const ALL: [Self; 34] = [
        Self::CaseNumber,
        Self::AzrNumber,
        Self::PersonnelNumber,
        Self::CustomerNumber,
        Self::OrderNumber,
        Self::InvoiceNumber,
        Self::CashNumber,
        Self::TaxNumber,
        Self::TaxId,
        Self::VatNumber,
        Self::Date,
        Self::DueDate,
        Self::DeliveryDate,
        Self::Net,
        Self::Tax,
        Self::Gross,
        Self::Iban,
        Self::Bic,
        Self::CreditorId,
        Self::MandateReference,
        Self::Sender,
        Self::Recipient,
        Self::Vin,
        Self::Plate,
        Self::Insurance,
        Self::Licence,
        Self::DocumentNumber,
        Self::IssuingState,
        Self::Surname,
        Self::GivenNames,
        Self::Nationality,
        Self::BirthDate,
        Self::Sex,
        Self::ValidUntil,
    ];

    /// Those that say what a document is about; the default of pipelines. The others are read only where a pipeline asks
    /// for them: what nobody needs is not to be collected.
    pub const USUAL: [Self; 4] = [Self::CaseNumber, Self::Date, Self::Sender, Self::Recipient];

    /// Its name in pipelines and in the index.
    pub fn name(self) -> &'static str {
        match self {
            Self::CaseNumber => "Aktenzeichen",
            Self::AzrNumber => "AZR-Nummer",
            Self::PersonnelNumber => "Personalnummer",
            Self::CustomerNumber => "Kundennummer",
            Self::OrderNumber => "Bestellnummer",
            Self::InvoiceNumber => "Rechnungsnummer",
            Self::CashNumber => "Kassenzeichen",
            Self::TaxNumber => "Steuernummer",
            Self::TaxId => "Steuer-ID",
            Self::VatNumber => "USt-IdNr",
            Self::Date => "Datum",
            Self::DueDate => "Fälligkeit",
            Self::DeliveryDate => "Lieferdatum",
            Self::Net => "Nettobetrag",
            Self::Tax => "Umsatzsteuer",
            Self::Gross => "Betrag",
            Self::Iban => "IBAN",
            Self::Bic => "BIC",
            Self::CreditorId => "Gläubiger-ID",
            Self::MandateReference => "Mandatsreferenz",
            Self::Sender => "Absender",
            Self::Recipient => "Empfänger",
            Self::Vin => "FIN",
            Self::Plate => "Kennzeichen",
            Self::Insurance => "eVB-Nummer",
            Self::Licence => "Führerscheinnummer",
            Self::DocumentNumber => "Dokumentennummer",
            Self::IssuingState => "Ausstellerstaat",
            Self::Surname => "Name",
            Self::GivenNames => "Vornamen",
            Self::Nationality => "Staatsangehörigkeit",
            Self::BirthDate => "Geburtsdatum",
            Self::Sex => "Geschlecht",
            Self::ValidUntil => "Gültig bis",
        }
    }

    /// The field of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// A document may have several, and all are told: accounts and vehicles. Of others, only one can be right.
    pub(super) fn may_be_several(self) -> bool {
        matches!(self, Self::Iban | Self::Plate | Self::Vin)
    }

    /// Told by a letter's first page only.
    pub(super) fn on_first_page(self) -> bool {
        matches!(self, Self::Date | Self::Sender | Self::Recipient)
    }

    /// Labels, each with how sure a value beside it is this field.
    pub(super) fn labels(self) -> &'static [(&'static str, f32)] {
        match self {
            Self::CaseNumber => &[
                ("Aktenzeichen", 0.95),
                ("Aktenz.", 0.95),
                ("Az.", 0.93),
                ("Az", 0.9),
                ("Geschäftszeichen", 0.95),
                ("Gesch.-Z.", 0.95),
                ("Geschäfts-Nr.", 0.9),
                ("Geschäftsnummer", 0.9),
                ("GZ", 0.9),
                ("Mein Zeichen", 0.92),
                ("Mein Aktenzeichen", 0.95),
                ("Unser Zeichen", 0.92),
                ("Unsere Zeichen", 0.92),
                ("Unser Aktenzeichen", 0.95),
                ("Vorgangsnummer", 0.8),
                // Whose number is meant, depends on whose letter it is: with both there, a pattern of the pipeline has to tell.
                ("Ihr Zeichen", 0.85),
                ("Ihre Zeichen", 0.85),
                ("Ihr Aktenzeichen", 0.87),
                ("Zeichen", 0.7),
                ("Vorgang", 0.7),
                ("Vorgangs-Nr.", 0.8),
                ("Fallnummer", 0.8),
                ("Fall-Nr.", 0.8),
                ("Verfahrensnummer", 0.75),
                ("Unser Geschäftszeichen", 0.95),
                ("Unsere Referenz", 0.8),
                ("Gesch.Z.", 0.95),
            ],
            Self::AzrNumber => {
                &[("AZR-Nummer", 0.97), ("AZR-Nr.", 0.97), ("AZR", 0.9), ("Ausländerzentralregisternummer", 0.95)]
            }
            Self::PersonnelNumber => &[
                ("Personalnummer", 0.95),
                ("Personal-Nr.", 0.95),
                ("Personalnr.", 0.95),
                ("Pers.-Nr.", 0.95),
                ("Mitarbeiternummer", 0.85),
            ],
            Self::CustomerNumber => &[
                ("Kundennummer", 0.95),
                ("Kunden-Nr.", 0.95),
                ("Kundennr.", 0.95),
                ("Kd.-Nr.", 0.95),
                ("KdNr", 0.9),
                ("Ihre Kundennummer", 0.95),
                ("Vertragskonto", 0.6),
                ("Debitorennummer", 0.8),
                ("Debitor", 0.7),
            ],
            Self::OrderNumber => &[
                ("Bestellnummer", 0.95),
                ("Bestell-Nr.", 0.95),
                ("Bestellnr.", 0.95),
                ("Bestellung Nr.", 0.95),
                ("Bestellung", 0.8),
                ("Ihre Bestellung", 0.85),
                ("Auftragsnummer", 0.6),
                ("Auftrags-Nr.", 0.6),
                ("Auftragsnr.", 0.6),
                ("Auftrag Nr.", 0.6),
            ],
            Self::InvoiceNumber => &[
                ("Rechnungsnummer", 0.96),
                ("Rechnungs-Nr.", 0.96),
                ("Rechnungsnr.", 0.96),
                ("Rechnung Nr.", 0.96),
                ("Rechnung Nummer", 0.96),
                ("Rechn.-Nr.", 0.95),
                ("Re.-Nr.", 0.93),
                ("RE-Nr.", 0.93),
                ("Rg.-Nr.", 0.93),
                ("Rechnung", 0.75),
                ("Belegnummer", 0.7),
                ("Beleg-Nr.", 0.7),
                ("Handelsrechnung", 0.5),
                ("Gutschrift-Nr.", 0.9),
                ("Gutschriftnummer", 0.9),
                ("Gutschrift Nr.", 0.9),
            ],
            Self::CashNumber => &[
                ("Kassenzeichen", 0.96),
                ("Buchungszeichen", 0.9),
                ("Buchungskennzeichen", 0.9),
                ("Zahlungskennzeichen", 0.8),
                ("Kassenz.", 0.9),
                ("Zahlungszeichen", 0.85),
                ("Kassenkonto", 0.8),
                ("Personenkonto", 0.8),
                ("Buchungsnummer", 0.7),
                ("Verwendungszweck", 0.6),
            ],
            Self::TaxNumber => &[
                ("Steuernummer", 0.97),
                ("Steuer-Nr.", 0.97),
                ("Steuernr.", 0.97),
                ("St.-Nr.", 0.95),
                ("StNr", 0.95),
                ("St.Nr.", 0.95),
            ],
            Self::TaxId => &[
                ("Steueridentifikationsnummer", 0.97),
                ("Steuer-Identifikationsnummer", 0.97),
                ("Identifikationsnummer", 0.9),
                ("Steuer-ID", 0.97),
                ("Steuer-IdNr.", 0.97),
                ("IdNr.", 0.9),
                ("steuerliche Identifikationsnummer", 0.97),
                ("Steuer-Ident-Nr.", 0.97),
                ("Steuerl. IdNr.", 0.95),
                ("Identifikationsnr.", 0.9),
            ],
            Self::VatNumber => &[
                ("USt-IdNr.", 0.97),
                ("USt-ID", 0.97),
                ("UStId", 0.97),
                ("USt-Id-Nr.", 0.97),
                ("Umsatzsteuer-Identifikationsnummer", 0.97),
                ("Umsatzsteuer-ID", 0.97),
                ("Ust.-Ident-Nr.", 0.97),
            ],
            Self::Date => &[
                ("Datum", 0.95),
                ("Rechnungsdatum", 0.97),
                ("Rechnung vom", 0.85),
                ("Ausstellungsdatum", 0.85),
                ("Belegdatum", 0.9),
                ("Bescheiddatum", 0.95),
                ("Briefdatum", 0.95),
                ("Bescheid vom", 0.6),
                ("Tag der Ausstellung", 0.8),
                ("ausgestellt am", 0.75),
                ("Ort, Datum", 0.75),
                ("Ort und Datum", 0.75),
                ("Datum, Unterschrift", 0.6),
                ("Datum der Rechnung", 0.95),
                ("Gesendet", 0.93),
                ("Gesendet am", 0.93),
            ],
            Self::DueDate => &[
                ("Zahlbar bis", 0.95),
                ("Zahlbar bis zum", 0.95),
                ("zahlbar bis spätestens", 0.95),
                ("zu zahlen bis", 0.95),
                ("Fällig am", 0.95),
                ("fällig zum", 0.95),
                ("fällig bis", 0.95),
                ("Fälligkeit", 0.93),
                ("Fälligkeitsdatum", 0.96),
                ("Fälligkeitstag", 0.95),
                ("Zahlungsziel", 0.9),
                ("Zahlungsfrist", 0.85),
                ("Zahlungstermin", 0.9),
                ("Zahlung bis", 0.9),
                ("ist bis spätestens", 0.8),
                ("spätestens bis zum", 0.8),
                ("bis spätestens zum", 0.8),
                ("bis spätestens", 0.7),
                ("ist bis zum", 0.75),
            ],
            Self::DeliveryDate => &[
                ("Lieferdatum", 0.96),
                ("Leistungsdatum", 0.9),
                ("Liefertermin", 0.9),
                ("Liefertag", 0.9),
                ("Lieferung am", 0.9),
                ("Lieferung vom", 0.85),
                ("Lieferung/Leistung am", 0.9),
                ("geliefert am", 0.9),
                ("Liefer-/Leistungsdatum", 0.95),
                ("Leistungszeitpunkt", 0.9),
            ],
            Self::Net => &[
                ("Nettobetrag", 0.95),
                ("Nettosumme", 0.95),
                ("Summe netto", 0.95),
                ("Gesamt netto", 0.95),
                ("Gesamtbetrag netto", 0.95),
                ("Gesamtsumme netto", 0.95),
                ("Netto", 0.85),
                ("Rechnungsbetrag netto", 0.95),
                ("Summe ohne MwSt.", 0.9),
                ("Warenwert", 0.75),
                ("Zwischensumme", 0.7),
                ("Zwischensumme netto", 0.93),
                ("Netto-Summe", 0.95),
            ],
            Self::Tax => &[
                ("Umsatzsteuer", 0.9),
                ("Mehrwertsteuer", 0.9),
                ("MwSt.", 0.9),
                ("MwSt.-Betrag", 0.95),
                ("USt.", 0.9),
                ("USt.-Betrag", 0.95),
                ("Steuerbetrag", 0.93),
                ("Umsatzsteuerbetrag", 0.95),
                ("Mehrwertsteuerbetrag", 0.95),
            ],
            Self::Gross => &[
                ("Rechnungsbetrag", 0.97),
                ("Rechnungsendbetrag", 0.97),
                ("Rechnungssumme", 0.95),
                ("Rechnungsbetrag brutto", 0.97),
                ("Gesamtbetrag", 0.95),
                ("Gesamtbetrag brutto", 0.97),
                ("Gesamtsumme", 0.93),
                ("Gesamtsumme brutto", 0.97),
                ("Gesamtpreis", 0.8),
                ("Gesamt brutto", 0.97),
                ("Bruttobetrag", 0.95),
                ("Bruttosumme", 0.95),
                ("Summe brutto", 0.96),
                ("Brutto", 0.85),
                ("Endbetrag", 0.95),
                ("Endsumme", 0.95),
                ("Zahlbetrag", 0.97),
                ("Zahlungsbetrag", 0.97),
                ("zu zahlen", 0.93),
                ("zu zahlender Betrag", 0.97),
                ("zu zahlender Gesamtbetrag", 0.97),
                ("fälliger Betrag", 0.96),
                ("offener Betrag", 0.93),
                ("Gesamtkosten", 0.85),
                ("Erstattungsbetrag", 0.9),
                ("Auszahlbetrag", 0.95),
                ("Anordnungsbetrag", 0.95),
                ("Schlussbetrag", 0.95),
                ("zu entrichten", 0.75),
                ("Summe der Forderung", 0.9),
                ("festgesetzter Betrag", 0.9),
                ("zu überweisender Betrag", 0.97),
                ("Auszahlungsbetrag", 0.95),
                ("Überweisungsbetrag", 0.95),
                ("Forderungsbetrag", 0.93),
                ("Gesamtforderung", 0.95),
                ("Gesamt", 0.8),
                ("Insgesamt", 0.8),
                ("Summe", 0.8),
                ("Total", 0.85),
                ("Betrag", 0.75),
                ("Betrag EUR", 0.85),
                ("Verwarnungsgeld", 0.85),
                ("Gebühr", 0.6),
                ("Forderung", 0.7),
                ("Betrag in Euro", 0.85),
            ],
            Self::Iban => &[("IBAN", 0.98)],
            Self::Bic => &[
                ("BIC", 0.95),
                ("SWIFT", 0.9),
                ("BIC/SWIFT", 0.95),
                ("SWIFT-BIC", 0.95),
                ("SWIFT-Code", 0.93),
                ("BIC-Code", 0.95),
            ],
            Self::CreditorId => &[
                ("Gläubiger-Identifikationsnummer", 0.97),
                ("Gläubiger-ID", 0.97),
                ("Gläubiger-IdNr.", 0.97),
                ("Creditor Identifier", 0.95),
            ],
            Self::MandateReference => &[
                ("Mandatsreferenz", 0.96),
                ("Mandatsreferenznummer", 0.96),
                ("Mandatsref.", 0.95),
                ("Mandats-Nr.", 0.9),
                ("Mandatsnummer", 0.9),
                ("Mandats-ID", 0.9),
                ("Referenz des Mandats", 0.93),
            ],
            Self::Sender | Self::Recipient => &[],
            Self::Vin => &[
                ("FIN", 0.95),
                ("Fahrzeug-Identifizierungsnummer", 0.97),
                ("Fahrzeug-Ident.-Nr.", 0.97),
                ("Fahrzeugidentifikationsnummer", 0.97),
                ("Fahrgestellnummer", 0.96),
                ("Fahrgestell-Nr.", 0.96),
            ],
            Self::Plate => &[
                ("amtliches Kennzeichen", 0.97),
                ("amtl. Kennzeichen", 0.97),
                ("Kennzeichen", 0.95),
                ("Kfz-Kennzeichen", 0.97),
                ("Pkw", 0.8),
                ("Fahrzeug", 0.8),
                ("Lkw", 0.8),
            ],
            Self::Insurance => &[
                ("eVB-Nummer", 0.97),
                ("eVB-Nr.", 0.97),
                ("eVB", 0.95),
                ("eVB-Code", 0.97),
                ("Versicherungsbestätigung", 0.85),
                ("elektr. Versicherungsbestätigung", 0.93),
                ("elektronische Versicherungsbestätigung", 0.93),
                ("Versicherungsbestätigungsnummer", 0.95),
            ],
            Self::Licence => &[
                ("Führerscheinnummer", 0.97),
                ("Führerschein-Nr.", 0.97),
                ("Führerscheinnr.", 0.97),
                ("Führerschein Nr.", 0.97),
                ("Nr. des Führerscheins", 0.95),
                ("Nummer des Führerscheins", 0.95),
            ],
            Self::BirthDate => &[
                ("Geburtsdatum", 0.95),
                ("Geburtstag", 0.9),
                ("geboren am", 0.9),
                ("geb. am", 0.9),
                ("geb.", 0.85),
                ("Geburtsdatum und -ort", 0.9),
                ("Date of birth", 0.9),
                ("Geburtsdatum / Date of birth", 0.95),
            ],
            Self::DocumentNumber => &[
                ("Dokumentennummer", 0.95),
                ("Dokumenten-Nr.", 0.95),
                ("Passnummer", 0.95),
                ("Pass-Nr.", 0.95),
                ("Pass-Nr. / Passport No.", 0.95),
                ("Passport No.", 0.9),
                ("Reisepass Nr.", 0.93),
                ("Reisepassnummer", 0.95),
                ("Ausweisnummer", 0.93),
                ("Ausweis-Nr.", 0.93),
                ("Seriennummer", 0.9),
                ("zur Seriennummer", 0.9),
            ],
            Self::ValidUntil => &[
                ("Gültig bis", 0.9),
                ("Gültig bis / Date of expiry", 0.95),
                ("Date of expiry", 0.9),
                ("gültig bis zum", 0.9),
            ],
            Self::IssuingState | Self::Surname | Self::GivenNames | Self::Nationality | Self::Sex => &[],
        }
    }

    /// The value of the field in a text that stands in the place of its value; `None` if there is none.
    pub(super) fn value(self, text: &str, latest_year: i16) -> Option<Found> {
        match self {
            Self::CaseNumber | Self::MandateReference => number(text, true),
            Self::CashNumber => number(text, true).filter(|found| found.value.len() >= 4),
            Self::CustomerNumber | Self::OrderNumber | Self::InvoiceNumber => {
                number(behind_words(text), false).map(|found| shifted(found, text))
            }
            Self::DocumentNumber => number(text, false).filter(|found| (6..=12).contains(&found.value.len())),
            Self::AzrNumber => azr_number(text),
            Self::PersonnelNumber => digits(text, 3, 12),
            Self::TaxNumber => tax_number(text),
            Self::TaxId => tax_id(text),
            Self::VatNumber => near_start(numbers::vat_numbers(text)),
            Self::Date | Self::DueDate | Self::DeliveryDate | Self::BirthDate | Self::ValidUntil => {
                near_start(date::dates(text, latest_year))
            }
            Self::Net | Self::Tax | Self::Gross => amount::amount(text),
            Self::Iban => near_start(bank::ibans(text)),
            Self::Bic => bank::bic(text),
            Self::CreditorId => near_start(bank::creditors(text)),
            Self::Vin => near_start(vehicle::vins(text)),
            Self::Plate => near_start(vehicle::plates(text)),
            Self::Insurance => vehicle::insurance(text),
            Self::Licence => near_start(vehicle::licences(text)),
            _ => None,
        }
    }

    /// Values that need no label, anywhere in a row, and how sure one without a label is this field.
    pub(super) fn anywhere(self, text: &str) -> (Vec<Found>, f32) {
        match self {
            Self::Iban => (bank::ibans(text), 0.97),
            Self::CreditorId => (bank::creditors(text), 0.95),
            Self::VatNumber => (numbers::vat_numbers(text), 0.8),
            Self::Bic => (bank::german_bics(text), 0.6),
            Self::Vin => (vehicle::vins(text), 0.7),
            Self::Plate => (vehicle::plates(text), 0.6),
            Self::Licence => (vehicle::licences(text), 0.5),
            _ => (Vec::new(), 0.0),
        }
    }
}

/// Texts that end the value of a label before them, and are no label of a field.
pub(super) const OTHER_LABELS: [&str; 35] = [
    "Telefon",
    "Tel.",
    "Telefax",
    "Fax",
    "Durchwahl",
    "E-Mail",
    "Zimmer",
    "Bearbeiter",
    "Bearbeiterin",
    "Bearbeiter/in",
    "Ansprechpartner",
    "Ansprechpartnerin",
    "Auskunft erteilt",
    "Ihre Nachricht vom",
    "Ihre Nachricht",
    "Ihr Schreiben vom",
    "Unsere Nachricht vom",
    "Seite",
    "Kontonummer",
    "Konto-Nr.",
    "BLZ",
    "Bankverbindung",
    "Skonto",
    "Rabatt",
    "Gegeben",
    "Rückgeld",
    "Übertrag",
    "Restbetrag",
    "Artikelnummer",
    "Lieferschein",
    "Lieferscheinnummer",
    "Lieferanschrift",
    "Einzelpreis",
    "Steuersatz",
    "Internet",
];

/// A value with letters may stand a few letters behind its label: `Datum der Zustellung` is not `Datum`.
const NEAR: usize = 14;

fn near_start(found: Vec<Found>) -> Option<Found> {
    found.into_iter().find(|found| found.start <= NEAR)
}

/// Behind words as `Nr.` and `lautet`.
fn behind_words(text: &str) -> &str {
    const WORDS: [&str; 6] = ["Nr.", "Nr", "Nummer", "No.", "lautet", "Nr.:"];
    // `Rechnung (380) Nr. 4711`: the number in brackets says of what kind it is.
    let bracket = text
        .trim_start()
        .strip_prefix('(')
        .and_then(|inner| inner.split_once(')'))
        .map(|(_, behind)| behind.trim_start());
    let mut rest = bracket.filter(|behind| behind.starts_with("Nr")).unwrap_or_else(|| text.trim_start());
    while let Some(behind) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = behind.trim_start_matches([' ', ':', '.']);
    }
    rest
}

/// A value found in the last part of `text`.
fn shifted(found: Found, text: &str) -> Found {
    let skipped = text.len() - behind_words(text).len();
    Found { start: found.start + skipped, end: found.end + skipped, ..found }
}
