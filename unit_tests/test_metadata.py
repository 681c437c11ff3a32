"""What the connector tells Airbyte of itself is in Airbyte's form, and true."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker, ValidationError
from orjson import loads

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.cli.run import SPEC
from source_klaviyo.config import Config
from source_klaviyo.config.values import KLAVIYO
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.sync import engine

ROOT: Final = Path(__file__).parents[1]
STRICT: Final = "metadata/v0/ConnectorMetadataDefinitionV0.json"
FORMATS: Final = FormatChecker(formats=["date", "uuid"])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def parsed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("metadata.yaml"))
    return found


@pytest.fixture
def data() -> dict[str, Any]:
    found: dict[str, Any] = parsed()["data"]
    return found


def strict() -> Draft7Validator:
    # The package does not install on Python 3.13.
    models = pytest.importorskip("airbyte_connector_models")
    schema = (Path(models.__file__).parent / STRICT).read_bytes()
    return Draft7Validator(_in_one(loads(schema)), format_checker=FORMATS)


def _in_one(schema: Any) -> Any:  # noqa: ANN401  any part of a schema
    """Return `schema` without the ids of its parts: their references count from the whole."""
    if isinstance(schema, dict):
        return {key: _in_one(part) for key, part in schema.items() if key != "$id"}
    return [_in_one(part) for part in schema] if isinstance(schema, list) else schema


def test_it_is_as_airbytes_strict_definition_wants_it() -> None:
    strict().validate(parsed())


@pytest.mark.parametrize(
    ("key", "value"),
    [("colour", "red"), ("releaseStage", "splendid"), ("definitionId", "me"), ("license", None)],
)
def test_that_definition_refuses_what_is_not(key: str, value: object) -> None:
    wrong = parsed()
    wrong["data"][key] = value
    with pytest.raises(ValidationError):
        strict().validate(wrong)


def test_the_version_is_the_same_everywhere(data: dict[str, Any]) -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert version > "4", "2.x and 3.x are Airbyte's own connector, which this one replaces"
    assert data["dockerImageTag"] == version
    assert f"LABEL io.airbyte.version={version}\n" in text("Dockerfile")
    found = re.search(rf"\n## {re.escape(version)} \((\d{{4}}-\d\d-\d\d)\)\n", text("CHANGELOG.md"))
    assert found
    assert f"\n| {version} | {found[1]} |" in text("docs/integrations/sources/klaviyo.md")


def test_the_pythons_that_are_promised_are_the_same_everywhere() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    install = text("requirements/install.py")
    ast.parse(install, feature_version=(3, 6))  # it has to start where it says no
    oldest, newest = (
        int(each) for each in re.findall(r"OLDEST, NEWEST = \(3, (\d+)\), \(3, (\d+)\)", install)[0]
    )
    assert project["requires-python"] == f">=3.{oldest},<3.{newest + 1}"
    promised = [f"3.{minor}" for minor in range(oldest, newest + 1)]
    named = re.findall(r"Python :: (3\.\d+)", str(project["classifiers"]))
    assert named == promised
    words = f"Python {', '.join(promised[:-1])} or {promised[-1]}"
    for file in ("README.md", "CONTRIBUTING.md", "requirements/install.py"):
        assert words in text(file)
    matrix = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]["pythons"]["strategy"]
    assert matrix["matrix"]["python"] == promised


def test_every_major_version_has_its_notes(data: dict[str, Any]) -> None:
    version = data["dockerImageTag"]
    assert f"{version.partition('.')[0]}.0.0" in data["releases"]["breakingChanges"]
    migrations = text("docs/integrations/sources/klaviyo-migrations.md")
    for breaking in data["releases"]["breakingChanges"]:
        assert f"## Upgrading to {breaking}" in migrations


def test_metadata_and_guide_have_one_upgrade_instruction(data: dict[str, Any]) -> None:
    for version, breaking in data["releases"]["breakingChanges"].items():
        guide = text("docs/integrations/sources/klaviyo-migrations.md")
        section = guide.partition(f"## Upgrading to {version}\n")[2].partition("\n## ")[0]
        why, _, rest = section.partition("\nWhat to do, once for each connection:\n")
        steps = re.findall(r"^\d\. (.*(?:\n   .*)*)", rest, re.MULTILINE)
        assert len(steps) > 1
        assert breaking["message"].split() == " ".join([why, *steps]).split()


def test_the_page_has_the_headings_that_airbytes_checks_want() -> None:
    """The order is that of Airbyte's `connectors_qa` (its documentation has it: "QA checks")."""
    page = text("docs/integrations/sources/klaviyo.md")
    wanted = [
        "# Klaviyo",
        "## Prerequisites",
        "## Setup guide",
        "## Set up Klaviyo",
        "## Set up the Klaviyo connector in Airbyte",
        "### For Airbyte Cloud:",
        "### For Airbyte Open Source:",
        "## Supported sync modes",
        "## Supported Streams",
        "### Performance considerations",
        "## Limitations & Troubleshooting",
        "## Changelog",
    ]
    headings = re.findall(r"^#+ .*", page, re.MULTILINE)
    assert [heading for heading in headings if heading in wanted] == wanted
    links = re.findall(r"\]\((.+?)\)", page)
    assert "klaviyo-migrations.md" in links
    beyond = [link for link in links if not link.startswith(("https://", "#"))]
    assert beyond == ["klaviyo-migrations.md"], "on Airbyte's site there is nothing else"
    assert "https://<airbyte>/auth_flow" in page


