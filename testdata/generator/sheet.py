"""A sheet of paper to draw on, in millimetres; it remembers every word and where its ink stands."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts")
# Regular and bold face; the packages stand in the Makefile as TESTDATA_PACKAGES.
_LIBERATION, _DEJAVU, _URW = "truetype/liberation/Liberation", "truetype/dejavu/DejaVu", "opentype/urw-base35/"
FAMILIES = {
    "sans": (_LIBERATION + "Sans-Regular.ttf", _LIBERATION + "Sans-Bold.ttf"),
    "serif": (_LIBERATION + "Serif-Regular.ttf", _LIBERATION + "Serif-Bold.ttf"),
    "mono": (_LIBERATION + "Mono-Regular.ttf", _LIBERATION + "Mono-Bold.ttf"),
    "dejavu": (_DEJAVU + "Sans.ttf", _DEJAVU + "Sans-Bold.ttf"),
    "dejavuserif": (_DEJAVU + "Serif.ttf", _DEJAVU + "Serif-Bold.ttf"),
    "dejavumono": (_DEJAVU + "SansMono.ttf", _DEJAVU + "SansMono-Bold.ttf"),
    "narrow": (_URW + "NimbusSansNarrow-Regular.otf", _URW + "NimbusSansNarrow-Bold.otf"),
    "palatino": (_URW + "P052-Roman.otf", _URW + "P052-Bold.otf"),
    "century": (_URW + "C059-Roman.otf", _URW + "C059-Bold.otf"),
    "bookman": (_URW + "URWBookman-Light.otf", _URW + "URWBookman-Demi.otf"),
    "gothic": (_URW + "URWGothic-Book.otf", _URW + "URWGothic-Demi.otf"),
    "nimbusmono": (_URW + "NimbusMonoPS-Regular.otf", _URW + "NimbusMonoPS-Bold.otf"),
    "italic": (_URW + "P052-Italic.otf", _URW + "P052-BoldItalic.otf"),
    "oblique": (_URW + "URWGothic-BookOblique.otf", _URW + "URWGothic-DemiOblique.otf"),
    "hand": (_URW + "Z003-MediumItalic.otf", _URW + "Z003-MediumItalic.otf"),
}
A4_MM = (210.0, 297.0)
INK = (24, 24, 28)
BLUE = (32, 56, 140)
RED = (168, 32, 40)


@cache
def _font(family: str, bold: bool, size_px: int) -> ImageFont.FreeTypeFont:
    name = FAMILIES[family][bold]
    # The basic layout engine: the same on every machine, with or without libraqm.
    return ImageFont.truetype(FONTS / name, size_px, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True)
class Style:
    """How text looks: family, size in points, leading as a multiple of the size."""

    family: str = "sans"
    size_pt: float = 10.5
    bold: bool = False
    colour: tuple[int, int, int] = INK
    leading: float = 1.3

    def but(self, **changes) -> "Style":
        return Style(**{**self.__dict__, **changes})


class Sheet:
    """An upright A4 page. `words` are (text, x0, y0, x1, y1): ink boxes in pixels, in the order of drawing."""

    def __init__(self, dpi: int, paper: tuple[int, int, int] = (255, 255, 255)):
        self.dpi = dpi
        self.size = tuple(round(mm / 25.4 * dpi) for mm in A4_MM)
        self.image = Image.new("RGB", self.size, paper)
        self.words: list[tuple[str, int, int, int, int]] = []
        self._draw = ImageDraw.Draw(self.image)

    def px(self, mm: float) -> float:
        return mm / 25.4 * self.dpi

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        return _font(style.family, style.bold, round(style.size_pt / 72 * self.dpi))

    def line_mm(self, style: Style) -> float:
        return style.size_pt * style.leading / 72 * 25.4

    def width_mm(self, text: str, style: Style) -> float:
        return self.font(style).getlength(text) / self.dpi * 25.4

    def text(self, x: float, y: float, text: str, style: Style = Style(), align: str = "left") -> float:
        """One line whose baseline is `y`; `x` is its left edge, right edge or middle. Returns the next baseline."""
        font = self.font(style)
        start = self.px(x) - self.font(style).getlength(text) * {"left": 0, "right": 1, "middle": 0.5}[align]
        done = ""
        for word in text.split(" "):
            if word:
                at = (round(start + font.getlength(done)), round(self.px(y)))
                self._draw.text(at, word, style.colour, font, anchor="ls")
                x0, y0, x1, y1 = font.getbbox(word, anchor="ls")
                self.words.append((word, at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1))
            done += word + " "
        return y + self.line_mm(style)

    def lines(self, x: float, y: float, lines: list[str], style: Style = Style(), align: str = "left") -> float:
        for line in lines:
            y = self.text(x, y, line, style, align)
        return y

    def paragraph(self, x: float, y: float, width: float, text: str, style: Style = Style()) -> float:
        """Text broken at blanks to `width`. Returns the baseline of the next paragraph's first line."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and self.width_mm(longer, style) > width:
                y = self.text(x, y, line, style)
                longer = word
            line = longer
        return self.text(x, y, line, style) + 0.45 * self.line_mm(style)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width_mm: float = 0.25, colour=INK):
        ends = [self.px(v) for v in (x0, y0, x1, y1)]
        self._draw.line(ends, colour, max(1, round(self.px(width_mm))))

    def box(self, x: float, y: float, width: float, height: float, width_mm: float = 0.25, colour=INK, fill=None):
        corners = [round(self.px(v)) for v in (x, y, x + width, y + height)]
        self._draw.rectangle(corners, fill, colour, max(1, round(self.px(width_mm))))

    def polygon(self, points: list[tuple[float, float]], colour):
        self._draw.polygon([(self.px(x), self.px(y)) for x, y in points], colour)

    def disc(self, x: float, y: float, radius: float, colour):
        self._draw.ellipse([self.px(v) for v in (x - radius, y - radius, x + radius, y + radius)], colour)

    def checkbox(self, x: float, y: float, ticked: bool, label: str, style: Style = Style()) -> float:
        """A box before a label; the tick is two strokes, not a letter. Returns the next baseline."""
        self.box(x, y - 2.9, 3.1, 3.1)
        if ticked:
            self.rule(x + 0.5, y - 2.4, x + 2.6, y - 0.3, 0.4, BLUE)
            self.rule(x + 0.5, y - 0.3, x + 2.6, y - 2.4, 0.4, BLUE)
        return self.text(x + 5, y, label, style)

    def field(self, x: float, y: float, width: float, label: str, value: str, style: Style = Style()):
        """A frame of a form: a small label at its top, what was filled in below."""
        self.box(x, y, width, 10.5)
        self.text(x + 1.2, y + 3.2, label, style.but(size_pt=7, bold=False))
        if value:
            self.text(x + 1.6, y + 8.6, value, style)

    def table(self, x: float, y: float, columns: list[tuple[float, str]], rows: list[list[str]], style: Style = Style(),
              ruled: bool = True, row_mm: float = 6.4) -> float:
        """Rows of cells; `columns` are (width, alignment), the first row is the head, in bold. Returns y below it."""
        width = sum(column[0] for column in columns)
        for number, row in enumerate(rows):
            top = y + number * row_mm
            left = x
            for (column_mm, align), cell in zip(columns, row, strict=True):
                at = left + 1.5 if align == "left" else left + column_mm - 1.5
                if cell:
                    self.text(at, top + row_mm * 0.7, cell, style.but(bold=number == 0), align)
                if ruled and left > x:
                    self.rule(left, top, left, top + row_mm)
                left += column_mm
            self.rule(x, top, x + width, top)
        bottom = y + len(rows) * row_mm
        self.rule(x, bottom, x + width, bottom)
        if ruled:
            self.rule(x, y, x, bottom)
            self.rule(x + width, y, x + width, bottom)
        return bottom

    def signature(self, x: float, y: float, points: list[tuple[float, float]]):
        """A scrawl in blue ink: a Catmull-Rom curve through points given in millimetres from (x, y)."""
        guides = [points[0], *points, points[-1]]
        curve = []
        for p, q, r, s in zip(guides, guides[1:], guides[2:], guides[3:]):
            for t in (step / 12 for step in range(13)):
                curve.append(tuple(
                    0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                    for a, b, c, d in zip(p, q, r, s)))
        self._draw.line([(self.px(x + dx), self.px(y + dy)) for dx, dy in curve], BLUE, round(self.px(0.4)), "curve")

    def stamp(self, x: float, y: float, lines: list[str], colour=BLUE):
        """A framed date stamp, pressed on straight."""
        style = Style(size_pt=9, bold=True, colour=colour)
        width = max(self.width_mm(line, style) for line in lines) + 6
        self.box(x, y, width, 2.5 + 4.4 * len(lines), 0.5, colour)
        for number, line in enumerate(lines):
            self.text(x + width / 2, y + 4.6 + 4.4 * number, line, style, "middle")

    def arms(self, x: float, y: float, colour=(150, 30, 40)):
        """The invented coat of arms of Musterhausen: a wavy bar on a shield."""
        self.polygon([(x, y), (x + 14, y), (x + 14, y + 9), (x + 7, y + 17), (x, y + 9)], colour)
        wave = [(0, 6), (3.5, 4.6), (7, 6), (10.5, 7.4), (14, 6), (14, 8), (10.5, 9.4), (7, 8), (3.5, 6.6), (0, 8)]
        self.polygon([(x + dx, y + dy) for dx, dy in wave], (245, 225, 150))

    def punch(self, back: bool = False, colour=(60, 60, 60)):
        """The two holes of a German ring binder (ISO 838), seen against the scanner's lid; on a back they are right."""
        for y in (108.5, 188.5):
            self.disc(198 if back else 12, y, 3, colour)
