"""The command line over an Explorer of a test's own."""


def open_at_shell(monkeypatch, explorer):
    """Commands ask this Explorer, and lists its runs."""
    monkeypatch.setattr("core.cli.console.open_explorer", lambda: explorer)
    monkeypatch.setattr("core.cli.listing.open_lists", lambda _ask: explorer.runs)
