"""Deliberate faults: each file changes one thing of the production overlay, and the rules must find that and nothing else.

refused_with:   what the finding says, or part of it; a list where one change has several
changes:        each either `in`, `op` (add, replace, remove), `path`, `value`; or `add` a resource; or `remove` one
"""

import copy
import pathlib
import re

import yaml

from manifests import title

# What kustomize puts behind the name of a config map that it makes.
HASH = re.compile(r"(?<=^ConfigMap/)(.*)-[a-z0-9]{10}$")


def load(folder: pathlib.Path) -> list[tuple[str, dict]]:
    return [(file.stem, yaml.safe_load(file.read_text())) for file in sorted(folder.glob("*.yaml"))]


def broken(resources: list[dict], sample: dict) -> list[dict]:
    resources = copy.deepcopy(resources)
    for change in sample["changes"]:
        if "remove" in change:
            kept = [one for one in resources if title(one) != change["remove"]]
            assert len(kept) < len(resources), f"there is no {change['remove']} to remove"
            resources = kept
        elif "in" in change:
            [resource] = [one for one in resources if HASH.sub(r"\1", title(one)) == change["in"]]
            apply(resource, change)
        else:
            resources.append(change["add"])
    return resources


def apply(resource: dict, change: dict) -> None:
    """A part of JSON Patch: enough to break something."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in change["path"].lstrip("/").split("/")]
    place = resource
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list) and last == "-":
        place.append(change["value"])
        return
    key = int(last) if isinstance(place, list) else last
    if change["op"] == "remove":
        del place[key]
    else:
        assert change["op"] == "add" or place[key] != change["value"], "the change changes nothing"
        place[key] = change["value"]


def verdict(found: list[str], sample: dict, before: list[str]) -> list[str]:
    """What is wrong with the rules' answer to a fault; `before` is what they found without it."""
    expected = sample["refused_with"]
    expected = [expected] if isinstance(expected, str) else expected
    faults = [f"it was not found that: {text}" for text in expected if not any(text in finding for finding in found)]
    return faults + [f"it was found, too, that: {one}" for one in found if one not in before and not any(text in one for text in expected)]
