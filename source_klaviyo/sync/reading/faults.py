"""The table of faults: the action for each failure of a request.

A look-up changes nothing; the collection's reader takes the action.
"""

from enum import Enum, auto

from source_klaviyo.api.retry import BEFORE_LESS, MOST_RESTARTS
from source_klaviyo.errors import (
    CredentialsRefused,
    ListingNotWhole,
    NotFound,
    PageLost,
    PageSizeRefused,
    PageTooLarge,
    ParameterRefused,
    ParentGone,
    PartitionRefused,
    QuotaSpent,
    RequestFailed,
    ScopeMissing,
    StreamFailed,
    Throttled,
)
from source_klaviyo.sync.reading.tasks import Task
from source_klaviyo.sync.windows.window_reader import WindowReader


class Action(Enum):
    """The reaction to a failed request, from the smallest loss to the largest."""

    WAIT = auto()
    """The quota grants nothing: the request waits, and no retry is counted."""
    RETRY = auto()
    """The fault may pass: the same request is sent again later."""
    DOUBT = auto()
    """Klaviyo refuses: the same request is sent again, before the refusal is believed."""
    SMALLER_PAGE = auto()
    """The page is too heavy: the next request asks for half of the rows."""
    ACCEPTED_SIZE = auto()
    """Klaviyo serves no page of that size: the largest accepted size is learnt."""
    SAME_PAGE = auto()
    """The page cursor is refused: the same page is asked for once more."""
    BY_TIME = auto()
    """The page cursor leads nowhere: the rest of the window is asked for by time."""
    LESS = auto()
    """A refused part of the request may be left out: the request is sent with less."""
    PAGE_WITH_LESS = auto()
    """One page cannot be loaded whole: that page is asked for without what can be left out."""
    PARENT_GONE = auto()
    """The parent was deleted: its partition ends, and is no failure."""
    PARTITION_REFUSED = auto()
    """Klaviyo does not serve the partition (a metric in a report): it ends, and is no failure."""
    ITEM_MISSING = auto()
    """Klaviyo has listed the item and does not find it: its row is left to the next sync."""
    FAIL_PAGE = auto()
    """A page cannot be loaded: its rows are left to the next sync, and those behind it are read."""
    FAIL_PART = auto()
    """The item or the partition of the request fails. All others are read."""
    FAIL_STREAMS = auto()
    """Nothing more can be read of the collection."""


def action(fault: Exception, task: Task, *, deferrable: bool) -> Action:
    """Return the action for `fault`, met by the request of `task`.

    With `deferrable`, the collection may be left to the next sync once a day's quota is spent.

    >>> from source_klaviyo.sync.reading.tasks import ItemReader
    >>> action(Throttled("busy", 1.0), ItemReader(number=0), deferrable=False).name
    'WAIT'
    """
    match fault:
        case Throttled():
            return Action.WAIT
        case QuotaSpent():
            return Action.WAIT if deferrable else Action.FAIL_STREAMS
        case RequestFailed():
            return _of_passing_fault(fault, task)
        case CredentialsRefused() | ListingNotWhole():
            return Action.FAIL_STREAMS
    if task.retry.doubts_refusal(fault):
        return Action.DOUBT
    if isinstance(fault, StreamFailed | PageTooLarge | PageLost):
        return _of_page(fault, task) if isinstance(task, WindowReader) else _of_item(fault)
    return Action.FAIL_STREAMS


def _of_passing_fault(fault: RequestFailed, task: Task) -> Action:
    if isinstance(task, WindowReader) and fault.by_size and _has_smaller_page(task):
        return Action.SMALLER_PAGE
    if not task.retry.exhausted(is_refusal=fault.ends_as is not None):
        return Action.RETRY
    if isinstance(fault.ends_as, CredentialsRefused):
        return Action.FAIL_STREAMS
    if not isinstance(task, WindowReader):
        return Action.FAIL_PART
    return Action.FAIL_PAGE if task.left_out else Action.PAGE_WITH_LESS


def _of_page(fault: Exception, reader: WindowReader) -> Action:
    match fault:
        case PageTooLarge() if reader.page_size and reader.page_size.current > 1:
            return Action.SMALLER_PAGE
        case PageSizeRefused() if reader.page_size:
            return Action.ACCEPTED_SIZE
        case PageLost():
            return _of_lost_page(reader)
        case ParentGone():
            return Action.PARENT_GONE
        case PartitionRefused():
            return Action.PARTITION_REFUSED
        case ScopeMissing() | ParameterRefused():
            return Action.LESS
        case NotFound():
            return Action.FAIL_PAGE
    return Action.FAIL_PART


def _of_lost_page(reader: WindowReader) -> Action:
    if not reader.retry.token_asked_again:
        return Action.SAME_PAGE
    return Action.BY_TIME if reader.retry.restarts < MOST_RESTARTS else Action.FAIL_PART


def _of_item(fault: Exception) -> Action:
    return Action.ITEM_MISSING if isinstance(fault, NotFound) else Action.FAIL_PART


def _has_smaller_page(reader: WindowReader) -> bool:
    tried = reader.retry.attempt + 1 >= BEFORE_LESS
    return tried and reader.page_size is not None and reader.page_size.current > 1
