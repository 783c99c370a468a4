"""Judges and runs documents with graphql-core.

Reads one JSON object from the file named first ({"documents": [{"query", "variables", "operation"}]}) and writes one
JSON object to the file named second ({"results": [...]}); each result says whether the document parses, which
validation rules it breaks, and what its execution answers.
"""

import json
import sys
from pathlib import Path

from graphql import GraphQLError, OperationType, build_schema, execute_sync, parse, specified_rules, validate

here = Path(__file__).parent
schema = build_schema((here / "schema.graphql").read_text())
data = json.loads((here / "data.json").read_text())


def follow(value):
    if isinstance(value, dict) and "$ref" in value:
        return data["objects"][value["$ref"]]
    if isinstance(value, dict) and "$error" in value:
        raise GraphQLError(value["$error"])
    if isinstance(value, list):
        return [follow(item) for item in value]
    return value


def resolve(source, info, **arguments):
    name = info.field_name
    if name in ("echo", "need"):
        return arguments
    if name in ("node", "thing"):
        return data["objects"].get(arguments["id"])
    return follow(source.get(name))


class NamingContext:
    """The context of one rule: notes the rule's name on each error that it reports."""

    def __init__(self, context, name):
        self.context = context
        self.name = name

    def __getattr__(self, name):
        return getattr(self.context, name)

    def report_error(self, error):
        error.rule = self.name
        self.context.report_error(error)


def tagged(rule):
    class Tagged(rule):
        def __init__(self, context):
            super().__init__(NamingContext(context, rule.__name__.removesuffix("Rule")))

    return Tagged


# The depth of introspection is a matter of the server, not a rule of the specification.
rules = [tagged(rule) for rule in specified_rules if rule.__name__ != "MaxIntrospectionDepthRule"]


def judge(document):
    try:
        parsed = parse(document["query"])
    except GraphQLError as error:
        return {"parses": False, "rules": [], "message": error.message}
    except RecursionError:
        return {"skipped": "nested too deep for graphql-core"}
    try:
        errors = validate(schema, parsed, rules, max_errors=10_000)
    except GraphQLError as error:
        return {"skipped": error.message}
    result = {
        "parses": True,
        "rules": sorted({error.rule for error in errors}),
        "message": "; ".join(error.message for error in errors[:3]),
    }
    # A subscription is judged only: executing one event of it is not a request and its answer.
    if not errors and all(
        getattr(definition, "operation", None) != OperationType.SUBSCRIPTION for definition in parsed.definitions
    ):
        answer = execute_sync(
            schema,
            parsed,
            data["root"],
            variable_values=document.get("variables") or {},
            operation_name=document.get("operation"),
            field_resolver=resolve,
            type_resolver=lambda value, *_: value["__typename"],
        )
        result["data"] = answer.data
        result["errors"] = [
            {
                "message": error.message,
                "path": error.path,
                "locations": [{"line": l.line, "column": l.column} for l in error.locations or []],
            }
            for error in answer.errors or []
        ]
    return result


if __name__ == "__main__":
    request = json.loads(Path(sys.argv[1]).read_text())
    results = [judge(document) for document in request["documents"]]
    Path(sys.argv[2]).write_text(json.dumps({"results": results}))
