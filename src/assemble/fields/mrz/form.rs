//! The forms of machine-readable zones: ICAO Doc 9303-4 (TD3), -5 (TD1), -6 (TD2) and -7 (MRV-A, MRV-B).

/// A part of a zone: signs `from..to` of a line, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

const fn part(line: usize, from: usize, to: usize) -> Part {
    Part { line, from, to }
}

/// What a line holds.
#[derive(Debug)]
pub(super) struct Plan {
    /// The first sign; empty: any.
    pub(super) begins: &'static [u8],
    /// What may stand where, up to each place: `n` digits, `a` capitals, `c` both, `s` the sex, `d` a check digit; fillers anywhere.
    pub(super) classes: &'static [(u8, usize)],
    /// Check digits: of the signs `.0..​.1`, at the place `.2`.
    pub(super) checks: &'static [(usize, usize, usize)],
    /// It ends with names: what is missing at its end is filler.
    pub(super) names: bool,
}

/// A form of zone.
#[derive(Debug)]
pub(super) struct Form {
    /// Signs of a line.
    pub(super) length: usize,
    pub(super) lines: &'static [Plan],
    pub(super) number: Part,
    pub(super) state: Part,
    pub(super) names: Part,
    pub(super) nation: Part,
    pub(super) birth: Part,
    pub(super) sex: Part,
    pub(super) expiry: Part,
    /// The check over several parts, and line and place of its digit.
    pub(super) whole: Option<(&'static [Part], (usize, usize))>,
}

const NAMES_44: &[(u8, usize)] = &[(b'a', 44)];
const NAMES_36: &[(u8, usize)] = &[(b'a', 36)];
const CHECKS: &[(usize, usize, usize)] = &[(0, 9, 9), (13, 19, 19), (21, 27, 27)];
const PASSPORT_CHECKS: &[(usize, usize, usize)] = &[(0, 9, 9), (13, 19, 19), (21, 27, 27), (28, 42, 42)];

const fn data(end: usize) -> [(u8, usize); 9] {
    [(b'c', 9), (b'd', 10), (b'a', 13), (b'n', 19), (b'd', 20), (b's', 21), (b'n', 27), (b'd', 28), (b'c', end)]
}
const PASSPORT: &[(u8, usize)] = &[
    (b'c', 9),
    (b'd', 10),
    (b'a', 13),
    (b'n', 19),
    (b'd', 20),
    (b's', 21),
    (b'n', 27),
    (b'd', 28),
    (b'c', 42),
    (b'd', 44),
];
const CARD: &[(u8, usize)] = &[
    (b'c', 9),
    (b'd', 10),
    (b'a', 13),
    (b'n', 19),
    (b'd', 20),
    (b's', 21),
    (b'n', 27),
    (b'd', 28),
    (b'c', 35),
    (b'd', 36),
];
const VISA_A: &[(u8, usize)] = &data(44);
const VISA_B: &[(u8, usize)] = &data(36);

/// Two lines: type, state and names; then the data.
const fn two_lines(length: usize, lines: &'static [Plan], whole: Option<(&'static [Part], (usize, usize))>) -> Form {
    Form {
        length,
        lines,
        number: part(1, 0, 9),
        state: part(0, 2, 5),
        names: part(0, 5, length),
        nation: part(1, 10, 13),
        birth: part(1, 13, 19),
        sex: part(1, 20, 21),
        expiry: part(1, 21, 27),
        whole,
    }
}

/// All forms.
pub(super) const ALL: &[Form] = &[
    // TD3: passports.
    two_lines(
        44,
        &[
            Plan { begins: b"P", classes: NAMES_44, checks: &[], names: true },
            Plan { begins: b"", classes: PASSPORT, checks: PASSPORT_CHECKS, names: false },
        ],
        Some((&[part(1, 0, 10), part(1, 13, 20), part(1, 21, 43)], (1, 43))),
    ),
    // MRV-A: visas of the larger size.
    two_lines(
        44,
        &[
            Plan { begins: b"V", classes: NAMES_44, checks: &[], names: true },
            Plan { begins: b"", classes: VISA_A, checks: CHECKS, names: false },
        ],
        None,
    ),
    // TD2: cards of two lines.
    two_lines(
        36,
        &[
            Plan { begins: b"ACIP", classes: NAMES_36, checks: &[], names: true },
            Plan { begins: b"", classes: CARD, checks: CHECKS, names: false },
        ],
        Some((&[part(1, 0, 10), part(1, 13, 20), part(1, 21, 35)], (1, 35))),
    ),
    // MRV-B: visas of the smaller size.
    two_lines(
        36,
        &[
            Plan { begins: b"V", classes: NAMES_36, checks: &[], names: true },
            Plan { begins: b"", classes: VISA_B, checks: CHECKS, names: false },
        ],
        None,
    ),
    // TD1: identity cards and residence permits (eAT: `AR`).
    Form {
        length: 30,
        lines: &[
            Plan {
                begins: b"ACI",
                classes: &[(b'a', 5), (b'c', 14), (b'd', 15), (b'c', 30)],
                checks: &[(5, 14, 14)],
                names: false,
            },
            Plan {
                begins: b"",
                classes: &[(b'n', 6), (b'd', 7), (b's', 8), (b'n', 14), (b'd', 15), (b'a', 18), (b'c', 29), (b'd', 30)],
                checks: &[(0, 6, 6), (8, 14, 14)],
                names: false,
            },
            Plan { begins: b"", classes: &[(b'a', 30)], checks: &[], names: true },
        ],
        number: part(0, 5, 14),
        state: part(0, 2, 5),
        names: part(2, 0, 30),
        nation: part(1, 15, 18),
        birth: part(1, 0, 6),
        sex: part(1, 7, 8),
        expiry: part(1, 8, 14),
        whole: Some((&[part(0, 5, 30), part(1, 0, 7), part(1, 8, 15), part(1, 18, 29)], (1, 29))),
    },
];

impl Plan {
    /// What may stand at a place.
    pub(super) fn class(&self, place: usize) -> u8 {
        self.classes.iter().find(|(_, end)| place < *end).map_or(b'c', |(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_planned_to_its_end() {
        for form in ALL {
            for plan in form.lines {
                assert_eq!(plan.classes.last().map(|(_, end)| *end), Some(form.length));
                for (from, to, digit) in plan.checks {
                    assert!(from < to && plan.class(*digit) == b'd');
                }
            }
        }
    }
}
