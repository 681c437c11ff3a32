"""The answers of the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from klaviyo_sandbox.api.admitted import Admitted
from klaviyo_sandbox.api.at_revision import ApiAtRevision
from klaviyo_sandbox.api.keys import Keys, check_scopes
from klaviyo_sandbox.api.limits import Limiter
from klaviyo_sandbox.api.revisions import retirement_header, revision_of
from klaviyo_sandbox.quirks import QuirkBook
from klaviyo_sandbox.reports.answer import Reports
from klaviyo_sandbox.spec import Endpoint, Report
from klaviyo_sandbox.store.clock import Clock
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request


@dataclass(frozen=True, slots=True)
class Api:
    """The read API of one shop: at each revision, oldest first, and its reports."""

    revisions: Sequence[ApiAtRevision]
    clock: Clock
    keys: Keys
    limiter: Limiter
    quirks: QuirkBook
    reports: Reports

    def endpoint(self, request: Request) -> Endpoint | Report:
        """Return the endpoint of a request.

        Raises:
            ApiError: 404 or 405.
        """
        return self._at(request.headers.get("revision", "")).endpoint(request)

    def admit(self, request: Request) -> Admitted:
        """Let the request in: path, credentials, revision, scopes and rate limits.

        Raises:
            ApiError: 404, 405, 401, 400, 410, 403 or 429.
        """
        endpoint = self.endpoint(request)
        credential = self.keys.credential(request.headers.get("authorization"))
        revision = revision_of(request)
        check_scopes(credential, endpoint.scopes)
        headers = self.limiter.take(
            credential.quota,
            endpoint,
            dict(request.query),
            shared_day=self.quirks.find(request.path).daily_limit_shared,
        )
        item_id = request.segments[2] if len(request.segments) > 2 else None
        return Admitted(endpoint, item_id, revision, headers, credential)

    def answer(self, request: Request, admitted: Admitted) -> Reply:
        """Return the document the request asks for.

        Raises:
            ApiError: 400, 404 or 500.
        """
        endpoint = admitted.endpoint
        body = (
            self.reports.answer(request, endpoint)
            if isinstance(endpoint, Report)
            else self._at(admitted.revision).answer(request, endpoint, admitted)
        )
        return Reply(
            200,
            body,
            headers={
                "X-Klaviyo-API-Revision": admitted.revision,
                **retirement_header(admitted.revision, self.clock.now().date()),
                **admitted.headers,
            },
        )

    def _at(self, revision: str) -> ApiAtRevision:
        """Return the API of the newest revision up to `revision`, else of the oldest."""
        usable = [one for one in self.revisions if one.revision <= revision]
        return usable[-1] if usable else self.revisions[0]
