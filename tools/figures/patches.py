"""Figures of patch codes: draws separator sheets and other pages, runs `examples/codes` over them, counts.

    cargo build --release --example codes
    python tools/figures/patches.py --sheets 2000 --others 1000 [--seed 1] [--keep-failures DIR] [FILE_OR_FOLDER ...]

Needs Pillow, numpy and zxing-cpp (it draws QR codes and barcodes), and the models. FILE_OR_FOLDER are further pages without
patch codes. The drawing is independent of the program: bars come from the measures in Kodak A-61599.

A sheet counts as read if every code that is reported is the printed one and at least one is. Where neither text nor QR code
says which way is up, 1 for 6 and 3 for T are right too: upside down they are the same bars.
"""

import argparse
import collections
import json
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTHS = {"1": "WWNN", "2": "WNNW", "3": "WNWN", "4": "NWWN", "6": "NNWW", "T": "NWNW"}
MIRROR = {"1": "6", "6": "1", "3": "T", "T": "3", "2": "2", "4": "4"}
WIDE_IN, NARROW_IN, SPACE_IN = 0.20, 0.08, 0.08
A4_IN = (8.27, 11.69)
FONTS = ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"]
WORDS = ("Trennblatt Stapel Dokument Akte Vorgang Aktenzeichen Anlage beginnt hier neue Seite bitte nicht entfernen Scanstelle "
         "Antrag Bescheid vom Amt Abteilung Nummer Blatt Eingang Kreis Stadt").split()


def bars(kind, length, dpi):
    """The bars of a code lying, first one on top, as a picture without margins."""
    total = 2 * WIDE_IN + 2 * NARROW_IN + 3 * SPACE_IN
    picture = Image.new("L", (round(length * dpi), round(total * dpi)), 255)
    draw, y = ImageDraw.Draw(picture), 0.0
    for width in WIDTHS[kind]:
        thick = WIDE_IN if width == "W" else NARROW_IN
        draw.rectangle((0, round(y * dpi), picture.width, round((y + thick) * dpi) - 1), fill=0)
        y += thick + SPACE_IN
    return picture


def qr(text, side):
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.array(code.to_image(scale=4))).convert("L").resize((side, side), Image.NEAREST)


def text_block(draw, rng, box, dpi, size_pt):
    font = ImageFont.truetype(rng.choice(FONTS), max(8, round(size_pt / 72 * dpi)))
    x0, y, x1, y1 = box
    step = round(size_pt / 72 * dpi * 1.35)
    while y + step <= y1:
        line = ""
        while draw.textlength(line, font=font) < (x1 - x0) * rng.uniform(0.6, 0.97):
            line += rng.choice(WORDS) + " "
        while line and draw.textlength(line, font=font) > x1 - x0:
            line = line[:-1]
        draw.text((x0, y), line, font=font, fill=0)
        y += step


