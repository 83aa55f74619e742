"""The configuration over the API: read, drafted, checked, applied, taken back."""

from cordpair.api.configuration.routes import CONFIGURATION_ROUTES
from cordpair.api.configuration.worker import WORKER, Worker

__all__ = ["CONFIGURATION_ROUTES", "WORKER", "Worker"]
