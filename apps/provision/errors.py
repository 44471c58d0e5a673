"""The one exception type of provisioning."""


class ProvisionError(Exception):
    """Topics, users, permissions, roles or schema could not be set; the message is one sentence with what to do."""
