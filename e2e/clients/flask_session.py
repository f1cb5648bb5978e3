"""Logs a user in with Flask itself and tells the cookie that a browser would send.
One JSON object comes on standard input: {"secret", "user"}."""

import json
import sys

from flask import Flask, session

asked = json.load(sys.stdin)
app = Flask(__name__)
app.secret_key = asked["secret"]


@app.route("/login")
def login():
    # What Flask-Login's login_user leaves in a session, and what the application's forms do.
    session.update(_user_id=asked["user"], _fresh=True, _id="0123456789abcdef" * 8, csrf_token="0123456789" * 4)
    return "welcome"


answer = app.test_client().get("/login")
print(answer.headers["Set-Cookie"].split(";")[0], end="")