def test_base_image_name_and_licence_are_the_dockerfiles_and_the_projects(
    data: dict[str, Any],
) -> None:
    image = data["connectorBuildOptions"]["baseImage"]
    assert re.fullmatch(
        r"docker\.io/airbyte/python-connector-base:[\d.]+@sha256:[0-9a-f]{64}", image
    )
    assert f"ARG BASE_IMAGE={image}\n" in text("Dockerfile")
    assert f"LABEL io.airbyte.name={data['dockerRepository']}\n" in text("Dockerfile")
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert data["license"] == project["license"] == text("LICENSE").split()[0]
    assert data["remoteRegistries"]["pypi"]["packageName"] == project["name"]


def test_hosts_streams_and_silence_are_the_codes(data: dict[str, Any]) -> None:
    assert urlsplit(KLAVIYO).hostname in data["allowedHosts"]["hosts"]
    client = Client(KLAVIYO, api_key("none"))
    names = {stream(client).name for stream in STREAMS}
    suggested = data["suggestedStreams"]["streams"]
    assert suggested == sorted(suggested)
    assert {*suggested} <= names
    assert data["maxSecondsBetweenMessages"] > 2 * engine._LONGEST_SILENCE
    assert "documentationUrl" not in loads(SPEC.read_bytes()), "there is no page of its own yet"


def test_the_icon_is_a_drawing_without_foreign_parts(data: dict[str, Any]) -> None:
    icon = text(data["icon"])
    assert icon.startswith("<svg ")
    assert "href" not in icon
    assert "data:" not in icon


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("README.md", "**Everything.** ", " streams"),
        ("CHANGELOG.md", "lets anyone read, in ", " streams"),
        ("docs/integrations/sources/klaviyo.md", "\n", " streams; `docs/streams.md`"),
    ],
)
def test_the_docs_tell_how_many_streams_there_are(file: str, before: str, after: str) -> None:
    assert f"{before}{len(STREAMS)}{after}" in text(file)


def test_the_registry_is_in_the_order_of_names() -> None:
    names = [stream_name(stream) for stream in STREAMS]
    assert names == sorted(names)


def test_the_readme_has_every_setting_but_those_of_others() -> None:
    """Older connectors' names stand in docs/migrating.md, the sandbox's in docs/sandbox.md."""
    table = text("README.md").partition("\n## Settings\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert listed
    others = set(Config.model_fields) - listed
    assert listed <= set(Config.model_fields)
    assert "api_base_url" in text("docs/sandbox.md")
    for setting in others - {"api_base_url"}:
        assert f"`{setting}`" in text("docs/migrating.md")
