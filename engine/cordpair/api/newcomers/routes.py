"""The routes of agents who come and go, and of their phones' settings."""

from cordpair.api import roles
from cordpair.api.newcomers.bodies import AgentAdded, LeavingQuery, NewAgent, PhoneSettingsView, ProgramQuery
from cordpair.api.newcomers.coming import add_agent, remove_agent
from cordpair.api.newcomers.fetching import SETTINGS_PATH, ask_for_settings, fetch_settings
from cordpair.api.route import Route, get, post

NEWCOMER_ROUTES: tuple[Route, ...] = (
    post("/v1/agents", "addAgent", "Add an agent with queues, phone and a link to a password, in one step", add_agent,
         roles.OWNERS, body=NewAgent, replies={200: AgentAdded}, refusals=(409, 422),
         leads_to={"/agent": ("removeAgent",), "/seat": ("askForPhoneSettings",)}),
    Route(method="DELETE", path="/v1/agents/{id}", operation="removeAgent",
          summary="Remove an agent, with the phone that was made for them, password, sign-ins and keys",
          handler=remove_agent, roles=roles.OWNERS, query=LeavingQuery, replies={204: None}, refusals=(404, 409, 422)),
    post("/v1/seats/{id}/phone-settings", "askForPhoneSettings",
         "Make an address from which a phone fetches its settings, once", ask_for_settings, roles.OWNERS,
         replies={200: PhoneSettingsView}),
    get(SETTINGS_PATH + "{id}", "fetchPhoneSettings",
        "A phone's settings, for whoever has the address; the password in them is new", fetch_settings, None,
        query=ProgramQuery, replies={200: str}, refusals=(404, 409)),
)  # fmt: skip

__all__ = ["NEWCOMER_ROUTES"]
