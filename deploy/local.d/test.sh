# shellcheck shell=bash
# The tests, in stages, on servers of their own.

stages=(format shell deployments build unit alarms scenarios kills crash-points faults)
longer_stages=(threads pooler simulation silent-stops quiet-hour crash-pairs faults-long restore dead-letters lost-answers outage lost-servers safeguards containers)

# Where the tests reach the database, when something stands in between.
test_database_url=

passed=0
failed=0
skipped=0
# Why what is no test of Swift was skipped.
skip_reasons=()

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
                # Tests are run from what is built.
                [[ " unit alarms pooler scenarios kills crash-points crash-pairs faults restore silent-stops quiet-hour " != *" $only "* ]] || chosen=(build "$only")
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
    discard_servers
    rm -f "$state"/*.xml

    local stage start status
    for stage in "${chosen[@]}"; do
        start=$SECONDS
        status=0
        "stage_${stage//-/_}" "$filter" || status=$?
        if ((status)); then
            say "stage $stage FAILED after $((SECONDS - start)) s"
        else
            say "stage $stage passed in $((SECONDS - start)) s"
        fi
        # Nothing can be tested that was not built.
        if ((status)) && [[ $stage == build ]]; then break; fi
    done
    exit $((failed > 0))
}

# Runs at every end: also after a failure or an interruption nothing stays running, and the sums are told.
finish_tests() {
    local status=$?
    trap - EXIT INT TERM
    end_child
    discard_servers
    if ((skipped)); then
        say "$skipped tests were skipped:"
        {
            if ((${#skip_reasons[@]})); then printf '%s\n' "${skip_reasons[@]}"; fi
            find "$state" -maxdepth 1 -name '*.xml' -exec sed -n 's:.*<skipped>\(.*\)</skipped>.*:\1:p' {} +
        } | sort | uniq -c | sed 's/^/       /' || true
    fi
    ((status == 0 || failed > 0)) || failed=1
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit "$status"
}

# The tests' database is made anew each time: an orderly end would write the files of every schema to the disk, for a
# minute and more.
discard_servers() {
    stop_pooler
    halt postgres QUIT 20
    rm -rf -- "$(postgres_home)/data"
    stop_servers
}

# skip REASON: something that is told at the end as not tested.
skip() {
    skip_reasons+=("$1")
    skipped=$((skipped + 1))
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
    run_logged shell 120 shellcheck -x -a deploy/local deploy/local.d/install-packages .ci/run \
        deploy/containers/{make-secrets,sbom} deploy/containers/postgres/*.sh Tests/Containers/bases/make \
        Tests/Containers/bases/*/entrypoint || status=$?
    ((status == 0)) || show_tail "$state/log/shell.log" 60
    count "$status"
}

# Broker and database start while the compiler works.
stage_build() {
    local status=0 more=()
    # Slow, and only of use on a change of Package.swift: an import that no dependency declares.
    [[ ${CI-} != true ]] || more=(--explicit-target-dependency-import-check error)
    begin_rabbitmq
    run_logged build 2400 swift build --build-tests "${more[@]}" || status=$?
    if ((status)); then
        grep -E 'error:|ended after' "$state/log/build.log" | sort -u | head -n 40 >&2 || show_tail "$state/log/build.log" 40
    fi
    count "$status"
}

stage_unit() {
    swift_tests unit 900 --skip '^ScenarioTests\.' --skip '^FaultTests\.' --skip AlarmTests
}

# Tests that put the whole broker into alarm, so that nothing else can use it meanwhile.
stage_alarms() {
    export PLUMBLINE_TEST_BROKER_IS_OURS=yes
    local status=0
    swift_tests alarms 300 --filter AlarmTests || status=$?
    unset PLUMBLINE_TEST_BROKER_IS_OURS
    return "$status"
}

# What adapters, router and reconciler do with the database, once more through a pooler that hands out transactions, with
# fewer sessions than tests that run at once ask for.
stage_pooler() {
    local status=0
    start_servers
    start_pooler 6
    test_database_url=$(pooled_database_url)
    swift_tests pooler 1800 --filter '^(SyncStore|StoreContract|AdapterKit|Router|Reconciler|Operations)Tests\.' || status=$?
    test_database_url=
    stop_pooler
    return "$status"
}

stage_scenarios() {
    swift_tests scenarios 900 --filter '^ScenarioTests\.'
}

stage_kills() {
    swift_tests kills 2100 --filter '^FaultTests\.'
}

