"""HTTP over an old home answers what the version of that home answered."""

import re

import pytest

from tests.golden.ask import find_differences
from tests.golden.recorded import each, list_recorded

pytestmark = pytest.mark.slow  # one process answers all of them in nine seconds

REQUESTS = list_recorded("http")
SPECS = [found for found in REQUESTS if found.asked["url"] == "/api/openapi.json"]
OF_PROBLEM = ("type", "title", "status")  # the sentences in a problem are for people, and may get better


@pytest.mark.parametrize("found", each(found for found in REQUESTS if found not in SPECS))
def test_route_answers_what_it_answered(answer, found):
    now, then = answer(found), found.answer
    if then["status"] >= 400:
        then = {"status": then["status"], "content": {key: then["content"][key] for key in OF_PROBLEM}}
    assert find_differences(hide_private(then), now) == []


@pytest.mark.parametrize("found", each(SPECS))
def test_no_route_and_no_parameter_is_gone(answer, found):
    then, now = (list_parameters(spec["content"]) for spec in (found.answer, answer(found)))
    assert {
        route: names - now.get(route, set()) for route, names in then.items() if names - now.get(route, set())
    } == {}
    assert then.keys() - now.keys() == set()


def hide_private(answer):
    """An answer as it would be now, when visitors are told neither folders of the server nor lines of its code."""
    if isinstance(answer, dict):
        shown = {key: hide_private(value) for key, value in answer.items() if key not in ("diff", "diff_cut")}
        return shown | ({"folder": shown["folder"].removeprefix("HOME/")} if "folder" in shown else {})
    return [hide_private(item) for item in answer] if isinstance(answer, list) else answer


def list_parameters(spec):
    """By method and route, without the names of what stands in the route: the parameters that it takes."""
    return {
        (method, re.sub(r"\{\w+\}", "{}", path)): {
            parameter["name"] for parameter in route.get("parameters", []) if parameter["in"] == "query"
        }
        for path, routes in spec["paths"].items()
        for method, route in routes.items()
    }
