"""Errors that steer a job."""


class ExchangeCancelled(Exception):
    """The user asked a running job to stop; what is not committed is undone."""
