"""Exact ranks of many rows at once, ties averaged, equal to ``scipy.stats.rankdata``."""

import numpy as np
from numba import njit

INDEX_BITS = np.uint64(32)
INDEX = np.uint64(0xFFFFFFFF)
MAGNITUDE = np.int32(0x7FFFFFFF)
SIGN_SHIFT = np.int32(31)


@njit(nogil=True, cache=True)
def rank_rows(rows, squares):  # noqa: ANN001, ANN201
    """Replace each row by its average ranks minus their mean, in place.

    Parameters
    ----------
    rows : float32 (row, pair), no NaN; overwritten
    squares : float64 (row,); receives the sums of squares of the centred ranks
    """
    n = rows.shape[1]
    items = np.empty(n, dtype=np.uint64)
    spare = np.empty(n, dtype=np.uint64)
    counts = np.empty((3, 2048), dtype=np.int32)
    for i in range(len(rows)):
        squares[i] = rank_row(rows[i], items, spare, counts[0], counts[1], counts[2])


@njit(nogil=True, cache=True)
def rank_row(row, items, spare, first, second, third):  # noqa: ANN001, ANN201
    """Rank one float32 row; return the sum of squares of the centred ranks.

    Three passes of a least-significant-digit radix sort over items (key, position). The
    digits share the range of keys that the row really uses: RDM values span about 2^25 of the
    2^32 float patterns, so the tables of counts hold 512 entries and stay in the L1 cache.

    Parameters
    ----------
    row : float32 (pair,), no NaN; overwritten
    items, spare : uint64 (pair,), work space
    first, second, third : int32 (2048,), work space
    """
    n = len(row)
    bits = row.view(np.int32)
    low = _ordered_keys(bits)
    width, size = _digits(bits, low)
    mask = np.uint64(size - 1)
    _count(bits, low, width, size, (first, second, third))
    one = np.int32(1)
    for i in range(n):
        key = np.uint64(np.int64(bits[i]) - low)
        digit = key & mask
        to = first[digit]
        first[digit] = to + one
        items[np.uint32(to)] = (key << INDEX_BITS) | np.uint64(i)
    shift = INDEX_BITS + width
    for i in range(n):
        item = items[i]
        digit = (item >> shift) & mask
        to = second[digit]
        second[digit] = to + one
        spare[np.uint32(to)] = item
    shift += width
    middle = np.float32(0.5 * (n - 1))
    for i in range(n):
        item = spare[i]
        digit = item >> shift
        to = third[digit]
        third[digit] = to + one
        items[np.uint32(to)] = item
        row[item & INDEX] = np.float32(to) - middle
    return n * (np.float64(n) * n - 1) / 12 - _average_ties(row, items)


@njit(nogil=True, cache=True)
def _ordered_keys(bits):  # noqa: ANN001, ANN202
    """Float bits -> signed integers in the same order, in place; returns the lowest."""
    low = MAGNITUDE
    for i in range(len(bits)):
        bit = bits[i]
        key = bit ^ ((bit >> SIGN_SHIFT) & MAGNITUDE)
        key += np.int32(key == -1)  # -0 equals +0
        bits[i] = key
        low = min(low, key)
    return np.int64(low)


@njit(nogil=True, cache=True)
def _digits(bits, low):  # noqa: ANN001, ANN202
    """Width in bits of a third of the range of keys, and how many values it has."""
    high = bits[0]
    for i in range(len(bits)):
        high = max(high, bits[i])
    width = np.uint64(1)
    while (np.uint64(np.int64(high) - low) >> (np.uint64(3) * width)) > 0:
        width += np.uint64(1)
    return width, np.int64(1) << np.int64(width)


@njit(nogil=True, cache=True)
def _count(bits, low, width, size, tables):  # noqa: ANN001, ANN202
    """Fill the three tables with the position at which each digit starts."""
    first, second, third = tables
    mask = np.uint64(size - 1)
    one = np.int32(1)
    first[:size] = 0
    second[:size] = 0
    third[:size] = 0
    for i in range(len(bits)):
        key = np.uint64(np.int64(bits[i]) - low)
        first[key & mask] += one
        second[(key >> width) & mask] += one
        third[key >> (width + width)] += one
    for table in (first, second, third):
        total = np.int32(0)
        for digit in range(size):
            count = table[digit]
            table[digit] = total
            total += count


@njit(nogil=True, cache=True)
def _average_ties(row, items):  # noqa: ANN001, ANN202
    """Give ties their average rank; return what they take from the sum of squares."""
    n = len(row)
    equal = 0
    for i in range(1, n):
        equal += (items[i] ^ items[i - 1]) <= INDEX
    if equal == 0:
        return 0.0
    middle = 0.5 * (n - 1)
    taken = 0.0
    start = 0
    while start < n:
        stop = start + 1
        while stop < n and (items[stop] ^ items[start]) <= INDEX:
            stop += 1
        if stop - start > 1:
            rank = np.float32(0.5 * (start + stop - 1) - middle)
            for i in range(start, stop):
                row[items[i] & INDEX] = rank
            ties = np.float64(stop - start)
            taken += ties * (ties * ties - 1) / 12
        start = stop
    return taken


@njit(nogil=True, cache=True)
def rank_rows_float64(rows, squares):  # noqa: ANN001, ANN201
    """As ``rank_rows`` for float64 rows, by an index sort."""
    n = rows.shape[1]
    middle = 0.5 * (n - 1)
    for r in range(len(rows)):
        row = rows[r]
        order = np.argsort(row, kind="mergesort")
        values = row[order]
        total = 0.0
        start = 0
        while start < n:
            stop = start + 1
            while stop < n and values[stop] == values[start]:
                stop += 1
            rank = 0.5 * (start + stop - 1) - middle
            row[order[start:stop]] = rank
            total += (stop - start) * rank * rank
            start = stop
        squares[r] = total
