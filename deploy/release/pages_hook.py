"""A wheel or an sdist without the pages that browsers load is not built. An editable install may do without."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("webrtc-gateway") / "cordpair_gateway" / "static"
LAST_WRITTEN = STATIC / "sizes.json"  # by build.mjs, when all else is there

MISSING = (
    f"The pages for browsers are not built: {STATIC} has no {LAST_WRITTEN.name}. Run `make web` first (it takes Node "
    "from this machine or from PyPI), or build from a release's sdist, which has them."
)


class PagesHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and not (Path(self.root) / LAST_WRITTEN).is_file():
            self.app.abort(MISSING)
