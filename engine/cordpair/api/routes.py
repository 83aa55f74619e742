"""The table of routes: what drives the router, the roles, and the OpenAPI document."""

from cordpair.api import (
    agents,
    calls,
    contacts,
    conversations,
    health,
    nodes,
    queues,
    roles,
    streaming,
    tasks,
    trunks,
)
from cordpair.api.configuration import CONFIGURATION_ROUTES
from cordpair.api.newcomers import NEWCOMER_ROUTES
from cordpair.api.people import PEOPLE_ROUTES
from cordpair.api.reports import REPORT_ROUTES
from cordpair.api.route import Route, get, post
from cordpair.api.stream import Message
from cordpair.api.views import AgentView, ContactView, QueueNow
from cordpair.api.why import Why

SELF = "themselves"
AGENT_ID = {"/agents/0/id": ("getAgent", "signIn", "ready", "notReady", "wrapUpDone", "signOut")}
CONTACT_ID = {
    "/contacts/0/id": (
        "getContact",
        "explainContact",
        "changeContact",
        "hold",
        "sendDigits",
        "dispose",
        "transfer",
        "hangUp",
    ),
    "/contacts/0/offers/0/id": ("rejectOffer", "acceptOffer"),
}
CALL_ID = {"/id": ("getCall", "cancelCall")}
NODE_ID = {"/nodes/0/id": ("drainNode", "stopDraining")}
QUEUE_ID = {"/queues/0/id": ("getQueue",)}
THEIRS = "contacts that they talk to"
WITH_THEM = "contacts that they talk to or are alerted for"
AGENT = {200: AgentView}

