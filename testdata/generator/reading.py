"""What `scanstrasse ocr --format json` would say of a page that lies on paper: rows in reading order, with reading faults.

The rows follow `src/ocr/layout`; the columns, which the program has to find, are known here. The faults are those that
were seen in real readings: lost blanks, look-alikes, umlauts without dots, small words lost, words in two.
"""

import math
import random
from dataclasses import dataclass

from .paper import Paper, Run
from .scanner import Look, _turn

# (what stands there, what is read), with how often as a weight.
LOOKALIKES = [
    ("o", "0", 1),
    ("O", "0", 3),
    ("0", "O", 2),
    ("1", "l", 2),
    ("1", "I", 1),
    ("I", "l", 4),
    ("l", "I", 2),
    ("l", "1", 1),
    ("rn", "m", 4),
    ("m", "rn", 1),
    ("ü", "u", 6),
    ("ö", "o", 6),
    ("ä", "a", 6),
    ("Ü", "U", 6),
    ("Ö", "O", 6),
    ("Ä", "A", 6),
    ("ß", "B", 4),
    ("ß", "ss", 2),
    ("„", ",,", 12),
    ("„", '"', 8),
    ("“", '"', 10),
    ("§", "$", 4),
    ("§", "S", 3),
    ("§§", "SS", 3),
    ("e", "c", 1),
    ("c", "e", 1),
    ("5", "S", 1),
    ("S", "5", 1),
    ("B", "8", 1),
    ("8", "B", 1),
    ("–", "-", 12),
    (",", ".", 2),
    (".", ",", 1),
    ("fi", "fl", 1),
    ("ii", "ü", 3),
    ("é", "e", 6),
    ("ć", "c", 8),
    ("š", "s", 8),
    ("ž", "z", 8),
    ("ş", "s", 8),
    ("ğ", "g", 8),
    ("ł", "l", 8),
    ("á", "a", 6),
    ("ê", "e", 6),
    ("í", "i", 6),
    ("h", "b", 1),
    ("u", "n", 1),
    ("n", "u", 1),
    ("t", "f", 1),
    ("Z", "2", 1),
    ("2", "Z", 1),
    ("€", "C", 3),
    ("€", "E", 3),
    (":", ".", 1),
    ("<", "K", 1),
    ("<", "C", 1),
]


# For each unit of the rate: share of lines that are lost (under stamps, in folds), and of pages with scraps of stamps and
# of handwriting among the text. Measured by tools/figures/misreading.py.
LOST_LINES, SCRAPS_PER_PAGE = 0.5, 25.0


@dataclass
class Faults:
    """How a page is misread: `rate` is the share of letters, about."""

    rate: float
    rng: random.Random

    def word(self, text: str) -> str:
        """The word as it is read."""
        out, at = "", 0
        while at < len(text):
            for seen, read, weight in LOOKALIKES:
                if text.startswith(seen, at) and self.rng.random() < self.rate * weight * 0.18:
                    out += read
                    at += len(seen)
                    break
            else:
                if self.rng.random() >= self.rate * 0.06:
                    out += text[at]
                at += 1
        return out

    def line(self, words: list[tuple[str, tuple]]) -> list[tuple[str, tuple, bool]]:
        """The words of a run as they are read, each with whether something is wrong with it."""
        read: list[tuple[str, tuple, bool]] = []
        for text, box in words:
            if len(text) <= 3 and self.rng.random() < self.rate * 0.5:
                continue
            seen = self.word(text)
            if not seen:
                continue
            wrong = seen != text
            if read and self.rng.random() < self.rate * 1.6:
                before, (x0, y0, _, y1), _ = read.pop()
                read.append((before + seen, (x0, min(y0, box[1]), box[2], max(y1, box[3])), True))
            elif len(seen) > 5 and self.rng.random() < self.rate * 0.8:
                cut = self.rng.randint(2, len(seen) - 2)
                middle = box[0] + (box[2] - box[0]) * cut / len(seen)
                read.append((seen[:cut], (box[0], box[1], middle - 1, box[3]), True))
                read.append((seen[cut:], (middle + 1, box[1], box[2], box[3]), True))
            else:
                read.append((seen, box, wrong))
        return read


def _same_row(a: Run, b: Run) -> bool:
    apart = abs((a.top + a.bottom) - (b.top + b.bottom)) / 2
    left = max(a.words[0][1][0], b.words[0][1][0])
    right = min(a.words[-1][1][2], b.words[-1][1][2])
    shorter = min(r.words[-1][1][2] - r.words[0][1][0] for r in (a, b))
    return apart < 0.45 * (a.bottom - a.top + b.bottom - b.top) / 2 and right - left < 0.3 * max(shorter, 1)


