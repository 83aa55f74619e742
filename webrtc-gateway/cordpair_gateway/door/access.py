"""The access log of a server that has secrets in query strings: it says that there was one, and not what."""

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger


class AccessLog(AbstractAccessLogger):
    """For ``AppRunner(access_log_class=AccessLog)``. No address, no query, no referrer, no agent."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        self.logger.info("%s %s %d %.3f s", request.method, request.path, response.status, time)


__all__ = ["AccessLog"]