# Each process dies at each of its named points (decision 0020).
stage_crash_points() {
    fault_test crash-points 1200 "$programs" crash-points --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}"
}

# Each point after each other one of the same service. All of them take hours: a part of PLUMBLINE_CRASH_PARTS at a time.
stage_crash_pairs() {
    local pieces=${PLUMBLINE_CRASH_PARTS:-8} piece=${PLUMBLINE_CRASH_PART:-1}
    fault_test crash-pairs 5400 "$programs" crash-points --pairs --parts "$pieces" --part "$piece" \
        --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}"
}

# Two minutes of faults on a system of its own, and nothing lost, duplicated or unexpected (decision 0016).
stage_faults() {
    fault_test faults 1200 "$programs" --profile short --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}" \
        --minutes 2
}

# The same for an hour with all kinds of faults, in parts with a seed each, in a release build.
stage_faults_long() {
    need_packages faketime
    build_release || return
    local minutes=${PLUMBLINE_FAULT_MINUTES:-60} pieces=${PLUMBLINE_FAULT_PARTS:-6}
    fault_test faults-long $((minutes * 60 + pieces * 900)) "$root/.build-release/release" --profile long \
        --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}" --minutes "$minutes" --parts "$pieces"
}

# A backup is restored while people work, and nothing is lost or made twice (decision 0023).
stage_restore() {
    fault_test restore 2400 "$programs" restore --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}" \
        --minutes "${PLUMBLINE_RESTORE_MINUTES:-3}"
}

# A hundred thousand letters made by real refusals, and replayed while people work and processes die (decision 0015).
stage_dead_letters() {
    drill dead-letters 5400 --letters "${PLUMBLINE_DRILL_LETTERS:-100000}" \
        --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}"
}

# Each safeguard is taken out of the product, and a test must notice.
stage_safeguards() {
    local status=0
    run_logged safeguards 7200 "$root/deploy/local" safeguards || status=$?
    grep -aE 'noticed|FAILED' "$state/log/safeguards.log" | sed 's/^ *[0-9]*s */       /' || true
    count "$status"
}

# The system from images, under load (deploy/local.d/containers.sh), where an engine answers or can be started.
stage_containers() {
    local status=0
    if ! engine_can_start; then
        skip "containers: no Docker engine answers, and none can be started here"
        return
    fi
    run_logged containers 5400 "$root/deploy/local" containers --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}" || status=$?
    if ((status)); then show_tail "$state/log/containers.log" 40; fi
    grep -aE '^(  [a-z]|seed |actions: |image |MISSED)' "$state/log/containers.log" | sed 's/^/       /' || true
    count "$status"
}

# The programs as they are shipped, for the stages that measure or run for long.
build_release() {
    logged_build release-build -c release --scratch-path .build-release
}

# logged_build NAME OPTION…: a build that counts as a test where it fails.
logged_build() {
    local name=$1 status=0
    shift
    run_logged "$name" 3000 swift build "$@" || status=$?
    ((status == 0)) && return
    show_tail "$state/log/$name.log" 40
    count "$status"
}

# Every twentieth answer to a create is lost (docs/guarantees.md).
stage_lost_answers() {
    drill lost-answers 5400
}

# The field service is away while changes queue up, and comes back with its limit.
stage_outage() {
    drill outage 5400
}

# The broker loses its data and the database is killed, with messages on their way.
stage_lost_servers() {
    drill lost-servers 3600
}

# drill NAME SECONDS OPTION…: an exercise of a stated size; its figures are told either way, and a pace is no verdict here
# (decision 0021).
drill() {
    local name=$1 limit=$2 status=0
    shift 2
    build_release || return
    compose_faults "$root/.build-release/release" drill "$name" "$@" --pace shown --output "$root/.plumbline/$name.json"
    run_logged "drill-$name" "$limit" "${fault_command[@]}" || status=$?
    if ((status)); then show_tail "$state/log/drill-$name.log" 20; fi
    grep -aE '^(  [a-z]|MISSED|drill )' "$state/log/drill-$name.log" | sed 's/^/       /' || true
    count "$status"
}

# fault_test NAME SECONDS FOLDER OPTION…: a run that counts as one test; its seed and its sums are told either way.
fault_test() {
    local name=$1 limit=$2 folder=$3 status=0
    shift 3
    compose_faults "$folder" "$@" --output "$root/.plumbline/$name.json" --evidence "$state/faults"
    run_logged "$name" "$limit" "${fault_command[@]}" || status=$?
    if ((status)); then
        grep -aE '^(LOST|DUPLICATED|UNEXPECTED)|^it failed|ended after' "$state/log/$name.log" | cut -c 1-600 >&2 || true
    fi
    grep -aE '^(seed |faults: |actions: |[0-9]+ (parts|cases))' "$state/log/$name.log" | sed 's/^/       /' || true
    count "$status"
}

