"""A request that does not fit the state. Raised before the first event is proposed; the core returns its text."""


class Refusal(Exception):
    """Why the request was refused, for a person."""


__all__ = ["Refusal"]
