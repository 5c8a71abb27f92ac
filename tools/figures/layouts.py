"""Classification on layouts that training has not seen, while it has seen their wordings.

    testdata/make_pages.py --output PAGES --split train --count 20 --unknown 20 --seed 3 --errors 0.01
    python tools/figures/layouts.py PROGRAM PAGES WORK

Of each pipeline every third layout is kept apart; a model is trained on the others. Prints, by rules alone and by both: F1 (mean over
types), the same among the answers, the share without an answer, of wrong answers, and foreign documents that were answered. Other
wordings as well: `make_pages.py --split eval` and `scanstrasse evaluate`.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path


def divide(pages: Path, work: Path) -> dict[str, tuple[int, int]]:
    """Copies the page JSON to WORK/train and WORK/eval; for each pipeline the number of layouts, and of those kept apart."""
    rows = [json.loads(line) for line in (pages / "truth.jsonl").read_text(encoding="utf8").splitlines()]
    counts = {}
    for pipeline in sorted({row["pipeline"] for row in rows}):
        own = [row for row in rows if row["pipeline"] == pipeline]
        layouts = sorted({row["layout"] for row in own})
        apart = set(layouts[1::3])
        counts[pipeline] = (len(layouts), len(apart))
        for row in own:
            side = "eval" if row["layout"] in apart else "train"
            folder = work / side / pipeline / (row["type"] or "unbekannt")
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy((pages / row["file"]).with_suffix(".json"), folder)
    return counts


def main():
    program, pages, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    for pipeline, (layouts, apart) in divide(pages, work).items():
        model = work / f"{pipeline}.model"
        train = [program, "train", work / "train" / pipeline, "--output", model, "--pipeline", pipeline]
        subprocess.run(train, check=True, capture_output=True)
        print(f"{pipeline}: {apart} of {layouts} layouts kept apart")
        for by in ("rules", "both"):
            ask = [program, "evaluate", work / "eval" / pipeline, "--pipeline", pipeline, "--model", model, "--by", by, "--json"]
            answer = subprocess.run(ask, capture_output=True, text=True)
            figures = json.loads(answer.stdout)["figures"]
            wrong, foreign = figures["wrong"], figures["foreign_answered"]
            print(f"  {by:5} F1 {figures['macro_f1']:.3f}, among answers {figures['macro_f1_of_answers']:.3f}, "
                  f"open {figures['left_open']['value']:.1%}, wrong {wrong['count']} of {wrong['of']}, "
                  f"foreign answered {foreign['count']} of {foreign['of']}")


if __name__ == "__main__":
    main()
