"""A pen for narrow columns, and captions above values: what the layouts of the side `probe` share."""

from dataclasses import replace

from ..flow import Book, Flow
from ..paper import Paper
from ..sheet import Style

Pairs = list[tuple[str, str]]


def broken(paper: Paper, width: float, text: str, style: Style) -> list[str]:
    """Text broken at blanks to `width`; a word that is wider is cut, behind a sign if there is one."""
    lines = []
    for line in paper.break_lines(width, text, style):
        while paper.width_mm(line, style) > width and len(line) > 2:
            most = next(at for at in range(len(line), 0, -1) if at == 1 or paper.width_mm(line[:at], style) <= width)
            cut = max((line.rfind(sign, 0, most) + 1 for sign in "-@/.,"), default=0)
            cut = cut if cut > most // 2 else most
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return lines


def captioned(paper: Paper, row: Pairs, width: float, small: Style, style: Style):
    """Lines of captions and of values for cells of `width`, the captions' height and the whole height."""
    texts = [(broken(paper, width - 3.4, a, small), broken(paper, width - 3.4, b, style)) for a, b in row]
    heads = 0.7 + max(len(labels) for labels, _ in texts) * paper.line_mm(small)
    return texts, heads, heads + max(1, *(len(values) for _, values in texts)) * paper.line_mm(style) + 1.6


def caption_row(
    paper: Paper, row: Pairs, x: float, top: float, width: float, small: Style, style: Style, frame: float = 0.0
) -> float:
    """A row of cells, each a small caption above its value. Returns where it ends."""
    cell = width / len(row)
    texts, heads, height = captioned(paper, row, cell, small, style)
    for number, (labels, values) in enumerate(texts):
        left = x + number * cell
        if frame:
            paper.box(left, top, cell, height, frame)
        paper.lines(left + 1.5, top + 0.7 + 0.8 * paper.line_mm(small), labels, small)
        paper.lines(left + 1.5, top + heads + 0.8 * paper.line_mm(style), values, style)
    return top + height


def captions(paper: Paper, rows: Pairs, x: float, top: float, width: float, most: int, small: Style, style: Style) -> float:
    """Captions above values, at most `most` side by side, in as many rows as it takes. Returns where they end."""
    for at in range(0, len(rows), most):
        part = rows[at : at + most]
        top = caption_row(paper, part, x, top, width * len(part) / most, small, style)
    return top


def wrapped(paper: Paper, x: float, y: float, width: float, text: str, style: Style, align: str = "left") -> float:
    """Text broken to `width`. Returns the next baseline."""
    return paper.lines(x, y, broken(paper, width, text, style), style, align)


def dashes(paper: Paper, x0: float, y: float, x1: float, length: float = 2.2):
    """A dashed line to cut or fold along."""
    while x0 < x1:
        paper.rule(x0, y, min(x0 + length, x1), y, 0.2)
        x0 += 2 * length


