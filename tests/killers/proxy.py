"""A line to a server that can be cut, frozen or slowed down at a chosen place."""

import asyncio
import threading
from contextlib import suppress

CHUNK = 65536


class Proxy:
    """
    Listens on a port of this machine and passes everything on to a unix socket.

    ``cut_before`` names bytes of the client that do not reach the server any more, ``cut_after``
    bytes whose answer does not reach the client, ``cut_at`` so many bytes both ways together.
    Each cuts once. ``frozen`` passes nothing on and cuts nothing, ``delay`` is in seconds.
    """

    def __init__(self, target):
        self.target = str(target)
        self.cut_before = self.cut_after = self.cut_at = None
        self.frozen, self.delay = False, 0.0
        self.passed = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error):
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _stop(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.05)  # transports that were cut are closed by the loop's next turns

    async def _serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_unix_connection(self.target)
        line = _Line(self, writer, far_writer)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await asyncio.gather(
                    line.carry(reader, far_writer, from_client=True),
                    line.carry(far_reader, writer, from_client=False),
                )
        finally:
            line.cut()


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy, *writers):
        self.proxy, self.writers = proxy, writers
        self.deaf = False  # the server's next answer is the one that gets lost

    async def carry(self, reader, writer, *, from_client):
        while data := await reader.read(CHUNK):
            while self.proxy.frozen:
                await asyncio.sleep(0.05)
            await asyncio.sleep(self.proxy.delay)
            if self._is_cut_by(data, from_client):
                break
            writer.write(data)
            await writer.drain()
        self.cut()

    def _is_cut_by(self, data, from_client):
        proxy = self.proxy
        if not from_client:
            if self.deaf:
                return True
        elif proxy.cut_before and proxy.cut_before in data:
            proxy.cut_before = None
            return True
        elif proxy.cut_after and proxy.cut_after in data:
            proxy.cut_after, self.deaf = None, True
        proxy.passed += len(data)
        if proxy.cut_at is not None and proxy.passed >= proxy.cut_at:
            proxy.cut_at = None
            return True
        return False

    def cut(self):
        for writer in self.writers:
            writer.transport.abort()
