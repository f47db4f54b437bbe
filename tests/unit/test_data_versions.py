"""Data under version control; `python -m tests.checkout` makes every stage of dvc.yaml."""

import io

import numpy as np
import pytest
import yaml

from core.errors import ArchiveError
from core.graph.archive import compute_digest
from tests.checkout import PARAMS, STAGES, Checkout
from tests.images.dockerfile import expand
from tests.reference import list_commands, list_presets
from tests.tracked import ROOT


@pytest.mark.slow
def test_row_104_data_is_made_once_verified_and_kept_in_a_bucket(tmp_path, emulator, twin_arrays):
    digest = compute_digest(twin_arrays)
    checkout = Checkout(tmp_path, digest[::-1])
    said = " ".join(checkout.dvc("repro", "verify", fails=True).split())
    assert f"graphs/twin/graph.npz in WIKICS_HOME has the digest {digest}: expected {digest[::-1]}" in said
    checkout.set(digest=digest)
    assert checkout.list_made("verify") == ["verify"]
    assert checkout.list_made("verify") == []
    made = (checkout.folder / "results" / "graph.json").read_bytes()
    checkout.keep_in(emulator)
    checkout.dvc("push", "fetch")
    checkout.forget()
    checkout.dvc("pull", "fetch")
    assert (checkout.folder / "results" / "graph.json").read_bytes() == made


def test_row_104_what_has_changed_is_told_with_the_file_and_both_digests(explorer, tiny_id, tiny_arrays, storage):
    name = f"graphs/{tiny_id}/graph.npz"
    digest = explorer.graphs.read_summary(tiny_id).digest
    explorer.graphs.verify(tiny_id, digest)
    changed = dict(tiny_arrays) | {"features": tiny_arrays["features"] + 1}
    packed = io.BytesIO()
    np.savez(packed, **changed)
    storage.write(name, packed.getvalue())
    with pytest.raises(ArchiveError) as told:
        explorer.graphs.verify(tiny_id, digest)
    assert str(told.value) == (
        f"{name} in WIKICS_HOME has the digest {compute_digest(changed)}: expected {digest}; delete its folder and "
        "fetch, make or register the graph again, or name its new digest"
    )


def test_row_104_a_changed_byte_is_found(explorer, tiny_id, storage):
    name = f"graphs/{tiny_id}/graph.npz"
    digest = explorer.graphs.read_summary(tiny_id).digest
    content = bytearray(storage.read(name))
    content[len(content) // 3] ^= 1
    storage.write(name, bytes(content))
    with pytest.raises(ArchiveError, match=rf"^{name} in WIKICS_HOME has the digest none \(.*\): expected {digest}; "):
        explorer.graphs.verify(tiny_id, digest)


def test_row_104_what_the_pipeline_asks_for_is_there():
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert set(params) == {*PARAMS, "digest"}
    known = {preset.name for preset in list_presets()}
    assert {params["preset"], params["against"]} <= known
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert list(stages) == STAGES
    commands = list_commands()
    for stage in stages.values():
        for line in [stage["cmd"]] if isinstance(stage["cmd"], str) else stage["cmd"]:
            words = expand(line, {name: str(value) for name, value in params.items()}).split(" > ")[0].split()[1:]
            path = next(path for path in commands if path == tuple(words[: len(path)]))
            commands[path].make_context(" ".join(path), words[len(path) :])
