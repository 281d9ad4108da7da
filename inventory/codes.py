"""Every code that a problem can have, with its meaning, and the page that lists them (docs/inventory-errors.md)."""

from __future__ import annotations

from inventory.judge import MAINTENANCE, PROOF_CODES
from inventory.rules import all_rules

READING = {
    "no-folder": "The site folder cannot be read.",
    "no-yaml": "The site folder holds no `*.yaml` file.",
    "unreadable": "A file cannot be read: it is a folder, a device or a link that leads nowhere, or permission lacks.",
    "too-big": "A file is far larger than any inventory.",
    "ignored-file": "A file looks like YAML but would not be read (`.yml`).",
    "empty-file": "A file is empty: its content was lost, or it was never written.",
    "encoding": "A file is not UTF-8.",
    "binary": "A file is not text.",
    "control-character": "A character that nobody sees: a control character, or a line break of YAML 1.1 alone.",
    "syntax": "The file is not YAML.",
    "several-documents": "A file holds more than one document.",
    "yaml-alias": "An anchor or an alias: every object has one line that defines it, so values are written out.",
    "yaml-tag": "A tag: values have the type that they are written with.",
    "yaml-trap": "An unquoted word that YAML 1.1 and 1.2 read differently: `no`, `0777`, `22:22:22`, `1_000`, `<<`.",
    "bad-key": "A key that is no text, mostly template braces without quotes.",
    "depth": "Brackets or indentation too deep for any object.",
    "duplicate-key": "A key stands twice in one mapping, or one object is declared twice.",
    "unknown-collection": "A name at the top of a file that is not a collection.",
    "missing-site": "No file holds the `site:` block.",
    "bad-id": "An id that cannot be used.",
    "unknown-field": "A field that the object does not have.",
    "missing-field": "A field that the object must have.",
    "wrong-type": "A value of the wrong type.",
    "wrong-value": "A value of the right type that does not fit.",
}
EXCEPTIONS = {
    "accepted-unknown": "An exception to a rule that does not exist, or that allows none.",
    "accepted-expired": "An exception whose last day has passed.",
    "accepted-unused": "An exception to what does not happen: it would hide the next time that it does.",
}


def all_codes() -> set[str]:
    """The codes of everything that `mroom validate` can say."""
    return {*READING, *all_rules(), *EXCEPTIONS}


def page() -> str:
    """The page as Markdown."""
    rules = [f"| `{code}` | {rule.title} | {'yes' if rule.acceptable else ''} |" for code, rule in all_rules().items()]
    lines = [
        "# What can be wrong with an inventory",
        "",
        "`mroom validate` reports every fault in one run as `file:line:column: message [code]`, with what was",
        "expected, what was found and the next step. Codes are stable.",
        "",
        "## Reading",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| `{code}` | {meaning} |" for code, meaning in READING.items()),
        "",
        "## Rules",
        "",
        "Where the last column says yes, somebody may answer for a breach until a day, at the object itself:",
        "`accepted: [{code: single-cord, reason: …, by: …, until: 2027-03-31}]`.",
        f"What `mroom prove` finds ({', '.join(f'`{code}`' for code in PROOF_CODES)}) is accepted in the same way.",
        f"`{MAINTENANCE}`, at a system, lets a planned change take that system away while it runs (docs/changes.md).",
        "",
        "| code | what holds | may be accepted |",
        "|---|---|---|",
        *rules,
        "",
        "## Exceptions",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| `{code}` | {meaning} |" for code, meaning in EXCEPTIONS.items()),
        "",
    ]
    return "\n".join(lines)
