# shellcheck shell=bash
# Faults on purpose: the program breaks a system of its own, with servers of its own, and judges what is left.

# faults [OPTION…]: options go to the program, which also says what they are (--help).
verb_faults() {
    help_with faults "$@"
    local profile="" word previous="" folder=.build/debug
    # Drills measure what is shipped.
    if [[ ${1-} == drill ]]; then profile=long; fi
    for word in "$@"; do
        [[ $previous == --profile ]] && profile=$word
        [[ $word == --profile=* ]] && profile=${word#*=}
        previous=$word
    done
    state=$state/faults
    open_state
    trap 'end_child; exit 130' INT TERM
    trap 'end_child' EXIT
    need_packages "${packages_to_run[@]}"
    need_swift
    # Hours of load are for the program as it is shipped; two minutes are not worth another build.
    if [[ $profile == long ]]; then
        need_packages faketime
        folder=.build-release/release
        say "building for release (the first time takes several minutes)"
        build release-build -c release --scratch-path .build-release
    else
        say "building"
        build build
    fi
    if [[ " $* " =~ \ naive\  || " $* " == *=naive* ]]; then
        need_packages python3 python3-venv
        make_naive_python || fail "the naive consumer's virtual environment could not be made" \
            "see ${state#"$root/"}/log/naive-python.log"
        export PLUMBLINE_NAIVE_PYTHON=$state/python/bin/python
    fi
    say "the load of this machine is $(cut -d' ' -f1-3 /proc/loadavg)"
    compose_faults "$root/$folder" "$@"
    "${fault_command[@]}"
}

# compose_faults FOLDER OPTION…: the command in $fault_command; as root in a mount namespace of its own, so that no small
# file system outlives it.
fault_command=()
compose_faults() {
    fault_command=()
    if ((EUID == 0)) && unshare --mount true 2>/dev/null; then
        fault_command=(unshare --mount --propagation private --)
    fi
    fault_command+=("$1/faults" "${@:2}")
}

# A virtual environment with what the naive consumer needs, once for each change of its requirements.
make_naive_python() {
    local wanted=$root/Tests/Faults/Naive/requirements.txt
    cmp -s "$wanted" "$state/python/installed.txt" && return
    rm -rf "$state/python"
    say "making a virtual environment for the naive consumer"
    # shellcheck disable=SC2016 # expanded by the inner shell
    run_logged naive-python 600 bash -c '
        python3 -m venv "$1" &&
        "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2" &&
        cp "$2" "$1/installed.txt"' bash "$state/python" "$wanted"
}
