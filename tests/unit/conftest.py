"""Fixtures that several unit tests share."""

import pytest


@pytest.fixture
def new_folder(tmp_path):
    """Makes an empty run folder of this name."""
    from core.runs.folder import RunFolder

    def make(name):
        (tmp_path / name).mkdir()
        return RunFolder(tmp_path / name)

    return make
