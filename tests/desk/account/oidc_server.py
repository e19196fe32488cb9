"""Another house's sign-in, small: discovery, keys, codes for tokens, and what it knows of a person. On this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT, CLIENT_SECRET = "tocsin", "a secret of theirs"


@dataclass
class House:
    """Whom it would say is there, and how it may misbehave."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    signs_with: rsa.RSAPrivateKey = KEY
    token: dict[str, Any] = field(default_factory=dict)
    broken: str = ""

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1", "alg": "RS256"}]}

    def tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        """Only for the code, the secret, and the verifier of the challenge that came with the request."""
        proof = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).decode().rstrip("=")
        right = (asked["client_id"], asked["client_secret"], asked["code"]) == (CLIENT, CLIENT_SECRET, "right")
        if not right or proof != self.asked[-1]["code_challenge"]:
            return {"error": "invalid_grant"}
        now = int(time.time())
        when = {"auth_time": now} if "max_age" in self.asked[-1] else {}
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "sub": self.person["sub"]}
        return {
            "access_token": "opaque",
            "token_type": "Bearer",
            "id_token": jwt.encode({**said, **when, **self.token}, self.signs_with, "RS256", headers={"kid": "1"}),
        }

    def goes_there(self, address: str) -> str:
        """What a browser does with the address it is led to: the state to come back with."""
        self.asked.append({name: texts[0] for name, texts in parse_qs(urlsplit(address).query).items()})
        return self.asked[-1]["state"]


@contextmanager
def running() -> Iterator[House]:
    house = House()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers: dict[str, Callable[[], dict[str, Any]]] = {
                "/.well-known/openid-configuration": house.discovery,
                "/keys": house.keys,
                "/userinfo": lambda: house.person,
            }
            self._say(answers[self.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(house.tokens({name: texts[0] for name, texts in parse_qs(body).items()}))

        def _say(self, what: dict[str, Any]) -> None:
            broken = bool(house.broken) and self.path.endswith(house.broken)
            body = b"<html>" if broken else json.dumps(what).encode()
            self.send_response(200 if "error" not in what else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    house.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield house
    server.shutdown()
    server.server_close()
    thread.join()
