"""The one exception type of starting and stopping the parts."""


class ServiceError(Exception):
    """A part could not be started, stopped or reached; the message is one sentence with what to do."""
