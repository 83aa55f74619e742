"""Secrets: in the file only by reference, in memory only where they are used."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from cordpair.config.model import Config, Pbx, Secret
from cordpair.config.problems import Path as Place
from cordpair.config.problems import Problems
from cordpair.errors import ConfigurationError

# Options of an URL that hold a secret themselves, and those by which a driver finds one.
LITERAL = {"password", "secret", "api_key", "token", "key"}
REFERENCES = {"password_env", "password_file"}


def check_secrets(config: Config, problems: Problems) -> None:
    """Note secrets in the open, and logins without one. No message shows an URL."""
    for name, pbx in config.pbx.items():
        path = ("pbx", name, "url")
        try:
            parts = urlsplit(pbx.url)
            user, password, host, _ = parts.username, parts.password, parts.hostname, parts.port
            options = {key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
        except ValueError:
            problems.error(path, "is not a URL; write scheme://user@host:port/")
            continue
        if not parts.scheme:
            problems.error(path, 'names no driver; it begins with one, such as "asterisk+ari:" or "loopback:"')
        elif password is not None or LITERAL & options:
            message = 'holds a secret; take it out and write password = { env = "NAME" } or { file = "PATH" }'
            problems.error(path, message)
        elif user is not None and pbx.password is None and not REFERENCES & options:
            problems.error(("pbx", name, "password"), 'is missing; write { env = "NAME" } or { file = "PATH" }')
        elif pbx.password is not None and not host:
            problems.error(path, "takes no password")
    for place, secret in _references(config):
        if secret is not None and (secret.env is None) == (secret.file is None):
            problems.error(place, "must have exactly one of env, file")


def _references(config: Config) -> Iterator[tuple[Place, Secret | None]]:
    for name, pbx in config.pbx.items():
        yield ("pbx", name, "password"), pbx.password
        yield ("pbx", name, "door", "key"), pbx.door.key if pbx.door is not None else None
    yield ("gateway", "turn_secret"), config.gateway.turn_secret
    oidc = config.sign_in.oidc
    yield ("sign_in", "oidc", "client_secret"), oidc.client_secret if oidc is not None else None
    for name, schedule in config.reports.schedules.items():
        yield ("reports", "schedules", name, "secret"), schedule.secret
    yield ("smtp", "password"), config.smtp.password
    for name, hook in config.webhooks.to.items():
        yield ("webhooks", "to", name, "secret"), hook.secret


def resolve_secret(secret: Secret, key: str, environ: Mapping[str, str], base: Path) -> str:
    """The secret; ``base`` is the directory of the configuration file. Raises ConfigurationError naming ``key``."""
    if secret.env is not None:
        value = environ.get(secret.env)
        if not value:
            raise ConfigurationError(f"{key}: the environment variable {secret.env} is not set.")
        return value
    path = base / (secret.file or "")
    try:
        value = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(f"{key}: {path} cannot be read: {reason}.") from error
    if not value:
        raise ConfigurationError(f"{key}: {path} is empty.")
    return value


def url_with_secret(node: str, pbx: Pbx, environ: Mapping[str, str], base: Path) -> str:
    """The URL for the driver: never to be shown."""
    if pbx.password is None:
        return pbx.url
    secret = quote(resolve_secret(pbx.password, f"pbx.{node}.password", environ, base), safe="")
    parts = urlsplit(pbx.url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{secret}@{host}"))


__all__ = ["check_secrets", "resolve_secret", "url_with_secret"]
