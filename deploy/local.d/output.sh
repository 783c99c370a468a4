# shellcheck shell=bash
# Progress lines, each with the seconds since the start, and the one way to give up.

began=$SECONDS

say() {
    printf '%4ds  %s\n' "$((SECONDS - began))" "$*"
}

# Errors go to standard error, also when the output is read by a program.
fail() {
    printf '%4ds  FAILED: %s\n' "$((SECONDS - began))" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# The end of a log file, indented, for the reader of a failure.
show_tail() {
    local file=$1 lines=${2:-20}
    [[ -s $file ]] || return 0
    printf '       the end of %s:\n' "$file" >&2
    tail -n "$lines" "$file" | sed 's/^/       | /' >&2
}
