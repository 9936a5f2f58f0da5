"""Listings: the first page at once, the rest in bites, filters, order, bounds; errors are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

import pytest
from freezeout_jupyter.lake.index import Key, Listing, Listings, Row, Source

from freezeout.errors import FreezeoutError

KEY = Key("lake", 1, "did", "a:b")


def row(number: int, word: str = "file") -> Row:
    return "a", f"{word}.{number:06d}", "FILE", number, None, None


def numbers(count: int, gate: asyncio.Event | None = None, first: int = 0) -> Source:
    """So many rows; those after `first` come when the gate is open."""

    async def rows() -> AsyncGenerator[Row, None]:
        for number in range(count):
            if gate is not None and number == first:
                await gate.wait()
            yield row(number)

    return rows


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_the_first_page_comes_while_the_rest_is_still_read() -> None:
    gate, listings = asyncio.Event(), Listings()
    page = await listings.page(KEY, numbers(5000, gate, first=1000), 0, 200)
    assert [one[3] for one in page.rows] == list(range(200))
    assert not page.complete and 200 <= page.total <= 1000 and page.error is None
    gate.set()
    await until(lambda: listings.rows == 5000)
    last = await listings.page(KEY, numbers(0), 4900, 200)
    assert (len(last.rows), last.total, last.complete) == (100, 5000, True)
    assert last.revision == page.revision
    await listings.close()


async def test_what_is_not_read_yet_is_waited_for() -> None:
    gate, listings = asyncio.Event(), Listings()
    asking = asyncio.create_task(listings.page(KEY, numbers(2000, gate, first=1000), 1500, 100))
    await asyncio.sleep(0.1)
    assert not asking.done()
    gate.set()
    assert [one[3] for one in (await asking).rows] == list(range(1500, 1600))
    await listings.close()


async def test_a_listing_that_nobody_fills_is_answered_as_it_is() -> None:
    gate, listings = asyncio.Event(), Listings()
    page = await listings.page(KEY, numbers(100, gate, first=3), 0, 50)
    assert (len(page.rows), page.complete) == (3, False)
    await listings.close()


async def test_a_filter_pages_among_what_fits_and_grows_with_the_listing() -> None:
    gate, listings = asyncio.Event(), Listings()
    source = numbers(30_000, gate, first=20_000)
    page = await listings.page(KEY, source, 0, 5, "00123")
    assert [one[3] for one in page.rows] == [123, 1230, 1231, 1232, 1233]
    gate.set()
    await until(lambda: listings.rows == 30_000)
    page = await listings.page(KEY, source, 5, 500, "FILE.00123")
    assert [one[3] for one in page.rows] == [1235, 1236, 1237, 1238, 1239] and page.total == 10
    assert (await listings.page(KEY, source, 0, 5, "nowhere")).total == 0
    await listings.close()


async def test_one_reading_serves_all_who_ask() -> None:
    begun = 0

    async def rows() -> AsyncGenerator[Row, None]:
        nonlocal begun
        begun += 1
        for number in range(1000):
            yield row(number)

    listings = Listings()
    pages = await asyncio.gather(*(listings.page(KEY, rows, 100 * n, 100) for n in range(10)))
    assert begun == 1
    assert [one[3] for page in pages for one in page.rows] == list(range(1000))
    await listings.close()


async def test_rows_that_come_in_no_order_are_put_in_the_order_of_their_names() -> None:
    async def rows() -> AsyncGenerator[Row, None]:
        for number in range(12_000):
            yield row(number * 7919 % 12_000)

    listings = Listings()
    first = await listings.page(KEY, rows, 0, 10)
    listing = listings._known[KEY]
    await listing.end(20)
    page = await listings.page(KEY, rows, 5000, 100)
    assert [one[3] for one in page.rows] == list(range(5000, 5100)) and page.complete
    assert page.revision != first.revision
    await listings.close()


async def test_others_are_served_while_a_long_listing_is_read_filtered_and_sorted() -> None:
    async def rows() -> AsyncGenerator[Row, None]:
        for number in range(100_000):
            yield row(number * 7919 % 100_000)

    listings = Listings()
    gaps: list[float] = []
    asking = asyncio.create_task(listings.page(KEY, rows, 90_000, 100, "file"))
    while not asking.done() or not listings._known[KEY].complete:
        begun = time.thread_time()
        await asyncio.sleep(0)
        gaps.append(time.thread_time() - begun)
    # of processor time, since a busy machine says nothing of the code; others come between any two
    assert max(gaps) < 0.1, max(gaps)
    await listings.close()


async def test_the_reading_stops_when_nobody_asks_any_more() -> None:
    ended: list[int] = []

    async def rows() -> AsyncGenerator[Row, None]:
        number = 0
        try:
            while True:
                yield row(number)
                number += 1
                if number % 100 == 0:
                    await asyncio.sleep(0.001)
        finally:
            ended.append(number)

    listing = Listing(rows, 0, idle=0.2)
    assert len((await listing.page(0, 10)).rows) == 10
    await until(lambda: bool(ended))
    assert listing.error is not None and listing.error.code == "lake_listing_left"
    assert not listing.complete and not listing.live


async def test_an_error_in_the_middle_is_told_with_the_rows_that_came() -> None:
    calls = 0

    async def rows() -> AsyncGenerator[Row, None]:
        nonlocal calls
        calls += 1
        for number in range(700):
            yield row(number)
        if calls == 1:
            raise FreezeoutError("it broke off", hint="again", code="lake_unreachable")

    listings = Listings()
    page = await listings.page(KEY, rows, 600, 200)
    assert len(page.rows) == 100 and not page.complete
    assert page.error is not None and page.error.code == "lake_unreachable"
    again = await listings.page(KEY, rows, 0, 200)  # from the start: it is read anew
    assert again.error is None and calls == 2
    await listings.close()


async def test_an_error_before_the_first_row_is_an_error_each_time() -> None:
    async def rows() -> AsyncGenerator[Row, None]:
        raise FreezeoutError("no such thing", code="did_not_found")
        yield row(0)

    listings = Listings()
    for _ in range(2):
        with pytest.raises(FreezeoutError, match="no such thing"):
            await listings.page(KEY, rows, 0, 10)
    await listings.close()


async def test_the_oldest_listings_go_when_there_are_too_many_rows() -> None:
    listings = Listings(most_rows=2500)
    for number in range(4):
        await listings.page(Key("lake", 1, "did", str(number)), numbers(1000), 900, 100)
    assert listings.rows == 2000
    await listings.page(Key("lake", 1, "did", "big"), numbers(5000), 4900, 100)
    assert listings.rows == 5000  # the one that is asked for stays, however long it is
    await listings.close()


async def test_a_listing_is_read_again_on_demand_after_a_change_and_after_a_while() -> None:
    count = 10

    async def rows() -> AsyncGenerator[Row, None]:
        for number in range(count):
            yield row(number)

    async def total(refresh: bool = False) -> tuple[int, int]:
        page = await listings.page(KEY, rows, 0, 5, "", refresh)
        return page.total, page.revision

    listings = Listings(fresh=3600)
    first = await total()
    count = 20
    assert await total() == first
    assert (await total(refresh=True))[0] == 20
    count = 30
    listings.forget(lambda key: key.subject == "a:b")
    assert (await total())[0] == 30
    await listings.close()
    listings = Listings(fresh=0)
    first = await total()
    assert await total() == first  # read again, and nothing has changed
    count, again = 40, first
    end = time.monotonic() + 20
    while again[0] != 40:  # it is good for ten times what it took to read
        assert time.monotonic() < end
        again = await total()
    assert again[1] != first[1]
    await listings.close()
