"""All parts of one running sandbox."""

from dataclasses import dataclass, field
from random import Random

from klaviyo_sandbox.api.answer import Api
from klaviyo_sandbox.api.at_revision import ApiAtRevision
from klaviyo_sandbox.api.keys import Keys
from klaviyo_sandbox.api.limits import Limiter
from klaviyo_sandbox.change_rules import ChangeRules
from klaviyo_sandbox.control.truth import Truth
from klaviyo_sandbox.faults import FaultBook
from klaviyo_sandbox.oauth.grants import Grants
from klaviyo_sandbox.quirks import QuirkBook
from klaviyo_sandbox.reports.answer import Reports
from klaviyo_sandbox.reports.truth import ReportTruth
from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.shop.build import build_shop
from klaviyo_sandbox.shop.change import Changes
from klaviyo_sandbox.shop.day import Touched, day_passes
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.spec import REVISIONS, load_spec
from klaviyo_sandbox.store.clock import Clock
from klaviyo_sandbox.web.log import RequestLog


@dataclass(slots=True)
class State:
    """The shop, the API in front, and all changes of either."""

    shop: Shop
    changes: Changes
    clock: Clock
    api: Api
    keys: Keys
    grants: Grants
    limiter: Limiter
    reports: Reports
    faults: FaultBook
    quirks: QuirkBook
    change_rules: ChangeRules
    truth: Truth
    report_truth: ReportTruth
    latency_ms: float
    log: RequestLog = field(default_factory=RequestLog)

    def set_latency(self, ms: float) -> None:
        """Wait `ms` before each reply."""
        self.latency_ms = ms

    def day_passes(self) -> Touched:
        """Do what happens in a day; see `shop/day.py`."""
        return day_passes(self.changes)


def open_state(settings: Settings) -> State:
    """Build the shop and its surroundings."""
    specs = [load_spec(revision) for revision in REVISIONS]
    clock = Clock(settings.start)
    with clock.held():
        shop, events = build_shop(specs[-1], clock, settings)
    grants = Grants(clock)
    keys = Keys(grants)
    limiter = Limiter(clock, enabled=settings.limits)
    random = Random(settings.seed)
    quirks = QuirkBook()
    reports = Reports(shop)
    revisions = [ApiAtRevision(spec, shop.world, clock, quirks) for spec in specs]
    changes = Changes(shop, events)
    return State(
        shop=shop,
        changes=changes,
        clock=clock,
        api=Api(revisions, clock, keys, limiter, quirks, reports),
        keys=keys,
        grants=grants,
        limiter=limiter,
        reports=reports,
        faults=FaultBook(random),
        quirks=quirks,
        change_rules=ChangeRules(changes, random),
        truth=Truth(shop),
        report_truth=ReportTruth(reports),
        latency_ms=settings.latency_ms,
    )
