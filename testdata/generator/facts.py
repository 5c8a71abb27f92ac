"""The invented facts of one document: who writes to whom, when, about what. Facts are made when a text first asks.

A text names a fact by its key, as `{az}`. Keys in `FIELDS` are index fields: where such a fact stands in a text, its box
is noted, and its value goes into the truth in one form (dates as 2026-03-09, amounts as 1234.50, no blanks in an IBAN).
"""

import datetime
import random
from dataclasses import dataclass

from . import checks, names

MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
# Key: name of the field.
FIELDS = {
    "az": "Aktenzeichen",
    "datum": "Datum",
    "kz": "Kassenzeichen",
    "iban": "IBAN",
    "bic": "BIC",
    "betrag": "Betrag",
    "netto": "Nettobetrag",
    "ust": "Umsatzsteuer",
    "renr": "Rechnungsnummer",
    "kdnr": "Kundennummer",
    "bestnr": "Bestellnummer",
    "stnr": "Steuernummer",
    "ustid": "USt-IdNr",
    "azr": "AZR-Nummer",
    "persnr": "Personalnummer",
    "fin": "FIN",
    "kennz": "Kennzeichen",
    "pass": "Dokumentennummer",
    "bg": "BG-Nummer",
    "mref": "Mandatsreferenz",
    "glaeubiger": "Gläubiger-ID",
    "evb": "eVB-Nummer",
    "zb2": "ZB-II-Nummer",
    "fsnr": "Führerscheinnummer",
    "liefnr": "Lieferscheinnummer",
    "angnr": "Angebotsnummer",
    "steuerid": "Steuer-ID",
    "hhst": "Haushaltsstelle",
    "absender": "Absender",
    "empfaenger": "Empfänger",
}


@dataclass
class Person:
    """An invented natural person."""

    given: str
    surname: str
    sex: str
    birth: datetime.date
    birthplace: str
    nation: tuple[str, str, str, str]
    street: str
    town: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def title(self) -> str:
        return "Frau" if self.sex == "f" else "Herr"


@dataclass
class Party:
    """Who sends or receives: a kind, lines of an address (the name first), how to be greeted."""

    kind: str
    name: str
    unit: str
    street: str
    town: str
    phone: str
    mail: str
    person: Person | None = None

    def address(self) -> list[str]:
        lines = [self.person.title if self.person.sex == "f" else "Herrn"] if self.person else []
        return [*lines, self.name, *([self.unit] if self.unit else []), self.street, self.town]

    def in_one_line(self) -> str:
        return f"{self.name}, {self.street}, {self.town}"


