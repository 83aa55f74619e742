"""Interfaces of other call-centre programs, spoken by this engine. Each is a part of the web server, found by the
command line by its entry point (``cordpair.web``), and off unless ``[adapters]`` has its table."""

__all__: list[str] = []
