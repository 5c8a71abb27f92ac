//! The built-in fields: their names, and how their values are read.

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

    /// The value of the field in a text that stands in the place of its value; `None` if there is none.
    pub(super) fn value(self, text: &str, latest_year: i16) -> Option<Found> {
        match self {
            Self::CaseNumber | Self::MandateReference => number(text, true),
            Self::CashNumber => number(text, true).filter(|found| found.value.len() >= 4),
            Self::CustomerNumber | Self::OrderNumber | Self::InvoiceNumber => {
                number(behind_words(text), false).map(|found| shifted(found, text))
            }
            Self::DocumentNumber => numbers::document_number(text),
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
            Self::Plate => {
                // `AG DE89 3704`: a bank and its account.
                let accounts = bank::ibans(text);
                let apart =
                    |found: &Found| !accounts.iter().any(|iban| iban.start < found.end && found.start < iban.end);
                (vehicle::plates(text).into_iter().filter(apart).collect(), 0.6)
            }
            Self::Licence => (vehicle::licences(text), 0.75),
            _ => (Vec::new(), 0.0),
        }
    }
}

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
