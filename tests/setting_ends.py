"""Both ends of every setting, and the strangest values between: each has to work in every door."""

ENDS = {
    "home": ["deep/" * 20 + "home", "a [b] *?#%é '\"\n~ home"],
    "data": ["no such folder", "~/no such folder", "tiny.npz", "x" * 200],
    "backend": ["local"],
    "training": ["open", "token", "off"],
    "token": ["x", "t" * 5_000, "sécret 🔑", "  spaced  "],
    "hosts": ["", "*", " ,, ,", "https://example.org:8501/, *.example.org:443, [::1"],
    "max_runs": [1, 64],
    "max_waiting": [0, 10_000],
    "max_epochs": [1, 10**30],
}
CASES = [(name, value) for name, values in ENDS.items() for value in values]
TOKEN = "secret"


def complete(name, value, folder):
    """Settings with this one, and what it is nothing without; paths lie in a folder."""
    others = {"token": {"training": "token"}, "training": {"token": TOKEN}}.get(name, {})
    if name in ("home", "data") and not value.startswith("~"):
        value = folder / value
    return {name: value} | others
