"""References built from an agency's own record numbers: the same parts always give the same reference, and different parts never meet."""


def join_reference(prefix: str, *parts: str) -> str:
    """Join parts by slashes after a prefix, which may be empty; a slash or percent sign within one of several parts is written %2F or %25."""
    escaped = parts if len(parts) == 1 else [part.replace("%", "%25").replace("/", "%2F") for part in parts]
    return "/".join((prefix, *escaped) if prefix else escaped)
