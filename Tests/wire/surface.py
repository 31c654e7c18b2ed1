"""The documents in schemas/rpc, and whether a message is as they say: what is not documented is a fault too."""

import json
import pathlib

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas/rpc"
TABLES = ("errors", "notifications")
METHODS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json")) if path.stem not in TABLES}
NOTIFICATIONS = {each["method"]: each
                 for each in json.loads((FOLDER / "notifications.json").read_text())["notifications"]}
ERRORS = json.loads((FOLDER / "errors.json").read_text())
BY_KIND = {each["kind"]: each for each in ERRORS["errors"]}


def closed(schema):
    """The schema with no further members wherever some are named."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


def _validator(schema):
    return jsonschema.Draft202012Validator(closed(schema))


def _error_data(entry):
    data = ERRORS["data"]
    return {**data, "properties": {**data["properties"], **entry.get("data", {}), "kind": {"const": entry["kind"]}}}


_results = {name: _validator(method["result"]) for name, method in METHODS.items()}
_params = {name: _validator(each["params"]) for name, each in NOTIFICATIONS.items()}
_data = {kind: _validator(_error_data(entry)) for kind, entry in BY_KIND.items()}


def check_answer(method, message):
    """Raises where the answer to a call of the method is none that its document tells of."""
    if method not in METHODS:
        return
    if "result" in message:
        _results[method].validate(message["result"])
        return
    error = message["error"]
    entry = BY_KIND[error["data"]["kind"]]
    assert error["code"] == entry["code"], error
    assert entry.get("any_call") or entry["kind"] in METHODS[method]["errors"], (method, error)
    _data[entry["kind"]].validate(error["data"])


def check_notification(message):
    """Raises where a notification of the bridge's is none that its document tells of."""
    assert NOTIFICATIONS[message["method"]]["from"] == "bridge", message
    _params[message["method"]].validate(message["params"])
