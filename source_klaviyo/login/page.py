"""The page in the browser after Klaviyo's consent page."""

from collections.abc import Iterable
from html import escape

from source_klaviyo.login.outcome import Failed, SignedIn
from source_klaviyo.masking import masked

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --back: #f6f5f2; --card: #fff; --text: #1d1e20;
  --soft: #62656b; --line: #e4e2dc; --good: #1a7f4e; --bad: #b3261e; }}
@media (prefers-color-scheme: dark) {{ :root {{ --back: #17181a; --card: #212327;
  --text: #eceded; --soft: #a4a8ae; --line: #34373c; --good: #5fcf98; --bad: #ff8a80; }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back);
  color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }}
main {{ width: min(34rem, calc(100vw - 6rem)); margin: 2rem 0; padding: 2.5rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 16px; }}
.mark {{ display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 50%;
  color: var(--card); background: var(--{kind}); font-size: 1.5rem; font-weight: 700; }}
h1 {{ margin: 1.25rem 0 .5rem; font-size: 1.5rem; line-height: 1.25; }}
p {{ margin: .5rem 0; overflow-wrap: anywhere; }}
h2 {{ margin: 1.75rem 0 .5rem; font-size: .8rem; font-weight: 600; color: var(--soft);
  text-transform: uppercase; letter-spacing: .06em; }}
ul {{ display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; padding: 0; list-style: none; }}
li {{ padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 99px;
  font: .85rem/1.6 ui-monospace, monospace; }}
.denied li {{ color: var(--soft); text-decoration: line-through; }}
footer {{ margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .9rem; }}
</style>
</head>
<body><main>
<div class="mark" aria-hidden="true">{mark}</div>
<h1>{title}</h1>
{body}
<footer>source-klaviyo login &middot; You can close this tab.</footer>
</main></body>
</html>
"""


def page(outcome: SignedIn | Failed) -> str:
    """Return the page as HTML, without any token."""
    if isinstance(outcome, Failed):
        body = f"<p>{escape(masked(outcome.advice))}</p>"
        return _PAGE.format(kind="bad", mark="!", title=escape(outcome.what), body=body)
    body = "<p>Go back to the terminal: the program has what it needs.</p>"
    if outcome.granted is not None:
        body += f"<h2>Allowed</h2>{_scopes(outcome.granted)}"
    if outcome.denied:
        body += f'<h2>Not allowed</h2><div class="denied">{_scopes(outcome.denied)}</div>'
        body += "<p>Streams that need these scopes are not read.</p>"
    return _PAGE.format(kind="good", mark="&#10003;", title="Signed in to Klaviyo", body=body)


def _scopes(scopes: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(masked(scope))}</li>' for scope in sorted(scopes))}</ul>"
