"""Running the browser's own modules in Node, for tests of their pure functions."""

import json
import shutil
import subprocess

import pytest

from pages.ui.components.assets import STATIC


@pytest.fixture(scope="session")
def call_js(tmp_path_factory):
    """Calls functions of `pages/ui/static`: the script sees its modules beside it, `input`, and answers with done()."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node to run the browser's modules")
    folder = tmp_path_factory.mktemp("modules")
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')

    def call(script, data=None):
        (folder / "data.json").write_text(json.dumps(data))
        (folder / "script.js").write_text(
            'import { readFileSync } from "node:fs";\n'
            'const input = JSON.parse(readFileSync("data.json", "utf8"));\n'
            "const done = (value) => console.log(JSON.stringify(value));\n" + script
        )
        answer = subprocess.run(
            [node, "script.js"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return call


@pytest.fixture
def new_folder(tmp_path):
    """Makes an empty run folder of this name."""
    from core.runs.folder import RunFolder

    def make(name):
        (tmp_path / name).mkdir()
        return RunFolder(tmp_path / name)

    return make
