"""Group commit: requests that come together share one transaction.

Each still waits for the commit, so that what was acknowledged is stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

type Write[Item, Result] = Callable[
    [AsyncConnection, Sequence[Item]], Awaitable[Sequence[Result]]
]
"""Writes some items; returns a result for each, in their order."""

type Begin = Callable[[AsyncEngine], AbstractAsyncContextManager[AsyncConnection]]

_MOST = 256


class Batcher[Item, Result]:
    """Writes items in the order in which they come, as many at once as wait.

    A result may tell that an item was refused: it is returned, not raised, so that
    the others of its batch are not undone. When the database itself refuses a
    batch, its items are written one by one.
    """

    def __init__(
        self,
        write: Write[Item, Result],
        begin: Begin = AsyncEngine.begin,
    ) -> None:
        """Begin with nothing to write."""
        self._write = write
        self._begin = begin
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, engine: AsyncEngine, item: Item) -> Result:
        """Write an item; return its result once that is stored."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._drain(engine), name="batcher")
        return await future

    async def _drain(self, engine: AsyncEngine) -> None:
        """Write until nothing waits any more."""
        try:
            while self._waiting:
                await self._gather()
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._write_batch(engine, batch)
        finally:
            self._task = None
            for _, future in self._waiting:
                future.cancel()

    async def _gather(self) -> None:
        """Let requests that are in the sockets already join the batch."""
        before = 0
        while before < len(self._waiting) < _MOST:
            before = len(self._waiting)
            await asyncio.sleep(0)

    async def _write_batch(
        self,
        engine: AsyncEngine,
        batch: Sequence[tuple[Item, asyncio.Future[Result]]],
    ) -> None:
        """Write one batch and wake those who wait for it."""
        try:
            async with self._begin(engine) as conn:
                results = await self._write(conn, [item for item, _ in batch])
        except (SQLAlchemyError, OSError) as error:
            if len(batch) > 1:
                for one in batch:
                    await self._write_batch(engine, [one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)
