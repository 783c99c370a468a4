# shellcheck shell=bash
# Schedules of faults in one process: the services' own loops under a simulated clock, network and scheduler.

# simulate [OPTION…]: options go to the program, which also says what they are (--help).
verb_simulate() {
    help_with simulation "$@"
    state=$state/simulate
    open_state
    need_packages "${packages_to_run[@]}"
    need_swift
    say "building for release (the first time takes several minutes)"
    build simulation-build "${simulation_build[@]}"
    "$root/.build-simulation/release/simulation" "$@"
}

# Linked with the standard library it plays a tenth more schedules a minute; the whole package cannot be built like that,
# since the library of tests comes without a static form, so it has a folder of its own.
simulation_build=(-c release --static-swift-stdlib --product simulation --scratch-path .build-simulation)
