"""The agent's desk: who signs in, what the page is shown, what it asks for."""

from cordpair_gateway.desk.gate import Gate, NotSignedIn, Seated
from cordpair_gateway.desk.part import DESKS, mount_desk
from cordpair_gateway.desk.ports import PhoneAccount, Phones, Sharing

__all__ = ["DESKS", "Gate", "NotSignedIn", "PhoneAccount", "Phones", "Seated", "Sharing", "mount_desk"]