def money(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", ".") + f",{rest:02d}"


class Facts:
    """Facts of a document of `split`, all from one random stream; `unit` is the office's name."""

    def __init__(self, rng: random.Random, split: str, unit: str):
        self.rng, self.split, self.unit = rng, split, unit
        self.council = rng.choice(names.COUNCILS[split])
        self.p, self.q, self.clerk = self.person(), self.person(), self.person()
        self.date = datetime.date(2015, 1, 5) + datetime.timedelta(rng.randrange(11 * 365))
        self.long_dates = rng.random() < 0.5
        self.sender: Party | None = None
        self.receiver: Party | None = None
        self.made: dict[str, str] = {}
        self.normal: dict[str, str] = {}
        self.dates: dict[str, datetime.date] = {}
        self.net_cents = rng.randint(900, 480_000) if rng.random() < 0.8 else rng.randint(480_000, 9_500_000)
        self.rate = rng.choice([19, 19, 19, 7])
        self.plain_cents: int | None = None

    def person(self) -> Person:
        rng, split = self.rng, self.split
        sex = rng.choice("fm")
        given = rng.choice(names.GIVEN[split][sex]) + (
            f" {rng.choice(names.GIVEN[split][sex])}" if rng.random() < 0.2 else ""
        )
        nation = rng.choice(names.STATES[split])
        return Person(
            given,
            rng.choice(names.SURNAMES[split]),
            sex,
            datetime.date(1948, 1, 1) + datetime.timedelta(rng.randrange(57 * 365)),
            nation[3],
            nation,
            f"{rng.choice(names.STREETS[split])} {rng.randint(1, 120)}{rng.choice(['', '', '', ' a', ' b'])}",
            rng.choice(names.TOWNS[split]),
            f"0171 39200{rng.randint(10, 99)}",
        )

    def party(self, kind: str) -> Party:
        """`amt`, `person`, `zweite` (another person) or a kind of `names.HOUSES`."""
        rng = self.rng
        phone = f"069 90009-{rng.randint(100, 999)}"
        if kind in ("person", "zweite"):
            person = self.p if kind == "person" else self.q
            mail = f"{checks.mrz_text(person.surname).lower().replace('<', '-')}@post.example"
            return Party(kind, person.name, "", person.street, person.town, person.phone, mail, person)
        if kind == "amt":
            name, _, street, town = self.council
            return Party(kind, name, self.unit, street, town, phone, f"post@{self._domain(town)}.example")
        name = rng.choice(names.HOUSES[self.split][kind])
        street = f"{rng.choice(names.STREETS[self.split])} {rng.randint(1, 90)}"
        town = rng.choice(names.TOWNS[self.split])
        return Party(kind, name, "", street, town, phone, f"info@{self._domain(name)}.example")

    @staticmethod
    def _domain(name: str) -> str:
        words = [word for word in checks.mrz_text(name).lower().split("<") if len(word) > 3 and word.isalpha()]
        return "-".join(words[:2]) or "haus"

    # Dates.

    def written(self, date: datetime.date, long: bool | None = None) -> str:
        if self.long_dates if long is None else long:
            return f"{date.day}. {MONTHS[date.month - 1]} {date.year}"
        return f"{date.day:02d}.{date.month:02d}.{date.year}"

    def around(self, low: int, high: int) -> datetime.date:
        return self.date + datetime.timedelta(self.rng.randint(low, high))

    # Facts by key.

    def get(self, key: str) -> str:
        """The fact as it is written. The same key gives the same fact."""
        if key not in self.made:
            maker = getattr(self, f"make_{key}", None)
            self.made[key] = maker() if maker else self._simple(key)
        return self.made[key]

    def value(self, key: str) -> str:
        """The fact in one form."""
        return self.normal.get(key, self.get(key))

    def digits(self, count: int) -> str:
        return str(self.rng.randint(1, 9)) + "".join(str(self.rng.randint(0, 9)) for _ in range(count - 1))

    def letters(self, count: int) -> str:
        return "".join(self.rng.choice("ABCDEFGHJKLMNPRSTVWXYZ") for _ in range(count))

    def _simple(self, key: str) -> str:
        rng, p, q = self.rng, self.p, self.q
        if key[0] == "d" and key[1:].isdigit():
            span = {"1": (-28, -3), "2": (-200, -30), "3": (10, 40), "4": (330, 1090), "5": (-900, -210), "6": (1, 9)}[
                key[1]
            ]
            self.dates[key] = self.around(*span)
            return self.written(self.dates[key])
        if key[0] == "b" and key[1:].isdigit():
            return money(rng.randint(800, 240_000))
        if key[0] == "n" and key[1:].isdigit():
            return str(rng.randint(2, 60))
        person = {"": p, "2": q}.get(key[-1] if key[-1] == "2" else "", p)
        stem = key.rstrip("2")
        table = {
            "p": lambda: person.name,
            "q": lambda: q.name,
            "pn": lambda: f"{person.surname}, {person.given}",
            "nach": lambda: person.surname,
            "vor": lambda: person.given,
            "herrfrau": lambda: person.title,
            "anrede": lambda: f"{person.title} {person.surname}",
            "geb": lambda: self.written(person.birth, False),
            "geblang": lambda: self.written(person.birth, True),
            "gebort": lambda: person.birthplace,
            "staat": lambda: person.nation[0],
            "staatang": lambda: person.nation[2],
            "str": lambda: person.street,
            "ort": lambda: person.town,
            "plz": lambda: person.town[:5],
            "stadt": lambda: self.council[3][6:],
            "adr": lambda: f"{person.street}, {person.town}",
            "fon": lambda: person.phone,
            "er": lambda: "sie" if person.sex == "f" else "er",
            "Er": lambda: "Sie" if person.sex == "f" else "Er",
            "der": lambda: "die" if person.sex == "f" else "der",
            "in": lambda: "in" if person.sex == "f" else "",
            "geschl": lambda: "weiblich" if person.sex == "f" else "männlich",
            "amt": lambda: self.council[0],
            "unit": lambda: self.unit,
            "haupt": lambda: self.council[1],
            "amtstr": lambda: self.council[2],
            "amtort": lambda: self.council[3],
            "sach": lambda: f"{self.clerk.title} {self.clerk.surname}",
            "sachn": lambda: self.clerk.surname,
            "monat": lambda: f"{MONTHS[self.date.month - 1]} {self.date.year}",
            "jahr": lambda: str(self.date.year),
            "vorjahr": lambda: str(self.date.year - 1),
            "uhr": lambda: f"{rng.randint(7, 19):02d}:{rng.randint(0, 59):02d}",
            "tel": lambda: f"069 90009-{rng.randint(100, 999)}",
            "zimmer": lambda: str(rng.randint(1, 340)),
            "azx": lambda: self._reference(),
            "ware": lambda: rng.choice(names.GOODS[self.split]),
            "ibanx": lambda: self._iban()[1],
            "grad": lambda: rng.choice(["A1", "A2", "B1", "B2", "C1"]),
            "svnr": lambda: f"{rng.randint(10, 69)} {person.birth:%d%m%y} {person.surname[0]} {rng.randint(0, 99):03d}",
            "vsnr": lambda: f"{self.letters(1)}{self.digits(9)}",
            "klasse": lambda: rng.choice(["B", "BE", "C", "CE", "A2", "AM", "T"]),
            "km": lambda: f"{rng.randint(1, 240)}.{rng.randint(100, 999)}",
            "qm": lambda: f"{rng.randint(24, 120)},{rng.randint(0, 9)}",
            "marke": lambda: rng.choice(
                ["Wanderer W 24", "Borgward Isabella", "Adler Trumpf", "Horch 830", "Goliath GP 700"]
            ),
            "farbe": lambda: rng.choice(["blau", "grau", "rot", "weiß", "grün"]),
        }
        if stem in table:
            return table[stem]()
        if stem in names.HOUSES[self.split]:
            return rng.choice(names.HOUSES[self.split][stem])
        raise KeyError(key)

    def make_datum(self) -> str:
        self.normal["datum"] = self.date.isoformat()
        return self.written(self.date)

    def _reference(self) -> str:
        rng, year = self.rng, self.date.year
        if self.split == "probe":  # apart: drawn in the table below, it would change the random stream of the others
            return rng.choice(
                [
                    f"OA-{rng.randint(1000, 9999)}.{rng.randint(1, 12):02d}/{year}",
                    f"{rng.randint(10, 66)} {self.letters(2).capitalize()} {rng.randint(1, 9999):04d}-{year % 100:02d}",
                    f"{year}-{rng.randint(1, 9)}-{rng.randint(10, 99)}-{rng.randint(1, 99999):05d}",
                    f"{self.letters(1)}{year % 100:02d}/SG{rng.randint(1, 9)}-{rng.randint(1, 99999):05d}",
                ]
            )
        shapes = {
            "train": [
                f"32.4-{rng.randint(1, 9999):06d}/{year % 100}",
                f"AZ-{year}-{rng.randint(1, 9999):06d}",
                f"II/3-{rng.randint(100, 999)}-{rng.randint(10, 99)}/{year}",
                f"50.12.{rng.randint(1000, 99999)}",
            ],
            "eval": [
                f"{rng.randint(10, 66)}-{rng.randint(10, 40)} {self.letters(1)} {rng.randint(1, 9999)}/{year}",
                f"FB3.2/{rng.randint(10000, 99999)}",
                f"{rng.randint(100, 999)}.{rng.randint(10, 99)}-{rng.randint(1, 9999):04d}",
                f"{self.letters(2)}/{year % 100}/{rng.randint(1000, 99999)}",
            ],
        }
        return rng.choice(shapes[self.split])

    def make_az(self) -> str:
        return self._reference()

    def make_kz(self) -> str:
        rng = self.rng
        return rng.choice(
            [f"5.{rng.randint(100, 999):04d}.{rng.randint(1, 99999):05d}.{rng.randint(0, 9)}", self.digits(12)]
        )

    def _iban(self) -> tuple[str, str]:
        value = checks.iban(f"9{self.rng.randint(0, 9999999):07d}", self.digits(self.rng.choice([8, 9, 10])))
        return value, " ".join(value[at : at + 4] for at in range(0, 22, 4))

    def make_iban(self) -> str:
        self.normal["iban"], written = self._iban()
        return written if self.rng.random() < 0.8 else self.normal["iban"]

    def make_bic(self) -> str:
        return (
            f"{self.rng.choice(['MUST', 'LAHR', 'NORD', 'SEEK'])}DE{self.rng.randint(2, 9)}{self.letters(1)}"
            + self.rng.choice(["", "XXX", self.letters(3)])
        )

    def make_betrag(self) -> str:
        cents = self.plain_cents or self.net_cents + self.vat_cents()
        self.normal["betrag"] = f"{cents // 100}.{cents % 100:02d}"
        return money(cents)

    def vat_cents(self) -> int:
        return (self.net_cents * self.rate + 50) // 100

    def make_netto(self) -> str:
        self.normal["netto"] = f"{self.net_cents // 100}.{self.net_cents % 100:02d}"
        return money(self.net_cents)

    def make_ust(self) -> str:
        cents = self.vat_cents()
        self.normal["ust"] = f"{cents // 100}.{cents % 100:02d}"
        return money(cents)

    def make_satz(self) -> str:
        return str(self.rate)

    def make_renr(self) -> str:
        rng, year = self.rng, self.date.year
        return rng.choice(
            [
                f"RE-{year}-{rng.randint(1, 9999):05d}",
                f"{year}{rng.randint(1, 99999):05d}",
                self.digits(8),
                f"R{year % 100}/{rng.randint(100, 9999)}",
            ]
        )

    def make_kdnr(self) -> str:
        return self.rng.choice([self.digits(5), self.digits(7), f"K-{self.digits(5)}", f"D{self.digits(6)}"])

    def make_bestnr(self) -> str:
        return self.rng.choice([f"45{self.digits(8)}", f"B{self.date.year}-{self.digits(4)}", f"BE-{self.digits(6)}"])

    def make_liefnr(self) -> str:
        return self.rng.choice([f"LS{self.digits(6)}", f"LS-{self.date.year}-{self.digits(4)}", self.digits(8)])

    def make_angnr(self) -> str:
        return self.rng.choice([f"AN-{self.digits(5)}", f"{self.date.year}/{self.digits(3)}", f"A{self.digits(6)}"])

    def make_stnr(self) -> str:
        return self.rng.choice(
            [
                f"{self.rng.randint(10, 99):03d} {self.digits(3)} {self.digits(5)}",
                f"{self.rng.randint(10, 99)}/{self.digits(3)}/{self.digits(5)}",
            ]
        )

    def make_ustid(self) -> str:
        self.normal["ustid"] = checks.ust_id(self.digits(8))
        return self.normal["ustid"] if self.rng.random() < 0.7 else f"DE {self.normal['ustid'][2:]}"

    def make_steuerid(self) -> str:
        self.normal["steuerid"] = value = checks.tax_id(self.digits(10))
        return f"{value[:2]} {value[2:5]} {value[5:8]} {value[8:]}" if self.rng.random() < 0.7 else value

    def make_azr(self) -> str:
        return f"{self.date.year % 100:02d}{self.digits(10)}"

    def make_persnr(self) -> str:
        return self.rng.choice([self.digits(8), f"{self.digits(5)}", f"{self.digits(3)}-{self.digits(4)}"])

    def make_fin(self) -> str:
        return f"WZ{self.letters(1)}ZZZ{self.letters(2)}Z{self.letters(2)}{self.rng.randint(0, 999999):06d}"

    def make_kennz(self) -> str:
        place = self.rng.choice({"train": ["MUH", "LRT"], "eval": ["NDX", "BSX"], "probe": ["FHR", "ZWS"]}[self.split])
        return f"{place}-{self.letters(self.rng.randint(1, 2))} {self.rng.randint(1, 9999)}"

    def make_kennzx(self) -> str:
        return self.make_kennz()

    def make_pass(self) -> str:
        return f"{self.letters(1)}{self.digits(8)}"

    def make_bg(self) -> str:
        return f"{self.rng.randint(10000, 99999)}//{self.rng.randint(1, 99999):07d}"

    def make_mref(self) -> str:
        return f"M{self.digits(8)}"

    def make_glaeubiger(self) -> str:
        body = f"ZZZ{self.rng.randint(1, 99999999999):011d}"
        remainder = 98 - int(body[3:] + "131400") % 97
        return f"DE{remainder:02d}{body}"

    def make_evb(self) -> str:
        return "".join(self.rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ23456789") for _ in range(7))

    def make_zb2(self) -> str:
        return f"{self.letters(2)}{self.rng.randint(0, 999999):06d}"

    def make_fsnr(self) -> str:
        """Land and authority, serial number, check digit (weights 9 to 1, remainder by 11, 10 is X), number of the copy."""
        nine = f"{self.rng.choice('ABCDEFGHIJKLMNOP')}{self.rng.randint(0, 999):03d}{self.letters(3)}{self.rng.randint(0, 9)}{self.letters(1)}"
        check = sum(int(sign, 36) * weight for sign, weight in zip(nine, range(9, 0, -1))) % 11
        return f"{nine}{'X' if check == 10 else check}{self.rng.randint(1, 9)}"

    def make_hhst(self) -> str:
        return self.rng.choice(
            [
                f"1.{self.digits(4)}.{self.digits(4)}",
                f"{self.digits(6)}.{self.digits(6)}",
                f"0{self.digits(3)} / {self.digits(3)} {self.digits(2)}",
            ]
        )
