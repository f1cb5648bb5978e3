"""Flask-SocketIO in a message queue, led line by line: `writer` only writes into the queue, as a worker does;
`server PORT` has clients of its own too, and the application's subscriber of pattern alerts. Commands come on
standard input, what happens goes to standard output, one JSON object a line."""

import base64
import json
import socket
import sys
import threading
import time

import flask
import flask_socketio
import redis

printing = threading.Lock()


def tell(**what):
    with printing:
        print(json.dumps(what), flush=True)


def from_wire(value):
    """Bytes travel as {"$binary": base64}, a tuple as {"$tuple": list}."""
    if isinstance(value, dict) and isinstance(value.get("$binary"), str):
        return base64.b64decode(value["$binary"])
    if isinstance(value, dict) and isinstance(value.get("$tuple"), list):
        return tuple(from_wire(member) for member in value["$tuple"])
    if isinstance(value, list):
        return [from_wire(member) for member in value]
    if isinstance(value, dict):
        return {key: from_wire(member) for key, member in value.items()}
    return value


def to_wire(value):
    if isinstance(value, bytes):
        return {"$binary": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [to_wire(member) for member in value]
    return value


def obey(peer, command):
    asked = from_wire(command["args"][0])
    if command["event"] == "emit":
        if command["ack"]:
            asked["callback"] = lambda *args: tell(on="ack", ack=command["ack"], args=to_wire(args))
        data = [asked.pop("data")] if "data" in asked else []
        peer.emit(asked.pop("event"), *data, **asked)
    elif command["event"] == "disconnect":
        peer.server.disconnect(**asked)
    elif command["event"] == "close_room":
        peer.close_room(**asked)
    else:
        tell(on="broken command", message=json.dumps(command))


def lead(peer):
    for line in sys.stdin:
        obey(peer, json.loads(line))


def repeat_alerts(url, peer):
    """What the application's own subscriber does, whoever else listens."""
    alerts = redis.Redis.from_url(url).pubsub(ignore_subscribe_messages=True)
    alerts.subscribe("tickstock.events.patterns")
    for alert in alerts.listen():
        peer.emit("pattern_alert", {"type": "pattern_alert", "event": {"data": json.loads(alert["data"])}})
        peer.emit("flask_saw_an_alert", {"symbol": json.loads(alert["data"])["symbol"]})


def announce(port):
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    tell(on="connect")


def serve(url, port):
    app = flask.Flask(__name__)
    peer = flask_socketio.SocketIO(app, message_queue=url, async_mode="threading", cors_allowed_origins="*")
    peer.on("connect")(lambda *auth: flask_socketio.emit("connection_confirmed", {"status": "connected"}))
    for target, args in ((lead, (peer,)), (repeat_alerts, (url, peer)), (announce, (port,))):
        threading.Thread(target=target, args=args, daemon=True).start()
    peer.run(app, host="127.0.0.1", port=port, allow_unsafe_werkzeug=True)


def main():
    url = json.loads(sys.stdin.readline())["url"]
    if sys.argv[1] == "server":
        serve(url, int(sys.argv[2]))
    else:
        peer = flask_socketio.SocketIO(message_queue=url)
        tell(on="connect")
        lead(peer)


main()
