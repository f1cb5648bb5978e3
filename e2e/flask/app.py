"""A small Flask application as many stand behind a proxy: a login form, pages for who is logged in,
answers that come bit by bit, uploads, redirects. Settings come from the environment: PORT, SECRET_KEY."""

import hashlib
import os
import threading

from flask import Flask, Response, jsonify, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
logins = LoginManager(app)
logins.login_view = "login"
go_on = threading.Event()


class User(UserMixin):
    def __init__(self, id):
        self.id = id


@logins.user_loader
def load_user(id):
    return User(id)


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        return '<form method="post"><input name="user"><input name="password" type="password"><button>Log in</button></form>'
    if request.form.get("password") != "open sesame":
        return "wrong password", 403
    login_user(User(request.form["user"]))
    return redirect(request.args.get("next") or url_for("dashboard"))


@app.route("/logout")
def logout():
    logout_user()
    return redirect(url_for("login"))


@app.route("/")
@login_required
def dashboard():
    return f"dashboard of {current_user.id}"


@app.route("/way")
def way():
    return jsonify(url=url_for("dashboard", _external=True), peer=request.remote_addr,
                   **{name: request.headers.get(name) for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")})


@app.route("/upload", methods=["POST"])
def upload():
    digest, size = hashlib.sha256(), 0
    while chunk := request.stream.read(1 << 16):
        digest.update(chunk)
        size += len(chunk)
    return jsonify(size=size, sha256=digest.hexdigest())


@app.route("/stream")
def stream():
    def parts():
        yield "data: first\n\n"
        go_on.wait(60)
        yield "data: second\n\n"
    go_on.clear()
    return Response(parts(), mimetype=request.args.get("type", "text/event-stream"))


@app.route("/stream/go-on", methods=["POST"])
def continue_stream():
    go_on.set()
    return "", 204


@app.route("/cookies")
def cookies():
    answer = redirect("/cookies/seen", 303)
    answer.set_cookie("theme", "dark", path="/", httponly=True)
    answer.set_cookie("tour", "step-2", path="/", max_age=3600)
    return answer


@app.route("/cookies/seen")
def seen():
    return jsonify(request.cookies)


@app.route("/api/websocket/symbols", methods=["PUT"])
def symbols():
    return jsonify(path=request.environ["RAW_URI"], got=request.get_json())


app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
