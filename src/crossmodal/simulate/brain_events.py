"""The task: order and timing of clips and null events in one run."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

LEAD_IN_S = 6.0
LEAD_OUT_S = 16.0  # lets the last response decay


def category_sequence(n_categories: int, n_each: int, rng: np.random.Generator) -> list[int]:
    """A sequence in which every category follows every category equally often.

    A random Eulerian circuit of the complete directed graph with self loops, each edge
    taken ceil(n_each / n_categories) times (Hierholzer's algorithm); length
    n_categories^2 * ceil(n_each / n_categories). First-order counterbalanced as a circle.
    """
    times = math.ceil(n_each / n_categories)
    edges = [
        list(rng.permutation(np.repeat(np.arange(n_categories), times)))
        for _ in range(n_categories)
    ]
    path, circuit = [int(rng.integers(n_categories))], []
    while path:
        if edges[path[-1]]:
            path.append(int(edges[path[-1]].pop()))
        else:
            circuit.append(path.pop())
    return circuit[:0:-1]  # the circuit ends where it starts: drop one of the two


def trial_order(categories: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """int (trial,): indices of clips, each once, categories first-order counterbalanced.

    Exactly so where all categories have the same number of clips and this number is a
    multiple of the number of categories; otherwise as near as dropping visits allows.
    """
    names = sorted(set(categories))
    queues = [
        list(rng.permutation([i for i, c in enumerate(categories) if c == name])) for name in names
    ]
    sequence = category_sequence(len(names), max(map(len, queues)), rng)
    order = [queues[category].pop() for category in sequence if queues[category]]
    return np.array(order, dtype=int)


def insert_nulls(order: np.ndarray, n_null: int, rng: np.random.Generator) -> np.ndarray:
    """int (event,): ``order`` with -1 at random places, never first or last, never doubled."""
    gaps = rng.choice(np.arange(1, len(order)), size=min(n_null, len(order) - 1), replace=False)
    return np.insert(order, np.sort(gaps), -1)


def run_events(
    stimulus_ids: Sequence[str],
    categories: Sequence[str],
    onset_asynchrony_s: float,
    duration_s: float,
    n_null: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Events of one run: onset (s), duration (s), trial_type, stimulus_id ('n/a' for null)."""
    events = insert_nulls(trial_order(categories, rng), n_null, rng)
    return pd.DataFrame(
        {
            "onset": LEAD_IN_S + onset_asynchrony_s * np.arange(len(events)),
            "duration": duration_s,
            "trial_type": ["null" if i < 0 else categories[i] for i in events],
            "stimulus_id": ["n/a" if i < 0 else stimulus_ids[i] for i in events],
        }
    )


def n_volumes(events: pd.DataFrame, repetition_time_s: float) -> int:
    """Volumes needed to see the last response decay."""
    end_s = events.onset.iloc[-1] + events.duration.iloc[-1] + LEAD_OUT_S
    return math.ceil(end_s / repetition_time_s)
