"""Exact ranks of many float32 rows at once, ties averaged."""

import numpy as np
from numba import njit

SIGN = np.uint32(0x80000000)


@njit(nogil=True, cache=True, inline="always")
def _ordered_bits(bits):  # noqa: ANN001, ANN202
    """IEEE-754 bits -> unsigned integer with the same order; -0 counts as +0."""
    if bits == SIGN:
        return SIGN
    if bits & SIGN:
        return ~bits
    return bits | SIGN


@njit(nogil=True, cache=True)
def rank_float32(row, keys, order, spare_keys, spare_order, counts):  # noqa: ANN001, ANN201
    """Replace a row by its ranks minus their mean; return the sum of their squares.

    Three passes of a least-significant-digit radix sort on the values' bits. The digits
    share the range that the row really uses, so that the tables of counts stay small.
    Ranks are those of ``scipy.stats.rankdata`` (ties averaged).

    Parameters
    ----------
    row : float32 (pair,), no NaN; overwritten
    keys, spare_keys : uint32 (pair,), work space
    order, spare_order : uint16 or uint32 (pair,), work space
    counts : int32 (3, 2048), work space
    """
    n = len(row)
    bits = row.view(np.uint32)
    low = np.uint32(0xFFFFFFFF)
    high = np.uint32(0)
    for i in range(n):
        key = _ordered_bits(bits[i])
        keys[i] = key
        low = min(low, key)
        high = max(high, key)
    width = np.uint32(1)
    while (np.uint64(high - low) >> np.uint64(3 * width)) > 0:
        width += np.uint32(1)
    size = 1 << width
    digit = np.uint32(size - 1)
    counts[:, :size] = 0
    for i in range(n):
        key = np.uint32(keys[i] - low)
        keys[i] = key
        order[i] = i
        counts[0, key & digit] += 1
        counts[1, (key >> width) & digit] += 1
        counts[2, key >> (width + width)] += 1
    for p in range(3):
        total = 0
        for d in range(size):
            count = counts[p, d]
            counts[p, d] = total
            total += count
    for i in range(n):
        d = keys[i] & digit
        to = counts[0, d]
        counts[0, d] = to + 1
        spare_keys[to] = keys[i]
        spare_order[to] = order[i]
    for i in range(n):
        d = (spare_keys[i] >> width) & digit
        to = counts[1, d]
        counts[1, d] = to + 1
        keys[to] = spare_keys[i]
        order[to] = spare_order[i]
    for i in range(n):
        d = keys[i] >> (width + width)
        to = counts[2, d]
        counts[2, d] = to + 1
        spare_keys[to] = keys[i]
        spare_order[to] = order[i]
    return _assign(row, spare_keys, spare_order)


@njit(nogil=True, cache=True)
def _assign(row, keys, order):  # noqa: ANN001, ANN202
    """Write centred average ranks from sorted keys; return the sum of their squares."""
    n = len(row)
    middle = 0.5 * (n - 1)
    total = n * (np.float64(n) * n - 1) / 12
    start = 0
    while start < n:
        stop = start + 1
        while stop < n and keys[stop] == keys[start]:
            stop += 1
        rank = 0.5 * (start + stop - 1) - middle
        for i in range(start, stop):
            row[order[i]] = rank
        ties = np.float64(stop - start)
        total -= ties * (ties * ties - 1) / 12
        start = stop
    return total


@njit(nogil=True, cache=True)
def rank_float64(row):  # noqa: ANN001, ANN201
    """As ``rank_float32`` for float64, by an index sort."""
    order = np.argsort(row, kind="mergesort")
    return _assign(row, row[order], order)


@njit(nogil=True, cache=True)
def rank_rows(rows, squares):  # noqa: ANN001, ANN201
    """Replace each row by its centred average ranks, in place.

    Parameters
    ----------
    rows : float32 (row, pair), no NaN; overwritten
    squares : float64 (row,); receives the sums of squares of the centred ranks
    """
    n = rows.shape[1]
    keys = np.empty(n, dtype=np.uint32)
    spare_keys = np.empty(n, dtype=np.uint32)
    order = np.empty(n, dtype=np.uint32)
    spare_order = np.empty(n, dtype=np.uint32)
    counts = np.empty((3, 2048), dtype=np.int32)
    for i in range(len(rows)):
        squares[i] = rank_float32(rows[i], keys, order, spare_keys, spare_order, counts)


@njit(nogil=True, cache=True)
def rank_rows_float64(rows, squares):  # noqa: ANN001, ANN201
    """As ``rank_rows`` for float64 rows."""
    for i in range(len(rows)):
        squares[i] = rank_float64(rows[i])
