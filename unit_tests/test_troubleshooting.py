"""docs/troubleshooting.md has every message that an error can have, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from unit_tests.error_messages import FILLED_IN, Message, error_messages

PAGE: Final = Path(__file__).parent.parent / "docs" / "troubleshooting.md"

OF_OTHER_MAKING: Final = {
    "Stopped; nothing was kept.",
    "No stream can be read with these credentials. …",  # what `check` says is no error
    "usage: source-klaviyo …",
}
HANDED_ON: Final = "\0. \0"
"""The sign-in's own messages, put together from parts that are listed by themselves."""


def entries() -> Iterator[str]:
    """Yield the messages of the page, but for those of other programs."""
    ours = PAGE.read_text(encoding="utf-8").partition("\n## From others\n")[0]
    for line in ours.splitlines():
        if line.startswith("| ") and not line.startswith("| message |"):
            yield line.split(" | ")[0].removeprefix("| ")


def says(entry: str, message: Message) -> bool:
    """Whether `entry` stands for the message; where it fills something in, it is more exact."""
    blank = "\1"
    plain = re.sub(r"\*[^*]+\*|…", blank, entry)
    as_pattern = re.escape(plain).replace(re.escape(blank), "(?s:.+)")
    if re.fullmatch(as_pattern, message.text):
        return True
    fixed = message.text.replace(FILLED_IN, "")
    message_pattern = re.escape(message.text).replace(re.escape(FILLED_IN), "(?s:.+)")
    return len(fixed) > 20 and blank not in plain and bool(re.fullmatch(message_pattern, plain))


def test_every_message_has_its_entry() -> None:
    page = list(entries())
    messages = [message for message in error_messages() if message.text != HANDED_ON]
    assert len(messages) > 60
    missing = [message for message in messages if not any(says(entry, message) for entry in page)]
    assert not missing


def test_every_entry_is_a_message() -> None:
    messages = error_messages()
    page = list(entries())
    assert len(page) == len(set(page)) > 50
    idle = {entry for entry in page if not any(says(entry, message) for message in messages)}
    assert idle == OF_OTHER_MAKING


def test_an_entry_is_no_word_that_fits_everything() -> None:
    for entry in entries():
        assert len(re.sub(r"\*[^*]+\*|…", "", entry).strip()) >= 8, entry
