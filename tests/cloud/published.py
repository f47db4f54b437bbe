"""The messages of Google's services as Google publishes them, and whether a file is one."""

import json
from functools import cache
from pathlib import Path

import yaml
from googleapiclient.discovery_cache import documents

KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "number": (int, float)}


@cache
def read_service(name):
    """`run.v1`: the text of its description. The library is asked for nothing else."""
    return Path(documents.__path__[0], f"{name}.json").read_text(encoding="utf-8")


@cache
def _read_schemas(service):
    return json.loads(read_service(service))["schemas"]


def find_faults(value, service, message, path=""):
    """Where a value is not what the message of that name may hold: a sentence each."""
    return list(_find_faults(value, _read_schemas(service)[message], service, path or message))


def _find_faults(value, schema, service, path):
    if "$ref" in schema:
        schema = _read_schemas(service)[schema["$ref"]]
    kind = KINDS[schema["type"]]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{path} is {value!r}: expected {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {value!r}: expected one of {schema['enum']}"
    for name, each in value.items() if kind is dict else ():
        known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        if known is None:
            yield f"{path}.{name}: there is no such field"
        else:
            yield from _find_faults(each, known, service, f"{path}.{name}")
    for each in value if kind is list else ():
        yield from _find_faults(each, schema["items"], service, f"{path}[]")


class _Once(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"twice in one mapping: {keys}"
        return super().construct_mapping(node, deep)


def load_yaml(text):
    return yaml.load(text, Loader=_Once)  # a SafeLoader
