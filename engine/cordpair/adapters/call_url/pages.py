"""A call by GET is a call by any link on any page: who may be led here by a browser, and who may not.

A program sends none of these headers. A browser sends ``Sec-Fetch-Site`` with every request (all of them since 2023)
and ``Origin`` with every POST and every request across origins; pages can set neither.
"""

from collections.abc import Mapping

from yarl import URL

from cordpair.api.errors import Forbidden

OURS = frozenset({"same-origin", "none"})  # none: typed in, or a bookmark
ALLOWED_HEADERS = "Authorization, Content-Type, Accept"


class Pages:
    def __init__(self, origins: frozenset[str], *, foreign: bool) -> None:
        """``origins``: of pages with our script. ``foreign``: whether links on any page may lead here."""
        self._origins, self._foreign = origins, foreign

    def must_be_meant(self, headers: Mapping[str, str]) -> None:
        """Raises Forbidden for what a browser does ahead of its user, or for a page that is none of ours."""
        purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Moz', '')}".lower()
        if "prefetch" in purpose or "prerender" in purpose or "preview" in purpose:
            raise Forbidden("Nobody has asked for this call yet: a browser fetches ahead.")
        origin = headers.get("Origin")
        if self._foreign or (origin is not None and origin in self._origins):
            return
        site = headers.get("Sec-Fetch-Site")
        if site is not None:
            foreign = site not in OURS
        else:  # an old browser, or none
            foreign = origin is not None or self._is_foreign(headers.get("Referer"), headers.get("Host", ""))
        if foreign:
            raise Forbidden("Pages of other sites may not ask for calls here; see [adapters.call_url].")

    def cors(self, headers: Mapping[str, str]) -> dict[str, str]:
        """For an answer: whether the page may read it."""
        origin = headers.get("Origin")
        if origin is None or origin not in self._origins:
            return {"Vary": "Origin"}
        return {"Vary": "Origin", "Access-Control-Allow-Origin": origin}

    def preflight(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Raises Forbidden."""
        given = self.cors(headers)
        if "Access-Control-Allow-Origin" not in given:
            raise Forbidden("Pages of other sites may not ask for calls here; see [adapters.call_url].")
        return given | {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": "600",
        }

    def _is_foreign(self, referer: str | None, host: str) -> bool:
        if not referer:
            return False
        try:
            page = URL(referer)
            return page.authority != host and str(page.origin()) not in self._origins
        except ValueError:
            return True


__all__ = ["Pages"]
