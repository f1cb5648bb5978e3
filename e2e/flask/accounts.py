"""A small application with accounts, as a team has it: Flask, Flask-Login, its own logins, a route by which
tickcast asks who sends a request, and a word to tickcast when somebody leaves. Everything else here lets a spec
log people in and change them. Arguments: the port to listen on, and the port of Redis.
"""

import json
import secrets
import socket
import sys

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

port, redis_port = (int(word) for word in sys.argv[1:])

app = Flask(__name__)
app.secret_key = "a key of the specs"
manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, user):
        self.id, self.roles, self.disabled = user, [], False


users = {}
logins = set()  # a cookie outlives its login: only the application knows that it has ended


@manager.user_loader
def load(user):
    return users.get(user) if session.get("login") in logins else None


def publish(channel, message):
    """What redis.publish does, which Debian's Python may lack."""
    words = ["PUBLISH", channel, message]
    lines = ["*%d" % len(words)] + [line for word in words for line in ("$%d" % len(word.encode()), word)]
    with socket.create_connection(("127.0.0.1", redis_port)) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n").encode())
        connection.recv(64)


def kick(user):
    publish("tickcast:control", json.dumps({"kick": {"user": user}}))


@app.get("/auth/whoami")
def whoami():
    if not current_user.is_authenticated:
        return {"user_id": None}
    return {"user_id": current_user.get_id(), "roles": current_user.roles, "disabled": current_user.disabled}


@app.post("/login/<user>")
def login(user):
    session["login"] = secrets.token_hex(8)
    logins.add(session["login"])
    login_user(users.setdefault(user, User(user)))
    return {"user": user}


@app.post("/logout")
def logout():
    user = current_user.get_id()
    logins.discard(session.pop("login", None))
    logout_user()
    if request.args.get("tell"):
        kick(user)
    return {"user": None}


@app.post("/users/<user>")
def change(user):
    changed = users.setdefault(user, User(user))
    changed.roles = request.json.get("roles", changed.roles)
    changed.disabled = request.json.get("disabled", changed.disabled)
    if request.json.get("tell"):
        kick(user)
    return {"user": user}


app.run("127.0.0.1", port, threaded=True)
