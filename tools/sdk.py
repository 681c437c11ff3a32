"""Klaviyo's official SDK, boiled down to what each of its GET endpoints answers with."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel

from source_klaviyo.api.revision import DEFAULT
from tools import documented
from tools.documented import Documented

_NEWER: Final = Path(sys.prefix) / "sdk-2026-10-15"
_PACKAGES: Final = ("klaviyo_api", "openapi_client")
_API: Final = "openapi_client.api"
_PARAMETER: Final = re.compile(r"\{\w+\}")
_ITEM: Final = re.compile(r"/api/[^/]+/\{\}")
_QUOTED: Final = re.compile(r"'(\w+)'")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answers with.

    `resource` is the model of one resource of `data`. `extras` are those of its attributes that
    Klaviyo leaves out unless `additional-fields` asks for them. `documented` is what the OpenAPI
    document says of the resource: nothing, for a revision of which there is none.
    """

    resource: type[BaseModel]
    extras: frozenset[str]
    documented: Documented

    @property
    def resource_type(self) -> str:
        """The JSON:API type, as it stands in the answer."""
        return wire_type(self.resource)


@dataclass(frozen=True, slots=True)
class Sdk:
    """One version of the SDK: the API revision it speaks, and its answers by path."""

    revision: str
    answers: Mapping[str, Answer]

    def answer(self, endpoint: str) -> Answer:
        """Return the answer of `GET /api/<endpoint>`; raises LookupError where there is none."""
        path = _unnamed(f"/api/{endpoint}")
        if path not in self.answers:
            raise LookupError(f"The SDK of revision {self.revision} has no GET {path}.")
        return self.answers[path]

    def resource(self, resource_type: str) -> Answer | None:
        """Return an answer with resources of `resource_type`: the item's own, if it has one."""
        paths = [
            path
            for path, answer in self.answers.items()
            if answer.resource_type == resource_type and "/relationships/" not in path
        ]
        # `/api/<collection>/{}` comes first: the shape under another resource may have additions.
        best = min(paths, key=lambda path: (not _ITEM.fullmatch(path), path), default=None)
        return self.answers[best] if best else None


def load_all() -> dict[str, Sdk]:
    """Return the SDKs of both revisions that streams are written for, by their revision.

    Raises FileNotFoundError where the newer one is missing, which `make` puts beside the packages.
    """
    if not _NEWER.is_dir():
        raise FileNotFoundError(f"{_NEWER} is missing: run `make test` once, it sets all up.")
    return {sdk.revision: sdk for sdk in (load(), load(_NEWER))}


def load(folder: Path | None = None) -> Sdk:
    """Return the SDK that is installed, or that of another version in `folder`.

    All versions have the same package names. So each load imports its own modules, apart from
    those that Python holds under these names, which stay as they are.
    """
    with _first_on_path(folder), _own_modules():
        # Requests are built, but never sent: the key is not used.
        client = importlib.import_module("klaviyo_api").KlaviyoAPI("none").api_client
        revision = client.default_headers["revision"]
        answers = dict(_answers(client, documented.load() if revision == DEFAULT else {}))
    return Sdk(revision, answers)


def wire_type(model: type[BaseModel]) -> str:
    """Return the JSON:API type of a resource's or an identifier's `model`."""
    enum: Any = model.model_fields["type"].annotation
    (member,) = enum
    return str(member.value)


def member(model: type[BaseModel], wire_name: str) -> type[BaseModel]:
    """Return the model of the field of `model` that is called `wire_name` in JSON.

    Where the field is a list, it is the model of its items. Raises LookupError where there is
    none.
    """
    for name, field in model.model_fields.items():
        found = _model_in(field.annotation)
        if found and wire_name == (field.alias or name):
            return found
    raise LookupError(f"The SDK's {model.__name__} has no model for {wire_name}.")


@contextmanager
def _first_on_path(folder: Path | None) -> Iterator[None]:
    before = list(sys.path)
    if folder:
        sys.path.insert(0, str(folder.resolve(strict=True)))
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def _own_modules() -> Iterator[None]:
    held = _taken_out()
    try:
        yield
    finally:
        _taken_out()
        sys.modules.update(held)


def _taken_out() -> dict[str, ModuleType]:
    """Take the SDK's modules out of Python's table; return them."""
    names = [name for name in sys.modules if name.partition(".")[0] in _PACKAGES]
    return {name: sys.modules.pop(name) for name in names}


def _answers(client: object, told: Mapping[str, Documented]) -> Iterator[tuple[str, Answer]]:
    package = importlib.import_module(_API)
    for module in pkgutil.iter_modules(package.__path__, f"{_API}."):
        loaded = importlib.import_module(module.name)
        families: list[tuple[str, Any]] = inspect.getmembers(loaded, inspect.isclass)
        for _, family in families:
            if family.__module__ == module.name:
                yield from _answers_of(family(client), told)


def _answers_of(api: object, told: Mapping[str, Documented]) -> Iterator[tuple[str, Answer]]:
    for name, build in inspect.getmembers(api, inspect.ismethod):
        if not name.endswith("_serialize"):
            continue
        # Letting the SDK build the request tells the method and the path; without values for
        # its parameters the path keeps their names.
        parameters = dict.fromkeys(inspect.signature(build).parameters)
        method, url, *_ = build(**{**parameters, "_host_index": 0})
        if method != "GET":
            continue
        operation = getattr(type(api), name.removeprefix("_").removesuffix("_serialize"))
        annotations = inspect.get_annotations(operation)
        document = _model_in(annotations["return"])
        if document and "data" in document.model_fields:
            resource = member(document, "data")
            key = f"additional_fields_{wire_type(resource).replace('-', '_')}"
            extras = frozenset(_named_in(annotations[key]) if key in annotations else ())
            path = _unnamed(urlsplit(url).path)
            yield path, Answer(resource, extras, told.get(path, Documented()))


def _named_in(parameter: Any) -> list[str]:  # noqa: ANN401
    """Return the values that the description of an annotated `parameter` names in quotes."""
    return _QUOTED.findall(parameter.__metadata__[0].description)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    """Return the model that `annotation` is, or is a list of, whether optional or not."""
    while arguments := get_args(annotation):
        annotation = arguments[0]
    is_model = inspect.isclass(annotation) and issubclass(annotation, BaseModel)
    return annotation if is_model else None


def _unnamed(path: str) -> str:
    return _PARAMETER.sub("{}", path)
