"""A server in fal's place that keeps every request as it came and answers as it is told."""

import base64
import ctypes
import ctypes.util
import hashlib
import http.server
import json
import threading
import time


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def everything(self):
        """All that was sent, as one text, to look for what must not be in it."""
        lines = [f"{self.method} {self.path}"] + [f"{k}: {v}" for k, v in self.headers.items()]
        return "\n".join(lines) + "\n" + self.body.decode(errors="replace")

    def __repr__(self):
        return f"<{self.method} {self.path}>"


def answer(body=None, status=200, **headers):
    """An answer; a body that is neither text nor bytes goes out as JSON."""
    kind = "application/json"
    if isinstance(body, (bytes, str)):
        kind = "text/plain" if isinstance(body, str) else "application/octet-stream"
        raw = body.encode() if isinstance(body, str) else body
    else:
        raw = b"" if body is None else json.dumps(body).encode()
    fields = {"content-type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return status, {name: value for name, value in fields.items() if value is not None}, raw


class FakeFal:
    """`routes` maps "METHOD /path" (its query left out) to an answer, a list of answers of which the last stays, or a
    function of the request. What is not routed is a 404 of fal's."""

    def __init__(self):
        self.routes = {}
        self.requests = []
        self._changed = threading.Condition()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                request = Request(self.command, self.path, self.headers, body)
                with fake._changed:
                    fake.requests.append(request)
                    fake._changed.notify_all()
                    route = f"{self.command} {self.path.split('?')[0]}"
                    found = fake.routes.get(route, answer({"detail": "Not Found"}, 404))
                    if isinstance(found, list):
                        found = found.pop(0) if len(found) > 1 else found[0]
                made = found(request) if callable(found) else found
                if made is None:  # cut
                    self.close_connection = True
                    return
                status, headers, raw = made
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(raw)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_CONNECT = handle_any

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def settings(self, key="kid-1234:secret-5678-secret", **more):
        """The environment that sends a bridge here."""
        return {"FAL_BRIDGE_BACKEND": "fal", "FAL_KEY": key, "FAL_QUEUE_URL": self.url, "FAL_REST_URL": self.url,
                "FAL_RUN_URL": self.url + "/run", **more}

    def wait(self, fits, deadline=20.0):
        """The first request that fits, as soon as it has come."""
        end = time.monotonic() + deadline
        with self._changed:
            while True:
                for request in self.requests:
                    if fits(request):
                        return request
                assert self._changed.wait(end - time.monotonic()), self.requests

    def count(self, method, path):
        return sum(r.method == method and r.path.split("?")[0] == path for r in self.requests)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Signer:
    """An Ed25519 key by libcrypto, as fal signs webhooks with it."""

    def __init__(self, seed):
        crypto = self._crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
        for name in ("EVP_PKEY_new_raw_private_key", "EVP_MD_CTX_new"):
            getattr(crypto, name).restype = ctypes.c_void_p
        self._key = ctypes.c_void_p(crypto.EVP_PKEY_new_raw_private_key(1087, None, seed, ctypes.c_size_t(len(seed))))
        public, size = ctypes.create_string_buffer(32), ctypes.c_size_t(32)
        assert crypto.EVP_PKEY_get_raw_public_key(self._key, public, ctypes.byref(size)) == 1
        self.public = public.raw

    def sign(self, message):
        context = ctypes.c_void_p(self._crypto.EVP_MD_CTX_new())
        signature, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
        assert self._crypto.EVP_DigestSignInit(context, None, None, None, self._key) == 1
        length = ctypes.c_size_t(len(message))
        assert self._crypto.EVP_DigestSign(context, signature, ctypes.byref(size), message, length) == 1
        self._crypto.EVP_MD_CTX_free(context)
        return signature.raw

    @property
    def jwk(self):
        x = base64.urlsafe_b64encode(self.public).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1", "use": "sig"}

    def headers(self, body, request_id="764cabcf", user="u-1", timestamp=None):
        timestamp = str(int(time.time()) if timestamp is None else timestamp)
        message = "\n".join([request_id, user, timestamp, hashlib.sha256(body.encode()).hexdigest()]).encode()
        return {"X-Fal-Webhook-Request-Id": request_id, "X-Fal-Webhook-User-Id": user,
                "X-Fal-Webhook-Timestamp": timestamp, "X-Fal-Webhook-Signature": self.sign(message).hex()}
