"""Asynchronous work: from code that waits for it, also where an event loop runs already; and side by side."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar, overload

T = TypeVar("T")
U = TypeVar("U")


@overload
async def together(one: Coroutine[Any, Any, T], other: Coroutine[Any, Any, U], /) -> tuple[T, U]: ...


@overload
async def together(*work: Coroutine[Any, Any, T]) -> tuple[T, ...]: ...


async def together(*work: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:
    """Do all of it side by side; when one fails the others are ended, and its error is raised.

    Unlike asyncio's ``gather``, which leaves the others running with nobody to wait for them.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return tuple(task.result() for task in tasks)


def wait(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end and return what it returns.

    Ctrl-C (or the kernel's interrupt) cancels it, and is seen when it has cleared up.

    Examples
    --------
    >>> import asyncio
    >>> wait(asyncio.sleep(0, "done"))
    'done'
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    return _in_a_thread(work)


def _in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.new_event_loop()
    results: list[T] = []
    errors: list[BaseException] = []

    def go() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                results.append(runner.run(work))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=go, name="freezeout-lake", daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join(10)
        raise
    if errors:
        raise errors[0]
    return results[0]
