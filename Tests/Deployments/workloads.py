"""Whether what runs for ever can be watched, drained, reached by those alone who may, and stopped in order."""

from manifests import Pods, namespace, of_kind, pods, selects, title


def findings(resources: list[dict]) -> list[str]:
    found = []
    for group in pods(resources):
        found += [f"{group.name}: {fault}" for fault in network_faults(group, resources)]
        if group.owner["kind"] in ("Deployment", "StatefulSet"):
            found += [f"{group.name}: {fault}" for fault in running_faults(group, resources)]
    return found + service_faults(resources) + scaling_faults(resources)


def running_faults(group: Pods, resources: list[dict]) -> list[str]:
    faults = []
    for container in group.spec["containers"]:
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if probe not in container:
                faults.append(f"container {container['name']}: has no {probe}")
    budgets = [
        budget
        for budget in of_kind(resources, "PodDisruptionBudget")
        if namespace(budget) == group.namespace and selects(budget["spec"].get("selector", {}), group.labels)
    ]
    if len(budgets) != 1:
        faults.append(f"has {len(budgets)} disruption budgets instead of one")
    elif budgets[0]["spec"].get("maxUnavailable") in (None, 0, "0%"):
        faults.append("its disruption budget would keep a node from being emptied")
    rolling = group.owner["spec"].get("strategy", {}).get("rollingUpdate", {})
    if rolling.get("maxUnavailable") != 0:
        faults.append("may be away while it is rolled out")
    return faults


def network_faults(group: Pods, resources: list[dict]) -> list[str]:
    policies = [
        policy["spec"]
        for policy in of_kind(resources, "NetworkPolicy")
        if namespace(policy) == group.namespace and selects(policy["spec"]["podSelector"], group.labels)
    ]
    faults = []
    for direction, key in (("Ingress", "ingress"), ("Egress", "egress")):
        mine = [policy for policy in policies if direction in policy["policyTypes"]]
        if not mine:
            faults.append(f"no network policy restricts its {key}")
        # `{}` as a rule allows everything.
        if any(rule == {} for policy in mine for rule in policy.get(key) or []):
            faults.append(f"a network policy opens all of its {key}")
    # Where it stands open for nothing but names, it was forgotten.
    if not any(policy.get("egress") and not is_names(policy) for policy in policies):
        faults.append("no network policy lets it reach what it works with")
    return faults


def is_names(policy: dict) -> bool:
    return all(port.get("port") == 53 for rule in policy["egress"] for port in rule.get("ports", [{}]))


def service_faults(resources: list[dict]) -> list[str]:
    """Services lead to pods, and to ports that these have."""
    found = []
    for service in of_kind(resources, "Service"):
        behind = [
            group
            for group in pods(resources)
            if group.namespace == namespace(service) and selects({"matchLabels": service["spec"]["selector"]}, group.labels)
        ]
        if not behind:
            found.append(f"{title(service)}: selects no pod")
        for port in service["spec"]["ports"]:
            for group in behind:
                names = [own.get("name") for container in group.containers for own in container.get("ports", [])]
                if port.get("targetPort") not in names:
                    found.append(f"{title(service)}: {group.name} has no port {port.get('targetPort')}")
    return found


def scaling_faults(resources: list[dict]) -> list[str]:
    """What is scaled is there, and says nothing of its number itself."""
    found = []
    deployments = {(namespace(one), one["metadata"]["name"]): one for one in of_kind(resources, "Deployment")}
    for scaled in of_kind(resources, "ScaledObject"):
        target = deployments.get((namespace(scaled), scaled["spec"]["scaleTargetRef"]["name"]))
        if target is None:
            found.append(f"{title(scaled)}: there is no Deployment {scaled['spec']['scaleTargetRef']['name']}")
        elif "replicas" in target["spec"]:
            found.append(f"{title(target)}: says how many replicas it has, and so does {title(scaled)}")
    return found
