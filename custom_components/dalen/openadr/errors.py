"""Errors of the OpenADR room, one tree, each saying what to do."""

from typing import override


class OpenAdrError(Exception):
    """Base of every error that this room raises."""


class VtnUnreachableError(OpenAdrError):
    """The VTN gave no answer: no network, no host, or it took too long."""


class UnexpectedAnswerError(VtnUnreachableError):
    """Something answered, but not as an OpenADR 3 VTN.

    A caller treats it as an unreachable VTN: keep what runs and try later.
    """


class AuthenticationFailedError(OpenAdrError):
    """The VTN does not accept the credentials; joining again is needed."""


class ModelError(OpenAdrError):
    """An object of the VTN that cannot be understood; the text says why."""


class TimelineError(OpenAdrError):
    """An event whose intervals cannot be laid out in time; the text says why."""


class ProblemError(OpenAdrError):
    """The VTN refused a request with a 4xx or 5xx answer.

    The fields are those of the problem object (RFC 9457). ``retry_after_s`` is
    the wait that a 429 or 503 asked for.
    """

    def __init__(
        self,
        status: int,
        *,
        type: str = "about:blank",
        title: str = "",
        detail: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        """Keep the fields of the problem object."""
        super().__init__(status, type, title, detail)
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.retry_after_s = retry_after_s

    @property
    def is_temporary(self) -> bool:
        """Tell if the same request can succeed later."""
        return self.status in {408, 425, 429} or self.status >= 500

    @override
    def __str__(self) -> str:
        """Return one line with the status and the reason that the VTN gave."""
        reason = ": ".join(part for part in (self.title, self.detail) if part)
        return f"The VTN answered {self.status} {reason or '(no reason given)'}"
