"""Rendered resources, and what the rules ask of them."""

from dataclasses import dataclass

import yaml


@dataclass
class Pods:
    """The pods that a workload makes."""

    owner: dict
    spec: dict
    labels: dict

    @property
    def name(self) -> str:
        return title(self.owner)

    @property
    def namespace(self) -> str:
        return namespace(self.owner)

    @property
    def containers(self) -> list[dict]:
        return self.spec.get("initContainers", []) + self.spec.get("containers", [])


def load(text: str) -> list[dict]:
    return [document for document in yaml.safe_load_all(text) if document]


def title(resource: dict) -> str:
    return f"{resource.get('kind', '?')}/{resource.get('metadata', {}).get('name', '?')}"


def namespace(resource: dict) -> str:
    return resource.get("metadata", {}).get("namespace", "default")


def of_kind(resources: list[dict], *kinds: str) -> list[dict]:
    return [resource for resource in resources if resource.get("kind") in kinds]


def pods(resources: list[dict]) -> list[Pods]:
    """The pods of every workload; a kind that is not known to make pods has none."""
    found = []
    for resource in resources:
        spec = resource.get("spec", {})
        if resource.get("kind") == "Pod":
            found.append(Pods(resource, spec, resource["metadata"].get("labels", {})))
            continue
        if resource.get("kind") == "CronJob":
            spec = spec.get("jobTemplate", {}).get("spec", {})
        template = spec.get("template")
        if resource.get("kind") in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob") and template:
            found.append(Pods(resource, template["spec"], template.get("metadata", {}).get("labels", {})))
    return found


def selects(selector: dict, labels: dict) -> bool:
    """Whether a label selector takes these labels; an empty one takes all."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", []):
        value = labels.get(expression["key"])
        taken = {
            "In": value in expression.get("values", []),
            "NotIn": value not in expression.get("values", []),
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }[expression["operator"]]
        if not taken:
            return False
    return True
