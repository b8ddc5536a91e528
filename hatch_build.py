"""Build hook: a wheel brings along the shipped files as they were read and checked, so no start reads them again."""

import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_WRITE = "import sys; from neuroest.reporting.catalogue_entries import write_all; write_all(sys.argv[1])"


class PreparedFiles(BuildHookInterface):  # type: ignore[type-arg]
    """Writes the entries into a temporary folder, which becomes a part of the wheel."""

    folder = ""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the entries; an editable installation has none, since its files change."""
        if version != "editable":
            self.folder = tempfile.mkdtemp()
            command = [sys.executable, "-B", "-c", _WRITE, self.folder]
            subprocess.run(command, cwd=self.root, env={**os.environ, "NEUROEST_NO_CACHE": "1"}, check=True)  # noqa: S603
            build_data["force_include"][self.folder] = "neuroest/prepared"

    def finalize(self, _version: str, _build_data: dict[str, Any], _artifact: str) -> None:
        """Remove the temporary folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
