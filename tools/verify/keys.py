"""Ed25519, checked strictly (schemas/entry.md §4): no small order, no second form of a signature."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
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
        self.key = Ed25519PublicKey.from_public_bytes(raw)

    def verifies(self, message, signature):
        if int.from_bytes(signature[32:], "little") >= L or is_small(signature[:32]):
            return False
        try:
            self.key.verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True
