"""Why joining a neighbourhood did not work."""

from enum import StrEnum


class PairingFailure(StrEnum):
    """The reasons; each is a key of the translations."""

    MALFORMED = "malformed"
    CHECKSUM = "checksum"
    INSECURE = "insecure"
    UNREACHABLE = "unreachable"
    UNKNOWN_CODE = "unknown_code"
    USED_CODE = "used_code"
    EXPIRED = "expired"
    TOO_MANY_TRIES = "too_many_tries"
    WRONG_HUB = "wrong_hub"
    CONSENT_CHANGED = "consent_changed"
    REFUSED = "refused"


class PairingError(Exception):
    """Joining did not work; ``key`` says why, the text says what to do.

    ``retry_after_s`` is the wait that the hub asked for after too many tries.
    """

    def __init__(
        self,
        key: PairingFailure,
        detail: str,
        *,
        retry_after_s: float | None = None,
    ) -> None:
        """Keep the reason and the text."""
        super().__init__(detail)
        self.key = key
        self.detail = detail
        self.retry_after_s = retry_after_s
