"""`spec` prints a file, and that file is what the Config class says."""

import json

from airbyte_cdk.models import AirbyteMessageSerializer, Type

from source_klaviyo.run import SPEC, spec_line
from source_klaviyo.spec import specification
from tools.generate_spec import render


def test_the_file_is_what_the_tool_writes() -> None:
    written = SPEC.read_text(encoding="utf-8")
    assert written == render(), "run: python -m tools.generate_spec"


def test_its_line_is_the_specification() -> None:
    message = AirbyteMessageSerializer.load(json.loads(spec_line()))
    assert message.type is Type.SPEC
    assert message.spec == specification()
