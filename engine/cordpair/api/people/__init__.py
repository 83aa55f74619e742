"""Who may do what here, over the API: people of the office, their sign-ins, API keys, and the audit trail."""

from cordpair.api.people.checks import wrong_with_full_name, wrong_with_name
from cordpair.api.people.key_wish import KeyWish, Known, lasts_ms, wrong_with_key
from cordpair.api.people.people import FIRST_LINK_MS, LINK_MS, PASSWORD_PAGE
from cordpair.api.people.routes import PEOPLE_ROUTES

__all__ = [
    "FIRST_LINK_MS",
    "LINK_MS",
    "PASSWORD_PAGE",
    "PEOPLE_ROUTES",
    "KeyWish",
    "Known",
    "lasts_ms",
    "wrong_with_full_name",
    "wrong_with_key",
    "wrong_with_name",
]
