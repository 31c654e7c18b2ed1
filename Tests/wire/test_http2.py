"""Behind a gateway with TLS and HTTP/2, as the hosted queue is: what waits shares a connection."""

import collections
import os
import shutil
import socket
import subprocess
import time

import pytest
from fake_queue import say, stream

COUNT = 200
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

CONFIGURATION = """
daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  log_format line '$connection $server_protocol $request_method $uri $status';
  access_log {folder}/access.log line;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    http2_max_concurrent_streams 1000; keepalive_requests 100000;
    location / {{ proxy_pass {upstream}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
  }}
}}
"""


@pytest.fixture
def gateway(tmp_path):
    if not os.path.exists(NGINX):
        pytest.skip("nginx is not installed")
    made = []

    def make(upstream):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key.pem", "-out",
                        tmp_path / "cert.pem"], check=True, capture_output=True)
        (tmp_path / "nginx.conf").write_text(CONFIGURATION.format(folder=tmp_path, port=port, upstream=upstream))
        made.append(subprocess.Popen([NGINX, "-c", tmp_path / "nginx.conf", "-e", "stderr", "-g", "user root;"],
                                     stderr=subprocess.DEVNULL))
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    return "https://localhost:%d" % port, str(tmp_path / "cert.pem"), tmp_path / "access.log"
            assert made[-1].poll() is None, "nginx does not start"
            time.sleep(0.02)
        raise AssertionError("nginx does not listen")

    yield make
    for each in made:
        each.terminate()
        each.wait()


@pytest.mark.parametrize("mode", ["streaming", "polling"])
def test_what_waits_shares_a_connection(bridge, fake, gateway, mode):
    # Those that find no place for a stream at first ask meanwhile.
    more = {} if mode == "polling" else {"status": say("IN_PROGRESS", logs=[])}
    server = fake(**more, stream=lambda handler, seen: stream(
        {"status": "IN_QUEUE", "queue_position": 0}, lambda: server.wait("stream", COUNT, 60),
        {"status": "COMPLETED", "logs": []})(handler, seen))
    url, certificate, log = gateway(server.url)
    process = bridge(**{**server.environment, "FAL_QUEUE_URL": url, "SSL_CERT_FILE": certificate})
    calls = [process.start("subscribe", {"endpoint": "a/b", "input": {"n": n}, "mode": mode}) for n in range(COUNT)]
    for call in calls:
        answer = process.answer(call)
        assert "result" in answer, answer
    seen = [line.split() for line in log.read_text().splitlines()]
    assert {line[1] for line in seen} == {"HTTP/2.0"}
    waits = collections.Counter(line[0] for line in seen if line[3].endswith(("/stream", "/status")))
    # All streams are open at once: far more than would be allowed each a connection of its own. A connection that
    # carries as many as it may is followed by others, a few of them in vain.
    assert sum(waits.values()) >= COUNT and len(waits) <= COUNT // 4, waits


def test_a_certificate_that_nobody_vouches_for(bridge, fake, gateway):
    server = fake()
    url, _, _ = gateway(server.url)
    process = bridge(**{**server.environment, "FAL_QUEUE_URL": url})
    error = process.call("submit", {"endpoint": "a/b", "input": {}})["error"]
    assert error["code"] == 1503 and "certificate" in error["message"]
    assert not server.seen
    assert process.call("requests")["result"]["requests"] == []
