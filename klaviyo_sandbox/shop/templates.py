"""Family Templates: e-mail templates and universal content."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import BRAND, PRODUCTS, THEMES
from klaviyo_sandbox.spec import USED_TEMPLATE
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

EDITORS = ("SYSTEM_DRAGGABLE", "SIMPLE", "CODE", "USER_DRAGGABLE")
UNIVERSAL_COUNT = 24
_ROW = (
    '<tr><td style="padding:9px 18px;font-family:Helvetica,Arial;font-size:14px;color:#222222">'
    '<a href="https://fjordandfield.example/{number}">{product} — only today ✨</a>'
    '{{{{ person.first_name|default:"" }}}}'
    "</td></tr>\n"
)


def html_of(shop: Shop, title: str) -> str:
    """Return an e-mail of more than ten kilobytes."""
    rows = "".join(_ROW.format(number=number, product=shop.text(PRODUCTS)) for number in range(60))
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body><table>\n{rows}</table></body></html>"


def template(shop: Shop, at: datetime) -> Row:
    """Make an e-mail template of the library."""
    number = len(shop.world.table("template"))
    name = f"{shop.text(THEMES)} v{number}"
    return shop.put(
        Reference("template", shop.ids.short()),
        {
            "name": name,
            "editor_type": EDITORS[number % len(EDITORS)],
            "html": html_of(shop, name),
            "text": f"{name}\n{BRAND}" if number % 3 else None,
            "amp": None,
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
        },
        None,
        None,
        {"definition": {"body": {"sections": [], "styles": {}, "properties": {}}, "styles": []}},
    )


def used_template(shop: Shop) -> Reference | None:
    """Make the template of a message, a copy of one of the library; None when there is none."""
    chosen = shop.one("template")
    origin = None if chosen is None else shop.world.get(chosen)
    if origin is None:
        return None
    copy = Reference(USED_TEMPLATE, f"U{len(shop.world.table(USED_TEMPLATE)):05}")
    row = Row(*copy, origin.attributes, origin.relations, origin.facts, origin.optional)
    shop.world.put(row)
    return copy


def universal_content(shop: Shop, at: datetime) -> Row:
    """Make a block of universal content."""
    number = len(shop.world.table("template-universal-content"))
    kind = ("text", "html")[number % 2]
    definition: JsonObject = {
        "content_type": "block",
        "type": kind,
        "data": {"content": f"<p>{shop.text(THEMES)}</p>", "display_options": {}, "styles": {}},
    }
    return shop.put(
        Reference("template-universal-content", shop.ids.ulid(at)),
        {
            "name": f"Footer {number}",
            "definition": definition,
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "screenshot_status": "completed",
            "screenshot_url": f"https://screenshots.fjordandfield.example/{number}.png",
        },
    )


def build_templates(shop: Shop) -> None:
    """All templates and universal content."""
    for _ in range(shop.settings.templates):
        template(shop, shop.some_time())
    for _ in range(UNIVERSAL_COUNT):
        universal_content(shop, shop.some_time())
