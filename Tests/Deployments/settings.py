"""Whether the variables of each program are ones that its code reads, and all that it must have are there.

The keys come from the `## Configuration keys` of the code's configuration types, which refer to each other.
"""

import pathlib
import re

from manifests import namespace, of_kind, pods

ROOTS = {
    "crm-adapter": "AdapterConfiguration",
    "fsm-adapter": "AdapterConfiguration",
    "ledger-adapter": "AdapterConfiguration",
    "router": "RouterConfiguration",
    "reconciler": "ReconcilerConfiguration",
    "plumbline": "DatabaseConfiguration",
}

DECLARATION = re.compile(r"((?:^[ \t]*///.*\n)+)(?:^[ \t]*@.*\n)*^[ \t]*(?:public |final )*(?:struct|enum) (\w+)", re.MULTILINE)
KEY = re.compile(r"`([a-z]+(?:\.[a-z]+)*)`")


class Keys:
    """The keys of every configuration type."""

    def __init__(self, root: pathlib.Path):
        self.types: dict[str, str] = {}
        for folder in ("Shared", "Services"):
            for file in sorted((root / folder).rglob("*.swift")):
                text = file.read_text()
                if "## Configuration keys" in text:
                    for comment, name in DECLARATION.findall(text):
                        if "## Configuration keys" in comment:
                            lines = [line.strip().removeprefix("///").strip() for line in comment.splitlines()]
                            self.types[name] = "\n".join(lines).partition("## Configuration keys")[2]

    def of(self, program: str) -> tuple[set[str], set[str]]:
        """The variables that a program reads, and the groups of which it must have one: `A|A_FILE`."""
        text = "\n".join(self.reached(ROOTS[program]) + self.reached("ProcessConfiguration"))
        known: set[str] = {"PLUMBLINE_CONFIG"}
        required: set[str] = set()
        for bullet in re.split(r"^- ", text, flags=re.MULTILINE)[1:]:
            names = [variable(key) for key in KEY.findall(bullet) if "." in key]
            if not names:
                continue
            known.update(names)
            if re.match(r"`[a-z.]+` \([^)]*\brequired\b", bullet):
                alternatives = [name for name in names if name in (names[0], names[0] + "_FILE")]
                required.add("|".join(dict.fromkeys(alternatives)))
        return known, required

    def reached(self, root: str, seen: set[str] | None = None) -> list[str]:
        seen = set() if seen is None else seen
        if root in seen or root not in self.types:
            return []
        seen.add(root)
        text = self.types[root]
        further = [part for name in re.findall(r"`([A-Z]\w+)`", text) for part in self.reached(name, seen)]
        return [text] + further


def variable(key: str) -> str:
    return "PLUMBLINE_" + key.upper().replace(".", "_")


def findings(resources: list[dict], keys: Keys) -> list[str]:
    maps = {(namespace(one), one["metadata"]["name"]): one.get("data", {}) for one in of_kind(resources, "ConfigMap")}
    found = []
    for group in pods(resources):
        for container in group.containers:
            owner, _, program = container["image"].partition(":")[0].rpartition("/")
            if owner.rpartition("/")[2] != "plumbline":
                continue
            if program not in ROOTS:
                found.append(f"{group.name}: there is no program {program}")
                continue
            known, required = keys.of(program)
            given = {one["name"]: one.get("value", "") for one in container.get("env", [])}
            for source in container.get("envFrom", []):
                given |= maps.get((group.namespace, source.get("configMapRef", {}).get("name")), {})
            found += [f"{group.name}: {program} reads no {name}" for name in sorted(given.keys() - known)]
            for group_of in sorted(required):
                if not given.keys() & set(group_of.split("|")):
                    found.append(f"{group.name}: {program} needs {group_of.replace('|', ' or ')}")
            found += [f"{group.name}: {fault}" for fault in file_faults(group, container, given)]
            grace = float(given.get("PLUMBLINE_SHUTDOWN_GRACE_SECONDS", 25))
            wait = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if group.owner["kind"] == "Deployment" and group.spec.get("terminationGracePeriodSeconds", 30) < grace + wait + 5:
                found.append(f"{group.name}: is killed before its shutdown can end ({grace + wait:g} s and 5 to spare)")
    return found


def file_faults(group, container: dict, given: dict) -> list[str]:
    """A variable that names a file names one below a volume that is mounted; of a secret, one of its keys."""
    volumes = {volume["name"]: volume for volume in group.spec.get("volumes", [])}
    faults = []
    for name, path in sorted(given.items()):
        if not path.startswith("/"):
            continue
        mounts = [one for one in container.get("volumeMounts", []) if (path + "/").startswith(one["mountPath"] + "/")]
        if not mounts:
            faults.append(f"{name} is {path}, where nothing is mounted")
            continue
        items = volumes.get(mounts[0]["name"], {}).get("secret", {}).get("items")
        inside = path.removeprefix(mounts[0]["mountPath"]).lstrip("/")
        if items is not None and inside not in [item["path"] for item in items]:
            faults.append(f"{name} is {path}, which the secret does not bring")
    return faults