def rows(paper: Paper) -> list[tuple[list[Run], bool]]:
    """The runs of a page as rows in reading order, each with whether it begins a block."""
    columns: dict[int, list[Run]] = {}
    for run in paper.runs:
        columns.setdefault(run.column, []).append(run)
    band = 15 / 25.4 * paper.dpi
    ordered: list[tuple[list[Run], bool]] = []
    for _, runs in sorted(columns.items(), key=lambda item: (min(run.top for run in item[1]) // band, item[0])):
        found: list[list[Run]] = []
        for run in sorted(runs, key=lambda run: run.top + run.bottom):
            home = next((row for row in found[:-9:-1] if all(_same_row(run, other) for other in row)), None)
            if home is None:
                found.append([run])
            else:
                home.append(run)
        found.sort(key=lambda row: min(r.top for r in row) + max(r.bottom for r in row))
        gaps = [min(r.top for r in below) - max(r.bottom for r in above) for above, below in zip(found, found[1:])]
        usual = sorted(gaps)[len(gaps) // 2] if gaps else 0
        for number, row in enumerate(found):
            height = max(r.bottom for r in row) - min(r.top for r in row)
            begins = number == 0 or gaps[number - 1] > max(0.7 * height, 1.6 * usual)
            ordered.append((sorted(row, key=lambda run: run.words[0][1][0]), begins))
    return ordered


class Place:
    """Where the upright sheet lies in the scan: maps boxes from there to the scan's pixels, as bounds."""

    def __init__(self, size: tuple[int, int], look: Look):
        width, height = size
        angle = math.radians(look.skew_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        cx, cy = width / 2, height / 2
        self.affine = _turn([[cos, sin, cx - cos * cx - sin * cy], [-sin, cos, cy + sin * cx - cos * cy]], look.turn, size)
        self.size = (height, width) if look.turn in (90, 270) else (width, height)

    def box(self, box) -> list[float]:
        (a, b, c), (d, e, f) = self.affine
        corners = [(a * x + b * y + c, d * x + e * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return [round(v, 1) for v in (min(xs), min(ys), max(xs), max(ys))]


def read_page(
    paper: Paper | None, size: tuple[int, int], dpi: int, look: Look, faults: Faults, file: str, number: int
) -> dict:
    """The page as the program's JSON has it; `None` is a blank back."""
    place, rng = Place(size, look), faults.rng
    lines = []
    for row, begins in rows(paper) if paper else []:
        words = [word for run in row for word in faults.line(run.words)]
        if not words or rng.random() < faults.rate * LOST_LINES:
            continue
        bounds = (
            min(w[1][0] for w in words),
            min(r.top for r in row),
            max(w[1][2] for w in words),
            max(r.bottom for r in row),
        )
        line = {"box": place.box(bounds)}
        if begins:
            line["starts_block"] = True
        line["words"] = [
            {"text": text, "box": place.box(box), "confidence": _confidence(wrong, rng)} for text, box, wrong in words
        ]
        lines.append(line)
    if paper and rng.random() < min(0.4, faults.rate * SCRAPS_PER_PAGE):
        lines.insert(rng.randrange(len(lines) + 1), _scrap(place, size, dpi, rng))
    ink = sum((x1 - x0) * (y1 - y0) for _, x0, y0, x1, y1 in paper.words) * 0.22 / (size[0] * size[1]) if paper else 0.0
    return {
        "file": file,
        "page": number,
        "width_px": place.size[0],
        "height_px": place.size[1],
        "dpi": float(dpi),
        "orientation_deg": look.turn,
        "skew_deg": round(look.skew_deg + rng.uniform(-0.03, 0.03), 3) if paper else 0.0,
        "blank": {"is_blank": paper is None, "ink_share": round(ink, 6)},
        "barcodes": [],
        "patch_codes": [],
        "lines": lines,
    }


def _scrap(place: Place, size: tuple[int, int], dpi: int, rng: random.Random) -> dict:
    """What is read of a stamp or of handwriting."""
    texts = rng.choice(
        [
            ["EINGEGANGEN"],
            ["12.", "MRZ", "2O19"],
            ["erl"],
            ["Kopie", "an", "3Z"],
            ["ok"],
            ["Rspr"],
            ["~"],
            ["w"],
            ["GEPRÜFT"],
        ]
    )
    x, y, high = rng.uniform(0, 0.7) * size[0], rng.uniform(0, 0.95) * size[1], 0.14 * dpi
    words, left = [], x
    for text in texts:
        words.append(
            {
                "text": text,
                "box": place.box((left, y, left + 0.6 * high * len(text), y + high)),
                "confidence": round(rng.uniform(0.5, 0.95), 4),
            }
        )
        left += 0.6 * high * (len(text) + 1)
    return {"box": place.box((x, y, left, y + high)), "starts_block": True, "words": words}


def _confidence(wrong: bool, rng: random.Random) -> float:
    return round(rng.uniform(0.55, 0.98) if wrong else 1 - min(0.4, rng.expovariate(120)), 4)
