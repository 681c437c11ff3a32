"""Draws the form that a platform makes of the specification: docs/images/form.png.

    cd FOLDER && npm pack @json-editor/json-editor bootstrap
    python -m tools.form_picture FOLDER

Every platform draws its own form; the picture is json-editor's, with the texts that all share. It
needs Debian's `chromium`.
"""

import json
import sys
import tarfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "images" / "form.png"
_WIDTH: Final = 1180
_PAGE: Final = """<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="bootstrap/package/dist/css/bootstrap.min.css">
<style>
  body {{ font-size: 13px; padding: 12px; }}
  h3 {{ font-size: 16px !important; }}
  .alert, .json-editor-btntype-properties {{ display: none !important; }}
</style>
<div id="form"></div>
<script src="json-editor-json-editor/package/dist/jsoneditor.js"></script>
<script>
new JSONEditor(document.getElementById("form"), {{
  schema: {schema}, theme: "bootstrap5", disable_edit_json: true, disable_properties: true,
  disable_collapse: true, required_by_default: true, object_layout: "grid", show_errors: "never",
}});
</script>"""


def main(folder: Path) -> None:
    """Unpack the two packages in `folder`, let a browser draw the form, and keep the picture."""
    for package in ("json-editor-json-editor", "bootstrap"):
        (packed,) = folder.glob(f"{package}-[0-9]*.tgz")
        with tarfile.open(packed) as archive:
            archive.extractall(folder / package, filter="data")
    spec = json.loads((ROOT / "source_klaviyo" / "spec.json").read_text(encoding="utf-8"))
    page = folder / "form.html"
    schema = json.dumps(_grouped(spec["connectionSpecification"]))
    page.write_text(_PAGE.format(schema=schema), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        shown = browser.new_page(viewport={"width": _WIDTH, "height": 400})
        shown.goto(page.as_uri())
        shown.wait_for_selector("select")
        shown.screenshot(path=PICTURE, full_page=True)
        browser.close()


def _grouped(form: dict[str, Any]) -> dict[str, Any]:
    """Return the form with an object for each group of settings, as platforms show them."""
    settings = sorted(form["properties"].items(), key=lambda each: each[1].get("order", 0))
    groups = {
        group["id"]: {"type": "object", "title": group["title"], "properties": {}}
        for group in form["groups"]
    }
    for name, setting in settings:
        if not setting.get("airbyte_hidden"):
            groups[setting["group"]]["properties"][name] = _field(setting)
    return {"type": "object", "title": form["title"], "properties": groups}


def _field(setting: dict[str, Any]) -> dict[str, Any]:
    if ways := setting.get("oneOf"):
        by_key = sorted(ways, key=lambda way: "api_key" not in way["properties"])
        return {**setting, "oneOf": [_way(way) for way in by_key], "options": {"grid_columns": 12}}
    empty = setting["type"] in {"integer", "number"} and "default" not in setting
    shown = {**setting, "options": {"grid_columns": 6}}
    return {**shown, "type": "string"} if empty else shown


def _way(way: dict[str, Any]) -> dict[str, Any]:
    """Return a way to sign in without what tells it from the others."""
    fields = {name: each for name, each in way["properties"].items() if "const" not in each}
    return {"type": "object", "title": way["title"], "properties": fields}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
