"""Write `source_klaviyo/spec.json`, which `spec` prints, from the Config class.

Usage: `python -m tools.generate_spec`. After a change of the configuration: run it and read the
diff.
"""

import json

from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type

from source_klaviyo.run import SPEC
from source_klaviyo.spec import specification


def render() -> str:
    """Return the file's text."""
    message = AirbyteMessageSerializer.dump(AirbyteMessage(type=Type.SPEC, spec=specification()))
    return json.dumps(message["spec"], indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SPEC.write_text(render(), encoding="utf-8")
