"""What our records have in another way than the official connector's, on purpose.

`docs/migrating.md` says why, and gives the SQL; a test holds the page against this list.
"""

from collections.abc import Mapping
from typing import Final

DIFFERENT_ON_PURPOSE: Final[Mapping[str, frozenset[str]]] = {
    "campaigns_detailed": frozenset({"estimated_recipient_count"}),
}
"""By stream: the paths whose values or types differ."""
