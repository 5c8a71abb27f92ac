#!/usr/bin/env python3
"""Draw docs/before-after.png: a scan as it came, and its page in the PDF with the words of the text layer.

usage: before_after.py SCAN.jpg PAGE.pdf OUT.png      needs Pillow and poppler-utils
"""
import re
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw

HEIGHT = 620
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">')
PAGE = re.compile(r'<page width="([\d.]+)"')


def fit(image):
    scale = min(HEIGHT / image.height, HEIGHT / image.width)
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)


def main(scan, pdf, out):
    before = fit(Image.open(scan).convert("RGB"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", pdf, f"{folder}/page"], check=True)
        page = Image.open(f"{folder}/page.png").convert("RGB")
    words = subprocess.run(["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True, text=True).stdout
    scale = page.width / float(PAGE.search(words).group(1))
    marks = Image.new("RGBA", page.size)
    draw = ImageDraw.Draw(marks)
    for box in WORD.findall(words):
        draw.rectangle([float(v) * scale for v in box], fill=(40, 110, 220, 50), outline=(40, 110, 220, 130))
    after = fit(Image.alpha_composite(page.convert("RGBA"), marks).convert("RGB"))
    gap = 24
    sheet = Image.new("RGB", (before.width + after.width + 3 * gap, HEIGHT + 2 * gap), (225, 228, 232))
    sheet.paste(before, (gap, gap + (HEIGHT - before.height) // 2))
    sheet.paste(after, (before.width + 2 * gap, gap))
    sheet.quantize(64).save(out, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
