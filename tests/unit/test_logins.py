"""Logins: who is known by one, what is refused without, and what has to stand in Streamlit's secrets."""

import json
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from core.app.guests import OWNER, Visitor
from core.errors import ConfigError, ForbiddenError
from core.http.hosts import KnownHosts
from core.http.visitors import AskForLogin, KnowVisitors, who_asks
from core.settings import load_settings
from pages.ui import logins
from tests.rigs import NoBackend

CLAIMS = {"is_logged_in": True, "iss": "https://accounts.example", "sub": "1083", "name": "Anna", "email": "a@b.org"}
TOKEN = secrets.token_hex(16)


def sign(claims, secret=None):
    """The cookies of a login, as Streamlit gives them."""
    cookies, secret = {}, secret or get_cookie_secret()
    set_cookie_with_chunks(
        lambda name, text: cookies.update({name: create_signed_value(secret, name, text).decode()}),
        lambda name, text: create_signed_value(secret, name, text),
        logins.COOKIE,
        claims,
        cookie_attr_size=100,
    )
    return cookies


def test_d12_a_person_is_the_same_visitor_at_each_login_and_nobody_reads_who():
    name = logins.read_login(sign(CLAIMS))
    assert name == logins.name_login(CLAIMS | {"name": "Anna B.", "email": "new@b.org", "iat": 7}) and len(name) == 16
    others = [CLAIMS | {"sub": "1084"}, CLAIMS | {"iss": "https://other.example"}]
    assert len({name, *map(logins.name_login, others)}) == 3 and "1083" not in name


def test_d12_a_login_in_several_cookies_is_read():
    cookies = sign(CLAIMS | {"groups": [secrets.token_hex(8) for _ in range(500)]})
    assert len(cookies) > 2 and logins.read_login(cookies) == logins.name_login(CLAIMS)


@pytest.mark.parametrize(
    "claims",
    [
        {**CLAIMS, "is_logged_in": "yes"},
        {**CLAIMS, "sub": ""},
        {**CLAIMS, "sub": 7},
        {name: claim for name, claim in CLAIMS.items() if name != "iss"},
        {"email": "set by a header"},
    ],
)
def test_d12_claims_of_no_login_are_nobodys(claims):
    assert logins.name_login(claims) == logins.read_login(sign(claims)) == ""


@given(st.text(max_size=40))
def test_d12_cookies_that_this_app_did_not_sign_are_nobodys(text):
    assert logins.read_login({logins.COOKIE: text}) == ""


def test_d12_a_login_signed_by_another_app_is_nobodys():
    assert logins.read_login(sign(CLAIMS, "another secret")) == "" == logins.read_login({})
    own = sign(CLAIMS)[logins.COOKIE]
    other = "A" if own[-1] != "A" else "E"  # "B" differs in bits that base 64 leaves out of 20 bytes
    assert logins.read_login({logins.COOKIE: own[:-1] + other}) == ""


@pytest.fixture
def demo(make_explorer):
    """An app where a visitor logs in to train; what `visitor` is set to asks."""
    who = [OWNER]
    explorer = make_explorer(NoBackend(), lambda: who[0], training="quota", login="train", max_waiting=9, quota_runs=9)
    config = explorer.configs.build("gcn", {"epochs": 5}, graph=explorer.graphs.list()[0].id)

    def begin(visitor):
        who[0] = visitor
        return explorer.runs.submit(config)

    return explorer, begin


def test_d12_without_a_login_nobody_trains(demo):
    explorer, begin = demo
    with pytest.raises(ForbiddenError) as refused:
        begin(Visitor("anna", "10.0.0.1"))
    assert str(refused.value) == "training here takes a login: log in on Train, or send the token of this app"
    assert explorer.guests.must_log_in_to_train() and not explorer.guests.must_log_in_to_see()
    own = begin(Visitor("anna", logged_in=True))
    assert [run.id for run in explorer.runs.list()] == [own.id] and begin(OWNER).visitor == ""
    assert begin(Visitor("bert", trusted=True)).id and not explorer.guests.must_log_in_to_train()


def test_d12_two_who_are_logged_in_at_one_address_train_beside_each_other(make_site):
    explorer, visit = make_site(training="quota", login="train", quota_runs=9, max_waiting=9)
    new = {"graph": explorer.graphs.list()[0].id, "config": {"epochs": 5}}
    for sub in ("1083", "2741"):
        person = visit(sign(CLAIMS | {"sub": sub}))
        assert person.post("/api/runs", json=new).status_code == 201 and person.get("/api/runs").json()["runs"]
        assert "set-cookie" not in person.get("/api/runs").headers
    assert person.post("/api/runs", json=new).json()["detail"].startswith("a visitor, and an address, has one run")
    assert visit({}).post("/api/runs", json=new).status_code == 403
    assert visit({}).post("/api/runs", json=new, headers={"origin": "https://evil.example"}).status_code == 403
    names = {run.visitor for run in explorer.runs.list_all()}
    assert names == {logins.name_login(CLAIMS), logins.name_login(CLAIMS | {"sub": "2741"})}


