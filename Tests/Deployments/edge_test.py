#!/usr/bin/env python3
"""Proves what deploy/edge promises, on a real nginx: python3 Tests/Deployments/edge_test.py

It needs nginx and openssl, takes free ports of the loopback addresses, and leaves nothing behind.
"""

import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import ssl
import time
import unittest
import warnings

from edge_neighbours import Adapter, Loop, Names, free_port
from edge_process import Edge

connections = {"hubspot": "crm-adapter", "jobber": "fsm-adapter", "quickbooks": "ledger-adapter"}
adapters = {"crm-adapter": "127.0.0.2", "fsm-adapter": "127.0.0.3", "ledger-adapter": "127.0.0.4"}
replica_address = "127.0.0.5"
longest_body = 1 << 20


def until(what, holds, seconds=60):
    """Asks again and again, for at most so long."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.02)


class EdgeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(warnings.resetwarnings)
        # The one that Python gives for asking for an old version of TLS, which is the test.
        warnings.simplefilter("ignore", DeprecationWarning)
        cls.loop = Loop()
        cls.addClassCleanup(cls.loop.close)
        cls.names = Names()
        names_port = cls.loop.run(cls.names.start())
        cls.addClassCleanup(lambda: cls.loop.run(cls.names.stop()))
        adapter_port = free_port([*adapters.values(), replica_address])
        cls.adapters = {}
        for name, address in adapters.items():
            cls.adapters[name] = Adapter(cls.loop, name, address, adapter_port)
            cls.loop.run(cls.adapters[name].start())
            cls.addClassCleanup(lambda one=cls.adapters[name]: cls.loop.run(one.stop()))
            cls.names.addresses[name] = [address]
        cls.replica = Adapter(cls.loop, "crm-adapter-2", replica_address, adapter_port)
        cls.edge = Edge(names_port, adapter_port, free_port(["127.0.0.1"]))
        cls.addClassCleanup(cls.edge.remove)
        cls.checked = cls.edge.check()
        cls.edge.start()
        cls.addClassCleanup(cls.edge.stop)
        until("nginx's first answer", cls.is_up)

    @classmethod
    def is_up(cls):
        if cls.edge.process.poll() is not None:
            raise AssertionError(f"nginx has ended: {(cls.edge.folder / 'output.log').read_text()}")
        try:
            cls.edge.socket().close()
            return True
        except ConnectionRefusedError:
            return False

    def setUp(self):
        for adapter in [*self.adapters.values(), self.replica]:
            adapter.received.clear()

    def tearDown(self):
        usual = {name: [address] for name, address in adapters.items()}
        if self.names.addresses == usual:
            return
        self.names.addresses.update(usual)
        # nginx keeps what it was told for some seconds.
        for connection, adapter in connections.items():
            until(f"{adapter} at its usual address", lambda: self.ask(
                "POST", f"/webhooks/{connection}", b"[]", source=self.fresh())[0] == 204)

    def ask(self, method, path, body=None, headers=None, source="127.0.0.1"):
        """One request: its status, its headers and its body."""
        connection = http.client.HTTPSConnection("hooks.example.com", timeout=30)
        connection.sock = self.edge.socket(source)
        try:
            connection.request(method, path, body=body, headers={"Connection": "close", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def log(self):
        return [json.loads(line) for line in self.edge.access_log.read_text().splitlines()]

    def assert_nobody_asked(self):
        for name, adapter in self.adapters.items():
            self.assertEqual([one.line for one in adapter.received], [], name)

    def test_nginx_accepts_the_configuration_without_a_warning(self):
        code, text = self.checked
        self.assertEqual(code, 0, text)
        self.assertNotRegex(text, r"\[(warn|error|crit|alert|emerg)\]")

    def test_a_webhook_passes_byte_for_byte_with_its_signature(self):
        for connection, adapter in connections.items():
            body = os.urandom(longest_body)
            signature = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
            sent = {
                "Content-Type": "application/json", "X-HubSpot-Signature-v3": signature,
                "X-HubSpot-Request-Timestamp": "1763000000000", "X-Jobber-Hmac-SHA256": signature + "=",
                "intuit-signature": signature,
            }
            status, headers, _ = self.ask("POST", f"/webhooks/{connection}?a=%7Bb%7D&c=d%20e", body, sent)
            self.assertEqual((status, headers["X-Adapter"]), (204, adapter))
            self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000")
            received = self.adapters[adapter].received
            self.assertEqual(len(received), 1)
            self.assertEqual(received[0].line, f"POST /webhooks/{connection}?a=%7Bb%7D&c=d%20e HTTP/1.1")
            self.assertTrue(received[0].body == body, "the body has changed")
            for name, value in sent.items():
                self.assertEqual(received[0].values(name), [value], name)

    def test_a_body_in_pieces_of_unknown_length_passes_whole(self):
        pieces = [os.urandom(size) for size in (1, 70_000, 13)]
        status, _, _ = self.ask("POST", "/webhooks/jobber", iter(pieces))
        self.assertEqual(status, 204)
        self.assertTrue(self.adapters["fsm-adapter"].received[0].body == b"".join(pieces))

    def test_what_a_client_says_of_its_address_is_replaced(self):
        claims = {
            "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Port": "80", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9",
        }
        self.assertEqual(self.ask("POST", "/webhooks/hubspot", b"[]", claims, source="127.0.0.77")[0], 204)
        received = self.adapters["crm-adapter"].received[0]
        self.assertEqual(received.values("X-Forwarded-For"), ["127.0.0.77"])
        self.assertEqual(received.values("X-Forwarded-Proto"), ["https"])
        self.assertEqual(received.values("Host"), ["hooks.example.com"])
        for name in ("X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP", "Forwarded"):
            self.assertEqual(received.values(name), [], name)

    def test_every_other_path_is_not_found_and_no_adapter_hears_of_it(self):
        paths = [
            "/", "/metrics", "/health/ready", "/health/live", "/webhooks", "/webhooks/", "/webhooks/nobody", "/oauth/",
            "/webhooks/hubspot/", "/webhooks/hubspot/x", "/webhooks/hubspot%0a", "/webhooks/hubspot%00", "/webhooks/HubSpot",
            "/webhooks/hubspot%2f..%2f..%2fmetrics", "/webhooks/../metrics", "/oauth/nobody", "/oauth/hubspot/x",
            "/webhooks/crm-adapter:8080", "/x/webhooks/hubspot", "/webhooks/" + "a" * 41,
        ]
        for path in paths:
            for method in ("GET", "POST"):
                status, _, _ = self.ask(method, path, b"[]" if method == "POST" else None)
                # A path with a zero byte is no request at all.
                self.assertEqual(status, 400 if "%00" in path else 404, f"{method} {path}")
        self.assert_nobody_asked()

    def test_another_method_is_refused_and_the_right_one_named(self):
        for path, allowed in (("/webhooks/hubspot", "POST"), ("/oauth/hubspot", "GET")):
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FROB"):
                if method != allowed:
                    status, headers, _ = self.ask(method, path)
                    self.assertEqual((status, headers["Allow"]), (405, allowed), f"{method} {path}")
        self.assert_nobody_asked()

    def test_a_body_beyond_what_adapters_take_is_refused_whether_its_length_is_told_or_not(self):
        for told in (True, False):
            with self.edge.socket() as stream:
                head = "POST /webhooks/hubspot HTTP/1.1\r\nHost: hooks.example.com\r\n"
                if told:
                    stream.sendall(f"{head}Content-Length: {longest_body + 1}\r\n\r\n".encode())
                else:
                    stream.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{longest_body + 1:x}\r\n[".encode())
                self.assertEqual(stream.recv(100)[:13], b"HTTP/1.1 413 ", f"length told: {told}")
        self.assert_nobody_asked()

    def test_a_flood_from_one_address_is_told_to_slow_down_after_its_burst_and_others_are_served(self):
        request = b"POST /webhooks/hubspot HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Length: 2\r\n\r\n[]"
        begun = time.monotonic()
        with self.edge.socket("127.0.0.66") as stream:
            stream.settimeout(60)
            answers = stream.makefile("rb")
            passed, head = 0, b""
            while passed < 2000:
                stream.sendall(request)
                head = self.answer(answers)
                if not head.startswith(b"HTTP/1.1 204 "):
                    break
                passed += 1
        # The first one, the burst, and what a second gives back.
        refilled = time.monotonic() - begun
        self.assertTrue(501 <= passed <= 502 + refilled, f"{passed} requests passed within {refilled} s")
        self.assertTrue(head.startswith(b"HTTP/1.1 429 ") and b"\r\nRetry-After: 1\r\n" in head, head)
        self.assertEqual(self.ask("POST", "/webhooks/hubspot", b"[]", source="127.0.0.67")[0], 204)

    @staticmethod
    def answer(stream):
        """The head of the next answer on a connection."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                raise AssertionError(f"the connection was closed after {head!r}")
            head += line
        length = re.search(rb"(?i)content-length: (\d+)", head)
        stream.read(int(length[1]) if length else 0)
        return head

    def test_floods_of_consents_are_refused_much_sooner(self):
        statuses = [self.ask("GET", "/oauth/jobber?code=x", source="127.0.0.68")[0] for _ in range(20)]
        self.assertEqual((statuses[:11], statuses[-1]), ([204] * 11, 429))

    def test_plain_http_gets_no_further(self):
        with socket.create_connection(("127.0.0.1", self.edge.port), 20) as stream:
            stream.sendall(b"GET /oauth/hubspot?code=plain-code HTTP/1.1\r\nHost: hooks.example.com\r\n\r\n")
            self.assertTrue(stream.recv(100).startswith(b"HTTP/1.1 400 "))
        self.assert_nobody_asked()

    def test_tls_1_1_is_refused_by_its_version_and_1_2_and_1_3_are_not(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.edge.socket(version=version) as stream:
                self.assertEqual(stream.version(), version.name.replace("_", "."))
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with self.assertRaises(ssl.SSLError) as refused:
                self.edge.socket(version=version)
            # The server's word, not our own refusal to try.
            self.assertEqual(refused.exception.reason, "TLSV1_ALERT_PROTOCOL_VERSION")

    def test_a_code_of_consent_reaches_its_adapter_and_no_log(self):
        code = "code-" + os.urandom(16).hex()
        headers = {"Referer": f"https://vendor.example/consent?code={code}"}
        path = f"/oauth/quickbooks?code={code}&state=a%2Fb&realmId=1"
        status, answer, _ = self.ask("GET", path, headers=headers)
        self.assertEqual((status, answer["Referrer-Policy"], answer["Cache-Control"]), (204, "no-referrer", "no-store"))
        received = self.adapters["ledger-adapter"].received
        self.assertEqual([one.line for one in received], [f"GET {path} HTTP/1.1"])
        # Each way in which it can fail, for nginx writes requests into its log of errors.
        self.assertEqual(self.ask("POST", path, b"", headers)[0], 405)
        self.assertEqual(self.ask("POST", path, b"x" * 2000, headers)[0], 413)
        self.assertEqual(self.ask("GET", f"/oauth/nobody?code={code}", headers=headers)[0], 404)
        self.assertEqual(self.ask("GET", f"/oauth/quickbooks/?code={code}", headers=headers)[0], 404)
        self.assertIn(
            429, [self.ask("GET", path, headers=headers, source="127.0.0.69")[0] for _ in range(20)])
        self.names.addresses["ledger-adapter"] = []
        until("an adapter without address", lambda: self.ask("GET", path, headers=headers, source=self.fresh())[0] == 502)
        self.names.addresses["ledger-adapter"] = [replica_address]
        # The replica does not run: nothing listens.
        until("its address being asked", lambda: self.ask("GET", path, headers=headers, source=self.fresh())[0] == 502
              and self.log()[-1]["upstream"].startswith(replica_address))
        entries = until("the log", lambda: [one for one in self.log() if one["path"] == "/oauth/quickbooks"])
        self.assertEqual({one["status"] for one in entries}, {"204", "405", "413", "429", "502"})
        for path in self.edge.folder.glob("*.log"):
            self.assertNotIn(code, path.read_text(), path.name)

    def fresh(self):
        """An address that has made no request yet, so that no limit counts."""
        EdgeTest.clients = getattr(EdgeTest, "clients", 0) + 1
        return f"127.0.{1 + self.clients // 250}.{1 + self.clients % 250}"

    def test_a_replica_that_comes_is_used_and_one_that_goes_is_not_any_more(self):
        def who():
            status, headers, _ = self.ask("POST", "/webhooks/hubspot", b"[]", source=self.fresh())
            return headers["X-Adapter"] if status == 204 else f"status {status}"

        self.loop.run(self.replica.start())
        try:
            self.assertEqual({who() for _ in range(10)}, {"crm-adapter"})
            self.names.addresses["crm-adapter"] = [adapters["crm-adapter"], replica_address]
            until("the replica's first request", lambda: who() == "crm-adapter-2")
            # Both are used, in turns.
            self.assertEqual({who() for _ in range(10)}, {"crm-adapter", "crm-adapter-2"})
            # The first one goes, while it would still answer: the name decides.
            self.names.addresses["crm-adapter"] = [replica_address]
            until("the last request of the one that went", lambda: {who() for _ in range(10)} == {"crm-adapter-2"})
            self.adapters["crm-adapter"].received.clear()
            self.assertEqual({who() for _ in range(30)}, {"crm-adapter-2"})
            self.assertEqual(self.adapters["crm-adapter"].received, [])
            self.names.addresses["crm-adapter"] = [adapters["crm-adapter"], replica_address]
            until("both", lambda: who() == "crm-adapter")
        finally:
            self.loop.run(self.replica.stop())
        # It has died, and its name is still known: no webhook is lost meanwhile.
        self.assertEqual({who() for _ in range(20)}, {"crm-adapter"})

    def test_an_adapter_that_is_away_is_no_reason_to_give_up_a_webhook(self):
        self.names.addresses["fsm-adapter"] = []

        def answer():
            status, headers, body = self.ask("POST", "/webhooks/jobber", b"[]", source=self.fresh())
            return (status, headers["Retry-After"], body) if status != 204 else None

        status, retry_after, body = until("the adapter's going", answer)
        self.assertEqual((status, retry_after), (502, "5"))
        self.assertIn("send it again", json.loads(body)["message"])

    def test_it_runs_without_root_and_writes_where_it_is_told(self):
        users = set()
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        is_ours = str(self.edge.folder).encode() in file.read() or int(entry) == self.edge.process.pid
                    if is_ours and int(entry) != os.getpid():
                        users.add(os.stat(f"/proc/{entry}").st_uid)
                except (FileNotFoundError, ProcessLookupError):
                    continue
        self.assertTrue(users)
        self.assertNotIn(0, users)
        self.assertTrue((self.edge.folder / "nginx.pid").exists())

    def test_nothing_tells_what_it_is_of_which_version(self):
        for method, path in (("GET", "/"), ("GET", "/webhooks/hubspot"), ("GET", "/%00")):
            _, headers, body = self.ask(method, path)
            self.assertEqual(headers["Server"], "nginx")
            self.assertNotRegex(body.decode(), r"nginx/\d")


if __name__ == "__main__":
    unittest.main(verbosity=2)
