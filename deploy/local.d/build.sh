# shellcheck shell=bash
# Swift builds. `up` and `test` share one debug build in .build; measurements use a release build beside it.

programs=$root/.build/debug

# run_logged NAME SECONDS COMMAND…: runs a command with its output in a log file, shows every half minute that it is
# alive, and ends it when it takes too long. The command has a session of its own, so that it can be ended as a whole.
child=
run_logged() {
    local name=$1 limit=$2 log=$state/log/$1.log start=$SECONDS shown=$SECONDS
    shift 2
    setsid "$@" </dev/null >"$log" 2>&1 9>&- &
    child=$!
    while kill -0 "$child" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - shown >= 30)); then
            shown=$SECONDS
            say "  … $(tail -n 1 "$log" | tr -d '\r' | cut -c 1-100)"
        fi
        if ((SECONDS - start >= limit)); then
            printf 'ended after %d s\n' "$limit" >>"$log"
            end_child
            return 124
        fi
    done
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}

end_child() {
    [[ -n $child ]] || return 0
    kill -s TERM -- "-$child" 2>/dev/null || true
    sleep 1
    kill -s KILL -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    child=
}

# build NAME ARGUMENT…: a Swift build; shows the compiler's errors when it fails.
build() {
    local name=$1 status=0
    shift
    run_logged "$name" 2400 swift build "$@" || status=$?
    ((status == 0)) && return
    grep -E 'error:|warning: unre|ended after' "$state/log/$name.log" | sort -u | head -n 40 >&2 || true
    fail "the build failed" "the whole output is in ${state#"$root/"}/log/$name.log"
}

# help_with PROGRAM OPTION…: where help is asked for, the program itself says what its options are. Its debug build does, which needs
# no server and is there in most cases.
help_with() {
    local program=$1
    shift
    [[ " $* " == *" --help "* || " $* " == *" -h "* ]] || return 0
    if [[ ! -x $programs/$program ]]; then
        open_state
        need_packages "${packages_to_run[@]}"
        need_swift
        say "building, so that $program can tell of its options"
        build build --product "$program"
    fi
    exec "$programs/$program" "$@"
}
