"""Ed25519, checked strictly (schemas/entry.md §4): no small order, no second form of a signature.

With the package `cryptography` where it is installed, else in plain Python from RFC 8032, slow but true.
"""

import hashlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
# The y of the points of order 8 on the curve -x^2 + y^2 = 1 + d x^2 y^2 of RFC 8032, each the other's
# negative. The points of order 1, 2 and 4 have y = 1, -1 and 0.
ORDER_8 = [
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
]
SMALL = {0, 1, P - 1, *ORDER_8}


def is_small(point):
    """True for an encoded point of small order, in any encoding of its y."""
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y % P in SMALL


class Key:
    """A public key."""

    def __init__(self, raw):
        if len(raw) != 32 or is_small(raw):
            raise ValueError("no usable Ed25519 key")
        self.raw = raw
        self.key = Ed25519PublicKey.from_public_bytes(raw) if Ed25519PublicKey else PureKey(raw)

    def verifies(self, message, signature):
        if int.from_bytes(signature[32:], "little") >= L or is_small(signature[:32]):
            return False
        if isinstance(self.key, PureKey):
            return self.key.verifies(message, signature)
        try:
            self.key.verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


# Points of RFC 8032 §5.1.4: (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
ZERO = (0, 1, 1, 0)


def add(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(point):
    x, y, z, _ = point
    a, b, c = x * x % P, y * y % P, 2 * z * z % P
    e, g = ((x + y) * (x + y) - a - b) % P, b - a
    f, h = g - c, -a - b
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode(raw):
    """The point of 32 bytes (§5.1.3), or None if there is none. As the packages do, y may be P or more:
    the signature is over the key's bytes, so no second form of a key stands for the first."""
    number = int.from_bytes(raw, "little")
    y, sign = (number & (2**255 - 1)) % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode(bytes([0x58]) + bytes([0x66]) * 31)


def multiples(point):
    """0 to 15 times the point."""
    found = [ZERO]
    for _ in range(15):
        found.append(add(found[-1], point))
    return found


BASES = multiples(BASE)


class PureKey:
    """A public key without any package."""

    def __init__(self, raw):
        point = decode(raw)
        if point is None:
            raise ValueError("no point of the curve")
        x, y, z, t = point
        self.raw, self.negatives = raw, multiples((P - x, y, z, P - t))

    def verifies(self, message, signature):
        """The first half of the signature is [s]B - [h]A, to the byte."""
        s = int.from_bytes(signature[32:], "little")
        h = int.from_bytes(hashlib.sha512(signature[:32] + self.raw + message).digest(), "little") % L
        point = ZERO
        for shift in range(252, -4, -4):
            for _ in range(4):
                point = double(point)
            point = add(add(point, BASES[s >> shift & 15]), self.negatives[h >> shift & 15])
        return encode(point) == signature[:32]
