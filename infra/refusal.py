"""A reason not to go on: one sentence of Chinese and one of English that tell the operator what to do."""


class Refusal(Exception):
    """Shown without a traceback by the command line, which then exits with code 1."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english
