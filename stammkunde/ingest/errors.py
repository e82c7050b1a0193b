"""The two ways in which a load says no."""


class LoadError(RuntimeError):
    """The load as a whole cannot go on; what it committed before stays whole."""


class RefusedError(Exception):
    """One file cannot be loaded. The load goes on with the next.

    Attributes:
        reason: code of the problem, for example ``missing_column``.
        text: a sentence for a person, without values of the file.
        line: the line in the file, where the problem has one.
    """

    def __init__(self, reason: str, text: str, line: int | None = None) -> None:
        """Keep the three parts apart; the file's name is known to the caller."""
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.line = line


class WaitingError(RefusedError):
    """One file is still being written: nobody has to do anything, the next load looks again."""
