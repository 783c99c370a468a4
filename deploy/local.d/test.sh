# shellcheck shell=bash
# The tests, in stages, on servers of their own.

stages=(format shell build unit scenarios faults)
longer_stages=()

passed=0
failed=0
skipped=0

verb_test() {
    local filter="" only="" chosen=("${stages[@]}")
    while (($#)); do
        case $1 in
            --all) chosen+=("${longer_stages[@]}") ;;
            --stage)
                only=${2-}
                [[ " ${stages[*]} ${longer_stages[*]} " == *" $only "* && -n $only ]] ||
                    fail "there is no stage '$only'" "the stages are: ${stages[*]} ${longer_stages[*]}"
                chosen=("$only")
                shift
                ;;
            -*) fail "test does not know $1" "see deploy/local help" ;;
            *)
                filter=$1
                chosen=(build filtered)
                ;;
        esac
        shift
    done
    state=$state/test
    open_state
    trap finish_tests EXIT
    trap 'say "interrupted"; exit 130' INT TERM
    need_packages "${packages_to_test[@]}"
    need_swift
    # What a killed run has left.
    stop_servers

    local stage start status
    for stage in "${chosen[@]}"; do
        start=$SECONDS
        status=0
        "stage_$stage" "$filter" || status=$?
        if ((status)); then
            say "stage $stage FAILED after $((SECONDS - start)) s"
        else
            say "stage $stage passed in $((SECONDS - start)) s"
        fi
        # Nothing can be tested that was not built.
        if ((status)) && [[ $stage == build ]]; then break; fi
    done
    stop_servers
    if ((skipped)); then say "$skipped tests were skipped; the log says why each"; fi
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit $((failed > 0))
}

finish_tests() {
    end_child
    stop_servers
}

count() {
    if (($1 == 0)); then ((++passed)); else ((++failed)); fi
    return "$1"
}

stage_format() {
    local status=0
    run_logged format 300 swift format lint --strict --parallel --recursive Package.swift Services Shared Tests || status=$?
    ((status == 0)) || show_tail "$state/log/format.log" 40
    count "$status"
}

stage_shell() {
    local status=0
    run_logged shell 120 shellcheck -x -a deploy/local deploy/local.d/install-packages .ci/run || status=$?
    ((status == 0)) || show_tail "$state/log/shell.log" 60
    count "$status"
}

# Broker and database start while the compiler works.
stage_build() {
    local status=0
    begin_rabbitmq
    run_logged build 2400 swift build --build-tests || status=$?
    if ((status)); then
        grep -E 'error:|ended after' "$state/log/build.log" | sort -u | head -n 40 >&2 || show_tail "$state/log/build.log" 40
    fi
    count "$status"
}

stage_unit() {
    swift_tests unit 900 --skip 'ScenarioTests\.' --skip 'FaultTests\.'
}

stage_scenarios() {
    swift_tests scenarios 900 --filter 'ScenarioTests\.'
}

stage_faults() {
    swift_tests faults 900 --filter 'FaultTests\.'
}

stage_filtered() {
    swift_tests filtered 1800 --filter "$1"
}

# swift_tests STAGE SECONDS ARGUMENT…: runs built tests and adds up the counts of the report that Swift Testing writes.
swift_tests() {
    local stage=$1 limit=$2 status=0 report line count_all=0 count_failed=0 count_skipped=0
    shift 2
    report=$state/$stage.xml
    rm -f "$report"
    start_servers
    export PLUMBLINE_TEST_DATABASE_URL PLUMBLINE_TEST_AMQP_URL PLUMBLINE_TEST_RABBITMQCTL
    PLUMBLINE_TEST_DATABASE_URL=$(database_url)
    PLUMBLINE_TEST_AMQP_URL=$(amqp_url)
    PLUMBLINE_TEST_RABBITMQCTL=$state/rabbitmq/rabbitmqctl
    run_logged "$stage" "$limit" \
        swift test --skip-build --disable-xctest --xunit-output "$report" "$@" || status=$?
    if line=$(grep -m 1 '<testsuite ' "$report" 2>/dev/null); then
        count_all=$(attribute tests "$line")
        count_failed=$(attribute failures "$line")
        count_skipped=$(attribute skipped "$line")
    fi
    # A crash or a time-out leaves no report, or one that knows of no failure.
    ((status == 0 || count_failed > 0)) || count_failed=1
    ((count_all > 0)) || say "no test was run in the stage $stage"
    passed=$((passed + count_all - (count_failed < count_all ? count_failed : count_all) - count_skipped))
    failed=$((failed + count_failed))
    skipped=$((skipped + count_skipped))
    if ((status)); then
        grep -aE '✘|recorded an issue|Fatal error|error:|ended after' "$state/log/$stage.log" | head -n 80 >&2 || true
        show_tail "$state/log/$stage.log" 15
    fi
    return "$status"
}

attribute() {
    local value=${2#*" $1=\""}
    printf '%s' "${value%%\"*}"
}
