"""Sets of word positions in one field, as long integers, and the operations on them. Pure.

Called by `matchers.py` and `highlights.py` for phrases, NEAR and counts. One operation on a long integer handles all
positions of a text, so a thousand terms that occur everywhere in a text of 1 MB take seconds.
"""

from collections.abc import Iterable, Iterator
from itertools import compress, count

# {length in words: an integer whose bit i is set where an occurrence of that length starts at word i}
Positions = dict[int, int]
# An occurrence and its partner: length of the first, words between the two, length of the second, start bits of the
# first.
Pairs = Iterator[tuple[int, int, int, int]]

_BITS = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]


def bits_of(indices: Iterable[int], size: int) -> int:
    """Return an integer with these bits set; each index is below `size`."""
    data = bytearray((size >> 3) + 1)
    for index in indices:
        data[index >> 3] |= 1 << (index & 7)
    return int.from_bytes(data, "little")


def indices_of(bits: int) -> Iterator[int]:
    """Return the set bits in ascending order."""
    data = bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
    for byte in compress(count(), data):
        for bit in _BITS[data[byte]]:
            yield (byte << 3) + bit


def widened(bits: int, width: int) -> int:
    """Set, for every bit, the `width` - 1 bits after it as well."""
    done = 1
    while done * 2 <= width:
        bits |= bits << done
        done *= 2
    return bits | bits << (width - done)


def union(several: Iterable[Positions]) -> Positions:
    """Return the occurrences of all."""
    result: Positions = {}
    for positions in several:
        for length, bits in positions.items():
            result[length] = result.get(length, 0) | bits
    return result


def intersection(positions: Positions, wanted: Positions) -> Positions:
    """Return the occurrences that are in both, by start and length."""
    return {length: both for length, bits in positions.items() if (both := bits & wanted.get(length, 0))}


def concatenated(left: Positions, right: Positions) -> Positions:
    """Return every occurrence of `left` that is directly followed by one of `right`, as one occurrence."""
    result: Positions = {}
    for first, starts in left.items():
        for second, followers in right.items():
            if both := starts & (followers >> first):
                result[first + second] = result.get(first + second, 0) | both
    return result


def _shortest_only(bits_by_length: Positions) -> Positions:
    """Return only the shortest occurrence at every bit."""
    seen, result = 0, {}
    for length in sorted(bits_by_length):
        if own := bits_by_length[length] & ~seen:
            result[length] = own
            seen |= own
    return result


def nearest_pairs(first: Positions, second: Positions, distance: int) -> Pairs:
    """Pair each occurrence of `first` with the nearest of `second` after it, and each of `second` with the nearest of
    `first` before it, where fewer than `distance` words are between them."""
    ends = {length: bits << length for length, bits in first.items()}
    all_ends, all_starts = _all_bits(ends), _all_bits(second)
    starts = _shortest_only(second)
    for gap, near in _gaps_after(all_ends, all_starts, distance):
        for one, finishes in ends.items():
            for two, begins in starts.items() if finishes & near else ():
                if both := finishes & near & (begins >> gap):
                    yield one, gap, two, both >> one
    ends = _shortest_only(ends)
    for gap, near in _gaps_before(all_starts, all_ends, distance):
        for two, begins in second.items():
            for one, finishes in ends.items() if begins & near else ():
                if both := begins & near & (finishes << gap):
                    yield one, gap, two, both >> (gap + one)


def _gaps_after(bits: int, others: int, distance: int) -> Iterator[tuple[int, int]]:
    """Return (gap, the bits whose nearest other bit is `gap` after them) for every gap below `distance`."""
    distance = min(distance, others.bit_length())
    # Bits without another bit within the distance would be shifted for every gap.
    bits &= widened(others, distance) >> (distance - 1) if distance else 0
    gap = 0
    while bits:
        if near := bits & (others >> gap):
            yield gap, near
            bits ^= near
        gap += 1


def _gaps_before(bits: int, others: int, distance: int) -> Iterator[tuple[int, int]]:
    """Return the same as `_gaps_after` for other bits that come before."""
    distance = min(distance, bits.bit_length())
    bits &= widened(others, distance) if distance else 0
    gap = 0
    while bits:
        if near := bits & (others << gap):
            yield gap, near
            bits ^= near
        gap += 1


def _all_bits(positions: Positions) -> int:
    result = 0
    for bits in positions.values():
        result |= bits
    return result


def count_disjoint(positions: Positions, limit: int) -> int:
    """Return how many occurrences fit without sharing a word, at most `limit`."""
    if positions.keys() <= {1}:
        return min(positions.get(1, 0).bit_count(), limit)
    starts = {
        length: bits.to_bytes((bits.bit_length() + 7) >> 3, "little") for length, bits in sorted(positions.items())
    }
    found = last = 0
    # Interval scheduling: choosing the occurrence that ends first leaves the most words for the others.
    for end in indices_of(_all_bits({length: bits << length for length, bits in positions.items()})):
        for length, data in starts.items():
            start = end - length
            if start < last:
                break
            if start >> 3 < len(data) and data[start >> 3] >> (start & 7) & 1:
                found, last = found + 1, end
                break
        if found == limit:
            break
    return found
