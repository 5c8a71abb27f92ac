"""A sheet that knows the runs of words on it, the marked values among them, and can do without the drawing.

A value of an index field is marked in a text by `mark`; the signs that do so are of Unicode's private use area and are
never drawn. Measured at `dpi`, drawn only if asked to: pages of text alone cost a hundredth of a drawn one.
"""

from dataclasses import dataclass, field
from functools import cache

from PIL import ImageFont

from .sheet import Sheet, Style, _font

OPEN, CLOSE = "\ue000", "\ue001"
BASE = 0xE100


def mark(text: str, number: int) -> str:
    """`text` as the value of the field with that number."""
    return f"{OPEN}{chr(BASE + number)}{text}{CLOSE}"


def plain(text: str) -> str:
    """`text` without marks."""
    return "".join(letter for letter in text if not "\ue000" <= letter <= "\uf8ff")


@cache
def _ink(family: str, bold: bool, size_px: int, word: str) -> tuple[float, tuple[int, int, int, int]]:
    font: ImageFont.FreeTypeFont = _font(family, bold, size_px)
    return font.getlength(word), font.getbbox(word, anchor="ls")


@dataclass
class Run:
    """Words that a detector sees as one: text and box (pixels of the upright sheet), and the text column they are in."""

    words: list[tuple[str, tuple[float, float, float, float]]]
    top: float
    bottom: float
    column: int


@dataclass
class Mark:
    """Where a field's value stands: its number and box."""

    number: int
    box: list[float]


class _NoDraw:
    """Takes the place of the pen where nothing is drawn."""

    def __getattr__(self, _name):
        return lambda *_a, **_k: None


class Paper(Sheet):
    """A page: a `Sheet` with runs and marks. With `draws=False` it has no picture."""

    def __init__(self, dpi: int, draws: bool):
        if draws:
            super().__init__(dpi)
        else:
            self.dpi = dpi
            self.size = tuple(round(mm / 25.4 * dpi) for mm in (210.0, 297.0))
            self.image, self.words, self._draw = None, [], _NoDraw()
        self.draws = draws
        self.runs: list[Run] = []
        self.marks: list[Mark] = []
        self.column = 0
        self.pictures: list[tuple[float, float, float, float]] = []
        self._open: int | None = None

    def _size_px(self, style: Style) -> int:
        return max(4, round(style.size_pt / 72 * self.dpi))

    def width_mm(self, text: str, style: Style) -> float:
        size, words = self._size_px(style), plain(text).split(" ")
        blank = _ink(style.family, style.bold, size, " ")[0]
        width = sum(_ink(style.family, style.bold, size, word)[0] for word in words) + blank * (len(words) - 1)
        return width / self.dpi * 25.4

    def text(self, x: float, y: float, text: str, style: Style = Style(), align: str = "left") -> float:
        """As `Sheet.text`; a wide gap of several blanks divides runs."""
        size = self._size_px(style)
        share = {"left": 0, "right": 1, "middle": 0.5}[align]
        at_x = self.px(x) - self.px(self.width_mm(text, style)) * share
        base = round(self.px(y))
        blank = _ink(style.family, style.bold, size, " ")[0]
        words, gap = [], 0
        for token in text.split(" "):
            word, numbers = self._unmark(token)
            if word:
                length, (x0, y0, x1, y1) = _ink(style.family, style.bold, size, word)
                at = (round(at_x), base)
                if self.draws:
                    self._draw.text(at, word, style.colour, _font(style.family, style.bold, size), anchor="ls")
                box = (at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1)
                self.words.append((word, *box))
                if gap > 2 and words:
                    self._run(words, base, size)
                    words = []
                words.append((word, box))
                for number in numbers:
                    self._note(number, box)
                at_x += length
                gap = 0
            gap += 1
            at_x += blank
        if words:
            self._run(words, base, size)
        return y + self.line_mm(style)

    def _run(self, words, base: int, size: int):
        self.runs.append(Run(words, base - 0.74 * size, base + 0.2 * size, self.column))

    def _unmark(self, token: str) -> tuple[str, set[int]]:
        word, numbers = "", set() if self._open is None else {self._open}
        opening = False
        for letter in token:
            if letter == OPEN:
                opening = True
            elif opening:
                self._open, opening = ord(letter) - BASE, False
                numbers.add(self._open)
            elif letter == CLOSE:
                self._open = None
            else:
                word += letter
        return word, numbers

    def _note(self, number: int, box):
        if self.marks and self.marks[-1].number == number and box[1] < self.marks[-1].box[3] + 2 * (box[3] - box[1]):
            old = self.marks[-1].box
            self.marks[-1].box = [min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3])]
        else:
            self.marks.append(Mark(number, list(box)))

    def break_lines(self, width: float, text: str, style: Style) -> list[str]:
        """`text` broken at blanks to `width` millimetres."""
        lines, line = [], ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if line and self.width_mm(longer, style) > width:
                lines.append(line)
                longer = word
            line = longer
        return [*lines, line] if line else lines

    def picture(self, x: float, y: float, width: float, height: float, shade=(150, 150, 150)):
        """A photograph: a face as a few grey shapes."""
        self.pictures.append(tuple(self.px(v) for v in (x, y, x + width, y + height)))
        if not self.draws:
            return
        self.box(x, y, width, height, 0.2, (90, 90, 90), (205, 205, 208))
        middle = x + width / 2
        self.polygon(
            [
                (x + 0.08 * width, y + height),
                (middle - 0.15 * width, y + 0.72 * height),
                (middle + 0.15 * width, y + 0.72 * height),
                (x + 0.92 * width, y + height),
            ],
            (88, 92, 104),
        )
        ellipse = [self.px(v) for v in (middle - 0.26 * width, y + 0.16 * height, middle + 0.26 * width, y + 0.78 * height)]
        self._draw.ellipse(ellipse, shade)
        hair = [self.px(v) for v in (middle - 0.3 * width, y + 0.1 * height, middle + 0.3 * width, y + 0.5 * height)]
        self._draw.chord(hair, 180, 360, (60, 52, 48))
        for eye in (-0.11, 0.11):
            self.disc(middle + eye * width, y + 0.42 * height, 0.025 * width, (40, 40, 40))
        self.rule(middle - 0.09 * width, y + 0.62 * height, middle + 0.09 * width, y + 0.62 * height, 0.4, (110, 70, 66))