def sheet(rng, dpi):
    """A separator sheet, upright and clean, and what is known of it."""
    kind = rng.choice("12346T")
    width, height = (round(side * dpi) for side in A4_IN)
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    custom = rng.choice(["one", "one", "turned", "moved"])
    edges = [rng.choice(["top", "bottom", "left", "right"])] if custom == "one" else ["top", "bottom", "left", "right"]
    skew = rng.choice([0.0, rng.uniform(-2, 2), rng.uniform(-10, 10), rng.uniform(-10, 10)])
    length = rng.uniform(2.5, 4.0)
    # What leaves the page by being askew is no fault of the reader.
    lean = abs(np.sin(np.radians(skew)))
    margin = 0.25 + lean * (length / 2 + 0.3) + rng.uniform(0.05, 0.35)
    for edge in edges:
        code = bars(kind, length, dpi)
        if edge in ("left", "right"):
            code = code.rotate(90, expand=True)
        if custom == "turned" and edge in ("bottom", "right"):
            code = code.rotate(180)
        off = round(rng.uniform(-0.4, 0.4) * dpi)
        far = round(margin * dpi)
        place = {
            "top": ((width - code.width) // 2 + off, far),
            "bottom": ((width - code.width) // 2 + off, height - far - code.height),
            "left": (far, (height - code.height) // 2 + off),
            "right": (width - far - code.width, (height - code.height) // 2 + off),
        }[edge]
        page.paste(code, place)
    told = rng.choice(["text", "qr", "both", "none"])
    inner = [round(v * dpi) for v in (margin + 1.1, margin + 1.2, A4_IN[0] - margin - 1.1, A4_IN[1] - margin - 1.2)]
    if told in ("text", "both"):
        half = (inner[1] + inner[3]) // 2
        text_block(draw, rng, (inner[0], inner[1], inner[2], inner[1] + round(0.9 * dpi)), dpi, rng.uniform(20, 30))
        text_block(draw, rng, (inner[0], half, inner[2], min(inner[3], half + round(rng.uniform(1, 3) * dpi))), dpi, rng.uniform(10, 14))
    if told in ("qr", "both"):
        side = round(rng.uniform(1.0, 1.5) * dpi)
        level = rng.choice("DCB")
        page.paste(qr(f"SST1;L={level};C={rng.randint(1000, 9999)}-{rng.randint(10, 99)};P={rng.randint(1, 90)}", side),
                   (inner[0] + round(0.1 * dpi), inner[1] + round(1.0 * dpi)))
    return page, {"kind": kind, "copies": len(edges), "custom": custom if custom != "one" else f"one ({edges[0]})",
                  "told": told, "skew": skew}


def scanned(page, rng, dpi, skew, direction):
    """The page as a scanner gives it; the picture's mode, and what was done to it."""
    if skew:
        page = page.rotate(skew, rng.choice([Image.NEAREST, Image.NEAREST, Image.BILINEAR]), fillcolor=255)
    if direction:
        page = page.transpose({90: Image.ROTATE_270, 180: Image.ROTATE_180, 270: Image.ROTATE_90}[direction])
    harm = rng.choice(["clean", "pepper", "blur", "noise", "faint"])
    if harm == "blur":
        page = page.filter(ImageFilter.BoxBlur(rng.uniform(0.003, 0.012) * dpi))
    if harm == "faint":
        paper, ink = rng.randint(170, 235), rng.randint(60, 110)
        page = page.point(lambda v: ink + (paper - ink) * v // 255)
    if harm in ("noise", "pepper"):
        pixels = np.asarray(page)
        noise = np.random.default_rng(rng.getrandbits(32)).integers(0, 256, pixels.shape, np.uint8)
        if harm == "noise":
            # Ink from 0 to 127, paper from 127 to 255.
            pixels = (pixels >> 1) + (noise >> 1)
        else:
            # Up to 5 % of all pixels black, and as many white.
            share = rng.choice([1, 3, 8, 13])
            pixels = np.where(noise < share, np.uint8(0), np.where(noise >= 256 - share, np.uint8(255), pixels))
        page = Image.fromarray(pixels)
    return page, harm


def saved(page, rng, folder, name, dpi):
    coding = rng.choice(["g4", "g4", "g4", "jpeg", "jpeg", "grey"])
    if coding == "g4":
        path = folder / f"{name}.tif"
        page.point(lambda v: 255 if v > 127 else 0).convert("1").save(path, compression="group4", dpi=(dpi, dpi))
    elif coding == "jpeg":
        path = folder / f"{name}.jpg"
        page.save(path, quality=rng.choice([25, 50, 75, 90]), dpi=(dpi, dpi))
    else:
        path = folder / f"{name}.tiff"
        page.save(path, dpi=(dpi, dpi))
    return path, coding


def draw_sheet(job):
    seed, folder = job
    rng = random.Random(f"sheet {seed}")
    dpi = rng.choices([150, 200, 300, 400, 600], [35, 35, 22, 5, 3])[0]
    page, truth = sheet(rng, dpi)
    direction = rng.choice([0, 90, 180, 270])
    page, harm = scanned(page, rng, dpi, truth["skew"], direction)
    path, coding = saved(page, rng, Path(folder), f"sheet{seed:05}", dpi)
    return {**truth, "file": str(path), "dpi": dpi, "direction": direction, "harm": harm, "coding": coding}


def barcode(rng, dpi):
    format, text = rng.choice([
        (zxingcpp.BarcodeFormat.Code39, "AZ-" + str(rng.randint(10000, 99999))),
        (zxingcpp.BarcodeFormat.Code128, "AZ-" + str(rng.randint(10**8, 10**9))),
        (zxingcpp.BarcodeFormat.ITF, str(rng.randint(10**7, 10**8 - 1))),
        (zxingcpp.BarcodeFormat.PDF417, "Vorgang " + str(rng.randint(10**8, 10**9))),
    ])
    picture = Image.fromarray(np.array(zxingcpp.create_barcode(text, format).to_image(scale=2))).convert("L")
    wide = rng.uniform(1.5, 3.5) * dpi
    return picture.resize((round(wide), round(rng.uniform(0.4, 1.6) * dpi)), Image.NEAREST)


def other(rng, dpi):
    """A page that might be taken for a separator sheet, and is none."""
    width, height = (round(side * dpi) for side in A4_IN)
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    kind = rng.choice(["table", "form", "barcodes", "plan", "stripes", "edges", "wrong bars", "letter"])
    inch = lambda v: round(v * dpi)
    if kind == "table":
        y, thick = 1.0, rng.choice([0.01, 0.02, 0.04, 0.08])
        step = rng.choice([0.16, 0.2, 0.25, 0.33])
        columns = sorted(rng.uniform(0.8, 7.4) for _ in range(rng.randint(2, 9)))
        while y < 10.5:
            draw.rectangle((inch(0.7), inch(y), inch(7.5), inch(y + thick)), fill=0)
            if rng.random() < 0.15:
                draw.rectangle((inch(0.7), inch(y), inch(7.5), inch(y + step)), fill=rng.choice([0, 90, 200]))
            for x in columns[:-1]:
                if rng.random() < 0.7:
                    text_block(draw, rng, (inch(x), inch(y + thick), inch(x + 0.6), inch(y + step + 0.05)), dpi, 8)
            y += step
        for x in columns:
            draw.rectangle((inch(x), inch(1), inch(x + thick), inch(10.5)), fill=0)
    elif kind == "form":
        for _ in range(rng.randint(15, 60)):
            x, y, w, h = rng.uniform(0.4, 6), rng.uniform(0.4, 11), rng.uniform(0.3, 5), rng.choice([0.08, 0.2, 0.25, 0.5])
            draw.rectangle((inch(x), inch(y), inch(x + w), inch(y + h)), outline=0, width=max(1, inch(rng.choice([0.01, 0.03, 0.08]))),
                           fill=rng.choice([255, 255, 255, 220, 0]))
        text_block(draw, rng, (inch(0.8), inch(1), inch(7.4), inch(rng.uniform(2, 10))), dpi, rng.uniform(7, 12))
    elif kind == "barcodes":
        for _ in range(rng.randint(1, 8)):
            code = barcode(rng, dpi)
            code = code.rotate(rng.choice([0, 90, 180, 270]), expand=True)
            page.paste(code, (rng.randint(0, width - code.width), rng.randint(0, height - code.height)))
    elif kind == "plan":
        for _ in range(rng.randint(5, 40)):
            x, y, long, thick = rng.uniform(0.2, 7), rng.uniform(0.2, 11), rng.uniform(0.5, 8), rng.choice([0.03, 0.08, 0.2, 0.4])
            box = (x, y, x + long, y + thick) if rng.random() < 0.5 else (x, y, x + thick, y + long)
            draw.rectangle([inch(v) for v in box], fill=rng.choice([0, 0, 60, 128]))
    elif kind == "stripes":
        standing, at = rng.random() < 0.5, rng.uniform(0.3, 2)
        while at < 9:
            thick, gap = rng.choice([0.04, 0.08, 0.1, 0.2, 0.3]), rng.choice([0.04, 0.08, 0.08, 0.16, 0.3])
            box = (at, 1, at + thick, 6) if standing else (1, at, 6, at + thick)
            draw.rectangle([inch(v) for v in box], fill=0)
            at += thick + gap
    elif kind == "edges":
        for _ in range(rng.randint(1, 4)):
            side, depth = rng.choice("tblr"), rng.uniform(0.05, 0.5)
            box = {"t": (0, 0, 9, depth), "b": (0, 11.69 - depth, 9, 12), "l": (0, 0, depth, 12), "r": (8.27 - depth, 0, 9, 12)}[side]
            draw.rectangle([inch(v) for v in box], fill=rng.choice([0, 20, 60]))
        text_block(draw, rng, (inch(0.9), inch(1), inch(7.4), inch(10)), dpi, rng.uniform(9, 14))
    elif kind == "wrong bars":
        # Four bars, but of no code's widths, or not standing alone, or too short, or broken.
        flaw = rng.choice(["widths", "five", "three", "short", "ragged", "equal"])
        widths = {"equal": [0.2] * 4, "five": [0.2, 0.08, 0.2, 0.08, 0.08], "three": [0.2, 0.08, 0.2]}.get(
            flaw, rng.choice([[0.2, 0.08, 0.08, 0.08], [0.2, 0.2, 0.2, 0.08], [0.08] * 4, [0.3, 0.08, 0.2, 0.2]]))
        long = 1.0 if flaw == "short" else 4.0
        widths = [0.08, 0.2, 0.08, 0.2] if flaw in ("short", "ragged") else widths
        y, x0 = rng.uniform(0.4, 9), rng.uniform(0.5, 2)
        for i, thick in enumerate(widths):
            extra = rng.uniform(0.7, 2.5) if flaw == "ragged" and i % 2 else 0
            draw.rectangle((inch(x0 + extra), inch(y), inch(x0 + long), inch(y + thick) - 1), fill=0)
            y += thick + 0.08
    else:
        text_block(draw, rng, (inch(0.9), inch(1), inch(7.4), inch(10.5)), dpi, rng.choice([6, 9, 11, 16, 30, 60]))
    return page, kind


def draw_other(job):
    seed, folder = job
    rng = random.Random(f"other {seed}")
    dpi = rng.choices([150, 200, 300, 600], [40, 35, 23, 2])[0]
    page, kind = other(rng, dpi)
    page, harm = scanned(page, rng, dpi, rng.choice([0, 0, rng.uniform(-10, 10)]), rng.choice([0, 90, 180, 270]))
    path, coding = saved(page, rng, Path(folder), f"other{seed:05}", dpi)
    return {"file": str(path), "what": kind, "dpi": dpi, "harm": harm, "coding": coding}


def run(program, files):
    done = subprocess.run([program], input="\n".join(files), capture_output=True, text=True)
    if done.stderr:
        print(done.stderr, file=sys.stderr)
    found = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        record = json.loads(line)
        found[record["file"]].append(record)
    return found


def batches(total, size, draw, program):
    """Drawn pages with what was found on them, a batch at a time; their files are gone afterwards."""
    with ProcessPoolExecutor(2) as pool:
        for start in range(0, total, size):
            with tempfile.TemporaryDirectory() as folder:
                pages = list(pool.map(draw, [(seed, folder) for seed in range(start, min(total, start + size))]))
                found = run(program, [page["file"] for page in pages])
                for page in pages:
                    yield page, found[page["file"]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="target/release/examples/codes")
    parser.add_argument("--sheets", type=int, default=2000)
    parser.add_argument("--others", type=int, default=1000)
    parser.add_argument("--keep-failures", type=Path)
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args()

    def keep(page):
        if args.keep_failures:
            args.keep_failures.mkdir(parents=True, exist_ok=True)
            source = Path(page["file"])
            (args.keep_failures / source.name).write_bytes(source.read_bytes())

    total, missed, copies = collections.Counter(), collections.Counter(), [0, 0]
    for page, found in batches(args.sheets, 40, draw_sheet, args.program):
        codes = [code["code"] for record in found for code in record["patch_codes"]]
        allowed = {page["kind"]} | ({MIRROR[page["kind"]]} if page["told"] == "none" else set())
        read = bool(codes) and set(codes) <= allowed and len(set(codes)) == 1
        copies[0] += min(len(codes), page["copies"])
        copies[1] += page["copies"]
        lean = "skew over 5" if abs(page["skew"]) > 5 else "skew up to 5"
        for condition in ["all", f"code {page['kind']}", f"{page['dpi']} dpi", page["coding"], page["harm"], lean,
                          f"direction {page['direction']}", f"told by {page['told']}", f"edges: {page['custom']}"]:
            total[condition] += 1
            missed[condition] += not read
        if not read:
            keep(page)
            turns = [(record["turn"], round(record["sure"], 2), record["blank"]) for record in found]
            print("missed:", {k: v for k, v in page.items() if k != "file"}, Path(page["file"]).name, codes, turns, flush=True)
    for condition in total:
        print(f"{condition:22} {total[condition] - missed[condition]:5} of {total[condition]:5}"
              f"  {100 * (1 - missed[condition] / total[condition]):7.2f} %")
    if copies[1]:
        print(f"copies found: {copies[0]} of {copies[1]}")

    seen, false = collections.Counter(), collections.Counter()

    def count(what, found, page):
        seen[what] += 1
        if any(record["patch_codes"] for record in found):
            false[what] += 1
            keep(page)
            print("false:", what, page["file"], [record["patch_codes"] for record in found], flush=True)

    for page, found in batches(args.others, 40, draw_other, args.program):
        count(page["what"], found, page)
    endings = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pdf"}
    listed = [f for path in args.files for f in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    for path, found in run(args.program, [str(f) for f in listed if f.suffix.lower() in endings]).items():
        for record in found:
            count(Path(path).parent.name, [record], {"file": path})
    for what in seen:
        print(f"no patch code: {what:20} {seen[what]:5} pages, {false[what]} false")
    print(f"no patch code: {sum(seen.values())} pages, {sum(false.values())} false")


if __name__ == "__main__":
    main()
