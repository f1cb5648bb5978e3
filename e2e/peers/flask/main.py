"""What a Flask application does with the alerts: Flask-SocketIO on eventlet as it comes, one emit for each message.
A user's messages go to his own room, one emit for each user who wants them."""

import eventlet

eventlet.monkey_patch()

import json
import os

import flask
import flask_socketio
import redis

RANKS = {"low": 0, "medium": 1, "high": 2, "critical": 3}

app = flask.Flask(__name__)
sockets = flask_socketio.SocketIO(app, async_mode="eventlet")
wishes = {}


def among(values, value):
    return not values or value in values


def accepts(wish, event):
    return (
        among(wish.get("symbols"), event["symbol"])
        and among(wish.get("pattern_types"), event["pattern"])
        and among(wish.get("tiers"), event["tier"])
        and event["confidence"] >= wish.get("confidence_min", 0)
        and RANKS[event["priority"]] >= RANKS.get(wish.get("priority_min"), -1)
    )


@sockets.on("connect")
def connect(*_):
    flask_socketio.join_room("user_" + flask.request.sid)


@sockets.on("disconnect")
def disconnect(*_):
    wishes.pop("user_" + flask.request.sid, None)


@sockets.on("subscribe_patterns")
def subscribe_patterns(_):
    return {"status": "ok"}


@sockets.on("subscribe")
def subscribe(asked):
    wishes["user_" + flask.request.sid] = asked["filters"]
    return {"status": "ok"}


def send(event):
    if not wishes:
        sockets.emit("pattern_alert", event)
        return
    for room, wish in list(wishes.items()):
        if accepts(wish, event):
            sockets.emit("tier_pattern", event, to=room)


def repeat():
    host, port = os.environ["PEER_REDIS"].split(":")
    alerts = redis.Redis(host, int(port)).pubsub(ignore_subscribe_messages=True)
    alerts.subscribe("tickstock.events.patterns")
    for alert in alerts.listen():
        send(json.loads(alert["data"]))


sockets.start_background_task(repeat)
host, port = os.environ["PEER_ADDR"].split(":")
sockets.run(app, host=host, port=int(port))
