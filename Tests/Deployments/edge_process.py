"""Runs nginx with deploy/edge as it is shipped; only addresses, folders and how fast bursts fill up again
are those of the test."""

import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

shipped = Path(__file__).resolve().parents[2] / "deploy" / "edge"


class Edge:
    def __init__(self, names_port, adapter_port, port):
        self.port = port
        self.temporary = tempfile.TemporaryDirectory(prefix="plumbline-edge-")
        self.folder = Path(self.temporary.name)
        self.access_log = self.folder / "access.log"
        self.error_log = self.folder / "error.log"
        self.process = None
        for name in ("nginx.conf", "connections.map", "resolver.conf"):
            shutil.copyfile(shipped / name, self.folder / name)
        # The system's own rules for TLS would refuse old versions in place of the configuration.
        (self.folder / "openssl.cnf").write_text(
            "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n"
            "[lax]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n")
        self._make_certificate()
        self._replace("nginx.conf", " /tmp/", f" {self.folder}/", times=6)
        # The bursts are those that are shipped; they fill up again so slowly that a slow machine sees them end too.
        self._replace("nginx.conf", "zone=oauth:1m rate=1r/s", "zone=oauth:1m rate=1r/m")
        self._replace("nginx.conf", "zone=webhooks:10m rate=100r/s", "zone=webhooks:10m rate=1r/s")
        self._replace("nginx.conf", "listen 8443 ssl", f"listen 127.0.0.1:{port} ssl")
        self._replace("nginx.conf", "/run/secrets/edge_certificate", f"{self.folder}/certificate.pem")
        self._replace("nginx.conf", "/run/secrets/edge_key", f"{self.folder}/key.pem")
        self._replace("nginx.conf", "error_log stderr warn", f"error_log {self.error_log} warn")
        self._replace("nginx.conf", "/dev/stdout", str(self.access_log))
        self._replace("connections.map", ":8080;", f":{adapter_port};", times=3)
        self._replace("resolver.conf", "resolver 127.0.0.11 ", f"resolver 127.0.0.1:{names_port} ")
        # Root's nginx would have workers without root only: all of it is to run without.
        self.user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid} if os.geteuid() == 0 else {}
        if self.user:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, "nobody", self.user["group"])

    def _replace(self, name, old, new, times=1):
        path = self.folder / name
        text = path.read_text()
        if text.count(old) != times:
            raise AssertionError(f"deploy/edge/{name} has {old!r} {text.count(old)} times, not {times}")
        path.write_text(text.replace(old, new))

    def _make_certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=hooks.example.com", "-addext", "subjectAltName=DNS:hooks.example.com",
             "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem"],
            check=True, capture_output=True, timeout=60)

    def _command(self, *more):
        return {
            "args": [shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", "")), "-e", "stderr",
                     "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), *more],
            "env": {"PATH": "/usr/bin:/bin", "OPENSSL_CONF": str(self.folder / "openssl.cnf")}, **self.user,
        }

    def check(self):
        """What `nginx -t` says: its exit code and its words."""
        done = subprocess.run(
            **self._command("-t"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=60)
        return done.returncode, done.stdout

    def start(self):
        with open(self.folder / "output.log", "wb") as output:
            self.process = subprocess.Popen(
                **self._command("-g", "daemon off;"), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)

    def remove(self):
        self.temporary.cleanup()

    def socket(self, source="127.0.0.1", version=None):
        """A connection by TLS, whose certificate and name are checked."""
        context = ssl.create_default_context(cafile=self.folder / "certificate.pem")
        if version:
            # A client of today would not even try old versions.
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        plain = socket.create_connection(("127.0.0.1", self.port), 20, source_address=(source, 0))
        try:
            return context.wrap_socket(plain, server_hostname="hooks.example.com")
        except BaseException:
            plain.close()
            raise
