"""A proxy's word about where a request came from is believed where the operator said so, and nowhere else."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from cordpair.api.addresses import TRUSTED, client_of, networks


class Line:
    """The end of the connection, as aiohttp asks for it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default


@pytest.mark.parametrize(
    ("trusted", "remote", "said", "client"),
    [
        ((), "203.0.113.9", [], "203.0.113.9"),
        ((), "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ((), "127.0.0.1", ["198.51.100.1"], "127.0.0.1"),
        (("127.0.0.1/32",), "127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (("127.0.0.1/32",), "::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (("127.0.0.1/32",), "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        (
            ("127.0.0.1/32",),
            "127.0.0.1",
            ["10.0.0.1, 198.51.100.1"],
            "198.51.100.1",
        ),  # the left one is the client's own word
        (("127.0.0.1/32", "10.0.0.0/8"), "127.0.0.1", ["198.51.100.1", "10.1.2.3"], "198.51.100.1"),
        (("127.0.0.1/32", "10.0.0.0/8"), "127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        (("127.0.0.1/32",), "127.0.0.1", ["198.51.100.1:8080"], "198.51.100.1"),
        (("::1/128",), "::1", ["[2001:db8::7]:8080"], "2001:db8::7"),
        (("127.0.0.1/32",), "127.0.0.1", ["<script>"], "127.0.0.1"),
        (("127.0.0.1/32",), "127.0.0.1", [""], "127.0.0.1"),
    ],
)
def test_who_asks(trusted, remote, said, client) -> None:
    app = web.Application()
    app[TRUSTED] = networks(trusted)
    headers = [("X-Forwarded-For", each) for each in said]
    request = make_mocked_request("GET", "/", headers=headers, app=app, transport=Line(remote))
    assert client_of(request) == client
