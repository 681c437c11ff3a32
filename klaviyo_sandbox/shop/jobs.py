"""Bulk jobs of several families: what was uploaded, and what became of it.

Klaviyo forgets a job about seven days after it ended.
"""

from datetime import datetime, timedelta

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import micros, seconds_text
from klaviyo_sandbox.store.row import Links, Reference, Row, Value

KEPT_DAYS = 7
JOBS = 3
IMPORT_JOBS = 5
IMPORTED = 130
"""Profiles of an import job: more than one page of 100."""
SUBJECTS = {
    "catalog-item": "items",
    "catalog-variant": "variants",
    "catalog-category": "categories",
}
VERBS = ("create", "update", "delete")
_STATUSES = ("complete", "processing", "queued")


def _progress(at: datetime, number: int) -> JsonObject:
    status = _STATUSES[number % len(_STATUSES)]
    done = status == "complete"
    return {
        "status": status,
        "created_at": seconds_text(at),
        "total_count": 10,
        "completed_count": 10 if done else 0,
        "failed_count": 0,
        "completed_at": seconds_text(at + timedelta(minutes=3)) if done else None,
    }


def bulk_job(shop: Shop, kind: str, subject: str, name: str, at: datetime, number: int) -> Row:
    """Make a job of type `kind` over some resources of type `subject`.

    Which it lists under `name`.
    """
    attributes = _progress(at, number) | {
        "errors": [],
        "expires_at": seconds_text(at + timedelta(days=KEPT_DAYS)),
    }
    return shop.put(Reference(kind, shop.ids.ulid(at)), attributes, {name: shop.some(subject, 10)})


def import_job(shop: Shop, at: datetime, number: int) -> Row:
    """Make an import of profiles into a list; some of its rows were refused."""
    errors: list[Reference] = []
    for _ in range(number % 3):
        error = Reference("import-error", shop.ids.uuid())
        detail: JsonObject = {
            "code": "invalid",
            "title": "Invalid input.",
            "detail": "Invalid email address",
            "source": {"pointer": "/data/attributes/email"},
            "original_payload": {"email": "nobody@", "properties": {"n": 1}},
        }
        shop.put(error, detail)
        errors.append(error)
    group = shop.one("list")
    links: dict[str, Links] = {
        "lists": [] if group is None else [group],
        "profiles": shop.some("profile", IMPORTED, least=IMPORTED),
        "import-errors": errors,
    }
    attributes = _progress(at, number) | {
        "started_at": seconds_text(at),
        "expires_at": seconds_text(at + timedelta(days=KEPT_DAYS)),
    }
    return shop.put(Reference("profile-bulk-import-job", shop.ids.ulid(at)), attributes, links)


def suppression_job(shop: Shop, verb: str, at: datetime, number: int) -> Row:
    """Make a suppression (or its undoing) of all members of a list or a segment."""
    kind = ("list", "segment")[number % 2]
    group = shop.one(kind)
    attributes = {
        name: value for name, value in _progress(at, number).items() if name != "failed_count"
    }
    links: dict[str, Links] = {"lists": [], "segments": []}
    facts: dict[str, Value] = {"created": micros(seconds_text(at))}
    if group is not None:
        links[f"{kind}s"] = [group]
        facts[f"{kind}_id"] = group.id
    reference = Reference(f"profile-suppression-bulk-{verb}-job", shop.ids.ulid(at))
    return shop.put(reference, {**attributes, "skipped_count": 0}, links, facts)


def build_jobs(shop: Shop) -> None:
    """Make a few jobs of every kind, all of the last days."""
    for number in range(JOBS):
        for subject, name in SUBJECTS.items():
            for verb in VERBS:
                bulk_job(shop, f"{subject}-bulk-{verb}-job", subject, name, _recent(shop), number)
        bulk_job(
            shop,
            "coupon-code-bulk-create-job",
            "coupon-code",
            "coupon-codes",
            _recent(shop),
            number,
        )
        for verb in ("create", "delete"):
            suppression_job(shop, verb, _recent(shop), number)
    for number in range(IMPORT_JOBS):
        import_job(shop, _recent(shop), number)


def _recent(shop: Shop) -> datetime:
    return shop.some_time(0.01, KEPT_DAYS - 1)
