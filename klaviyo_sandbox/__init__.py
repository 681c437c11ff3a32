"""A faithful, fast Klaviyo on localhost, for demos, tests and benchmarks.

```python
from klaviyo_sandbox import Fault, Sandbox, Settings

with Sandbox.start(Settings(events=10_000, limits=False)) as sandbox:
    ...  # point a client at sandbox.url with sandbox.key
    sandbox.fail(Fault("status", status=503, path="/api/events", times=2))
    assert read_ids == sandbox.ids("event")
```

On the command line: `python -m klaviyo_sandbox --port 8080 --events 10000`.
"""

from klaviyo_sandbox.control.remote import ControlError
from klaviyo_sandbox.faults import Fault
from klaviyo_sandbox.oauth.rules import OAuthRules
from klaviyo_sandbox.process import StartError
from klaviyo_sandbox.quirks import Quirks, RefusedParameter
from klaviyo_sandbox.sandbox import Sandbox
from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.shop.day import Touched
from klaviyo_sandbox.web.log import Entry as Request

__all__ = [
    "ControlError",
    "Fault",
    "OAuthRules",
    "Quirks",
    "RefusedParameter",
    "Request",
    "Sandbox",
    "Settings",
    "StartError",
    "Touched",
]
