"""Where something stands in a field: `{length in words: an integer whose bit i says that it begins at word i}`.

Called by `compile.py` for phrases, NEAR and counts. One operation on a long integer treats all places of a text at
once, so that a thousand terms that stand everywhere in a text of 1 MB take seconds.
"""

from collections.abc import Iterable, Iterator
from itertools import compress, count

Places = dict[int, int]
# Something and its partner: the length of the first, the words between them, the length of the second, and bits that
# say where the first of them begins.
Pairs = Iterator[tuple[int, int, int, int]]

_BITS = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]


def bits_of(indices: Iterable[int], size: int) -> int:
    held = bytearray((size >> 3) + 1)
    for index in indices:
        held[index >> 3] |= 1 << (index & 7)
    return int.from_bytes(held, "little")


def indices_of(bits: int) -> Iterator[int]:
    data = bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
    for byte in compress(count(), data):
        for bit in _BITS[data[byte]]:
            yield (byte << 3) + bit


def smeared(bits: int, width: int) -> int:
    """Every bit and the `width` - 1 behind it."""
    done = 1
    while done * 2 <= width:
        bits |= bits << done
        done *= 2
    return bits | bits << (width - done)


def united(found: Iterable[Places]) -> Places:
    together: Places = {}
    for places in found:
        for length, bits in places.items():
            together[length] = together.get(length, 0) | bits
    return together


def within(places: Places, wanted: Places) -> Places:
    return {length: both for length, bits in places.items() if (both := bits & wanted.get(length, 0))}


def joined(left: Places, right: Places) -> Places:
    """Everything of `left` followed at once by something of `right`."""
    found: Places = {}
    for first, begins in left.items():
        for second, follows in right.items():
            if both := begins & (follows >> first):
                found[first + second] = found.get(first + second, 0) | both
    return found


def _shortest(bits_by_length: Places) -> Places:
    """The same, but at every bit the shortest only."""
    seen, found = 0, {}
    for length in sorted(bits_by_length):
        if own := bits_by_length[length] & ~seen:
            found[length] = own
            seen |= own
    return found


def pairs(first: Places, second: Places, distance: int) -> Pairs:
    """Each of `first` with the nearest of `second` behind it, each of `second` with the nearest of `first` before it,
    where that is less than `distance` words further."""
    ends = {length: bits << length for length, bits in first.items()}
    all_ends, all_starts = _any(ends), _any(second)
    starts = _shortest(second)
    for gap, near in _gaps(all_ends, all_starts, distance):
        for one, finishes in ends.items():
            for two, begins in starts.items() if finishes & near else ():
                if both := finishes & near & (begins >> gap):
                    yield one, gap, two, both >> one
    ends = _shortest(ends)
    for gap, near in _gaps_back(all_starts, all_ends, distance):
        for two, begins in second.items():
            for one, finishes in ends.items() if begins & near else ():
                if both := begins & near & (finishes << gap):
                    yield one, gap, two, both >> (gap + one)


def _gaps(bits: int, others: int, distance: int) -> Iterator[tuple[int, int]]:
    """(gap, those whose nearest other is `gap` further on), for every gap below `distance` that occurs."""
    distance = min(distance, others.bit_length())
    # Those that have no other so near would be looked at for every gap.
    bits &= smeared(others, distance) >> (distance - 1) if distance else 0
    gap = 0
    while bits:
        if near := bits & (others >> gap):
            yield gap, near
            bits ^= near
        gap += 1


def _gaps_back(bits: int, others: int, distance: int) -> Iterator[tuple[int, int]]:
    """The same for others that stand before."""
    distance = min(distance, bits.bit_length())
    bits &= smeared(others, distance) if distance else 0
    gap = 0
    while bits:
        if near := bits & (others << gap):
            yield gap, near
            bits ^= near
        gap += 1


def _any(places: Places) -> int:
    together = 0
    for bits in places.values():
        together |= bits
    return together


def apart(places: Places, enough: int) -> int:
    """How many can be counted without counting a word twice, or `enough` if it is more."""
    if places.keys() <= {1}:
        return min(places.get(1, 0).bit_count(), enough)
    begins = {length: bits.to_bytes((bits.bit_length() + 7) >> 3, "little") for length, bits in sorted(places.items())}
    found = last = 0
    # Who ends first leaves the most room for the others.
    for end in indices_of(_any({length: bits << length for length, bits in places.items()})):
        for length, data in begins.items():
            start = end - length
            if start < last:
                break
            if start >> 3 < len(data) and data[start >> 3] >> (start & 7) & 1:
                found, last = found + 1, end
                break
        if found == enough:
            break
    return found
