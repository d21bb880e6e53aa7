"""What an actor's files are called. Light: the Snakefile imports it."""

import hashlib
import re

LONGEST = 40


def actor_file_part(actor: str) -> str:
    """The label itself where it is of letters and digits, else its letters and a digest.

    Labels of a table may hold anything ('speaker A/1'); file names and wildcards may not.
    """
    if re.fullmatch(r"[A-Za-z0-9]+", actor) and len(actor) <= LONGEST:
        return actor
    letters = re.sub(r"[^A-Za-z0-9]", "", actor)[:LONGEST]
    return f"{letters}x{hashlib.sha256(actor.encode()).hexdigest()[:8]}"
