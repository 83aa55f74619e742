"""The WebRTC gateway: what stands between browsers, the engine and the PBX."""

__all__: list[str] = []
