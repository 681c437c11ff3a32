"""`python -m tools.demo`, or `make demo`."""

import signal
import sys

from klaviyo_sandbox import ControlError, Sandbox, Settings, StartError
from tools.demo.failure import DemoError
from tools.demo.folder import Folder
from tools.demo.steps import Steps
from tools.demo.story import Story

_SETTINGS = Settings(limits=True, latency_ms=30, lists=10)  # 15 a minute tell their size
_FAILED = 1
_INTERRUPTED = 130


def main() -> int:
    """Tell the whole story; returns the exit code."""
    story = Story()
    for ends in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ends, signal.default_int_handler)  # so that the programs it runs end as well
    try:
        folder = Folder.emptied()
        story.step("A sandbox: a Klaviyo on this machine, which grants more requests than Klaviyo")
        with Sandbox.start(_SETTINGS) as sandbox:
            sandbox.limits.grant_plenty()  # within Klaviyo's limits, some streams take minutes
            Steps(story, folder, sandbox).run()
    except (DemoError, StartError, ControlError, OSError) as failure:
        story.fail(str(failure))
        return _FAILED
    except KeyboardInterrupt:
        story.interrupt()
        return _INTERRUPTED
    story.end(f"All messages are in {folder.name}: {', '.join(folder.files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
