"""The routes of the configuration."""

from cordpair.api import roles
from cordpair.api.configuration import drafting, editing, reading, reloading
from cordpair.api.configuration.bodies import (
    LARGEST,
    Applied,
    Base,
    Changes,
    Checked,
    DraftView,
    Edited,
    Given,
    Imported,
    Present,
    RevisionList,
    RevisionQuery,
    RevisionView,
    Text,
)
from cordpair.api.route import Route, get, post
from cordpair.config import Shape
from cordpair.runtime.reload import Outcome

REVISION = {"/revisions/0/revision": ("getRevision", "rollBack")}
DRAFT = "/v1/configuration/draft"
APPLIED = {200: Applied}

CONFIGURATION_ROUTES: tuple[Route, ...] = (
    get("/v1/configuration", "getConfiguration", "The configuration in force", reading.present, roles.LEADERS,
        replies={200: Present}, refusals=(404, 409)),
    get("/v1/configuration/shape", "describeConfiguration", "What a configuration may hold, for forms",
        reading.describe, roles.LEADERS, replies={200: Shape}),
    get("/v1/configuration/export", "exportConfiguration", "The configuration in force, as a file", reading.export,
        roles.LEADERS, replies={200: str}, refusals=(409,)),
    get("/v1/configuration/revisions", "listRevisions", "Who changed the configuration, and when", reading.revisions,
        roles.LEADERS, query=RevisionQuery, replies={200: RevisionList}, refusals=(409,), leads_to=REVISION),
    get("/v1/configuration/revisions/{id}", "getRevision", "One revision as a file, and what it changed",
        reading.revision, roles.LEADERS, replies={200: RevisionView}, refusals=(404, 409)),
    post("/v1/configuration/revisions/{id}/roll-back", "rollBack", "Apply what an earlier revision held",
         editing.roll_back, roles.OWNERS, body=Base, replies=APPLIED, refusals=(404, 409, 422)),
    get(DRAFT, "getDraft", "The asker's own draft", drafting.get_draft, roles.OWNERS, replies={200: DraftView},
        refusals=(404, 409)),
    Route(method="PUT", path=DRAFT, operation="putDraft", summary="Keep a draft, right or wrong",
          handler=drafting.put_draft, roles=roles.OWNERS, body=Edited, largest=LARGEST, replies={200: DraftView},
          refusals=(409,)),
    Route(method="DELETE", path=DRAFT, operation="dropDraft", summary="Throw the asker's draft away",
          handler=drafting.drop_draft, roles=roles.OWNERS, replies={204: None}, refusals=(409,)),
    post("/v1/configuration/check", "checkConfiguration", "What is wrong with a configuration, and what it changes",
         editing.look_at, roles.OWNERS, body=Given, largest=LARGEST, replies={200: Checked}, refusals=(409,)),
    post("/v1/configuration/import", "importConfiguration", "Look at a file's text: as a check, with its tables",
         editing.take_in, roles.OWNERS, body=Text, largest=LARGEST, replies={200: Imported}, refusals=(409,)),
    post("/v1/configuration/apply", "applyConfiguration", "Apply a whole configuration", editing.apply, roles.OWNERS,
         body=Edited, largest=LARGEST, replies=APPLIED, refusals=(409, 422)),
    post("/v1/configuration/changes", "changeConfiguration", "Set and remove single entries, all of them or none",
         editing.apply_changes, roles.OWNERS, body=Changes, largest=LARGEST, replies=APPLIED, refusals=(409, 422)),
    post("/v1/configuration/reload", "reload", "Read the configuration's file again", reloading.reload, roles.OWNERS,
         replies={200: Outcome}, refusals=(409,)),
)  # fmt: skip

__all__ = ["CONFIGURATION_ROUTES"]
