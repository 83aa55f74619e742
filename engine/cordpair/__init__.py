"""Cordpair: an open call-centre engine for Asterisk and FreeSWITCH."""

__all__ = ["__version__"]

__version__ = "0.6.0"
