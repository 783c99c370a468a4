"""What stands beside the edge in its test: adapters that keep what they get, and the server that knows their names."""

import asyncio
import socket
import struct
import threading


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work, seconds=10):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class Received:
    """A request as its bytes came, taken apart."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]
        self.body = body

    def values(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


class Adapter:
    """Answers every request with 204 and its own name, and keeps the requests."""

    def __init__(self, loop, name, address, port):
        self.loop, self.name, self.address, self.port = loop, name, address, port
        self.received = []
        self.server = None

    async def start(self):
        self.server = await asyncio.start_server(self._serve, self.address, self.port)

    async def stop(self):
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = 0
            for line in head.split(b"\r\n")[1:]:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":", 1)[1])
            body = await reader.readexactly(length)
            self.received.append(Received(head[:-4], body))
            writer.write(b"HTTP/1.1 204 No Content\r\nX-Adapter: " + self.name.encode() + b"\r\nConnection: close\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Names(asyncio.DatagramProtocol):
    """A name server: `addresses` says what it answers, and may change at any time."""

    def __init__(self):
        self.addresses = {}
        self.transport = None

    async def start(self):
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return self.transport.get_extra_info("sockname")[1]

    async def stop(self):
        self.transport.close()

    def datagram_received(self, data, sender):
        labels, position = [], 12
        while data[position]:
            end = position + 1 + data[position]
            labels.append(data[position + 1:end].decode())
            position = end
        question = data[12:position + 5]
        name = ".".join(labels).lower()
        is_address = question[-4:-2] == b"\0\1"
        known = name in self.addresses
        found = self.addresses[name] if known and is_address else []
        # An answer; of a name that is not known, the code 3.
        header = data[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, len(found), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 600, 4) + socket.inet_aton(address) for address in found)
        self.transport.sendto(header + question + records, sender)


def free_port(addresses):
    """A port that is free on all of these addresses, as far as one can know."""
    while True:
        held = []
        try:
            port = 0
            for address in addresses:
                held.append(socket.socket())
                held[-1].bind((address, port))
                port = held[-1].getsockname()[1]
            return port
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
