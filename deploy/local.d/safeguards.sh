# shellcheck shell=bash
# The suites can fail: in a throw-away view of the checkout each safeguard of the product is taken out, one at a time, and
# a test must notice. Tests/Safeguards has a patch for each, and which suites are to notice it.

safeguards=$root/Tests/Safeguards

# safeguards [NAME…]: all of them, or those that are named.
verb_safeguards() {
    local name
    for name in "$@"; do
        [[ -r $safeguards/$name.patch ]] ||
            fail "there is no safeguard '$name'" "there are: $(cd "$safeguards" && printf '%s ' ./*.patch | sed 's:\./\|\.patch::g')"
    done
    state=$state/safeguards
    if [[ -n ${PLUMBLINE_SAFEGUARDS_VIEW-} ]]; then
        mkdir -p "$state"/{log,run,ports,secrets}
        take_out "$@"
        return
    fi
    open_state
    need_packages "${packages_to_test[@]}"
    need_swift
    safeguards_view=$(mktemp -d "${PLUMBLINE_SAFEGUARDS_ROOT:-${TMPDIR:-/tmp}}/plumbline-safeguards.XXXXXX")
    trap 'rm -rf "$safeguards_view"' EXIT
    trap 'exit 130' INT TERM
    mkdir "$safeguards_view"/{upper,work,state}
    local status=0
    enter_view "$safeguards_view" "$@" || status=$?
    exit "$status"
}

# enter_view FOLDER NAME…: runs the check where the checkout can be changed and nothing of it remains. Build folders hold
# absolute paths, so the view lies over the checkout itself, in a mount namespace of its own: files that are written go to
# the folder. Logs and servers' data stay where they are looked for.
enter_view() {
    local folder=$1
    shift
    if ((EUID != 0)) || ! unshare --mount true 2>/dev/null; then
        say "no view can be laid over the checkout without root: a copy is built from nothing, which takes long"
        tar -C "$root" --exclude=./.build --exclude='./.build-*' --exclude=./.plumbline -cf - . |
            (mkdir "$folder/copy" && tar -C "$folder/copy" -xf -)
        PLUMBLINE_SAFEGUARDS_VIEW=yes "$folder/copy/deploy/local" safeguards "$@"
        return
    fi
    # shellcheck disable=SC2016 # expanded by the inner shell
    PLUMBLINE_SAFEGUARDS_VIEW=yes unshare --mount --propagation private -- bash -euc '
        root=$1 folder=$2 state=$3
        shift 3
        mount --bind "$state" "$folder/state"
        if ! mount -t overlay overlay -o "lowerdir=$root,upperdir=$folder/upper,workdir=$folder/work" "$root" 2>/dev/null
        then
            cp -a "$root" "$folder/copy"
            mount --bind "$folder/copy" "$root"
        fi
        mount --bind "$folder/state" "$state"
        cd "$root"
        exec ./deploy/local safeguards "$@"' bash "$root" "$folder" "$state" "$@"
}

# take_out NAME…: within the view. First all suites pass; then each patch is applied, and one of them fails.
take_out() {
    local name suites wanted unnoticed=0 checked=0 all=""
    local -a chosen=()
    trap 'end_child; stop_servers' EXIT
    trap 'end_child; exit 130' INT TERM
    while read -r name suites wanted; do
        [[ -z $name || $name == \#* ]] && continue
        if (($#)) && [[ " $* " != *" $name "* ]]; then continue; fi
        chosen+=("$name $suites $wanted")
        all+="${all:+|}$suites"
        git -C "$root" apply --check "$safeguards/$name.patch" 2>"$state/log/$name.patch.log" || {
            show_tail "$state/log/$name.patch.log"
            fail "the patch of $name no longer fits" "write Tests/Safeguards/$name.patch anew for the code as it is"
        }
    done <"$safeguards/suites.txt"
    begin_rabbitmq
    say "building"
    build build --build-tests
    swift_tests_run untouched 1800 --filter "$all" ||
        { show_failures untouched && fail "the suites fail without any patch"; }
    say "the suites pass as the code is: $(sed -n 's/.*<testsuite .* tests="\([0-9]*\)".*/\1/p' "$state/untouched.xml" | head -n 1) tests"
    for name in "${chosen[@]}"; do
        read -r name suites wanted <<<"$name"
        ((++checked))
        without "$name" "$suites" "$wanted" || ((++unnoticed))
    done
    say "$checked safeguards were taken out, $unnoticed unnoticed"
    ((unnoticed == 0))
}

# without NAME SUITES TEST: one line that says who has noticed.
without() {
    local name=$1 suites=$2 wanted=$3 status=0 failures
    git -C "$root" apply "$safeguards/$name.patch"
    # What does not compile is noticed by nobody but the compiler.
    run_logged "build-$name" 2400 swift build --build-tests || {
        show_tail "$state/log/build-$name.log"
        fail "it does not build without $name"
    }
    swift_tests_run "$name" 900 --filter "$suites" || status=$?
    git -C "$root" apply --reverse "$safeguards/$name.patch"
    # Only a run that has come to its end leaves a report.
    if [[ ! -r $state/$name.xml ]]; then
        say "$name: the suites have NOT COME TO AN END, so nobody knows who has noticed"
        show_failures "$name"
        return 1
    fi
    failures=$(failed_tests "$state/$name.xml")
    if ((status == 0)) || [[ -z $failures ]]; then
        say "$name: NOBODY HAS NOTICED that it is gone"
        return 1
    fi
    if ! grep -qxF "$wanted" <<<"$failures"; then
        say "$name: noticed, but not by $wanted: $(paste -sd ' ' <<<"$failures")"
        return 1
    fi
    say "$name: noticed by $(paste -sd ' ' <<<"$failures")"
}

# The tests of a report that failed, as suite/test.
failed_tests() {
    [[ -r $1 ]] || return 0
    awk '
        /<testcase / { match($0, /classname="[^"]*"/); suite = substr($0, RSTART + 11, RLENGTH - 12)
            match($0, / name="[^"]*"/); test = substr($0, RSTART + 7, RLENGTH - 8) }
        /<failure/ { print suite "/" test }' "$1" | sort -u
}

show_failures() {
    grep -aE '✘|recorded an issue|Fatal error|error:|ended after' "$state/log/$1.log" | head -n 40 >&2 || true
}
