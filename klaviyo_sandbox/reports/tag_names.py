"""The tags of a resource, as groupings."""

from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.store.row import Row, each
from klaviyo_sandbox.store.world import World


def tags_of(world: World, row: Row) -> JsonObject:
    """Return `tag_id` and `tag_name` of a resource, each a list."""
    links = each(world.related(row, "tags"))
    tags = [tag for tag in (world.get(link) for link in links) if tag is not None]
    return {
        "tag_id": [tag.id for tag in tags],
        "tag_name": [load_object(tag.attributes)["name"] for tag in tags],
    }
