"""TLS in this process: who connects, which certificate they get, and what is said when there is none to give."""

import asyncio
import shutil
import signal
import ssl
import subprocess
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from api.processes import free_port
from api.test_server import CENTRE, line_with, started
from cordpair.api import tls_of
from cordpair.api.tls import Tls
from cordpair.config.model import Http
from cordpair.errors import ConfigurationError
from cordpair.runtime import run_loop


def make(directory: Path, name: str, *more: str) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2",
         "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key,
         *(more or ("-noenc",))],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def pair(tmp_path) -> tuple[Path, Path]:
    return make(tmp_path, "first")


def client(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def test_a_service_with_a_certificate(tmp_path, pair) -> None:
    port, file = free_port(), tmp_path / "cordpair.toml"
    text = CENTRE.format(port=port)
    file.write_text(text.replace("[queues", 'certificate = "first.pem"\ncertificate_key = "first.key"\n[queues', 1))
    async with started(tmp_path, "serve", file) as engine, ClientSession() as http:
        assert f"https://127.0.0.1:{port}" in await line_with(engine.stderr, "the API is at")
        async with http.get(f"https://127.0.0.1:{port}/readyz", ssl=client(pair[0])) as answer:
            assert answer.status in (200, 503)
        old = client(pair[0])
        with pytest.warns(DeprecationWarning):
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", port, ssl=old)
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.1\r\n\r\n")
            assert b"HTTP" not in await reader.read()  # nothing without TLS
            writer.close()
        engine.send_signal(signal.SIGTERM)
        assert await engine.wait() == 0


def test_renewed_files_are_taken_and_half_renewed_ones_are_not(tmp_path, pair, caplog) -> None:
    second = make(tmp_path, "second")

    async def served_name(port: int) -> str:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        served = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        names = {each: ssl.PEM_cert_to_DER_cert((tmp_path / f"{each}.pem").read_text()) for each in ("was", "second")}
        return next((name for name, known in names.items() if known == served), "another")

    async def main() -> None:
        shutil.copy(pair[0], tmp_path / "was.pem")
        tls = Tls(*pair)
        runner = web.AppRunner(web.Application())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.context).start()
        port = runner.addresses[0][1]
        assert await served_name(port) == "was"
        shutil.copy(second[0], pair[0])  # the certificate is new, the key is not yet
        tls.renew()
        assert await served_name(port) == "was" and "was not renewed" in caplog.text
        shutil.copy(second[1], pair[1])
        tls.renew()
        assert await served_name(port) == "second"
        pair[1].unlink()
        tls.renew()
        assert await served_name(port) == "second"
        await runner.cleanup()

    run_loop(main())


@pytest.mark.parametrize(
    ("certificate", "key", "why"),
    [
        ("missing.pem", "first.key", "missing.pem: No such file"),
        ("first.pem", "missing.key", "missing.key: No such file"),
        ("first.pem", "other.key", "belong together"),
        ("first.key", "first.key", "PEM"),
        ("secret.pem", "secret.key", "has no password"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, pair, certificate, key, why) -> None:
    make(tmp_path, "other")
    make(tmp_path, "secret", "-passout", "pass:swordfish")

    async def main() -> None:
        with pytest.raises(ConfigurationError, match=why) as error:
            tls_of(Http(certificate=certificate, certificate_key=key), tmp_path)
        assert "[http] certificate" in str(error.value)

    run_loop(main())


async def test_without_uvloop_there_is_no_tls(tmp_path, pair) -> None:
    with pytest.raises(ConfigurationError, match="reverse proxy"):
        Tls(*pair)


async def test_a_service_with_a_certificate_that_is_not_there_does_not_begin(tmp_path) -> None:
    file = tmp_path / "cordpair.toml"
    text = CENTRE.format(port=free_port())
    file.write_text(text.replace("[queues", 'certificate = "a.pem"\ncertificate_key = "a.key"\n[queues', 1))
    async with started(tmp_path, "serve", file) as engine:
        assert "a.pem: No such file" in await line_with(engine.stderr, "certificate")
        assert await engine.wait() == 78
