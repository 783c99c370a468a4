"""What the client scripts share: named checks, one line of JSON at the end."""

import json
import sys


class Checks:
    def __init__(self):
        self.passed = []
        self.failed = []

    def check(self, name, truth, seen=None):
        if truth:
            self.passed.append(name)
        else:
            self.failed.append({"check": name, "seen": repr(seen)})

    def equal(self, name, seen, expected):
        self.check(name, seen == expected, {"seen": seen, "expected": expected})

    def raises(self, name, kinds, call):
        """Runs call, which must fail; gives the error, or None when it did not."""
        try:
            result = call()
        except kinds as error:
            self.passed.append(name)
            return error
        self.failed.append({"check": name, "seen": "no error but %r" % (result,)})
        return None

    def finish(self):
        print(json.dumps({"passed": len(self.passed), "failed": self.failed}))
        sys.exit(1 if self.failed else 0)
