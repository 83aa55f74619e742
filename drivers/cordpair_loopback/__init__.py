"""The loopback driver: a PBX inside the process."""

__all__: list[str] = []
