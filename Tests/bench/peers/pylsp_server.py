"""python-lsp-jsonrpc as a server of `ping` and `updates`."""

import sys

from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter


def updates(params):
    for n in range(params["count"]):
        endpoint.notify("queue/update", {"status": "IN_QUEUE", "queue_position": n})


writer = JsonRpcStreamWriter(sys.stdout.buffer)
endpoint = Endpoint({"ping": lambda params: params, "updates": updates}, writer.write)
JsonRpcStreamReader(sys.stdin.buffer).listen(endpoint.consume)
