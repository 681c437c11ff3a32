"""Where to cut a window, so that an idle worker can read a part of it."""

from source_klaviyo.sync.chain import Chain

_LEAST_PAGES = 8
_FREE_CUTS = 19
_PAGES_PER_CUT = 25
_FIRST_REACH = 16
_LEAST_REACH = 4


class Cutter:
    """Decides on the cuts of one stream.

    A cut costs up to two requests: the page that runs over it, and one for a window that turns
    out to be empty. So cuts are rationed by the pages read, and are made where records are to be
    expected: at most `reach` pages ahead of a chain, by the density of its last page. The reach
    doubles while the far side proves dense and halves when it proves empty, so that an even
    stream is soon cut into halves, and a lonely peak costs a few requests.
    """

    def __init__(self) -> None:
        self._reach = float(_FIRST_REACH)
        self._cuts = 0
        self._pages = 0

    def observe(self, chain: Chain, *, empty: bool) -> None:
        """Take note of a page of `chain`, and whether it was empty."""
        self._pages += 1
        if chain.pages == 1 and not chain.lowest:
            self._reach = max(_LEAST_REACH, self._reach / 2) if empty else self._reach * 2

    def may_cut(self, chains: list[Chain], horizon: int) -> bool:
        """Tell whether one of `chains` is worth a cut, by what is left of it before `horizon`."""
        rationed = self._cuts >= _FREE_CUTS + self._pages / _PAGES_PER_CUT
        longest = max((_pages_left(chain, horizon) for chain in chains), default=0.0)
        return longest >= _LEAST_PAGES and not rationed

    def cut(self, chains: list[Chain], horizon: int) -> Chain:
        """Cut the chain with the most left, and return the new one; `may_cut` must hold."""
        longest = max(chains, key=lambda chain: _pages_left(chain, horizon))
        pages_ahead = min(_pages_left(longest, horizon) / 2, self._reach)
        at = longest.position + max(1, round(pages_ahead * (longest.seconds_per_page or 0)))
        self._cuts += 1
        return longest.cut(at)


def _pages_left(chain: Chain, horizon: int) -> float:
    """Estimate how many pages are left of a chain; 0 where it cannot or should not be cut."""
    seconds_left = min(chain.hi, horizon) - chain.position
    if not chain.ordered or chain.seconds_per_page is None or seconds_left <= 1:
        return 0.0
    # A page within one second says only that at least a page is in a second.
    return seconds_left / max(chain.seconds_per_page, 0.5)
