"""What pages import is there before the first visitor comes."""

import subprocess
import sys

import pytest

from tests.browser.server import ROOT

VISIT = """
import sys
from streamlit.testing.v1 import AppTest
from core.app.explorer import open_explorer
from core.settings import build_settings
from pages.ui import loaders, preload

preload.import_all()
explorer = open_explorer(build_settings(home=sys.argv[1]))
loaders.get_explorer = lambda: explorer
explorer.graphs.prepare()
before = set(sys.modules)
for name in ("overview", "train", "runs", "benchmark", "map", "article"):
    at = AppTest.from_file(sys.argv[2] + "/pages/router.py", default_timeout=60).run()
    at = at if name == "overview" else at.switch_page(f"{name}.py").run()
    assert not at.exception, at.exception
new = {name for name in set(sys.modules) - before if not name.startswith("plotly.graph_objs.")}  # each is one class
print(*sorted(new))
"""
# Alone in their packages or without any import of their own.
HARMLESS = (
    *("PIL._", "_plotly_utils.files", "narwhals._interchange", "packaging.", "plotly.files", "plotly.animation"),
    *("pyarrow.vendored", "streamlit.components.v2.manifest_scanner", "streamlit.runtime.scriptrunner.magic_funcs"),
    "streamlit.web.skills",
)


@pytest.mark.slow
def test_n04_no_visit_imports_a_package_that_another_might_be_importing(tmp_path):
    command = [sys.executable, "-c", VISIT, str(tmp_path / "home"), str(ROOT)]
    environment = {"PATH": "", "PYTHONPATH": str(ROOT), "WIKICS_DATA": str(tmp_path)}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    assert [name for name in answer.stdout.split() if not name.startswith(HARMLESS)] == []
