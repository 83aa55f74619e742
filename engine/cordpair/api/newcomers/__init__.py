"""An agent joins the centre in one step, and leaves it in one; phones fetch their settings."""

from cordpair.api.newcomers.bodies import AgentAdded, NewAgent, PhoneSettingsView
from cordpair.api.newcomers.fetching import SETTINGS_PATH, SETTINGS_TRIES
from cordpair.api.newcomers.routes import NEWCOMER_ROUTES

__all__ = [
    "NEWCOMER_ROUTES",
    "SETTINGS_PATH",
    "SETTINGS_TRIES",
    "AgentAdded",
    "NewAgent",
    "PhoneSettingsView",
]
