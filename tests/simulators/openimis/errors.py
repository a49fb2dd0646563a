"""Errors as openIMIS words them."""


class ApiError(Exception):
    """An answer with an OperationOutcome, or with a text of its own.

    :param int status: of HTTP
    :param text: what is wrong; a dict goes out as it is
    """

    def __init__(self, status, text, headers=None):
        super().__init__(text)
        self.status = status
        self.headers = headers or {}
        self.outcome = (
            text
            if isinstance(text, dict)
            else {
                "resourceType": "OperationOutcome",
                "issue": [
                    {
                        "severity": "error",
                        "code": "exception",
                        "details": {"text": text},
                    }
                ],
            }
        )


class Refused(ApiError):
    """A login refused: openIMIS answers with a bare text."""

    def __init__(self, status, text):
        super().__init__(status, text)
        self.outcome = text