ROUTES: tuple[Route, ...] = (
    get("/v1/agents", "listAgents", "All agents", agents.list_agents, roles.WATCHERS,
        replies={200: agents.AgentList}, about=SELF, leads_to=AGENT_ID),
    get("/v1/agents/{id}", "getAgent", "One agent", agents.get_agent, roles.WATCHERS,
        replies=AGENT, refusals=(404,), about=SELF),
    post("/v1/agents/{id}/sign-in", "signIn", "Sign in, not ready yet", agents.sign_in, roles.STAFF,
         body=agents.SignInBody, replies=AGENT, about=SELF),
    post("/v1/agents/{id}/sign-out", "signOut", "Sign out, after the conversation there is", agents.sign_out,
         roles.STAFF, replies=AGENT, about=SELF),
    post("/v1/agents/{id}/ready", "ready", "Ready for contacts; ends a wrap-up", agents.ready, roles.STAFF,
         replies=AGENT, about=SELF),
    post("/v1/agents/{id}/not-ready", "notReady", "Not ready, after the conversation there is", agents.not_ready,
         roles.STAFF, body=agents.NotReadyBody, replies=AGENT, about=SELF),
    post("/v1/agents/{id}/wrap-up-done", "wrapUpDone", "End the wrap-up", agents.wrap_up_done, roles.STAFF,
         replies=AGENT, about=SELF),
    get("/v1/reasons", "listReasons", "Why an agent may be not ready", agents.list_reasons, roles.WATCHERS,
        replies={200: agents.ReasonList}),
    get("/v1/contacts", "listContacts", "Live contacts in order of arrival", contacts.list_contacts, roles.WATCHERS,
        query=contacts.ContactQuery, replies={200: contacts.ContactList}, about=WITH_THEM,
        leads_to=CONTACT_ID),
    get("/v1/contacts/{id}", "getContact", "A live contact", contacts.get_contact, roles.WATCHERS,
        replies={200: ContactView}, refusals=(404,), about=WITH_THEM),
    get("/v1/contacts/{id}/why", "explainContact", "Every offer of a contact explained, also of one that has ended",
        contacts.explain_contact, roles.VIEWERS, replies={200: Why}, refusals=(404, 409)),
    post("/v1/contacts/{id}/hang-up", "hangUp", "End a contact", conversations.hang_up, roles.STAFF,
         replies={204: None}, about=THEIRS),
    post("/v1/contacts/{id}/hold", "hold", "Put the customer on hold, or talk again", conversations.hold,
         roles.STAFF, body=conversations.HoldBody, replies={200: ContactView}, about=THEIRS),
    post("/v1/contacts/{id}/transfer", "transfer", "Give the customer to a queue or to another agent",
         conversations.transfer, roles.STAFF, body=conversations.TransferBody, replies={204: None}, about=THEIRS),
    post("/v1/contacts/{id}/digits", "sendDigits", "Send tones to the customer's end", conversations.send_digits,
         roles.STAFF, body=conversations.DigitsBody, replies={204: None}, about=THEIRS),
    post("/v1/contacts/{id}/disposition", "dispose", "Say what came of the conversation, in it or in its wrap-up",
         conversations.dispose, roles.STAFF, body=conversations.DispositionBody, replies={204: None}, about=THEIRS),
    Route(method="PATCH", path="/v1/contacts/{id}", operation="changeContact",
          summary="Change the priority or the required skills of a contact that waits",
          handler=contacts.change_contact, roles=roles.LEADERS, body=contacts.ContactChange,
          replies={200: ContactView}, refusals=(404, 409)),
    post("/v1/tasks", "sendTask", "Bring a task: a contact without a call", tasks.send_task, roles.SENDERS,
         body=tasks.TaskBody, replies={200: tasks.TaskReply, 201: tasks.TaskReply}),
    post("/v1/calls", "placeCall", "Have an agent call a number: their phone rings first, then the number",
         calls.place_call, roles.STAFF, body=calls.CallBody, replies={200: calls.CallView, 201: calls.CallView},
         about=SELF, leads_to=CALL_ID),
    get("/v1/calls/{id}", "getCall", "What becomes of a call that was placed", calls.get_call, roles.STAFF,
        query=calls.CallQuery, replies={200: calls.CallView}, refusals=(404,), about=SELF),
    Route(method="DELETE", path="/v1/calls/{id}", operation="cancelCall", summary="End a call that was placed",
          handler=calls.cancel_call, roles=roles.STAFF, replies={204: None}, refusals=(404, 409), about=SELF),
    post("/v1/offers/{id}/accept", "acceptOffer", "Take an offered task", tasks.accept_offer, roles.STAFF,
         replies={204: None}, about="their own offers"),
    post("/v1/offers/{id}/reject", "rejectOffer", "Turn an offer down", tasks.reject_offer, roles.STAFF,
         replies={204: None}, about="their own offers"),
    get("/v1/queues", "listQueues", "Live figures of all queues", queues.list_queues, roles.ALL,
        replies={200: queues.QueueList}, about="queues that they work", leads_to=QUEUE_ID),
    get("/v1/queues/{id}", "getQueue", "Live figures and the expected wait of one queue", queues.get_queue, roles.ALL,
        replies={200: QueueNow}, refusals=(404,), about="queues that they work"),
    get("/v1/stream", "stream", "WebSocket: a snapshot of agents, queues and contacts, then deltas", streaming.stream,
        roles.WATCHERS, replies={101: Message}, refusals=(426,),
        about="themselves, the queues that they work, and " + WITH_THEM),
    get("/v1/nodes", "listNodes", "The PBXs: whether they work, and what is on them", nodes.list_nodes, roles.VIEWERS,
        replies={200: nodes.NodeList}, leads_to=NODE_ID),
    post("/v1/nodes/{id}/drain", "drainNode", "Empty a PBX: nothing new, and who waits is moved to another",
         nodes.drain, roles.OWNERS, replies={200: nodes.NodeView}),
    post("/v1/nodes/{id}/stop-draining", "stopDraining", "Use a PBX again", nodes.stop_draining, roles.OWNERS,
         replies={200: nodes.NodeView}),
    get("/v1/trunks", "listTrunks", "The trunks: whether they answer, and what is strange about their calls",
        trunks.list_trunks, roles.VIEWERS, replies={200: trunks.TrunkList}),
    *CONFIGURATION_ROUTES,
    *REPORT_ROUTES,
    *PEOPLE_ROUTES,
    *NEWCOMER_ROUTES,
    get("/healthz", "healthz", "Whether the process lives", health.healthz, None,
        replies={200: health.Health, 503: health.Health}),
    get("/readyz", "readyz", "Whether every PBX is linked and open", health.readyz, None,
        replies={200: health.Readiness, 503: health.Readiness}),
    get("/metrics", "metrics", "For Prometheus", health.metrics, None, replies={200: str}),
)  # fmt: skip

__all__ = ["ROUTES"]
