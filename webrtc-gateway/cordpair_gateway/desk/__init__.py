"""The agent's desk: what the page is shown, what it asks for."""

from cordpair_gateway.desk.part import DESKS, mount_desk
from cordpair_gateway.desk.ports import PhoneAccount, Phones, Sharing

__all__ = ["DESKS", "PhoneAccount", "Phones", "Sharing", "mount_desk"]
