"""The message that tells of a change, by whatever way it goes. Pure."""

from dalen_hub.vtn.bodies import JsonObject


def message_of(operation: str, item: JsonObject) -> JsonObject:
    """Return a notification (openadr3.yaml 3.1.0, schema notification)."""
    message: JsonObject = {
        "objectType": item["objectType"],
        "operation": operation,
        "object": item,
    }
    if "targets" in item:
        message["targets"] = item["targets"]
    return message