# A hundred thousand schedules of faults in one process, in a release build (decision 0018).
stage_simulation() {
    local status=0
    logged_build simulation-build "${simulation_build[@]}" || return
    run_logged simulation 3600 "$root/.build-simulation/release/simulation" --schedules "${PLUMBLINE_SCHEDULES:-100000}" \
        --seed "${PLUMBLINE_FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}" || status=$?
    tail -n 4 "$state/log/simulation.log" | sed 's/^/       /'
    count "$status"
}

# Things that stop without an error, on several connections at once: each must alarm within a minute of its objective.
stage_silent_stops() {
    export PLUMBLINE_SILENT_STOPS=${PLUMBLINE_SILENT_STOPS:-200}
    long_series silent-stops stops '^silent stops:|^  [0-9]+ '
}

# An hour in which people work and nothing stops: no alarm at all.
stage_quiet_hour() {
    export PLUMBLINE_CLEAN_MINUTES=${PLUMBLINE_CLEAN_MINUTES:-60}
    long_series quiet-hour clean '^clean minutes:'
}

# long_series STAGE TEST PATTERN: one test of the series of silent stops, and the lines that tell its figures.
long_series() {
    local status=0
    swift_tests "$1" 5400 --filter "SilentStopSeries/$2" || status=$?
    grep -aE "$3" "$state/log/$1.log" | sed 's/^/       /' || true
    return "$status"
}

# The unit tests again, in a build that watches for unsynchronised access from two threads.
stage_threads() {
    local status=0
    run_logged threads-build 3000 swift build --build-tests --sanitize thread --scratch-path .build-tsan || status=$?
    if ((status)); then
        show_tail "$state/log/threads-build.log" 40
        count "$status"
        return
    fi
    swift_tests threads 1800 --sanitize thread --scratch-path .build-tsan \
        --skip '^ScenarioTests\.' --skip '^FaultTests\.' --skip AlarmTests
}

stage_filtered() {
    swift_tests filtered 1800 --filter "$1"
}

# swift_tests STAGE SECONDS ARGUMENT…: runs built tests and adds up the counts of the report that Swift Testing writes.
swift_tests() {
    local stage=$1 status=0 report=$state/$1.xml line count_all=0 count_failed=0 count_skipped=0
    swift_tests_run "$@" || status=$?
    if line=$(grep -m 1 '<testsuite ' "$report" 2>/dev/null); then
        count_all=$(attribute tests "$line")
        count_failed=$(attribute failures "$line")
        count_skipped=$(attribute skipped "$line")
    fi
    ((count_all > 0)) || say "no test was run in the stage $stage"
    # The report counts tests that ran; it may count two failures of one. A crash or a time-out leaves no report, or one
    # that knows of no failure.
    passed=$((passed + (count_failed < count_all ? count_all - count_failed : 0)))
    ((status == 0 || count_failed > 0)) || count_failed=1
    failed=$((failed + count_failed))
    skipped=$((skipped + count_skipped))
    if ((status)); then
        grep -aE '✘|recorded an issue|Fatal error|error:|ended after' "$state/log/$stage.log" | head -n 80 >&2 || true
        show_tail "$state/log/$stage.log" 15
    fi
    return "$status"
}

# swift_tests_run STAGE SECONDS ARGUMENT…: runs built tests on the test's servers; the report is $state/STAGE.xml.
swift_tests_run() {
    local stage=$1 limit=$2
    shift 2
    rm -f "$state/$stage.xml"
    start_servers
    export PLUMBLINE_TEST_DATABASE_URL PLUMBLINE_TEST_AMQP_URL PLUMBLINE_TEST_RABBITMQCTL
    PLUMBLINE_TEST_DATABASE_URL=${test_database_url:-$(database_url)}
    PLUMBLINE_TEST_AMQP_URL=$(amqp_url)
    PLUMBLINE_TEST_RABBITMQCTL=$state/rabbitmq/rabbitmqctl
    # All tests at once would starve each other of processor time and connections; each waits for signals with a deadline.
    export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4
    run_logged "$stage" "$limit" \
        swift test --skip-build --disable-xctest --xunit-output "$state/$stage.xml" "$@"
}

attribute() {
    local value=${2#*" $1=\""}
    printf '%s' "${value%%\"*}"
}
