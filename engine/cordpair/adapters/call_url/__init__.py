"""A call by a URL, as click-to-dial scripts of the past have it: ``/remote/call.php?src=10&dst=93200900``."""

from cordpair.adapters.call_url.asked import Asked, read_asked
from cordpair.adapters.call_url.pages import Pages
from cordpair.adapters.call_url.part import mount
from cordpair.adapters.call_url.serving import CallUrl

__all__ = ["Asked", "CallUrl", "Pages", "mount", "read_asked"]
