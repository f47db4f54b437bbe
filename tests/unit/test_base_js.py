"""The life of a component, what it asks for and in which order answers count; the modules run by Node."""

from tests.node import call_js

# As much of a document as a component's frame asks of it.
DOCUMENT = """
class Element {
  children = [];
  setAttribute(name, value) { this[name] = value; }
  append(...children) { this.children.push(...children); }
  appendChild(child) { this.children.push(child); child.parent = this; }
  remove() { this.parent.children.splice(this.parent.children.indexOf(this), 1); }
}
globalThis.document = { createElement: () => new Element(), addEventListener() {} };
"""


def test_a_component_is_built_once_a_mount_told_every_update_and_ended():
    script = """
    const { defineComponent } = await import("./base/component.js");
    const seen = [];
    const render = defineComponent("sample", (frame) => {
      seen.push("built");
      frame.atEnd(() => seen.push("ended"));
      return {
        update(data, earlier) {
          seen.push([data, earlier]);
          frame.tell("chosen", data);
        },
      };
    });
    const [here, there] = [new Element(), new Element()];
    const setTriggerValue = (...told) => seen.push(told);
    const draw = (parentElement, data) => render({ data, parentElement, setTriggerValue });
    draw(here, 1);
    const end = draw(here, 2);
    draw(there, 7);
    const mounted = here.children.map((root) => root.class);
    end();
    const left = [here.children.length, there.children.length];
    draw(here, 3);
    done({ seen, mounted, left });
    """
    assert call_js(DOCUMENT + script) == {
        "seen": [
            *("built", [1, None], ["chosen", 1]),
            *([2, 1], ["chosen", 2]),
            *("built", [7, None], ["chosen", 7]),
            "ended",
            *("built", [3, None], ["chosen", 3]),
        ],
        "mounted": ["w-root sample"],
        "left": [0, 1],
    }


# A loader whose answers come when a test says so.
LOADER = """
const { Loader } = await import("./base/loader.js");
const seen = [];
const open = new Map();
const ask = (address) => new Promise((resolve, reject) => open.set(address, { resolve, reject }));
const loader = new Loader(ask, (state, message) => seen.push(message ? [state, message] : state));
const load = (address) => loader.load(address, (answer) => seen.push({ answer, after: loader.shown }));
const settle = () => new Promise((resolve) => setImmediate(resolve));
"""


def test_who_asks_last_is_answered_whatever_arrives_in_between():
    script = """
    load("a");
    load("b");
    open.get("b").resolve("B");
    await settle();
    open.get("a").resolve("A");
    await settle();
    done([seen, loader.shown]);
    """
    assert call_js(LOADER + script) == [["first", "first", "idle", {"answer": "B", "after": None}], "b"]


def test_going_back_to_what_is_shown_waits_for_nothing():
    script = """
    const asked = [load("a")];
    open.get("a").resolve("A");
    await settle();
    asked.push(load("b"), load("a"));
    open.get("b").resolve("B");
    await settle();
    done({ seen, asked, shown: loader.shown });
    """
    assert call_js(LOADER + script) == {
        "seen": ["first", "idle", {"answer": "A", "after": None}, "again", "idle"],
        "asked": [True, True, False],
        "shown": "a",
    }


def test_after_a_failure_even_what_is_shown_is_asked_for_again():
    script = """
    load("a");
    open.get("a").resolve("A");
    await settle();
    load("b");
    open.get("b").reject(new Error("no such article"));
    await settle();
    const asked = load("a");
    open.get("a").resolve("A");
    await settle();
    done({ seen: seen.slice(3), asked, failed: loader.failed });
    """
    assert call_js(LOADER + script) == {
        "seen": ["again", ["failed", "no such article"], "again", "idle", {"answer": "A", "after": "a"}],
        "asked": True,
        "failed": False,
    }


def test_addresses_carry_what_has_a_value():
    script = """
    import { addressOf } from "./base/api.js";
    done([
      addressOf("/graphs/{g}/map", { g: "a b" }, { run: null }),
      addressOf("/graphs/{g}/articles/{i}/neighbourhood", { g: "twin", i: 7 }, { hops: 2, run: "r1" }),
      addressOf("/metrics-since", {}, { run: ["a:0:1", "b:0:0"] }),
    ]);
    """
    assert call_js(script) == [
        "/api/graphs/a%20b/map",
        "/api/graphs/twin/articles/7/neighbourhood?hops=2&run=r1",
        "/api/metrics-since?run=a%3A0%3A1&run=b%3A0%3A0",
    ]
