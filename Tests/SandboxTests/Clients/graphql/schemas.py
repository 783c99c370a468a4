"""Judges schemas with graphql-core: reads {"schemas": [text]} from the first file, writes {"valid": [bool]}."""

import json
import sys
from pathlib import Path

from graphql import GraphQLError, build_schema, validate_schema


def judge(text):
    try:
        return not validate_schema(build_schema(text))
    except (GraphQLError, TypeError):
        return False


if __name__ == "__main__":
    schemas = json.loads(Path(sys.argv[1]).read_text())["schemas"]
    Path(sys.argv[2]).write_text(json.dumps({"valid": [judge(text) for text in schemas]}))
