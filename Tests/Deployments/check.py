#!/usr/bin/env python3
"""Renders deploy/kubernetes and holds the rules over it; then breaks it on purpose and demands that the rules notice.

usage: check.py KUBECTL
"""

import pathlib
import subprocess
import sys

import hardening
import manifests
import references
import samples
import schemas
import settings
import workloads
from report import end, tell

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"


def render(kubectl: str, folder: pathlib.Path) -> list[dict]:
    result = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    # A warning of today, such as a field that will be gone, is an error of tomorrow.
    faults = [line for line in result.stderr.splitlines() if line]
    resources = manifests.load(result.stdout)
    if result.returncode == 0 and not resources:
        faults.append("it renders to nothing")
    tell(f"{folder.relative_to(ROOT)} renders", faults)
    return resources


def main() -> int:
    kubectl = sys.argv[1]
    own = schemas.own_schemas(KUBERNETES / "schemas")
    readme = (KUBERNETES / "README.md").read_text()
    keys = settings.Keys(ROOT)
    rules = {
        "is what its kinds allow": lambda resources: schemas.findings(resources, own),
        "gives up what it does not need": hardening.findings,
        "can be watched, drained and reached by those alone who may": workloads.findings,
        "refers to what is there": lambda resources: references.findings(resources, readme),
        "sets what the code reads, and all that it must have": lambda resources: settings.findings(resources, keys),
    }
    # The base alone names no versions and has no way to its servers: only its form is judged.
    tell("deploy/kubernetes/base is what its kinds allow", schemas.findings(render(kubectl, KUBERNETES / "base"), own))

    used = set()
    overlays = {}
    for folder in sorted(path.parent for path in (KUBERNETES / "overlays").glob("*/kustomization.yaml")):
        resources = render(kubectl, folder) + render(kubectl, folder / "migrate")
        overlays[folder.name] = resources
        for name, rule in rules.items():
            tell(f"overlay {folder.name} {name}", rule(resources))
        used |= {reference[1:4] for reference in references.references(resources)}
    unused = sorted(set(references.documented(readme)) - used)
    tell("the README names no secret that nothing needs", ["/".join(one) for one in unused])

    def everything(resources: list[dict]) -> list[str]:
        return [finding for rule in rules.values() for finding in rule(resources)]

    before = everything(overlays["production"])
    for name, sample in samples.load(ROOT / "Tests" / "Deployments" / "broken"):
        found = everything(samples.broken(overlays["production"], sample))
        tell(f"refused: {name.replace('-', ' ')}", samples.verdict(found, sample, before))
    return end()


if __name__ == "__main__":
    sys.exit(main())
