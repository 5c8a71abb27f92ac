#!/usr/bin/env python3
"""How true are the reading faults of testdata/make_pages.py? Compares them with real readings of the same documents.

    tools/figures/misreading.py [--pipeline bussgeld] [--count 2] [--dpi 300] [--binary target/release/scanstrasse]

Draws documents, scans them, has the program read the scans, and prints the share of letters that differ from what was
drawn (Levenshtein distance by pages): as read, and as made up; and the commonest confusions of both.
"""

import argparse
import collections
import difflib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "testdata"))

from generator import documents  # noqa: E402
from generator.catalogue import PIPELINES  # noqa: E402
from generator.damage import scan_document  # noqa: E402
from generator.script import SPLITS, read_banks  # noqa: E402


def words(pages: dict) -> list[list[str]]:
    return [[word["text"] for line in page["lines"] for word in line["words"]] for page in pages["pages"]]


def distance(truth: str, read: str) -> int:
    row = list(range(len(read) + 1))
    for at, letter in enumerate(truth, 1):
        diagonal, row[0] = row[0], at
        for other, seen in enumerate(read, 1):
            diagonal, row[other] = row[other], min(row[other] + 1, row[other - 1] + 1, diagonal + (letter != seen))
    return row[-1]


def compare(truth: list[list[str]], read: list[list[str]], confusions: collections.Counter) -> tuple[int, int]:
    """Letters that differ, and all letters. Words are aligned first: order is not what is measured."""
    wrong = total = 0
    for drawn, seen in zip(truth, read):
        total += sum(map(len, drawn)) + len(drawn)
        for kind, a, b, c, d in difflib.SequenceMatcher(None, drawn, seen, autojunk=False).get_opcodes():
            if kind == "equal":
                continue
            before, after = " ".join(drawn[a:b]), " ".join(seen[c:d])
            wrong += distance(before, after)
            if b - a == d - c == 1:
                for step, i, j, k, l in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
                    if step != "equal":
                        confusions[before[i:j], after[k:l]] += 1
            else:
                confusions["words " + str(b - a), str(d - c)] += 1
    return wrong, total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pipeline", default="bussgeld", choices=PIPELINES)
    parser.add_argument("--split", default="train", choices=SPLITS)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--errors", type=float, default=0.01)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/scanstrasse")
    parser.add_argument("--keep", type=Path, help="keep scans and readings here")
    arguments = parser.parse_args()
    kinds, sums = read_banks(), {"read": [0, 0], "made up": [0, 0]}
    confusions = {name: collections.Counter() for name in sums}
    with tempfile.TemporaryDirectory() as scratch:
        root = arguments.keep or Path(scratch)
        for kind in PIPELINES[arguments.pipeline].types:
            for number in range(arguments.count):
                made = documents.make(kinds, arguments.pipeline, kind, arguments.split, number, 1, arguments.dpi)
                path = documents.path_of(root, arguments.pipeline, made)
                path.parent.mkdir(parents=True, exist_ok=True)
                scan = path.with_name(scan_document(made, path))
                done = subprocess.run(
                    [arguments.binary, "ocr", "--format", "json", "--workers", "1", scan], capture_output=True, check=True
                )
                path.with_suffix(".read.json").write_bytes(done.stdout)
                truth = words(made.json(0.0, scan.name))
                for name, pages in (("read", json.loads(done.stdout)), ("made up", made.json(arguments.errors, scan.name))):
                    wrong, total = compare(truth, words(pages), confusions[name])
                    sums[name][0] += wrong
                    sums[name][1] += total
    for name, (wrong, total) in sums.items():
        print(f"{name}: {wrong} of {total} letters differ, {wrong / max(1, total):.4f}")
        print("   ", ", ".join(f"{a!r}>{b!r} {n}" for (a, b), n in confusions[name].most_common(25)))


if __name__ == "__main__":
    main()
