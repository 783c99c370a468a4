"""Whether what resources refer to is there: made beside them, or made by a person or an operator as the README says."""

import re

import yaml

from manifests import Pods, namespace, of_kind, pods, title

# A row of the README: | Secret or ConfigMap | `namespace/name` | `key`, `key` | …
ROW = re.compile(r"^\| (Secret|ConfigMap) \| `([a-z0-9-]+)/([a-z0-9.-]+)` \|([^|]*)\|")


def documented(readme: str) -> dict[tuple[str, str, str], set[str]]:
    """What the README says must be there before, by kind, namespace and name, with its keys."""
    rows = {}
    for line in readme.splitlines():
        if match := ROW.match(line):
            rows[match[1], match[2], match[3]] = set(re.findall(r"`([^`]+)`", match[4]))
    return rows


def present(resources: list[dict], readme: str) -> dict[tuple[str, str, str], set[str]]:
    known = documented(readme)
    for made in of_kind(resources, "ConfigMap", "Secret"):
        keys = set(made.get("data", {})) | set(made.get("stringData", {})) | set(made.get("binaryData", {}))
        known[made["kind"], namespace(made), made["metadata"]["name"]] = keys
    return known


def findings(resources: list[dict], readme: str) -> list[str]:
    known = present(resources, readme)
    found = []
    for user, kind, space, name, keys in references(resources):
        if (kind, space, name) not in known:
            found.append(f"{user}: nobody makes the {kind} {space}/{name}, and the README does not name it")
            continue
        for key in sorted(keys - known[kind, space, name]):
            found.append(f"{user}: the {kind} {space}/{name} has no key {key}")
    for group in pods(resources):
        found += [f"{group.name}: {fault}" for fault in foreign_secrets(group)]
        found += [f"{group.name}: {fault}" for fault in mount_faults(group)]
        accounts = [one["metadata"]["name"] for one in of_kind(resources, "ServiceAccount")]
        if group.spec.get("serviceAccountName") not in accounts:
            found.append(f"{group.name}: there is no ServiceAccount {group.spec.get('serviceAccountName')}")
        claims = [one["metadata"]["name"] for one in of_kind(resources, "PersistentVolumeClaim")]
        for volume in group.spec.get("volumes", []):
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and claim not in claims:
                found.append(f"{group.name}: there is no PersistentVolumeClaim {claim}")
    return found + connection_faults(resources, known)


def references(resources: list[dict]):
    """User, kind, namespace, name and needed keys of each reference to a secret or a config map."""
    for group in pods(resources):
        for volume in group.spec.get("volumes", []):
            for kind, member, named in (("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")):
                if source := volume.get(member):
                    keys = {item["key"] for item in source.get("items", [])}
                    yield group.name, kind, group.namespace, source[named], keys
        for container in group.containers:
            for source in container.get("envFrom", []):
                for kind, member in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
                    if member in source:
                        yield group.name, kind, group.namespace, source[member]["name"], set()
            for variable in container.get("env", []):
                for kind, member in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                    if source := variable.get("valueFrom", {}).get(member):
                        yield group.name, kind, group.namespace, source["name"], {source["key"]}
    for resource in resources:
        spec = resource.get("spec", {})
        space = namespace(resource)
        if resource["kind"] == "TriggerAuthentication":
            for reference in spec["secretTargetRef"]:
                yield title(resource), "Secret", space, reference["name"], {reference["key"]}
        if resource["kind"] == "RabbitmqCluster":
            yield title(resource), "Secret", space, spec["tls"]["secretName"], {"tls.crt", "tls.key"}
        if resource["kind"] == "Cluster":
            for role in spec.get("managed", {}).get("roles", []):
                if "passwordSecret" in role:
                    yield title(resource), "Secret", space, role["passwordSecret"]["name"], {"username", "password"}


def foreign_secrets(group: Pods) -> list[str]:
    """Each workload has secrets of its own, named after it: none that another one needs."""
    own = group.owner["metadata"]["name"]
    names = [volume["secret"]["secretName"] for volume in group.spec.get("volumes", []) if "secret" in volume]
    return [f"mounts the secret {name}, which is not its own" for name in names if name != own and not name.startswith(own + "-")]


def mount_faults(group: Pods) -> list[str]:
    volumes = {volume["name"] for volume in group.spec.get("volumes", [])}
    faults = []
    for container in group.containers:
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        faults += [f"container {container['name']}: there is no volume {name}" for name in sorted(mounted - volumes)]
        # A read-only root leaves nowhere else to write.
        if not any(mount["mountPath"] == "/tmp" for mount in container.get("volumeMounts", [])):
            faults.append(f"container {container['name']}: has no /tmp")
    return faults


def connection_faults(resources: list[dict], known: dict) -> list[str]:
    """Every connection has its secrets where its adapter mounts them, and its line at the edge."""
    found = []
    adapters = {}
    for made in of_kind(resources, "ConfigMap"):
        if made["metadata"]["name"].rpartition("-")[0] != "connections":
            continue
        for file, text in made["data"].items():
            connection = yaml.safe_load(text)
            adapter = connection["role"] + "-adapter"
            adapters[connection["name"]] = adapter
            keys = known.get(("Secret", namespace(made), adapter + "-connections"), set())
            for name, source in connection["secrets"].items():
                folder, _, key = source.get("file", "").rpartition("/")
                if folder != "/run/secrets/connections" or key not in keys:
                    found.append(f"{file}: the secret {name} is not a key of {adapter}-connections that the README names")
    for made in of_kind(resources, "ConfigMap"):
        if made["metadata"]["name"].rpartition("-")[0] != "edge-connections":
            continue
        edge = dict(re.findall(r"^([a-z0-9-]+) ([a-z-]+);$", made["data"]["connections.map"], re.MULTILINE))
        if edge != adapters:
            found.append(f"connections.map: leads to {edge}, and the connections' files to {adapters}")
    return found
