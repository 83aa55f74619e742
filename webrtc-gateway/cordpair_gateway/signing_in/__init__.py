"""Signing in, the same at a desk and in the office: passwords, accounts of the house, the cookie, links."""

from cordpair_gateway.signing_in.gate import Gate, NotSignedIn, Seated
from cordpair_gateway.signing_in.part import SigningIn, mount_signing_in

__all__ = ["Gate", "NotSignedIn", "Seated", "SigningIn", "mount_signing_in"]
