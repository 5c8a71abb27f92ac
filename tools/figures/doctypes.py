#!/usr/bin/env python3
"""How well each pipeline knows made-up documents: a table of F1 among the answers, what was left open, what was wrong.

    testdata/make_pages.py --output DIR --split probe --count 20 --unknown 40 --seed 11
    doctypes.py target/release/scanstrasse DIR [--by rules] [--models FOLDER]

`open` is the share of documents of a known type that were left open, `wrong` that of wrong answers among the answers; behind each
its 95 % interval (Wilson). Documents of one wording go right or wrong together, so the intervals are too narrow.
"""

import argparse
import json
import subprocess
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--by", default="both", choices=["both", "rules", "model"])
    parser.add_argument("--models", type=Path, help="models of this folder instead of the shipped ones")
    arguments = parser.parse_args()
    root = Path(__file__).resolve().parents[2]
    span = lambda share: f"{100 * share['value']:5.1f} % ({100 * share['low']:.1f} to {100 * share['high']:.1f})"
    totals = {"left_open": [0, 0], "wrong": [0, 0], "foreign_answered": [0, 0]}
    for pipeline in sorted((root / "pipelines").glob("*.toml")):
        command = [arguments.program, "evaluate", arguments.samples / pipeline.stem, "--pipeline", pipeline, "--json"]
        command += ["--by", arguments.by]
        if arguments.models:
            command += ["--model", arguments.models / f"{pipeline.stem}.model"]
        figures = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["figures"]
        foreign = figures["foreign_answered"]
        print(
            f"{pipeline.stem:17} F1 {figures['macro_f1_of_answers']:.3f}  open {span(figures['left_open'])}  "
            f"wrong {span(figures['wrong'])}  foreign {foreign['count']} of {foreign['of']}"
        )
        for name, total in totals.items():
            total[0] += figures[name]["count"]
            total[1] += figures[name]["of"]
    print("all: " + ", ".join(f"{name.replace('_', ' ')} {count} of {of}" for name, (count, of) in totals.items()))


if __name__ == "__main__":
    main()