class Pen(Flow):
    """A flow that keeps cells, tables and signatures in its column, and knows captions above values."""

    UP = 3.6  # from a baseline to the top of what hangs on it
    table = "head"  # head: a rule below the head; bars: every second row grey; frame: rules everywhere

    def blocks(self):
        """As `Flow.blocks`, with room below cells and below lists."""
        before = ""
        for code, content in self.document.blocks:
            if before in ("F", "L") and code != before:
                self.y += 1.8
            getattr(self, f"_{code.lower()}")(content)
            before = code

    def _h(self, text: str):
        """As `Flow._h`; a heading too long to be spaced is underlined."""
        look, spaced = self.look, " ".join(text)
        if look.heading == "spaced" and self.paper.width_mm(spaced, look.style()) > self.width:
            self.look = replace(look, heading="underlined")
        super()._h(text)
        self.look = look

    def _cells(self, cells: Pairs, frame: float, narrowest: float = 52.0):
        look, style = self.look, self._filled()
        small = look.style(size_pt=max(6.5, look.size_pt - 3), leading=1.2)
        most = max(1, int(self.width / narrowest))
        longest = max(
            self.paper.width_mm(word, written)
            for cell in cells
            for text, written in zip(cell, (small, style))
            for word in text.split(" ")
        )
        while most > 1 and longest > self.width / most - 3.4:
            most -= 1
        for at in range(0, len(cells), most):
            row = cells[at : at + most]
            height = captioned(self.paper, row, self.width / len(row), small, style)[2]
            self.need(height)
            self.y = self.UP + caption_row(self.paper, row, self.left, self.y - self.UP, self.width, small, style, frame)

    def _fields_above(self, cells: Pairs):
        self._cells(cells, 0.0)

    def _fields_boxed(self, cells: Pairs):
        self._cells(cells, 0.15)

    def _fields_beside(self, cells: Pairs):
        """Label at the left, the value behind it on a rule; both may take several lines."""
        style, text = self._filled(), self.look.style()
        for label, value in cells:
            labels = broken(self.paper, self.width * 0.36, label, text)
            values = broken(self.paper, self.width * 0.6, value, style) or [""]
            step = self.paper.line_mm(text) * 1.12
            self.need(step * max(len(labels), len(values)))
            for number, line in enumerate(labels):
                self.paper.text(self.left, self.y + number * step, line, text)
            for number, line in enumerate(values):
                y = self.y + number * step
                self.paper.text(self.left + self.width * 0.39, y, line, style)
                self.paper.rule(self.left + self.width * 0.38, y + 1.1, self.left + self.width, y + 1.1, 0.12)
            self.y += step * max(len(labels), len(values)) + 0.6

    def _fitting(self, rows: list[list[str]]) -> tuple[Style, list[float]]:
        """The style in which a table is not wider than the column, and its columns' widths."""
        style = self.look.style(size_pt=min(self.look.size_pt, 9.5))
        while True:
            widths = [max(self.paper.width_mm(cell, style.but(bold=True)) for cell in column) + 3 for column in zip(*rows)]
            if sum(widths) <= self.width or style.size_pt <= 5:
                break
            narrower = style.size_pt <= 6.5 and style.family != "narrow"
            style = style.but(family="narrow", size_pt=8.5) if narrower else style.but(size_pt=style.size_pt - 0.5)
        room, widest = max(0.0, self.width - sum(widths)), max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] < 0.35 * sum(widths):
            widths = [width + room / len(widths) for width in widths]
        else:
            widths[widest] += room
        return style, widths

    def _v(self, table):
        rows, align, sums = table
        style, widths = self._fitting(rows)
        height = max(self.paper.line_mm(style) * 1.3, 4.2)
        self.need(height * min(len(rows), 4) + 2)
        self._row(rows[0], widths, align, style.but(bold=True), height, -1)
        for number, row in enumerate(rows[1:]):
            if self.y + height > self.look.bottom:
                self.need(height)
                self._row(rows[0], widths, align, style.but(bold=True), height, -1)
            self._row(row, widths, align, style, height, number)
        for label, value in sums:
            self.need(height)
            bold = style.but(bold=label == sums[-1][0])
            self.paper.text(self.left + self.width - 31, self.y + 1, label, bold, "right")
            self.paper.text(self.left + self.width - 1.5, self.y + 1, value, bold, "right")
            self.y += height
        self.y += 3

    def _row(self, row: list[str], widths: list[float], align: list[str], style: Style, height: float, number: int):
        top, x = self.y - 0.7 * height, self.left
        if self.table == "bars" and number % 2:
            self.paper.box(x, top, self.width, height, 0.1, (232, 232, 232), (232, 232, 232))
        for width, side, cell in zip(widths, align, row):
            if self.table == "frame":
                self.paper.box(x, top, width, height, 0.15)
            self.paper.text(x + 1.3 if side == "left" else x + width - 1.3, self.y, cell, style, side)
            x += width
        if number < 0 and self.table != "frame":
            self.paper.rule(self.left, top + height, self.left + self.width, top + height, 0.3)
        self.y += height

    def _d(self, text: str):
        style, facts = self.look.style(), self.document.facts
        place, _, who = text.partition(";")
        place = place.strip() or f"{facts.get('stadt')}, den {facts.get('datum')}"
        label = style.but(size_pt=7.5)
        if (
            self.width >= 120
            and max(self.paper.width_mm(who, label) / 0.45, self.paper.width_mm(place, style) / 0.52) < self.width
        ):
            super()._d(text)
            return
        self.need(34)
        self.y += 5
        self.paper.text(self.left, self.y, place, style)
        self.y += 11
        self.scrawl(self.left + 4, self.y - 2)
        self.paper.rule(self.left, self.y + 1.5, self.left + min(70.0, self.width), self.y + 1.5, 0.2)
        self.y += 5
        self.paragraph(who.strip() or "Unterschrift", style.but(size_pt=7.5))
        self.y += 3


def every_page(book: Book, draw, top: float):
    """`draw(paper)` on this page and on all that follow, which begin at `top`."""
    draw(book.pages[-1])

    def begin(paper: Paper, _number: int) -> float:
        draw(paper)
        return top

    book.begin = begin
