"""A webhook receiver and a queue consumer with automatic retries: one process of one vendor's side.

Written as a team would that has a week and knows its libraries: durable queues, persistent messages, publisher confirms,
an acknowledgement after the work, retries with growing waits, an ID map in PostgreSQL, one handler at a time for what
belongs together, and state that is read afresh before it is passed on. Not here: an outbox, an intent before a write,
a look-up of what became of one, polls and comparisons for what no webhook has told.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import sys

import aio_pika
import aiohttp
from aiohttp import web

import store as database
from flows import Flows, Unknown
from store import Store
from vendors import HubSpot, Jobber, QuickBooks, Transient

ATTEMPTS = 8
log = logging.getLogger("naive")


class Queue:
    """The durable queue of one vendor's events."""

    def __init__(self, url, vendor):
        self.url = url
        self.name = f"naive.{vendor}"
        self.connection = None
        self.channel = None
        self.lock = asyncio.Lock()

    async def open(self):
        async with self.lock:
            if self.connection is None or self.connection.is_closed or self.channel.is_closed:
                self.connection = await asyncio.wait_for(
                    aio_pika.connect(self.url, heartbeat=10, timeout=5), timeout=5)
                self.channel = await self.connection.channel()
                for name in (self.name, self.name + ".dead"):
                    await self.channel.declare_queue(name, durable=True)
        return self.channel

    async def put(self, event, attempt=0, dead=False):
        """Publishes, and returns once the broker has confirmed."""
        try:
            channel = await self.open()
            message = aio_pika.Message(
                json.dumps(event).encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                headers={"attempt": attempt})
            await channel.default_exchange.publish(
                message, routing_key=self.name + (".dead" if dead else ""), timeout=4)
        except Exception:
            # The next one gets a new connection.
            stale, self.connection = self.connection, None
            if stale is not None:
                asyncio.ensure_future(asyncio.wait_for(stale.close(), timeout=5)).add_done_callback(
                    lambda task: task.cancelled() or task.exception())
            raise


class Receiver:
    """Takes webhooks: checks the signature, puts the events on the queue, and only then answers."""

    def __init__(self, vendor, secret, queue):
        self.vendor = vendor
        self.secret = secret
        self.queue = queue
        self.is_ready = False

    async def webhook(self, request):
        body = await request.read()
        if not self.is_genuine(request, body):
            return web.Response(status=401)
        events = json.loads(body)
        try:
            await asyncio.gather(
                *(self.queue.put(event) for event in (events if isinstance(events, list) else [events])))
        except Exception as error:
            log.warning("not published: %r", error)
            return web.Response(status=503)
        return web.Response(status=200)

    def is_genuine(self, request, body):
        if self.vendor == "hubspot":
            given = request.headers.get("X-HubSpot-Signature-v3", "")
            body = f"POST{request.url}".encode() + body + request.headers.get(
                "X-HubSpot-Request-Timestamp", "").encode()
        else:
            given = request.headers.get(
                "X-Jobber-Hmac-SHA256" if self.vendor == "jobber" else "intuit-signature", "")
        wanted = base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(given, wanted)

    async def health(self, request):
        return web.Response(status=200 if self.is_ready else 503)


class Consumer:
    def __init__(self, vendor, flows, queue):
        self.vendor = vendor
        self.flows = flows
        self.queue = queue

    async def run(self):
        """Consumes for ever, over as many connections as it takes."""
        while True:
            try:
                await self.consume()
            except Exception as error:
                log.warning("no connection: %r", error)
            await asyncio.sleep(1)

    async def consume(self):
        """Consumes until the connection ends."""
        connection = await asyncio.wait_for(aio_pika.connect(self.queue.url, heartbeat=10, timeout=5), timeout=5)
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=20)
        source = await channel.declare_queue(self.queue.name, durable=True)
        await channel.declare_queue(self.queue.name + ".dead", durable=True)
        ended = asyncio.Event()
        connection.close_callbacks.add(lambda *_: ended.set())
        channel.close_callbacks.add(lambda *_: ended.set())
        try:
            await source.consume(self.take)
            await ended.wait()
        finally:
            await asyncio.wait_for(connection.close(), timeout=5)

    async def take(self, message):
        event = json.loads(message.body)
        try:
            await self.flows.handle(self.vendor, event)
        except (Transient, *database.FAILURES) as error:
            log.warning("again: %r", error)
            await asyncio.sleep(2)
            await message.nack(requeue=True)
            return
        except Exception as error:
            # Maybe it is only too early; what fails again and again is laid aside.
            attempt = int((message.headers or {}).get("attempt", 0)) + 1
            log.warning("attempt %d: %r of %s", attempt, error, json.dumps(event)[:300])
            await asyncio.sleep(min(0.5 * 2**attempt, 10))
            if not isinstance(error, Unknown) or attempt < ATTEMPTS:
                await self.queue.put(event, attempt, dead=attempt >= ATTEMPTS)
        await message.ack()


async def main(vendor):
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    folder = os.environ["PLUMBLINE_CONNECTIONS_DIRECTORY"]
    store = await Store.open(os.environ["PLUMBLINE_DATABASE_URL"])
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        accounts = [kind(name, folder, session, store) for kind, name in (
            (HubSpot, "hubspot"), (Jobber, "jobber"), (QuickBooks, "quickbooks"))]
        for account in accounts:
            await account.open()
        flows = Flows(store, *accounts)
        queue = Queue(os.environ["PLUMBLINE_AMQP_URL"], vendor)
        own = next(account for account in accounts if account.name == vendor)
        receiver = Receiver(vendor, own.secrets["webhook_secret"], queue)
        application = web.Application(client_max_size=16 << 20)
        application.router.add_post(f"/webhooks/{vendor}", receiver.webhook)
        application.router.add_get("/health/ready", receiver.health)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(os.environ["PLUMBLINE_HTTP_PORT"])).start()
        async with store.connection() as connection, connection.transaction():
            # One process at a time; the others find everything made.
            await connection.execute("select pg_advisory_xact_lock(2)")
            await flows.prepare()
        receiver.is_ready = True
        await Consumer(vendor, flows, queue).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
