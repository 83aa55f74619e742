"""What the engine does to its process."""

import subprocess
import sys

TAKES = """
import resource
from cordpair.runtime.process import tune_process
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
tune_process()
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard))
"""


def test_it_may_open_as_many_files_as_the_machine_allows() -> None:
    """A service begins with 1,024; each browser that waits is one."""
    ran = subprocess.run([sys.executable, "-c", TAKES], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"
