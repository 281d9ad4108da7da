"""The HTTP application: `/`, `/events`, `/api/state`, `/api/series`, `/api/inside`, `/api/alerts`, `/runbooks/NAME`,
`/healthz`. It changes nothing; what it writes is that somebody has asked who is inside."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import journal
from monitoring.alerts import catalogue
from monitoring.entry.inside import Person, inside
from monitoring.entry.store import StoreError
from monitoring.page.access import LOCAL, ROLE, USER
from monitoring.page.headers import Headers
from monitoring.page.render import Renderer
from monitoring.page.series import Series
from monitoring.page.watch import Watch
from monitoring.page.words import Language, language

STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
BEAT_SECONDS = 2.0
"""Between two signs of life to a browser; it says that the page is cut off after three of them have not come."""
LARGEST_NOTICE = 1024 * 1024
INSIDE_READ = "inside-read"
"""The kind of the journal's entry about a reading of who is inside."""


class Page:
    """The routes over one watch."""

    def __init__(
        self, watch: Watch, series: Series, state: Path, scripts: Mapping[str, bytes], *, hook: str | None = None
    ) -> None:
        """`state`: the folder of the journal and the entry records. `hook`: the token with which Alertmanager may say
        that something has changed; None: it is not listened to."""
        self.watch, self.series, self.state, self._hook = watch, series, state, hook
        own = {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in KINDS}
        self._files = {**own, **scripts}
        self._renderer = Renderer()
        self._live: dict[tuple[Language, bool, bool], tuple[tuple[int, int], str]] = {}

    def app(self) -> Starlette:
        routes = [
            Route("/", self._page),
            Route("/events", self._events),
            Route("/inside", self._inside_page),
            Route("/runbooks/{name}", self._runbook),
            Route("/static/{name}", self._static),
            Route("/favicon.ico", lambda _: self._file("favicon.svg")),
            Route("/api/state", self._state),
            Route("/api/series", self._series),
            Route("/api/inside", self._inside),
            Route("/api/alerts", self._alerts, methods=["POST"]),
            Route("/healthz", self._healthz),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan, middleware=[Middleware(Headers)])

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self.watch.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _healthz(self, _: Request) -> Response:
        return JSONResponse({"ok": True})

    async def _state(self, request: Request) -> Response:
        await self.watch.fresh()
        return JSONResponse(self.watch.document(personal=not request.scope[LOCAL]))

    async def _series(self, _: Request) -> Response:
        return JSONResponse(await self.series.last_hour(self.watch.room))

    async def _page(self, request: Request) -> Response:
        await self.watch.fresh()
        state = self.watch.document(personal=not request.scope[LOCAL])
        lang = language(request.query_params.get("lang"))
        return HTMLResponse(self._renderer.page(self.watch.room, state, lang, role=request.scope[ROLE]))

    async def _events(self, request: Request) -> Response:
        lang = language(request.query_params.get("lang"))
        stream = self._stream(lang, personal=not request.scope[LOCAL], role=request.scope[ROLE])
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _stream(self, lang: Language, *, personal: bool, role: bool) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for version in self.watch.versions(BEAT_SECONDS):
            if version is None:
                yield "event: beat\ndata: -\n\n"
            else:
                text = self._fragment(version, lang, personal=personal, role=role)
                yield "event: state\n" + "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"

    def _fragment(self, version: int, lang: Language, *, personal: bool, role: bool) -> str:
        """Drawn once for all who get the same at the same time; who comes later gets the time of day of then."""
        key, stamp = (lang, personal, role), (version, int(time.time()))
        kept = self._live.get(key)
        if kept is None or kept[0] != stamp:
            state = self.watch.document(personal=personal)
            kept = (stamp, self._renderer.live(self.watch.room, state, lang, role=role))
            self._live[key] = kept
        return kept[1]

    async def _runbook(self, request: Request) -> Response:
        name = request.path_params["name"]
        alert = next((one for one in catalogue.load() if one.id == name), None)
        if alert is None:
            return PlainTextResponse("There is no runbook of this name.\n", 404)
        lang = language(request.query_params.get("lang"))
        return HTMLResponse(self._renderer.runbook(self.watch.room, alert, lang))

    async def _static(self, request: Request) -> Response:
        return self._file(request.path_params["name"])

    def _file(self, name: str) -> Response:
        if name not in self._files:
            return PlainTextResponse("There is no such file.\n", 404)
        return Response(self._files[name], media_type=KINDS[Path(name).suffix])

    async def _inside(self, request: Request) -> Response:
        refused, people = await self._people(request)
        if refused:
            return JSONResponse({"error": {"code": "forbidden", "message": refused[1]}}, refused[0])
        rows = [one.document() for one in people]
        return JSONResponse({"read_by": request.scope[USER], "people": rows, "count": len(rows)})

    async def _inside_page(self, request: Request) -> Response:
        refused, people = await self._people(request)
        if refused:
            return PlainTextResponse(f"{refused[1]}\n", refused[0])
        lang = language(request.query_params.get("lang"))
        return HTMLResponse(self._renderer.inside(self.watch.room, people, request.scope[USER], lang))

    async def _people(self, request: Request) -> tuple[tuple[int, str] | None, list[Person]]:
        """Why not, or who is inside; that it was asked is in the journal before anything is given."""
        if request.scope[LOCAL]:
            return (403, "Who is inside is not told at this address: log in at the page's other one."), []
        if not request.scope[ROLE]:
            return (403, "Who is inside is told to those with the access role alone."), []
        who, purpose = request.scope[USER], request.query_params.get("purpose", "")[:200]
        try:
            return None, await asyncio.to_thread(self._read, who, purpose)
        except (StoreError, journal.JournalError) as error:
            return (503, f"{error}"), []

    def _read(self, who: str, purpose: str) -> list[Person]:
        people = inside(self.state, who, purpose)
        with journal.open(self.state) as opened:
            opened.append(INSIDE_READ, {"who": who, "purpose": purpose, "people": len(people)})
        return people

    async def _alerts(self, request: Request) -> Response:
        """Alertmanager's webhook: not what it says counts here, only that it is time to look."""
        given = request.headers.get("authorization", "")
        if self._hook is None or not hmac.compare_digest(given.encode(), f"Bearer {self._hook}".encode()):
            return PlainTextResponse("This needs the token of Alertmanager.\n", 401)
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > LARGEST_NOTICE:
                return PlainTextResponse("That is too long.\n", 413)
        self.watch.wake()
        return Response(status_code=204)
