#!/usr/bin/env python3
"""How far the words of a PDF's text layer stand from the truth, as pdftotext sees them.

usage: textlayer.py TRUTHDIR PDFDIR
TRUTHDIR/NAME.gt.json: {"words": [[text, x0, y0, x1, y1], ...]}, pixels at 300 dpi of the straight, upright page.
PDFDIR/NAME.pdf: one page each. Words that stand once in the truth and in the PDF are compared; a page's box is taken
to have the same centre as the scan's. Prints the median distance of left and right edges in pixels at 300 dpi.
"""
import html
import json
import os
import re
import statistics
import subprocess
import sys
from collections import Counter

PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)"')
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


def edges(truth, pdf, size_px):
    text = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, check=True, text=True).stdout
    width, height = map(float, PAGE.search(text).groups())
    scale = 300 / 72
    shift = size_px[0] / 2 - width * scale / 2
    found = {}
    words = [(html.unescape(t), float(x0) * scale + shift, float(x1) * scale + shift)
             for x0, _, x1, _, t in WORD.findall(text)]
    once = Counter(t for t, _, _ in words)
    found = {t: (x0, x1) for t, x0, x1 in words if once[t] == 1}
    once = Counter(w[0] for w in truth)
    for t, x0, _, x1, _ in truth:
        if once[t] == 1 and t in found:
            yield abs(found[t][0] - x0)
            yield abs(found[t][1] - x1)


def main(truthdir, pdfdir):
    distances = []
    for name in sorted(os.listdir(truthdir)):
        if name.endswith(".gt.json"):
            with open(os.path.join(truthdir, name), encoding="utf8") as f:
                truth = json.load(f)["words"]
            page = list(edges(truth, os.path.join(pdfdir, name[:-8] + ".pdf"), (2480, 3508)))
            print(f"{name[:-8]:40} {statistics.median(page):6.2f} px median of {len(page)}")
            distances += page
    print(f"all: {statistics.median(distances):.2f} px median of {len(distances)} edges")


if __name__ == "__main__":
    main(*sys.argv[1:3])
