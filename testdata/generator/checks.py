"""Check digits of invented numbers: they are right, the banks, companies and states behind them do not exist."""

import unicodedata


def iban(bank_code: str, account: str) -> str:
    """A German IBAN (ISO 13616, check digits by ISO 7064 MOD 97-10)."""
    body = f"{int(bank_code):08d}{int(account):010d}"
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def ust_id(eight: str) -> str:
    """A German VAT number: eight digits and a check digit (ISO 7064 MOD 11,10)."""
    product = 10
    for digit in eight:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return f"DE{eight}{(11 - product) % 10}"


def tax_id(ten: str) -> str:
    """A German tax identification number (steuerliche Identifikationsnummer), by the same sum as the VAT number."""
    return ust_id(ten)[2:]


def mrz_digit(text: str) -> str:
    """Check digit of a machine-readable zone (ICAO Doc 9303-3, 4.9: weights 7, 3, 1)."""
    value = {"<": 0, **{str(d): d for d in range(10)}, **{chr(65 + i): 10 + i for i in range(26)}}
    return str(sum(value[letter] * (7, 3, 1)[at % 3] for at, letter in enumerate(text)) % 10)


_LATIN = str.maketrans(
    {
        "Ä": "AE",
        "Đ": "D",
        "Ö": "OE",
        "Ü": "UE",
        "ß": "SS",
        "ẞ": "SS",
        "Ç": "C",
        "Ş": "S",
        "Ğ": "G",
        "Č": "C",
        "Š": "S",
        "Ž": "Z",
        "Ć": "C",
        "Á": "A",
        "É": "E",
        "Ł": "L",
        "Ñ": "N",
        "Ø": "OE",
        "'": "",
        "’": "",
    }
)


def mrz_text(text: str) -> str:
    """Letters as the zone writes them (ICAO Doc 9303-3, 6)."""
    text = unicodedata.normalize("NFD", text.upper().translate(_LATIN))
    plain = "".join(letter for letter in text if not unicodedata.combining(letter))
    return "".join(letter if "A" <= letter <= "Z" or letter.isdigit() else "<" for letter in plain)


def td3(state: str, surname: str, given: str, number: str, nation: str, birth: str, sex: str, expiry: str) -> list[str]:
    """Two lines of 44: a passport (ICAO Doc 9303-4). Dates as YYMMDD."""
    names = f"P<{state}{mrz_text(surname)}<<{mrz_text(given)}".ljust(44, "<")[:44]
    number = number.ljust(9, "<")[:9]
    middle = number + mrz_digit(number) + nation + birth + mrz_digit(birth) + sex + expiry + mrz_digit(expiry)
    personal = "<" * 14 + "0"
    body = middle + personal
    whole = body[0:10] + body[13:20] + body[21:43]
    return [names, body + mrz_digit(whole)]


def td1(
    kind: str, state: str, surname: str, given: str, number: str, nation: str, birth: str, sex: str, expiry: str
) -> list[str]:
    """Three lines of 30: a residence permit or identity card (ICAO Doc 9303-5). Dates as YYMMDD."""
    number = number.ljust(9, "<")[:9]
    first = (kind.ljust(2, "<") + state + number + mrz_digit(number)).ljust(30, "<")
    second = birth + mrz_digit(birth) + sex + expiry + mrz_digit(expiry) + nation + "<" * 11
    whole = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return [first, second + mrz_digit(whole), f"{mrz_text(surname)}<<{mrz_text(given)}".ljust(30, "<")[:30]]
