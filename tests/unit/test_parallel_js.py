"""What the parallel coordinates decide by themselves; their modules run by Node."""

from pages.ui.sweep_trials import read_brush
from tests.node import call_js

AXES = [
    {"name": "lr", "low": 0.001, "high": 0.1, "log": True, "values": []},
    {"name": "norm", "low": 0, "high": 2, "log": False, "values": ["a", "b", "c"]},
    {"name": "val_acc", "low": 0.7, "high": 0.8, "log": False, "values": []},
]
IMPORT = 'import { passes, placeOf, readBrush, ticksOf, valueAt, writeBrush } from "./parallel/scales.js";\n'


def test_row_39_places_go_by_logarithm_and_turn_over():
    script = IMPORT + (
        "const view = (log, flipped) => ({ log, flipped });\n"
        "const places = [placeOf(input[0], 0.01, view(true, false)), placeOf(input[0], 0.01, view(false, true)),\n"
        "                placeOf(input[1], 2, view(false, true))];\n"
        "const back = [true, false].flatMap((log) => [true, false].map((flipped) =>\n"
        "  valueAt(input[0], placeOf(input[0], 0.02, view(log, flipped)), view(log, flipped))));\n"
        "done([places, back, ticksOf(input[0], true), ticksOf(input[1], false), ticksOf(input[2], false).length > 2]);"
    )
    places, back, tens, names, enough = call_js(script, AXES)
    assert [round(place, 6) for place in places] == [0.5, round(1 - 0.009 / 0.099, 6), 0]
    assert [round(value, 9) for value in back] == [0.02] * 4
    assert [round(tick, 9) for tick in tens] == [0.001, 0.01, 0.1]
    assert (names, enough) == ([0, 1, 2], True)


def test_row_39_a_brush_is_the_same_text_on_both_sides():
    script = IMPORT + (
        "const brush = readBrush(input.text, input.axes);\n"
        "done([brush, writeBrush(brush), [[0.01, 1, 0.75], [0.05, 1, 0.75], [0.01, 0, 0.75], [0.01, null, 0.75]]\n"
        "  .map((values) => passes(values, input.axes, brush))]);"
    )
    text = "lr:0.02~0.002,norm:1~2,other:1~2,val_acc:x~1,junk"
    brush, written, passed = call_js(script, {"axes": AXES, "text": text})
    assert brush == {"lr": [0.002, 0.02], "norm": [1, 2]}
    assert written == "lr:0.002~0.02,norm:1~2"
    assert passed == [True, False, False, False]
    assert read_brush(written) == {"lr": (0.002, 0.02), "norm": (1.0, 2.0)}


def test_i13_values_beside_an_axis_read_as_people_write_them():
    script = (
        'import { sayValue } from "./parallel/scales.js";\n'
        "done([sayValue(input[0], 0.0061234), sayValue(input[1], 1), sayValue({ ...input[2], share: true }, 0.7996)]);"
    )
    assert call_js(script, AXES) == ["0.006123", "b", "80.0\u2009%"]
