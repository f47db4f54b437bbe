"""What the present code answers to the questions that older versions were asked."""

from functools import cache

import pytest

from tests.golden.ask import FOLDER, ask, lay_out
from tests.golden.recorded import list_recorded


@pytest.fixture(scope="session")
def answer(tmp_path_factory):
    """The present answer to one recorded question. Starts are dear: a process answers all that is asked alike."""

    @cache
    def ask_all(version, parts, is_slow):
        home = lay_out(FOLDER / version, tmp_path_factory.mktemp("golden") / "home")
        recorded = [found for part in parts for found in list_recorded(part)]
        alike = [found for found in recorded if (found.version, found.is_slow) == (version, is_slow)]
        asked = {part: [found for found in alike if found.part == part] for part in parts}
        answers = ask(home, **{part: [found.asked for found in group] for part, group in asked.items()})
        return {
            (part, found.number): answers[part][place]
            for part, group in asked.items()
            for place, found in enumerate(group)
        }

    def answer_one(found):
        parts = ("cli",) if found.part == "cli" else ("http", "pages")  # of one app
        return ask_all(found.version, parts, found.is_slow)[found.part, found.number]

    return answer_one
