# shellcheck shell=bash
# Schedules of faults in one process: the services' own loops under a simulated clock, network and scheduler.

# simulate [OPTION…]: options go to the program; see `.build-release/release/simulation --help`.
verb_simulate() {
    state=$state/simulate
    open_state
    need_packages "${packages_to_run[@]}"
    need_swift
    say "building for release (the first time takes several minutes)"
    build release-build -c release --product simulation --scratch-path .build-release
    "$root/.build-release/release/simulation" "$@"
}
