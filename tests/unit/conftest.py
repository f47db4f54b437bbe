"""Fixtures that several unit tests share."""

import pytest


@pytest.fixture(scope="module")
def one_thread():
    """Graphs as small as those of tests gain nothing from threads, and lose much when other tests run beside."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def new_folder(tmp_path):
    """Makes an empty run folder of this name."""
    from core.runs.folder import RunFolder

    def make(name):
        (tmp_path / name).mkdir()
        return RunFolder(tmp_path / name)

    return make
