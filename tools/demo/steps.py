"""The demo's steps, once the sandbox is up."""

from contextlib import closing
from pathlib import Path

from klaviyo_sandbox import Sandbox, Touched
from source_klaviyo.source import SourceKlaviyo
from source_klaviyo.streams.kinds.base import KlaviyoStream
from tools.demo.catalog import configured, is_incremental
from tools.demo.failure import DemoError
from tools.demo.folder import Folder
from tools.demo.messages import Catalog, Message
from tools.demo.program import Program
from tools.demo.reading import Reading
from tools.demo.report import picture, report
from tools.demo.story import Story
from tools.demo.truth import collection_of, compare
from tools.demo.view import view

_TOLD = ("event", "profile", "campaign", "flow", "list", "segment", "template")


class Steps:
    """Runs the connector's commands one after the other."""

    def __init__(self, story: Story, folder: Folder, sandbox: Sandbox) -> None:
        self._story = story
        self._folder = folder
        self._sandbox = sandbox
        self._program = Program(folder)
        self._config = {
            "credentials": {"auth_type": "api_key", "api_key": sandbox.key},
            "api_base_url": sandbox.url,
        }

    def run(self) -> None:
        """Take all steps. Raises DemoError at the first that fails."""
        sizes = self._sandbox.sizes()
        held = ", ".join(f"{sizes[kind]:,} {kind}s" for kind in _TOLD)
        self._story.say(f"{self._sandbox.url} holds {held} and more.")
        config = self._folder.write("config.json", self._config)
        self._spec()
        self._check(config)
        discovered = self._discover(config)
        declared = self._declared([stream["name"] for stream in discovered.streams])
        names = {stream.name for stream in declared}
        catalog = self._folder.write("catalog.json", configured(discovered, names))
        self._story.step("source-klaviyo read: everything, for the first time")
        first = self._read("full", declared, config=config, catalog=catalog)
        state = self._folder.write("state.json", first.states)
        touched = self._let_a_day_pass()
        self._story.step("source-klaviyo read --state: what is new since then")
        last = self._read(
            "incremental", declared, touched, config=config, catalog=catalog, state=state
        )
        self._folder.write("state_after.json", last.states)

    def _spec(self) -> None:
        self._story.step("source-klaviyo spec: what can be set")
        specification = next((found.spec for found in self._ask("spec") if found.spec), None)
        if specification is None:
            raise DemoError("`source-klaviyo spec` printed no specification.")
        self._story.say(", ".join(specification.connection_specification["properties"]))

    def _check(self, config: Path) -> None:
        self._story.step("source-klaviyo check: whose account it is, and what the key may read")
        answers = (found.connection_status for found in self._ask("check", config=config))
        status = next((answer for answer in answers if answer), None)
        if status is None or status.status != "SUCCEEDED":
            raise DemoError(f"`source-klaviyo check`: {status.message if status else 'no answer'}")
        self._story.say(status.message)

    def _discover(self, config: Path) -> Catalog:
        self._story.step("source-klaviyo discover: which streams there are")
        answers = (found.catalog for found in self._ask("discover", config=config))
        catalog = next((answer for answer in answers if answer), None)
        if catalog is None or not catalog.streams:
            raise DemoError("`source-klaviyo discover` found no stream.")
        incremental = sum(is_incremental(stream) for stream in catalog.streams)
        names = ", ".join(stream["name"] for stream in catalog.streams)
        self._story.say(f"{len(catalog.streams)} streams, {incremental} with a cursor: {names}")
        return catalog

    def _let_a_day_pass(self) -> Touched:
        self._story.step("A day passes in the sandbox")
        touched = self._sandbox.day_passes()
        for kind, changes in touched.items():
            told = ", ".join(f"{len(ids)} {change}" for change, ids in changes.items())
            self._story.say(f"{kind}: {told}")
        return touched

    def _read(
        self,
        name: str,
        streams: list[KlaviyoStream],
        touched: Touched | None = None,
        **files: Path,
    ) -> Reading:
        self._sandbox.log.reset()
        reading = Reading.of(streams)
        totals = self._totals(streams) if touched is None else {}
        with closing(view(self._story.console, reading, totals)) as shown:

            def take(message: Message) -> None:
                reading.accept(message)
                self._story.pass_on(message)
                shown.show()

            self._program.run("read", f"read_{name}.jsonl", take, **files)
        truth = compare(self._sandbox, streams, reading, touched)
        report(self._story, reading, truth)
        self._folder.picture(f"read_{name}.svg", picture(reading, truth))
        return reading

    def _totals(self, streams: list[KlaviyoStream]) -> dict[str, int]:
        """Return how many records of each stream are to come, where the sandbox can tell."""
        sizes = self._sandbox.sizes()
        collections = {stream.name: collection_of(stream) for stream in streams}
        return {
            name: sizes.get(collection.type, 0)
            for name, collection in collections.items()
            if collection
        }

    def _ask(self, command: str, **files: Path) -> list[Message]:
        """Return all messages of a command."""
        messages: list[Message] = []

        def take(message: Message) -> None:
            messages.append(message)
            self._story.pass_on(message)

        self._program.run(command, f"{command}.jsonl", take, **files)
        return messages

    def _declared(self, names: list[str]) -> list[KlaviyoStream]:
        """Return the declarations of the streams; they tell endpoints, pages and partitions."""
        streams = {stream.name: stream for stream in SourceKlaviyo().streams(self._config)}
        found = [streams[name] for name in names]
        return [stream for stream in found if isinstance(stream, KlaviyoStream)]
