"""The Asterisk driver (ARI)."""

__all__: list[str] = []
