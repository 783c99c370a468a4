"""Lines that the stage counts: `ok NAME`, or `FAILED NAME` with what is wrong below it."""

failures = 0


def tell(name: str, faults: list[str]) -> None:
    global failures
    if not faults:
        print(f"ok {name}", flush=True)
        return
    failures += 1
    print(f"FAILED {name}", flush=True)
    for fault in faults:
        print(f"       {fault}", flush=True)


def end() -> int:
    return 1 if failures else 0
