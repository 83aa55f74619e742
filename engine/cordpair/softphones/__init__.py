"""Ready-made settings for SIP phones that are programs: what each reads, from one set of facts."""

from cordpair.softphones.formats import FORMATS, Format, render
from cordpair.softphones.qr import qr_image, qr_text
from cordpair.softphones.settings import PhoneSettings

__all__ = ["FORMATS", "Format", "PhoneSettings", "qr_image", "qr_text", "render"]
