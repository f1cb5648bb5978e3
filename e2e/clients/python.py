"""python-socketio's client, led line by line: commands come on standard input,
what happens goes to standard output, one JSON object a line."""

import base64
import json
import sys
import threading
import time

import socketio

printing = threading.Lock()


def tell(**what):
    with printing:
        print(json.dumps(what), flush=True)


def to_wire(value):
    """Bytes travel as {"$binary": base64}."""
    if isinstance(value, (bytes, bytearray)):
        return {"$binary": base64.b64encode(value).decode()}
    return mapped(value, to_wire)


def from_wire(value):
    if isinstance(value, dict) and isinstance(value.get("$binary"), str):
        return base64.b64decode(value["$binary"])
    return mapped(value, from_wire)


def mapped(value, change):
    if isinstance(value, (list, tuple)):
        return [change(member) for member in value]
    if isinstance(value, dict):
        return {key: change(member) for key, member in value.items()}
    return value


def connect(setup):
    namespace = setup.get("namespace") or "/"
    client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.3)

    def listen(event):
        client.on(event, lambda *args: tell(on="event", event=event, args=to_wire(args)), namespace=namespace)

    client.on(
        "connect",
        lambda: tell(on="connect", id=client.get_sid(namespace), transport=client.transport()),
        namespace=namespace,
    )
    client.on("disconnect", lambda *reason: tell(on="disconnect", reason=" ".join(map(str, reason))), namespace=namespace)
    client.on("connect_error", lambda error=None: tell(on="connect_error", message=str(error)), namespace=namespace)
    for event in setup["events"]:
        listen(event)
    client.connect(
        setup["url"], transports=setup["transports"], namespaces=[namespace], auth=setup.get("auth"), wait_timeout=10
    )
    threading.Thread(target=watch, args=(client,), daemon=True).start()
    return client, namespace


def watch(client):
    """The client upgrades without a word; tell when it has."""
    before = client.transport()
    while client.transport() == before:
        time.sleep(0.02)
    tell(on="upgrade", transport=client.transport())


def obey(client, namespace, command):
    if command["do"] == "emit":
        number = command["ack"]
        answered = (lambda *args: tell(on="ack", ack=number, args=to_wire(args))) if number else None
        # A tuple is several arguments, a list would be one.
        args = tuple(from_wire(command["args"]))
        client.emit(command["event"], args if args else None, namespace=namespace, callback=answered)
    elif command["do"] == "times":
        for count in range(command["count"]):
            client.emit(command["event"], count, namespace=namespace)
    elif command["do"] == "disconnect":
        client.disconnect()
    else:
        tell(on="broken command", message=json.dumps(command))


def main():
    client, namespace = connect(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        obey(client, namespace, json.loads(line))
    client.disconnect()


main()
