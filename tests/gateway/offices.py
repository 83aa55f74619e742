"""People of the office at a whole centre: signed in, and asking for things as their pages do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cordpair.store import Person
from gateway.desks import HASH, Centre, desk_centre

# Everybody has the same password; bob is an agent who leads too.
PEOPLE = {"anna": "admin", "sue": "supervisor", "rob": "read-only", "bob": "supervisor"}


class Staff:
    """Of a centre."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.csrf: dict[str, str] = {}

    async def sign_in(self, *names: str) -> None:
        for name in names:
            status, body, _ = await self.centre.sign_in(name)
            assert status == 200, (name, body)
            self.csrf[name] = body["csrf"]

    async def ask(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and answer, as a page of ours would ask; ``headers`` put others in their place, empty: none."""
        headers = {"X-CSRF-Token": self.csrf.get(who, "")} if method != "GET" else {}
        headers |= more.pop("headers", {})
        given = {} if body is None else {"json": body}
        status, answer, _ = await self.centre.send(method, path, who, headers=headers, **given, **more)
        return status, answer

    async def done(self, who: str, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.ask(who, method, path, body)
        assert status in (200, 204), answer
        return answer

    async def person(self, name: str, who: str = "anna") -> dict[str, Any]:
        people = (await self.done(who, "GET", "/v1/people"))["people"]
        found: dict[str, Any] = next(each for each in people if each["name"] == name)
        return found

    async def change(self, name: str, who: str = "anna", **change: Any) -> tuple[int, Any]:
        version = (await self.person(name))["version"] if "version" not in change else change.pop("version")
        return await self.ask(who, "PATCH", f"/v1/people/{name}", {"version": version, **change})

    async def link(self, name: str, who: str = "anna") -> str:
        """The token of a link to a new password."""
        found: str = (await self.done(who, "POST", f"/v1/people/{name}/password-reset"))["link"]
        return found.partition("#")[2]

    async def audit(self, who: str = "anna", query: str = "") -> list[tuple[str, str, str, str]]:
        entries = (await self.done(who, "GET", f"/v1/audit{query}"))["entries"]
        return [(each["author"], each["what"], each["about"], each["detail"]) for each in entries]


@asynccontextmanager
async def office_centre(directory: Path, **more: Any) -> AsyncIterator[Staff]:
    async with desk_centre(directory, **more) as centre:
        for name, role in PEOPLE.items():
            person = Person(name, name.title(), role, True, 0)
            await centre.store.people.add(person, "test", is_agent=name == "bob")
            await centre.store.sign_ins.put_password(name, HASH, 0)
        yield Staff(centre)


__all__ = ["PEOPLE", "Staff", "office_centre"]
