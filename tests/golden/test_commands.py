"""Commands over an old home print what the version of that home printed."""

import pytest

from tests.golden.ask import find_differences
from tests.golden.recorded import each, list_recorded

pytestmark = pytest.mark.slow

COMMANDS = list_recorded("cli")
WHOLE_LISTS = [found for found in COMMANDS if found.asked["argv"] == ["runs", "list", "--json"]]


@pytest.mark.parametrize("found", each(COMMANDS))
def test_command_prints_what_it_printed(answer, found):
    now, then = answer(found), found.answer
    assert now["code"] == then["code"], now["err"]
    assert find_differences(then["content"], now["content"]) == []
    if then["code"]:
        assert now["err"].startswith("wikics: ") and now["err"].count("\n") == 1


@pytest.mark.parametrize("found", each(WHOLE_LISTS))
def test_the_same_runs_are_of_one_variant(answer, found):
    then, now = found.answer["content"]["runs"], answer(found)["content"]["runs"]
    assert len(group_variants(then)) < len(then) - 1, "no two runs of the artefacts are of one variant"
    assert group_variants(now) == group_variants(then)


def group_variants(runs):
    """The ids of the runs of each variant. A run whose config lacks fields may join those of their defaults."""
    groups = {}
    for run in runs:
        if not run["id"].endswith("-old"):
            groups.setdefault(run["variant"], []).append(run["id"])
    return sorted(groups.values())
