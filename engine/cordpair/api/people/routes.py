"""The routes of people, sign-ins, keys and the audit trail: for administrators."""

from cordpair.api import roles
from cordpair.api.people import audit, key_routes, people, sign_ins
from cordpair.api.people.key_wish import KeyWish
from cordpair.api.route import Route, get, post

PERSON = {200: people.PersonView}
PERSON_ID = {"/people/0/name": ("changePerson", "removePerson", "resetPassword")}

PEOPLE_ROUTES: tuple[Route, ...] = (
    get("/v1/people", "listPeople", "Who works in the office, and which agents only have a desk", people.list_people,
        roles.OWNERS, replies={200: people.PeopleList}, refusals=(409,), leads_to=PERSON_ID),
    post("/v1/people", "addPerson", "Let somebody into the office", people.add_person, roles.OWNERS,
         body=people.PersonBody, replies=PERSON, refusals=(409, 422)),
    Route(method="PATCH", path="/v1/people/{id}", operation="changePerson",
          summary="Change a person's name, role, or whether they may sign in; at once", handler=people.change_person,
          roles=roles.OWNERS, body=people.PersonChange, replies=PERSON, refusals=(404, 409, 422)),
    Route(method="DELETE", path="/v1/people/{id}", operation="removePerson",
          summary="Remove a person, and end their sign-ins", handler=people.remove_person, roles=roles.OWNERS,
          query=people.VersionQuery, replies={204: None}, refusals=(404, 409)),
    post("/v1/people/{id}/password-reset", "resetPassword",
         "Make a link by which a person or an agent sets a new password, once", people.reset_password, roles.OWNERS,
         replies={200: people.LinkView}),
    get("/v1/sign-ins", "listSignIns", "Who is signed in, at desks and in the office", sign_ins.list_sign_ins,
        roles.OWNERS, replies={200: sign_ins.SignInList}, refusals=(409,),
        leads_to={"/sign_ins/0/id": ("endSignIn",)}),
    Route(method="DELETE", path="/v1/sign-ins/{id}", operation="endSignIn", summary="Sign somebody out, at once",
          handler=sign_ins.end_sign_in, roles=roles.OWNERS, replies={204: None}, refusals=(404, 409)),
    get("/v1/keys", "listKeys", "All API keys, revoked and expired ones too", key_routes.list_keys, roles.OWNERS,
        replies={200: key_routes.KeyList}, refusals=(409,), leads_to={"/keys/0/id": ("revokeKey",)}),
    post("/v1/keys", "addKey", "Make an API key; it is shown once", key_routes.add_key, roles.OWNERS, body=KeyWish,
         replies={200: key_routes.NewKey}, refusals=(409, 422)),
    Route(method="DELETE", path="/v1/keys/{id}", operation="revokeKey", summary="Make a key useless, within a second",
          handler=key_routes.revoke_key, roles=roles.OWNERS, replies={204: None}, refusals=(404, 409)),
    get("/v1/audit", "listAudit", "Who did what, newest first", audit.list_audit, roles.OWNERS,
        query=audit.AuditQuery, replies={200: audit.AuditPage}, refusals=(409,)),
)  # fmt: skip

__all__ = ["PEOPLE_ROUTES"]