@pytest.fixture
def make_site(make_explorer):
    """The interface behind what asks for a login, under TLS that ends before it."""
    from starlette.routing import Mount

    from core.http import build_api

    def make(**settings):
        explorer = make_explorer(NoBackend(), who_asks, token=TOKEN, **settings)
        access = {"access": lambda: explorer.access, "read_login": logins.read_login}
        layers = [
            Middleware(KnownHosts, hosts=lambda: ("demo.run.app",)),
            Middleware(AskForLogin, is_needed=lambda: explorer.settings.login == "see", **access),
            Middleware(KnowVisitors, proxies=lambda: 0, **access),
        ]

        async def answer(_request):
            answer = PlainTextResponse("here")
            answer.set_cookie("a", "1")
            answer.set_cookie("b", "2", secure=True)
            return answer

        names = ("/healthz", "/metrics", "/app/metrics", "/apiary", "/_stcore/upload_file/a/b")
        routes = [Mount("/api", app=build_api(lambda: explorer)), *(Route(name, answer) for name in names)]
        app = Starlette(routes=routes, middleware=layers)
        return explorer, lambda cookies: TestClient(app, base_url="https://demo.run.app", cookies=cookies)

    return make


def test_d12_where_a_login_comes_first_data_take_one_or_the_token(make_site):
    _, visit = make_site(login="see")
    nobody, anna = visit({}), visit(sign(CLAIMS))
    paths = ("/healthz", "/apiary", "/metrics", "/app/metrics", "/api/runs", "/api/docs", "/_stcore/upload_file/a/b")
    assert [nobody.get(path).status_code for path in paths] == [200, 200, 401, 401, 401, 401, 401]
    assert {anna.get(path).status_code for path in paths} == {200}
    assert nobody.get("/api/runs", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    refused = nobody.get("/api/runs")
    assert refused.json()["detail"] == (
        "this app takes a login: log in on its first page, or send its token as 'Authorization: Bearer …'"
    )
    assert refused.headers["www-authenticate"] == "Bearer" and "content-security-policy" in refused.headers


def test_d12_cookies_given_over_tls_are_kept_to_it(make_site):
    _, visit = make_site()
    given = visit({}).get("/healthz").headers.get_list("set-cookie")
    assert given == ["a=1; Path=/; SameSite=lax; Secure", "b=2; Path=/; SameSite=lax; Secure"]
    plain = visit({}).get("http://demo.run.app/healthz")
    assert plain.headers.get_list("set-cookie")[0] == "a=1; Path=/; SameSite=lax"
    proxied = visit({}).get("http://demo.run.app/healthz", headers={"x-forwarded-proto": "https"})
    assert proxied.headers.get_list("set-cookie") == given


@pytest.mark.parametrize("training", ["open", "token", "off"])
def test_d12_a_login_to_train_is_one_within_the_quotas(monkeypatch, tmp_path, training):
    monkeypatch.chdir(tmp_path)
    for name, value in {"LOGIN": "train", "TRAINING": training, "TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"WIKICS_{name}", value)
    with pytest.raises(ConfigError, match=f"^WIKICS_LOGIN is train, and WIKICS_TRAINING is {training}: .* to quota"):
        load_settings()


SECTION = {
    "redirect_uri": "https://demo.example.org/oauth2callback",
    "cookie_secret": "c" * 64,
    "client_id": "wikics",
    "client_secret": "s",
    "server_metadata_url": "https://accounts.example/.well-known/openid-configuration",
}


@pytest.fixture
def write(monkeypatch, tmp_path):
    """Writes Streamlit's secrets."""
    from streamlit import config
    from streamlit.runtime.secrets import Secrets

    def write(section):
        path = tmp_path / "secrets.toml"
        path.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(text)}\n" for name, text in section.items()))
        monkeypatch.setattr("streamlit.auth_util.secrets_singleton", Secrets())

    files = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(tmp_path / "secrets.toml")])
    yield write
    config.set_option("secrets.files", files)


def test_d12_what_a_login_takes_is_said_before_anybody_tries(write, monkeypatch):
    write(SECTION)
    logins.check("train")
    write({})
    with pytest.raises(ConfigError, match="has no redirect_uri"):
        logins.check("train")
    for name in SECTION:
        write(SECTION | {name: " "})
        with pytest.raises(
            ConfigError, match=f"WIKICS_LOGIN is see, and .auth. of .* has no {name}: it takes redirect"
        ):
            logins.check("see")
    write(SECTION | {"redirect_uri": "https://demo.example.org/"})
    with pytest.raises(ConfigError, match=r"redirect_uri of \[auth\] is 'https://demo\.example\.org/': expected"):
        logins.check("see")
    monkeypatch.setattr(logins, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="Authlib is not installed: pip install"):
        logins.check("see")
    logins.check("off")
