"""pygls as a server of `ping` and `updates`."""

from pygls.protocol import JsonRPCProtocol, default_converter
from pygls.server import JsonRPCServer

server = JsonRPCServer(JsonRPCProtocol, default_converter)


@server.protocol.fm.feature("ping")
def ping(params):
    return params


@server.protocol.fm.feature("updates")
def updates(params):
    for n in range(params.count):
        server.protocol.notify("queue/update", {"status": "IN_QUEUE", "queue_position": n})
    return None


server.start_io()
