"""What may go wrong with a demo, in a sentence."""


class TourFailed(Exception):
    """The tour did not go as it should; the text says what was expected, in Russian."""
