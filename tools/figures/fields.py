#!/usr/bin/env python3
"""Precision and recall of index fields, against a truth file.

    make_pages.py --output DIR --split eval --count 20 ...        (testdata/, made-up documents with truth.jsonl)
    cargo build --release --example fields
    fields.py target/release/examples/fields DIR/truth.jsonl [--ocr OCRDIR] [--wrong NAME]

Each line of the truth file is a document: {"file": path of its page JSON, "type", "fields": [{"name", "value", "page", "box"}]}.
With --ocr the JSON of the same base name in OCRDIR is read instead (what `scanstrasse ocr --format json` made of the scans).

An answer is a value with a confidence of at least 0.5. `precision` is the share of right ones among the answers in documents
that have the field; `extra` counts answers in documents whose truth does not name it (an office's own IBAN in its footer, say);
`recall` is the share of true values that were answered; `doubt` counts true values that stand among those below 0.5;
`brier` is the mean square between confidence and truth over all that was told in documents that have the field.
"""

import argparse
import collections
import json
import subprocess
from pathlib import Path

# Blanks and strokes are no part of these.
LOOSE = {"Steuernummer", "Steuer-ID", "AZR-Nummer", "Personalnummer", "Kennzeichen", "Aktenzeichen", "Kassenzeichen", "Gläubiger-ID"}


def plain(name: str, value: str) -> str:
    if name in LOOSE:
        return "".join(letter for letter in value if letter.isalnum()).upper()
    return " ".join(value.split())


def read(binary: Path, files: list[Path]) -> list[dict]:
    found = []
    for start in range(0, len(files), 200):
        out = subprocess.run([binary, *files[start:start + 200]], check=True, capture_output=True, text=True).stdout
        found += [json.loads(line) for line in out.splitlines()]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--ocr", type=Path)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--wrong", metavar="NAME", help="show what is wrong or missing of this field (made-up pages only)")
    arguments = parser.parse_args()

    truths = [json.loads(line) for line in arguments.truth.read_text(encoding="utf8").splitlines()]
    files = [arguments.ocr / Path(t["file"]).with_suffix(".json").name if arguments.ocr else
             arguments.truth.parent / Path(t["file"]).with_suffix(".json") for t in truths]
    pairs = [(truth, file) for truth, file in zip(truths, files) if file.exists()]
    told = read(arguments.binary, [file for _, file in pairs])

    rows = collections.defaultdict(collections.Counter)
    pages = microseconds = 0
    for (truth, file), found in zip(pairs, told):
        pages, microseconds = pages + found["pages"], microseconds + found["us"]
        true = collections.defaultdict(set)
        for field in truth["fields"]:
            true[field["name"]].add(plain(field["name"], field["value"]))
        mine = collections.defaultdict(list)
        for field in found["fields"]:
            mine[field["name"]].append((plain(field["name"], field["value"]), field["confidence"]))
        for name in true.keys() | mine.keys():
            row = rows[name]
            answers = {value for value, confidence in mine[name] if confidence >= arguments.threshold}
            if not true[name]:
                row["extra"] += len(answers)
                continue
            row["true"] += len(true[name])
            row["answers"] += len(answers)
            row["right"] += len(answers & true[name])
            row["doubt"] += len({value for value, _ in mine[name]} & true[name]) - len(answers & true[name])
            for value, confidence in mine[name]:
                row["told"] += 1
                row["brier"] += (confidence - (value in true[name])) ** 2
            if name == arguments.wrong and answers != true[name]:
                print(f"{file}: true {sorted(true[name])}, told {[(v, round(c, 2)) for v, c in mine[name]]}")

    share = lambda part, whole: f"{100 * part / whole:6.1f}" if whole else "     -"
    print(f"{'field':22}{'true':>6}{'answers':>8}{'precision':>10}{'recall':>8}{'doubt':>6}{'extra':>6}{'brier':>8}")
    for name, row in sorted(rows.items(), key=lambda item: -item[1]["true"]):
        brier = f"{row['brier'] / row['told']:8.3f}" if row["told"] else "       -"
        print(f"{name:22}{row['true']:6}{row['answers']:8}{share(row['right'], row['answers']):>10}"
              f"{share(row['right'], row['true']):>8}{row['doubt']:6}{row['extra']:6}{brier}")
    total = collections.Counter()
    for row in rows.values():
        total.update({key: row[key] for key in ("true", "answers", "right")})
    print(f"all: precision {share(total['right'], total['answers'])} %, recall {share(total['right'], total['true'])} %, "
          f"{len(pairs)} documents, {pages} pages, {microseconds / max(pages, 1) / 1000:.2f} ms a page")


if __name__ == "__main__":
    main()
