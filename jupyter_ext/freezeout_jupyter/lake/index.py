"""Long listings of a lake, read once into memory and answered in pages.

Rucio knows no offset and no order: it streams a dataset's files from the first to the last. A listing
reads that stream in small bites, so that the first page is there at once and others are served
meanwhile; it stops when nobody asks any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from array import array
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from freezeout.errors import FreezeoutError


class Key(NamedTuple):
    """What is listed.

    Attributes
    ----------
    lake : str
        Name of the connection.
    client : int
        Number of its client: another lake may have the name by now.
    kind : str
        did, scope or search.
    subject : str
        The data identifier, ``scope:type``, or the query.
    """

    lake: str
    client: int
    kind: str
    subject: str


Row = tuple[Any, ...]
"""Scope and name come first; what follows is not looked at here."""

Source = Callable[[], AsyncIterator[Row]]

BITE = 500
MOST_ROWS = 1_000_000
_FILTER_BITE = 10_000
_FILTERS = 4
_PATIENCE = 5.0
_SOON = 0.4
_TIMES = 10


@dataclass(frozen=True)
class Page:
    """Some rows of a listing, and what is known of all of it.

    Attributes
    ----------
    rows : list
        From `offset` on.
    total : int
        How many are known by now.
    complete : bool
        Whether there are no more.
    revision : int
        Changes when rows may stand in other places than before.
    error : FreezeoutError or None
        Why it is not complete and will not become so.
    """

    rows: list[Row]
    offset: int
    total: int
    complete: bool
    revision: int
    error: FreezeoutError | None


class Listing:
    """One listing: what is known of it, and the task that reads the rest.

    Parameters
    ----------
    source : callable
        Begins to read and gives the rows as they come.
    revision : int
        The first one.
    idle : float
        Seconds after which the reading stops when nobody asks.

    Attributes
    ----------
    rows : list
        What is read so far.
    begun, seconds : float
        When the reading began, by the clock of `time.monotonic`, and what it took.
    """

    def __init__(self, source: Source, revision: int, idle: float = 30.0) -> None:
        self.rows: list[Row] = []
        self.complete = False
        self.error: FreezeoutError | None = None
        self.revision = revision
        self.begun = self.asked = time.monotonic()
        self.seconds = 0.0
        self._source, self._idle = source, idle
        self._waiting = 0
        self._grown = asyncio.Event()
        self._matches: OrderedDict[str, _Matches] = OrderedDict()
        self._task = asyncio.create_task(self._read())

    @property
    def live(self) -> bool:
        """Whether it is still being read."""
        return not self._task.done()

    async def page(self, offset: int, limit: int, contains: str = "") -> Page:
        """Rows from an offset on; what is not read yet is waited for, though not for long."""
        self.asked = time.monotonic()
        self._waiting += 1
        try:
            return await self._page(offset, limit, contains.casefold())
        finally:
            self._waiting -= 1
            self.asked = time.monotonic()

    async def end(self, seconds: float) -> None:
        """Wait until it is read, for so long at most."""
        await asyncio.wait([self._task], timeout=seconds)

    async def close(self) -> None:
        """Stop reading."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _page(self, offset: int, limit: int, contains: str) -> Page:
        begun = time.monotonic()
        while True:
            grown = self._grown
            found = await self._found(contains)
            waited = time.monotonic() - begun
            enough = offset + limit <= len(found) or waited > (_SOON if len(found) > offset else _PATIENCE)
            if not self.live or enough:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(grown.wait(), _SOON)
        rows = [self.rows[number] for number in found[offset : offset + limit]]
        return Page(rows, offset, len(found), self.complete, self.revision, self.error)

    async def _found(self, contains: str) -> array[int] | range:
        """The numbers of the rows whose name has these signs in it."""
        if not contains:
            return range(len(self.rows))
        matches = self._matches.get(contains)
        if matches is None or matches.revision != self.revision:
            # what has "ab" in it is among what has "a"; but that may not be read to its end
            matches = self._matches[contains] = _Matches(self.revision)
        self._matches.move_to_end(contains)
        while len(self._matches) > _FILTERS:
            self._matches.popitem(last=False)
        async with matches.turn:
            while matches.seen < len(self.rows):
                rows, seen = self.rows, matches.seen
                until = min(seen + _FILTER_BITE, len(rows))
                matches.numbers.extend([n for n in range(seen, until) if contains in rows[n][1].casefold()])
                matches.seen = until
                await asyncio.sleep(0)
                if matches.revision != self.revision:
                    break  # the rows stand elsewhere by now
        return matches.numbers if matches.revision == self.revision else await self._found(contains)

    async def _read(self) -> None:
        rows, sorted_so_far, last = self.rows, True, ""
        source = self._source()
        try:
            async for row in source:
                rows.append(row)
                if row[1] < last:
                    sorted_so_far = False
                last = row[1]
                if len(rows) % BITE == 0:
                    self._tell()
                    await asyncio.sleep(0)
                    if not self._waiting and time.monotonic() - self.asked > self._idle:
                        raise FreezeoutError(
                            "the listing was left alone before its end",
                            hint="refresh",
                            code="lake_listing_left",
                        )
                if len(rows) >= MOST_ROWS:
                    raise FreezeoutError(
                        f"only the first {MOST_ROWS} rows are listed",
                        hint="search for what you need",
                        code="lake_listing_long",
                    )
            if not sorted_so_far:
                await self._sort()
            self.complete = True
        except FreezeoutError as error:
            self.error = error
        except Exception as error:
            self.error = FreezeoutError(
                f"the lake's answer cannot be read: {type(error).__name__}", code="lake_answer"
            )
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                with contextlib.suppress(Exception):
                    await close()
            self.seconds = time.monotonic() - self.begun
            self._tell()

    async def _sort(self) -> None:
        """Put the rows in the order of their names, in bites; the pages of before are no longer right."""
        runs = []
        for start in range(0, len(self.rows), _FILTER_BITE // 2):
            runs.append(sorted(self.rows[start : start + _FILTER_BITE // 2], key=_place))
            await asyncio.sleep(0)
        merged: list[Row] = []
        for row in heapq.merge(*runs, key=_place):
            merged.append(row)
            if len(merged) % BITE == 0:
                await asyncio.sleep(0)
        self.rows = merged
        self.revision += 1

    def _tell(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


class _Matches:
    """The numbers of the rows that a filter lets through, as far as it has looked."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.numbers: array[int] = array("I")
        self.seen = 0
        self.turn = asyncio.Lock()


def _place(row: Row) -> tuple[str, str]:
    return row[1], row[0]


class Listings:
    """The listings that were asked for last; the oldest go when there are too many rows.

    Parameters
    ----------
    most_rows : int
        Of all listings together; the one that was asked for last always stays.
    fresh : float
        Seconds after which a listing is read again when its first page is asked for; one that takes
        long to read is good for longer.
    """

    def __init__(self, most_rows: int = 500_000, fresh: float = 5.0) -> None:
        self._most, self._fresh = most_rows, fresh
        self._known: OrderedDict[Key, Listing] = OrderedDict()
        self._next: dict[Key, Listing] = {}
        self._revision = 0
        self._closing: set[asyncio.Task[Any]] = set()

    async def page(
        self, key: Key, source: Source, offset: int, limit: int, contains: str = "", refresh: bool = False
    ) -> Page:
        """A page of the listing that `key` stands for; `source` reads it when it is not known.

        Raises
        ------
        FreezeoutError
            When nothing of it can be read.
        """
        listing = self._known.get(key)
        if listing is None or refresh or (listing.error is not None and offset == 0):
            listing = self._replace(key, self._begin(source))
        elif offset == 0 and listing.complete:
            listing = await self._renewed(key, listing, source)
        self._known.move_to_end(key)
        found = await listing.page(offset, limit, contains)
        self._bound(key)
        if listing.error is not None and not listing.rows:
            if self._known.get(key) is listing:
                del self._known[key]
            raise listing.error
        return found

    def forget(self, which: Callable[[Key], bool]) -> None:
        """What these listings show has changed."""
        for known in (self._known, self._next):
            for key in [key for key in known if which(key)]:
                self._drop(known.pop(key))

    @property
    def rows(self) -> int:
        """How many rows are kept."""
        return sum(len(one.rows) for one in [*self._known.values(), *self._next.values()])

    async def close(self) -> None:
        """Stop all reading and forget everything."""
        self.forget(lambda key: True)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _renewed(self, key: Key, known: Listing, source: Source) -> Listing:
        """The listing, or what was read again since: behind the scenes when that takes long."""
        following = self._next.get(key)
        if following is None:
            if time.monotonic() - known.begun < max(self._fresh, _TIMES * known.seconds):
                return known
            following = self._next[key] = self._begin(source)
        await following.end(_SOON)
        if following.live or self._next.get(key) is not following:
            return self._known.get(key, known)
        del self._next[key]
        if following.error is not None and known.rows:
            known.begun = time.monotonic()  # not again with every request
            return known
        if following.rows == known.rows:
            following.revision = known.revision
        return self._replace(key, following)

    def _replace(self, key: Key, listing: Listing) -> Listing:
        former = self._known.get(key)
        if former is not None:
            self._drop(former)
        self._known[key] = listing
        return listing

    def _begin(self, source: Source) -> Listing:
        self._revision += 2  # a listing that is sorted at its end counts one on
        return Listing(source, self._revision)

    def _bound(self, kept: Key) -> None:
        for key in list(self._known):
            if self.rows <= self._most:
                return
            if key != kept:
                self._drop(self._known.pop(key))

    def _drop(self, listing: Listing) -> None:
        task = asyncio.create_task(listing.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
