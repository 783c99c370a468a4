"""Whether resources are what their kinds allow; a kind without a schema is refused, not passed over."""

import functools
import pathlib

import jsonschema
import kubernetes_validate
import kubernetes_validate.utils
import yaml

from manifests import title

# The oldest and the newest version that we promise to run on.
VERSIONS = ("1.30", "1.37")

# The definitions of a version are a megabyte of JSON, and read anew for each resource.
kubernetes_validate.utils.schema_contents = functools.lru_cache(maxsize=None)(kubernetes_validate.utils.schema_contents)


def own_schemas(folder: pathlib.Path) -> dict[tuple[str, str], jsonschema.Draft202012Validator]:
    """The schemas of kinds that Kubernetes does not have itself, by version and kind."""
    schemas = {}
    for file in sorted(folder.glob("*.yaml")):
        schema = yaml.safe_load(file.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        properties = schema["properties"]
        schemas[properties["apiVersion"]["const"], properties["kind"]["const"]] = jsonschema.Draft202012Validator(schema)
    return schemas


def findings(resources: list[dict], own: dict) -> list[str]:
    found = []
    for resource in resources:
        key = resource.get("apiVersion"), resource.get("kind")
        if not all(key):
            found.append(f"{title(resource)}: has no apiVersion or no kind")
        elif key in own:
            for error in own[key].iter_errors(resource):
                found.append(f"{title(resource)}: {error.json_path}: {error.message}")
        else:
            found += [finding for version in VERSIONS if (finding := builtin(resource, version))]
    return found


def builtin(resource: dict, version: str) -> str | None:
    try:
        kubernetes_validate.validate(resource, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return (
            f"{title(resource)}: Kubernetes {version} has no kind {resource['kind']} of {resource['apiVersion']}, "
            "and deploy/kubernetes/schemas has no schema for it"
        )
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(part) for part in error.path)
        return f"{title(resource)}: is not right for Kubernetes {version}: {path}: {error.message}"
    return None
