"""How this verifier says no."""


class Break(Exception):
    """The first thing that does not verify: where, which field, what was expected and found."""

    def __init__(self, at, field, expected, found):
        super().__init__(f"{at}, {field}: expected {expected}, found {found}")
        self.at, self.field, self.expected, self.found = at, field, str(expected), str(found)

    def to_json(self):
        return {"at": self.at, "field": self.field, "expected": self.expected, "found": self.found}
