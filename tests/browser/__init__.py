"""The pages in real browsers. A package, so that engine, PBX and browsers end with its last test."""
