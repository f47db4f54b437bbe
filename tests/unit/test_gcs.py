"""A bucket behind a network that fails, and one that may not be used."""

from itertools import product

import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, RefreshError

from core.errors import UnavailableError
from core.storage.gcs import NEEDED, GcsStorage
from tests.bench.bucket_faults import measure
from tests.gcs_faults import FAULTS, proxy_running

pytestmark = pytest.mark.slow  # each starts a server


@pytest.fixture
def proxy(emulator):
    with proxy_running(emulator, stall_seconds=0.3) as running:
        yield running


@pytest.fixture
def storage(emulator, proxy):
    return GcsStorage(emulator.make_bucket(), "team", make_client=proxy.make_client)


@pytest.mark.parametrize("fault", FAULTS)
def test_c01_every_operation_outlives_a_fault(fault, storage, proxy):
    storage.write("a", b"before")  # and what this account may do has been asked
    proxy.choose = lambda number, *_: fault if number == first else None

    def with_fault(work):
        nonlocal first
        first = proxy._numbers
        return work()

    first = -1
    assert with_fault(lambda: storage.write("runs/a/config.json", b"{}" * 100)) is None
    assert with_fault(lambda: storage.create("runs/a/state.json", b"one")) is True
    (found,) = with_fault(lambda: storage.list("runs/a/state.json"))
    second = with_fault(lambda: storage.swap("runs/a/state.json", b"two", found))
    third = with_fault(lambda: storage.extend("runs/a/state.json", b" three", second))
    assert with_fault(lambda: storage.read("runs/a/state.json")) == b"two three"
    assert with_fault(lambda: storage.list("runs/**"))[1] == third
    with_fault(lambda: storage.delete("runs/a/state.json"))
    proxy.choose = lambda *_: None
    assert {file.name: storage.read(file.name) for file in storage.list("**")} == {
        "a": b"before",
        "runs/a/config.json": b"{}" * 100,
    }
    assert sum(proxy.injected.values()) == 8
    assert storage.retries >= 7  # a deletion whose answer was lost finds nothing to delete


@pytest.mark.parametrize("faults", list(product(("wrong checksum", "lost answer", "truncated body"), repeat=2)))
def test_c01_what_two_faults_in_a_row_hide_is_known_for_ones_own(faults, storage, proxy):
    """Of an object that was replaced without an answer, another generation is there than the one that was told last."""
    storage.write("state.json", b"one")
    (found,) = storage.list("state.json")

    def with_faults(work, *arguments):
        first = proxy._numbers
        proxy.choose = lambda number, *_: dict(enumerate(faults, first)).get(number)
        return work("state.json", *arguments)

    for content in (b"two", b"three"):
        found = with_faults(storage.swap, content, found)
        assert found is not None
    found = with_faults(storage.extend, b" four", found)
    proxy.choose = lambda *_: None
    assert (storage.list("state.json"), storage.read("state.json")) == ([found], b"three four")
    assert sum(proxy.injected.values()) == 6


def test_c01_a_bucket_that_is_silent_is_given_up_in_a_sentence(emulator, proxy):
    proxy.choose = lambda *_: "503"
    storage = GcsStorage("silent", make_client=proxy.make_client, deadline_seconds=0.5)
    for ask in (lambda: storage.list("**"), lambda: storage.read("a"), lambda: storage.write("a", b"")):
        with pytest.raises(
            UnavailableError, match=r"bucket silent does not answer \(503 .*injected.*\): check the net"
        ):
            ask()


def test_c01_without_credentials_a_sentence_says_so():
    def no_credentials():
        raise DefaultCredentialsError("Your default credentials were not found.")

    with pytest.raises(UnavailableError) as caught:
        GcsStorage("team", make_client=no_credentials).list("**")
    assert str(caught.value) == (
        "bucket team cannot be used, since there are no Google credentials here: there is no account to hold the "
        "permission storage.objects.list (give one: gcloud auth application-default login, or the path of a key in "
        "GOOGLE_APPLICATION_CREDENTIALS)"
    )


def test_c01_credentials_that_are_refused_are_named(proxy):
    class Expired(AnonymousCredentials):
        service_account_email = "ci@project.iam.gserviceaccount.com"

        def before_request(self, *_):
            raise RefreshError("invalid_grant: Token has been expired or revoked.")

    def make_client():
        client = proxy.make_client()
        client._http.credentials = client._credentials = Expired()
        return client

    with pytest.raises(UnavailableError) as caught:
        GcsStorage("team", make_client=make_client).list("**")
    assert str(caught.value) == (
        "bucket team does not accept the credentials of ci@project.iam.gserviceaccount.com, so that the permission "
        "storage.objects.list is missing (invalid_grant: Token has been expired or revoked.): renew them "
        "(gcloud auth application-default login)"
    )


def test_c01_a_bucket_that_does_not_exist_is_named(emulator):
    storage = GcsStorage("never-made", "team", make_client=emulator.make_client)
    for permission, ask in (
        ("storage.objects.list", lambda: storage.list("**")),
        ("storage.objects.list", lambda: storage.read("a")),
        ("storage.objects.create", lambda: storage.create("a", b"")),
    ):
        with pytest.raises(UnavailableError) as caught:
            ask()
        assert str(caught.value) == (
            f"bucket never-made does not exist, or an anonymous account lacks the permission {permission} to see it: "
            "make it (gcloud storage buckets create gs://never-made), or name another in WIKICS_BUCKET"
        )


DENIED = (
    "ci@project.iam.gserviceaccount.com does not have storage.objects.list access to the Google Cloud Storage bucket."
)


def test_c01_a_permission_that_is_missing_is_named_with_the_account(proxy, storage):
    bucket = storage.bucket
    proxy.answers = {"/o?": (403, {"error": {"code": 403, "message": DENIED}})}
    with pytest.raises(UnavailableError) as caught:
        storage.list("runs/**")
    assert str(caught.value) == (
        f"bucket {bucket} cannot be used by ci@project.iam.gserviceaccount.com, who lacks the permission "
        f"storage.objects.list there: grant it (gcloud storage buckets add-iam-policy-binding gs://{bucket} --member … "
        "--role roles/storage.objectUser), or name another bucket in WIKICS_BUCKET"
    )


def test_c01_what_may_not_be_written_is_said_before_anything_is(proxy, storage):
    proxy.answers = {"/iam/testPermissions": (200, {"permissions": [name for name in NEEDED if "delete" not in name]})}
    with pytest.raises(UnavailableError, match=r"who lacks the permission storage.objects.delete there: grant it"):
        storage.create("runs/a/config.json", b"{}")
    proxy.answers = {}
    assert storage.list("**") == []


def test_c01_a_pattern_is_listed_with_one_request(proxy, storage, emulator):
    direct = GcsStorage(storage.bucket, "team", make_client=emulator.make_client)
    for run in range(60):
        for name in ("config.json", "state.json"):
            direct.write(f"runs/{run:04}/{name}", b"{}")
    assert len(storage.list("runs/*/*")) == 120
    assert proxy.asked["LIST"] == 1


def test_c01_runs_that_are_mirrored_through_faults_arrive_whole():
    """A short one of the measurement that docs/cloud.md names."""
    found = measure(120, 0.5)
    assert (found["runs"], found["differences"]) == (8, {})
    assert found["num_injected"] >= 12 and found["num_retries"] >= 12
