"""What pages import, before the first visitor comes: two threads that begin one package at once may see half of it."""

import pkgutil
from importlib import import_module
from typing import Final

import pages.ui
from pages.ui import charts

# What Streamlit and our charts import only once they draw something.
LATE: Final = (
    "core.config.fields",
    "core.evaluation.groups",
    "core.runs.predicted",
    "orjson",
    "pandas",
    "PIL.ImageFile",
    "plotly.graph_objects",
    "plotly.offline",
    "plotly.tools",
    "pyarrow.pandas_compat",
    "streamlit.material_icon_names",
)


def import_all() -> None:
    """Imports whatever a page needs."""
    for module in pkgutil.walk_packages(pages.ui.__path__, "pages.ui."):
        import_module(module.name)
    for name in LATE:
        import_module(name)
    charts.build_example_curves().to_json()  # of Plotly the rest
