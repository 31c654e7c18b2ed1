"""Holds what the server writes against the SDK's own models of the protocol, line by line."""

import json

VERSION = "io.modelcontextprotocol/protocolVersion"
TASK_STATES = {"working", "input_required", "completed", "cancelled", "failed"}


class Lines:
    """One connection: what the client sent says what the answers must be."""

    def __init__(self):
        self.asked = {}
        self.handshake = None
        self.answered = set()
        self.cancelled = {}

    def client(self, text):
        message = json.loads(text)
        for each in message if isinstance(message, list) else [message]:
            if "method" in each and "id" in each:
                meta = (each.get("params") or {}).get("_meta") or {}
                self.asked[each["id"]] = each["method"], meta.get(VERSION), each.get("params") or {}
            elif each.get("method") == "notifications/cancelled":
                self.cancelled[each["params"]["requestId"]] = True

    def server(self, text):
        assert "\n" not in text.rstrip("\n")
        message = json.loads(text)
        if isinstance(message, list):
            assert self.handshake == "2025-03-26", "batches are of one revision"
        for each in message if isinstance(message, list) else [message]:
            self.one(each)
        return message

    def one(self, message):
        assert message["jsonrpc"] == "2.0"
        if "method" in message:
            return self.request(message) if "id" in message else self.notification(message)
        if message["id"] is not None:
            assert message["id"] not in self.answered, "an answer came twice"
            self.answered.add(message["id"])
        if "error" in message:
            return check_error(message)
        method, version, params = self.asked[message["id"]]
        if method == "initialize":
            self.handshake = message["result"]["protocolVersion"]
        check_result(method, version or self.handshake or "2025-11-25", message["result"])

    def request(self, message):
        assert self.handshake, "only a client with a handshake is asked"
        check_request(message["method"], self.handshake, message.get("params"))

    def notification(self, message):
        method, params = message["method"], message.get("params") or {}
        version = self.handshake or "2026-07-28"
        if method == "notifications/progress":
            owner = [(id, v) for id, (_, v, p) in self.asked.items()
                     if (p.get("_meta") or {}).get("progressToken") == params["progressToken"]]
            assert owner and owner[-1][0] not in self.answered, "progress of nothing, or after the answer"
            version = owner[-1][1] or version
        else:
            version = "2026-07-28" if "_meta" in params else version
        check_notification(method, version, params)


def check_log(path):
    """A whole log of tap.py's."""
    lines = Lines()
    seen = []
    for entry in map(json.loads, path.read_text().splitlines()):
        if entry["from"] == "client":
            lines.client(entry["line"])
        else:
            seen.append(lines.server(entry["line"]))
    assert seen
    return seen


try:
    import mcp_types
    from mcp_types import methods

    def check_error(message):
        mcp_types.JSONRPCError.model_validate(message)

    def check_request(method, version, params):
        methods.parse_server_request(method, version, params)

    def check_notification(method, version, params):
        if method == "notifications/tasks":
            return check_task(params)
        # The models know no tasks in what was agreed on, and ignore what they do not know.
        methods.parse_server_notification(method, version, params)

    def check_result(method, version, result):
        if version >= "2026-07-28":
            assert result["resultType"] in ("complete", "input_required", "task"), result
        if method.startswith("tasks/") or result.get("resultType") == "task":
            if method in ("tools/call", "tasks/get"):
                check_task(result)
            return
        methods.parse_server_result(method, version, result)

    def check_task(task):
        assert isinstance(task["taskId"], str) and task["status"] in TASK_STATES
        assert task["createdAt"].endswith("Z") and task["lastUpdatedAt"].endswith("Z")
        assert task["ttlMs"] is None or task["ttlMs"] > 0
        assert task["pollIntervalMs"] > 0
        assert ("result" in task) == (task["status"] == "completed")
        if task["status"] == "completed":
            mcp_types.CallToolResult.model_validate(task["result"])

except ImportError:
    import mcp.types as types

    RESULTS = {"initialize": types.InitializeResult, "tools/list": types.ListToolsResult,
               "tools/call": types.CallToolResult, "resources/list": types.ListResourcesResult,
               "resources/read": types.ReadResourceResult, "prompts/list": types.ListPromptsResult,
               "resources/templates/list": types.ListResourceTemplatesResult,
               "prompts/get": types.GetPromptResult, "completion/complete": types.CompleteResult,
               "ping": types.EmptyResult}

    def check_error(message):
        types.JSONRPCError.model_validate(message)

    def check_request(method, version, params):
        types.ServerRequest.model_validate({"method": method, "params": params})

    def check_notification(method, version, params):
        types.ServerNotification.model_validate({"method": method, "params": params})

    def check_result(method, version, result):
        RESULTS[method].model_validate(result)
