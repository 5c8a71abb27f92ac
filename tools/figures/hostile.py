"""Sends folders of hostile scans through `scanstrasse run`, and tells what became of them and what it cost.

    python3 tools/figures/hostile.py PROGRAM PIPELINE FOLDER...

Each file gets a folder, so a case, of its own. Told: files tried, delivered in whole, held with which reasons, files that
are nowhere (none may be), the longest time that a worker was at a page, and the peak resident memory of
the parent and of a worker. Linux: reads /proc.
"""

import collections
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ENDINGS = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".pdf"}


def peak_kib(pid):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += task.read_text().split()
        except OSError:
            pass
    return found


def main():
    program, pipeline, folders = sys.argv[1], sys.argv[2], sys.argv[3:]
    work = Path(tempfile.mkdtemp(prefix="hostile"))
    sent = {}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.suffix.lower() in ENDINGS:
                name = f"{len(sent):04}/{path.name}"
                (work / "in" / name).parent.mkdir(parents=True)
                (work / "in" / name).write_bytes(path.read_bytes())
                sent[name] = path
    begun = time.monotonic()
    line = subprocess.Popen(
        [program, "run", pipeline, work / "in", "--output", work / "out", "--workers", "2", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peaks = [0, 0]

    def watch():
        while line.poll() is None:
            peaks[0] = max(peaks[0], peak_kib(line.pid))
            peaks[1] = max([peaks[1], *(peak_kib(child) for child in children(line.pid))])
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    times = collections.Counter()
    for text in line.stderr:
        event = json.loads(text)
        if event["event"] == "page_processed":
            times[event["scan"], event["page"]] += event["elapsed_ms"] / 1000
    summary = json.loads(line.stdout.read() or "{}")
    line.wait()
    watcher.join()
    seconds = time.monotonic() - begun

    places = collections.defaultdict(collections.Counter)
    for case in (work / "out").glob("*/case.json"):
        account = json.loads(case.read_text())
        for document in account["documents"]:
            for page in document["pages"]:
                places[page["file"]]["delivered"] += 1
        for page in account["blanks_removed"]:
            places[page["file"]]["blank"] += 1
        for held in account["held"]:
            places[held["file"]][held["kind"]] += 1
    reasons = collections.Counter()
    for name in sent:
        reasons[" + ".join(sorted(places[name])) or "NOWHERE"] += 1
    print(f"{len(sent)} files in {seconds:.0f} s, exit code {line.returncode}; {summary.get('pages_received')} pages received, "
          f"{summary.get('pages_delivered')} delivered, {summary.get('pages_held')} held, {summary.get('scans_held')} files held")
    for reason, count in reasons.most_common():
        print(f"  {count:5} {reason}")
    for name in sent:
        if set(places[name]) & {"crash", "deadline", "nonsense", "engine", "io"} or not places[name]:
            print(f"  {sent[name]}: {dict(places[name])}")
    print(f"longest time of a page: {max(times.values(), default=0):.1f} s")
    print(f"peak resident memory: parent {peaks[0] / 1024:.0f} MiB, a worker {peaks[1] / 1024:.0f} MiB")
    print(f"left in {work}")


main()
