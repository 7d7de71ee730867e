"""The simulated server, one per run, and a client that keeps its connections."""

import http.client
import json
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import urlopen

#: Requests in flight, for every optimiser.
THREADS = 16


class Server:
    def __init__(self, url):
        self.url = url
        self.host = urlsplit(url).netloc
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(THREADS)

    def calls(self):
        """Completions by model, as the server counted them."""
        with urlopen(f"http://{self.host}/stats") as reply:
            return json.load(reply)["models"]

    def chat(self, model, system, user):
        """(content, finish reason)"""
        messages = [{"role": "user", "content": user}]
        if system is not None:
            messages.insert(0, {"role": "system", "content": system})
        body = json.dumps({"model": model, "messages": messages}).encode()
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self.host)
        connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
        reply = connection.getresponse()
        choice = json.loads(reply.read())["choices"][0]
        return choice["message"]["content"], choice["finish_reason"]

    def map(self, function, rows):
        return list(self._pool.map(function, rows))


@contextmanager
def serve(assessor, seed=0, noise=0.0, latency_ms=0):
    command = [assessor, "--quiet", "--seed", str(seed), "sim", "serve", "--listen", "127.0.0.1:0"]
    command += ["--noise", str(noise), "--latency-ms", str(latency_ms)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()
