"""BLAKE3: the package `blake3` where it is installed, else the same in plain Python, slow but true.

Written from the paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn): 1,024-byte chunks as the leaves of a
binary tree, every output 32 bytes.
"""

import struct

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, NODE, ROOT, KEYED, CONTEXT, MATERIAL = 1, 2, 4, 8, 16, 32, 64
CHUNK, PIECE = 1_024, 64
MASK = 0xFFFFFFFF
WORDS = struct.Struct("<16I")
# The columns and the diagonals that a round mixes.
QUARTERS = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)


def schedules():
    """The order in which each of the seven rounds takes the message's words."""
    order = tuple(range(16))
    for _ in range(7):
        yield order
        order = tuple(order[place] for place in PERMUTATION)


SCHEDULES = tuple(schedules())


def compress(value, words, counter, length, flags):
    """The new chaining value."""
    v = [*value, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for order in SCHEDULES:
        for n, (a, b, c, d) in enumerate(QUARTERS):
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb + words[order[2 * n]]) & MASK
            vd ^= va
            vd = (vd >> 16 | vd << 16) & MASK
            vc = (vc + vd) & MASK
            vb ^= vc
            vb = (vb >> 12 | vb << 20) & MASK
            va = (va + vb + words[order[2 * n + 1]]) & MASK
            vd ^= va
            vd = (vd >> 8 | vd << 24) & MASK
            vc = (vc + vd) & MASK
            vb ^= vc
            v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & MASK, vc, vd
    return tuple(v[i] ^ v[i + 8] for i in range(8))


def chunk(key, data, counter, flags):
    """The value of one chunk; `flags` may say that it is the root."""
    value, pieces = key, range(0, max(len(data), 1), PIECE)
    for at in pieces:
        piece = data[at : at + PIECE]
        now = flags & ~ROOT
        if at == 0:
            now |= CHUNK_START
        if at == pieces[-1]:
            now = now | CHUNK_END | flags
        value = compress(value, WORDS.unpack(piece.ljust(PIECE, b"\0")), counter, len(piece), now)
    return value


def subtree(key, data, counter, flags):
    if len(data) <= CHUNK:
        return chunk(key, data, counter, flags)
    # The left side holds the most chunks that are a power of two and leave something for the right.
    left = CHUNK << ((len(data) - 1) // CHUNK).bit_length() - 1
    below = flags & ~ROOT
    values = subtree(key, data[:left], counter, below) + subtree(key, data[left:], counter + left // CHUNK, below)
    return compress(key, values, 0, PIECE, flags | NODE)


def pure(key, data, flags):
    return struct.pack("<8I", *subtree(key, data, 0, flags | ROOT))


def pure_deriver(context):
    key = struct.unpack("<8I", pure(IV, context.encode(), CONTEXT))
    return lambda data: pure(key, data, MATERIAL)


def pure_keyed(key, data):
    return pure(struct.unpack("<8I", key), data, KEYED)


try:
    from blake3 import blake3
except ImportError:
    deriver, keyed = pure_deriver, pure_keyed
else:

    def deriver(context):
        """`derive_key` under a context, as a function of the data."""
        empty = blake3(derive_key_context=context)

        def derive(data):
            hasher = empty.copy()
            hasher.update(data)
            return hasher.digest()

        return derive

    def keyed(key, data):
        """The keyed hash."""
        return blake3(data, key=key).digest()
