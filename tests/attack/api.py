"""Requests that fit the description of `/api`, and requests that do not."""

import hypothesis
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.attack.judges import judge_answer

KIND = "API cases"


def attack_api(world, cases, *, known, seed):
    """At least `cases` requests over all operations; known: by a path parameter's name, values that mean something."""
    schema = schemathesis.openapi.from_url(f"{world.url}/api/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    each = -(-cases // len(operations))
    for operation in operations:
        _attack_operation(world, operation, each, known, seed)


def _attack_operation(world, operation, count, known, seed):
    before = world.verdict.counts[KIND]
    modes = st.one_of(*(operation.as_strategy(mode) for mode in GenerationMode))
    choices = st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in known.items()})

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(modes, choices)
    def send(case, chosen):
        for name, value in chosen.items():
            if value is not None and name in (case.path_parameters or {}):
                case.path_parameters[name] = value
        _send(world, case)

    while world.verdict.counts[KIND] - before < count:  # where there are fewer different ones, some come twice
        sent = world.verdict.counts[KIND]
        send()
        if world.verdict.counts[KIND] == sent:
            break


def _send(world, case):
    what = f"{case.method} {case.formatted_path[:200]}"
    try:
        answer = case.call(base_url=f"{world.url}/api", session=world.http, timeout=60)
    except Exception as error:  # noqa: BLE001  # whatever the client says of it, the app gave no answer
        if "Invalid" not in type(error).__name__:  # what no client can send
            world.verdict.note(KIND, what, [f"no answer: {type(error).__name__}: {str(error)[:200]}"])
        return
    kind = "".join(answer.headers.get("content-type", [""]))
    text = (answer.content or b"").decode("utf-8", "replace")
    if kind.startswith("application/json") and case.path.endswith("openapi.json"):
        return
    world.verdict.note(KIND, what, judge_answer(answer.status_code, kind, text, secret=[str(world.folder)]))
