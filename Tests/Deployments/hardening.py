"""What every pod gives up, and what it says it needs."""

from manifests import Pods, pods


def findings(resources: list[dict]) -> list[str]:
    return [f"{group.name}: {fault}" for group in pods(resources) for fault in pod_faults(group)]


def pod_faults(group: Pods) -> list[str]:
    spec = group.spec
    context = spec.get("securityContext", {})
    faults = []
    if spec.get("automountServiceAccountToken") is not False:
        faults.append("gets a token of the cluster that it does not need")
    if spec.get("serviceAccountName", "default") == "default":
        faults.append("runs as the namespace's default account")
    if spec.get("enableServiceLinks") is not False:
        faults.append("gets variables made of the names of services")
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            faults.append(f"shares the node's {key.removeprefix('host').lower()}")
    for volume in spec.get("volumes", []):
        if "hostPath" in volume:
            faults.append(f"mounts a folder of the node as {volume['name']}")
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
            faults.append(f"the volume {volume['name']} has no limit")
    for container in group.containers:
        faults += [f"container {container.get('name')}: {fault}" for fault in container_faults(container, context)]
    return faults


def container_faults(container: dict, pod_context: dict) -> list[str]:
    own = container.get("securityContext", {})
    context = pod_context | own
    faults = []
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        faults.append("may run as root")
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        faults.append("has no seccomp profile RuntimeDefault")
    if own.get("readOnlyRootFilesystem") is not True:
        faults.append("can write to its root file system")
    if own.get("allowPrivilegeEscalation") is not False:
        faults.append("may gain privileges")
    if own.get("privileged"):
        faults.append("is privileged")
    capabilities = own.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or capabilities.get("add"):
        faults.append("does not drop all capabilities")
    resources = container.get("resources", {})
    for name in ("cpu", "memory"):
        if name not in resources.get("requests", {}):
            faults.append(f"requests no {name}")
    if "memory" not in resources.get("limits", {}):
        faults.append("has no limit of memory")
    if "@sha256:" not in container.get("image", "") and not pinned(container.get("image", "")):
        faults.append(f"the image {container.get('image')} names no version")
    return faults


def pinned(image: str) -> bool:
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag not in ("", "latest")
