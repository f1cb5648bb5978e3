"""The application of a team that moves to tickcast step by step: Flask, Flask-Login and Flask-SocketIO, with sockets of
its own, a message queue, and its subscriber of the producer. Settings come from the environment: PORT, SECRET_KEY, REDIS_URL.
"""

import json
import os
import threading

import redis
from flask import Flask, jsonify, redirect, request, send_file, send_from_directory, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user, user_logged_out
from flask_socketio import SocketIO, emit, join_room
from werkzeug.middleware.proxy_fix import ProxyFix

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
# One proxy more than before: tickcast, behind a balancer.
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=int(os.environ.get("PROXIES", "1")), x_proto=1, x_host=1)
queue = os.environ["REDIS_URL"]
store = redis.Redis.from_url(queue)
sockets = SocketIO(app, message_queue=queue, async_mode="threading")
logins = LoginManager(app)
logins.login_view = "login"


class User(UserMixin):
    def __init__(self, id):
        self.id = id


@logins.user_loader
def load_user(id):
    return User(id)


@user_logged_out.connect_via(app)
def cut(sender, user, **_):
    store.publish("tickcast:control", json.dumps({"kick": {"user": user.get_id()}}))


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        return '<form method="post"><input name="user"><input name="password" type="password"><button>Log in</button></form>'
    if request.form.get("password") != "open sesame":
        return "wrong password", 403
    login_user(User(request.form["user"]))
    return redirect(url_for("live"))


@app.route("/logout")
def logout():
    logout_user()
    return redirect(url_for("login"))


@app.route("/auth/whoami")
def whoami():
    return jsonify(user_id=current_user.get_id(), address=request.headers.get("X-Forwarded-For"))


@app.route("/way")
def way():
    return jsonify(address=request.remote_addr, url=url_for("live", _external=True))


@app.route("/live")
def live():
    return send_from_directory(os.path.abspath("pages"), "live.html")


@app.route("/pages/<name>")
def page(name):
    return send_from_directory(os.path.abspath("pages"), name)


@app.route("/client/<version>.js")
def client(version):
    return send_file(os.path.abspath(f"node_modules/sio-{version}/dist/socket.io.js"))


@app.route("/emit/<room>/<word>", methods=["POST"])
def tell(room, word):
    sockets.emit("note", word, **({} if room == "everyone" else {"to": room}))
    return "", 204


@sockets.on("connect")
def welcome(auth=None):
    user = current_user.get_id() or "anonymous"
    if current_user.is_authenticated:
        join_room("user_" + user)
    emit("connection_confirmed", {"user_id": user, "server_time": 0.0, "status": "connected"})


def repeat_alerts():
    alerts = store.pubsub(ignore_subscribe_messages=True)
    alerts.subscribe("tickstock.events.patterns")
    for alert in alerts.listen():
        found = json.loads(alert["data"])
        sockets.emit("pattern_alert", {"type": "pattern_alert", "symbol": found["symbol"], "pattern": found["pattern"]})


threading.Thread(target=repeat_alerts, daemon=True).start()
sockets.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), allow_unsafe_werkzeug=True)
