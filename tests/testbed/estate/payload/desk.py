"""The help desk: WSGI, a database connection that stays open, uploads on the local disk."""

import configparser
import socket
import uuid
from pathlib import Path

import psycopg2

settings = configparser.ConfigParser()
settings.read("/opt/desk/settings.ini")
UPLOADS = Path(settings["desk"]["uploads"])
connection = None


def tickets():
    global connection
    if connection is None or connection.closed:
        connection = psycopg2.connect(settings["desk"]["dsn"])
        connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from tickets")
        return cursor.fetchone()[0]


def application(environ, start_response):
    headers = [("Content-Type", "text/plain"), ("X-Served-By", socket.gethostname())]
    if environ["REQUEST_METHOD"] == "POST":
        length = min(int(environ.get("CONTENT_LENGTH") or 0), 1_000_000)
        (UPLOADS / str(uuid.uuid4())).write_bytes(environ["wsgi.input"].read(length))
    try:
        body = f"ok tickets={tickets()}\n"
        start_response("200 OK", headers)
    except psycopg2.Error:
        body = "not ready\n"
        start_response("503 Service Unavailable", headers)
    return [body.encode()]
