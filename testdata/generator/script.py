"""Reads the phrase banks (`phrases/*.txt`): what documents of a type say, in several wordings, each of one split.

    == Name of a type                 begins a type
    genres: brief form                kinds of layouts that suit it; `from:` and `to:` say who writes to whom; `amounts: small`
    -- train                          begins a wording of a split; `from=`, `to=`, `genres=` may differ here

Below, a line is a block: a letter that says what, `?` if it may be missing, and its text.

    T title or subject   S line below it   H heading    P paragraph     N numbered   L with a dash   O small print
    F cells of a form, `Label=value; Label=value`       R rows of a letter's reference block, likewise
    C boxes to tick, `text; text`          V name of a table            M machine-readable zone    I photograph
    A greeting   G closing and signature   D place, date, signature     B legal remedies           E stamp, `line; line`
    K number of the form at the foot       X next page                  Z an appendix              U large, in the middle

`/ text` is an alternative to the line above, `[one|other]` one within a line, `{key}` a fact (see `facts`). `T ~` is no title.
"""

from dataclasses import dataclass, field
from pathlib import Path

PHRASES = Path(__file__).parent / "phrases"
SPLITS = ("train", "eval", "probe")


@dataclass
class Block:
    """A line of a wording: what it is, whether it may be missing, its alternatives."""

    code: str
    optional: bool
    texts: list[str]


@dataclass
class Wording:
    """One way in which documents of a type are worded; it belongs to one split."""

    name: str
    split: str
    sender: str
    receiver: str
    genres: list[str]
    amounts: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def side(self) -> str:
        """Of layouts and names: each split has its own."""
        return self.split


@dataclass
class Kind:
    """A type of documents."""

    name: str
    wordings: list[Wording] = field(default_factory=list)


def read_banks(folder: Path = PHRASES) -> dict[str, Kind]:
    """All types by name. A type may stand in several files."""
    kinds: dict[str, Kind] = {}
    for path in sorted(folder.rglob("*.txt")):
        _read(path, kinds)
    return kinds


def _read(path: Path, kinds: dict[str, Kind]):
    head: dict[str, str] = {}
    kind: Kind | None = None
    wording: Wording | None = None
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1):
        line = line.rstrip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            kind, wording = kinds.setdefault(line[3:], Kind(line[3:])), None
            head = {"genres": "brief", "from": "amt", "to": "person", "amounts": "usual"}
        elif line.startswith("-- "):
            split, *changes = line[3:].split()
            assert split in SPLITS and kind, f"{path.name}:{number}: {line}"
            own = {**head, **dict(change.split("=", 1) for change in changes)}
            order = sum(other.split == split for other in kind.wordings) + 1
            wording = Wording(
                f"{kind.name}/{split}-{order}",
                split,
                own["from"],
                own["to"],
                own["genres"].replace(",", " ").split(),
                own["amounts"],
            )
            kind.wordings.append(wording)
        elif wording is None:
            key, _, value = line.partition(":")
            assert key in head, f"{path.name}:{number}: {line}"
            head[key] = value.strip()
        elif line.startswith("/ "):
            wording.blocks[-1].texts.append(line[2:])
        else:
            code, _, text = line.partition(" ")
            assert code.rstrip("?") in set("TSHPNLOFRCVMIAGDBEKXZU"), f"{path.name}:{number}: {line}"
            wording.blocks.append(Block(code[0], code.endswith("?"), [text]))
