"""A small provider of OpenID Connect on this machine: whoever is clicked on its page is logged in."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "wikics", "the client's secret"
PEOPLE = {"Anna": "known-as-1083", "Bert": "known-as-2741"}  # by what `sub` they are known, which no other number is


class Provider:
    """Authorisation codes for one client, each good once, with PKCE; `asked` are the paths that were asked for."""

    def __init__(self):
        self.key, self.codes, self.asked = RSAKey.generate_key(2048), {}, []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler):  # noqa: N805
                self.answer(handler)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler):
        path, query = urlsplit(handler.path).path, parse_qs(urlsplit(handler.path).query)
        self.asked.append(path)
        sent = handler.rfile.read(int(handler.headers.get("content-length", 0))).decode()
        given = {name: values[0] for name, values in (query | parse_qs(sent)).items()}
        if path == "/authorize":
            body, kind = self.draw_people(given), "text/html; charset=utf-8"
        else:
            found = {
                "/.well-known/openid-configuration": self.describe,
                "/jwks": lambda: {"keys": [self.key.as_dict(private=False)]},
                "/token": lambda: self.give_token(given, handler.headers.get("authorization", "")),
            }.get(path, lambda: None)()
            body, kind = json.dumps(found).encode(), "application/json"
        handler.send_response(200 if body != b"null" else 400)
        for name, value in {"content-type": kind, "content-length": len(body)}.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(body)

    def describe(self):
        places = {
            f"{each}_endpoint": f"{self.url}/{path}"
            for each, path in (("authorization", "authorize"), ("token", "token"))
        }
        return places | {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def draw_people(self, given):
        assert (given["client_id"], given["response_type"]) == (CLIENT, "code"), given
        links = []
        for name in PEOPLE:
            code = secrets.token_urlsafe(16)
            self.codes[code] = given | {"name": name}
            address = f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"
            links.append(f'<li><a href="{address.replace("&", "&amp;")}">{name}</a></li>')
        return (
            f"<!doctype html><title>Who are you?</title><link rel=icon href=data:,><ul>{''.join(links)}</ul>".encode()
        )

    def give_token(self, given, authorization):
        """None for a wrong code, client or verifier."""
        asked = self.codes.pop(given.get("code"), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not asked or proof != asked["code_challenge"] or authorization not in (f"Basic {client}",):
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": PEOPLE[asked["name"]], "iat": now, "exp": now + 600}
        claims |= {"nonce": asked["nonce"], "name": asked["name"], "email": f"{asked['name'].lower()}@example.org"}
        token = jwt.encode({"alg": "RS256", "kid": self.key.thumbprint()}, claims, self.key)
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 600, "id_token": token}


def write_secrets(folder, provider, address):
    """Streamlit's secrets for an app that visitors find at an address; what its environment has to say of them."""
    path = folder / "secrets.toml"
    section = {
        "redirect_uri": f"{address}/oauth2callback",
        "cookie_secret": secrets.token_hex(32),
        "client_id": CLIENT,
        "client_secret": SECRET,
        "server_metadata_url": f"{provider.url}/.well-known/openid-configuration",
    }
    path.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in section.items()), "utf-8")
    return {"STREAMLIT_SECRETS_FILES": str(path)}
