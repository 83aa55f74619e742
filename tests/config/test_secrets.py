"""Secrets by reference."""

import pytest

from cordpair.config import InvalidConfiguration, parse, resolve_secret, url_with_secret
from cordpair.config.model import Pbx, Secret
from cordpair.errors import ConfigurationError


def test_from_the_environment(tmp_path) -> None:
    pbx = Pbx("asterisk+ari://cordpair@pbx:8088/x?y=1", Secret(env="SECRET"))
    assert (
        url_with_secret("a", pbx, {"SECRET": "p/w:@"}, tmp_path) == "asterisk+ari://cordpair:p%2Fw%3A%40@pbx:8088/x?y=1"
    )
    for environ in ({}, {"SECRET": ""}):
        with pytest.raises(ConfigurationError, match=r"pbx\.a\.password: the environment variable SECRET is not set"):
            url_with_secret("a", pbx, environ, tmp_path)


def test_from_a_file_beside_the_configuration(tmp_path) -> None:
    (tmp_path / "secret").write_text("pass word\n")
    assert resolve_secret(Secret(file="secret"), "k", {}, tmp_path) == "pass word"
    assert resolve_secret(Secret(file=str(tmp_path / "secret")), "k", {}, tmp_path) == "pass word"
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, reason in (
        ("nowhere", "No such file"),
        ("empty", "is empty"),
        ("binary", "is not text"),
        (".", "Is a dir"),
    ):
        with pytest.raises(ConfigurationError, match=rf"k: .*{reason}"):
            resolve_secret(Secret(file=name), "k", {}, tmp_path)


def test_none(tmp_path) -> None:
    assert url_with_secret("a", Pbx("loopback://x?seats=1"), {}, tmp_path) == "loopback://x?seats=1"


@pytest.mark.parametrize("url", ["a://me:hush@x y", "a://me:hush\\u0001@x", "a://me:hush@x\\u2028"])
def test_an_address_that_is_none_is_not_repeated(url) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        parse(f'[pbx.a]\nurl = "{url}"')
    assert "pbx.a.url: " in str(caught.value)
    assert "hush" not in str(caught.value)
