"""Scans of made documents: what happens to paper in an office, and the files that a scanner writes."""

import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

from .documents import Made
from .paper import Paper
from .scanner import ScanPage, jpeg_bytes, scan, write_tiff
from .sheet import BLUE, Style

PUNCHED, FOLDED, MARKED, NOTED, STAMPED = 0.45, 0.15, 0.15, 0.25, 0.2  # shares of pages


def scan_document(made: Made, path: Path) -> str:
    """Writes the scan of a drawn document beside `path`. Returns the file's name."""
    rng = random.Random(f"{path.name}/{made.kind}/{made.layout}")
    punched = rng.random() < PUNCHED
    pages: list[ScanPage] = []
    for number, (page, look) in enumerate(zip(made.pages, made.looks)):
        sheet = page or Paper(made.dpi, True)
        if page:
            _use(sheet, rng)
        if punched:
            sheet.punch(back=page is None)
        pages.append(scan(sheet, look, made.kind, f"{made.kind}/{made.name}/{number}"))
    if "fax" in made.layout.lower():
        for page in pages:
            page.image = _faxed(page.image)
    mode = pages[0].image.mode
    if any(page.image.mode != mode for page in pages):
        mode = "L"
        for page in pages:
            page.image = page.image.convert("L")
    if len(pages) == 1 and mode != "1":
        if rng.random() < 0.5:
            file = path.with_suffix(".jpg")
            file.write_bytes(jpeg_bytes(pages[0], quality=rng.choice([60, 75, 85])))
        else:
            file = path.with_suffix(".png")
            pages[0].image.save(file, "PNG", dpi=(made.dpi, made.dpi))
    else:
        file = path.with_suffix(".tif")
        write_tiff(file, pages, "group4" if mode == "1" else "jpeg")
    return file.name


def _use(sheet: Paper, rng: random.Random):
    """Paper in use: folds, a highlighter, notes by hand, a stamp pressed on askew."""
    if rng.random() < FOLDED:
        for y in (99, 198):
            sheet.rule(0, y + rng.uniform(-2, 2), 210, y + rng.uniform(-2, 2), 0.2, (205, 205, 205))
    if rng.random() < MARKED and sheet.runs:
        stripe = Image.new("RGB", sheet.image.size, (255, 255, 255))
        draw = ImageDraw.Draw(stripe)
        for run in rng.sample(sheet.runs, min(len(sheet.runs), rng.randint(1, 3))):
            x0, x1 = run.words[0][1][0], run.words[-1][1][2]
            draw.rectangle((x0 - 10, run.top - 6, x1 + 10, run.bottom + 6), rng.choice([(255, 244, 120), (170, 250, 160)]))
        sheet.image.paste(ImageChops.multiply(sheet.image, stripe))
    if rng.random() < NOTED:
        words = rng.choice(["erl.", "z. K.", "Rspr.", "Kopie an 32", "ok", "eilt", "s. Rücks.", "wv 3 Wo."])
        sheet.text(
            rng.uniform(8, 150),
            rng.uniform(8, 16),
            words,
            Style("hand", rng.uniform(13, 20), colour=rng.choice([BLUE, (60, 60, 60)])),
        )
        x, y = rng.uniform(150, 185), rng.uniform(240, 285)
        sheet.signature(x, y, [(2.2 * n, rng.uniform(-4, 4)) for n in range(6)])
    if rng.random() < STAMPED:
        _askew_stamp(sheet, rng)


def _askew_stamp(sheet: Paper, rng: random.Random):
    """A round or framed stamp over the text, its ink uneven."""
    size = round(sheet.px(rng.uniform(28, 44)))
    layer = Image.new("L", (size, size), 0)
    draw, width = ImageDraw.Draw(layer), max(2, round(sheet.px(0.5)))
    if rng.random() < 0.5:
        draw.ellipse((width, width, size - width, size - width), outline=220, width=width)
        draw.ellipse((size * 0.2, size * 0.2, size * 0.8, size * 0.8), outline=190, width=width)
    else:
        draw.rectangle((width, size * 0.25, size - width, size * 0.75), outline=220, width=width)
    font = sheet.font(Style(size_pt=8, bold=True))
    for number, line in enumerate(
        [
            rng.choice(["EINGEGANGEN", "POSTEINGANG", "GEPRÜFT"]),
            f"{rng.randint(1, 28):02d}. {rng.randint(1, 12):02d}. 20{rng.randint(15, 25)}",
        ]
    ):
        draw.text((size / 2, size * (0.42 + 0.16 * number)), line, 230, font, anchor="mm")
    layer = layer.rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    worn = Image.frombytes("L", layer.size, rng.randbytes(size * size)).point([255 if v > 70 else 110 for v in range(256)])
    at = (round(sheet.px(rng.uniform(20, 150))), round(sheet.px(rng.uniform(15, 240))))
    sheet.image.paste(
        Image.new("RGB", layer.size, rng.choice([(40, 60, 150), (150, 40, 50), (70, 70, 80)])),
        at,
        ImageChops.multiply(layer, worn),
    )


def _faxed(image: Image.Image) -> Image.Image:
    """Fine mode of a fax machine: about 200 dots an inch and no grey between (ITU-T T.4)."""
    width, height = image.size
    small = image.convert("L").resize((1728, round(height * 1728 / width)), Image.Resampling.BILINEAR)
    return (
        small.point([0 if v < 150 else 255 for v in range(256)])
        .resize((width, height))
        .convert("1", dither=Image.Dither.NONE)
    )
