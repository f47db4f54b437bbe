"""What Google Cloud Storage refuses, in a sentence that names the bucket, the account and the missing permission."""

import re
from typing import Any, Final

from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.auth.credentials import AnonymousCredentials

from core.errors import InvalidInputError, UnavailableError, WikicsError

READ, LIST, CREATE, DELETE = (f"storage.objects.{verb}" for verb in ("get", "list", "create", "delete"))  # permissions
# "ci@p.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage object. …"
_ACCOUNT: Final = re.compile(r"(\S+@\S+|Anonymous caller) does not have")
_PERMISSION: Final = re.compile(r"storage\.[a-zA-Z]+\.[a-zA-Z]+")
MAX_CHARACTERS: Final = 300  # of an answer that a message repeats

REFUSED: Final = (api.GoogleAPICallError, api.RetryError, auth.GoogleAuthError, OSError)


def name_account(credentials: Any) -> str:
    """Whose credentials these are, as far as they tell."""
    for attribute in ("service_account_email", "signer_email", "account"):
        name = getattr(credentials, attribute, None)
        if isinstance(name, str) and name and name != "default":
            return name
    return "an anonymous account" if isinstance(credentials, AnonymousCredentials) else "the account used here"


def explain_missing_credentials(bucket: str, permission: str) -> UnavailableError:
    return UnavailableError(
        f"bucket {bucket} cannot be used, since there are no Google credentials here: there is no account to hold the "
        f"permission {permission} (give one: gcloud auth application-default login, or the path of a key in "
        "GOOGLE_APPLICATION_CREDENTIALS)"
    )


def explain_missing_permissions(bucket: str, account: str, permissions: list[str]) -> UnavailableError:
    lacking = " and ".join(permissions)
    return UnavailableError(
        f"bucket {bucket} cannot be used by {account}, who lacks the permission {lacking} there: "
        f"grant it (gcloud storage buckets add-iam-policy-binding gs://{bucket} --member … "
        "--role roles/storage.objectUser), or name another bucket in WIKICS_BUCKET"
    )


def explain_missing_bucket(bucket: str, account: str, permission: str) -> UnavailableError:
    return UnavailableError(
        f"bucket {bucket} does not exist, or {account} lacks the permission {permission} to see it: "
        f"make it (gcloud storage buckets create gs://{bucket}), or name another in WIKICS_BUCKET"
    )


def explain(error: Exception, bucket: str, *, account: str, permission: str) -> WikicsError:
    """The sentence for what a request of this permission ended with, when it could not be retried any more."""
    told = str(getattr(error, "message", None) or error)
    if isinstance(error, auth.DefaultCredentialsError):
        return explain_missing_credentials(bucket, permission)
    if isinstance(error, api.RetryError):
        reason = _shorten(str(error.cause or error))
        return UnavailableError(
            f"bucket {bucket} does not answer ({reason}): check the network and https://status.cloud.google.com, "
            "then try again"
        )
    if isinstance(error, api.Unauthorized | auth.GoogleAuthError):
        return UnavailableError(
            f"bucket {bucket} does not accept the credentials of {account}, so that the permission {permission} is "
            f"missing ({_shorten(told)}): renew them (gcloud auth application-default login)"
        )
    if isinstance(error, api.Forbidden):
        found, named = _ACCOUNT.search(told), _PERMISSION.search(told)
        who = found[1] if found and "@" in found[1] else account
        return explain_missing_permissions(bucket, who, [named[0] if named else permission])
    if isinstance(error, api.NotFound):
        return explain_missing_bucket(bucket, account, permission)
    if isinstance(error, api.BadRequest):
        return InvalidInputError(f"bucket {bucket} takes no such name or content ({_shorten(told)}): choose another")
    return UnavailableError(f"bucket {bucket} failed ({_shorten(told)}): try again in a moment")


def _shorten(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MAX_CHARACTERS else f"{words[:MAX_CHARACTERS]}…"
