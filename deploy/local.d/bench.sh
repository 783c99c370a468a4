# shellcheck shell=bash
# Measurements: a release build, servers of its own, and what Plumbline is measured beside.

# bench [OPTION…]: options go to the program, which also says what they are (--help).
verb_bench() {
    help_with bench "$@"
    state=$state/bench
    open_state
    trap 'end_child; stop_servers; exit 130' INT TERM
    trap 'end_child; stop_servers' EXIT
    need_packages "${packages_to_bench[@]}"
    need_swift
    say "building for release (the first time takes several minutes)"
    # The bench starts the services that lie beside it.
    build release-build -c release --scratch-path .build-release
    start_servers
    bench_environment "$@"
    say "measuring; the load of this machine is $(cut -d' ' -f1-3 /proc/loadavg)"
    "$root/.build-release/release/bench" "$@"
}

# What the bench finds in its environment: servers, and where there is one, the Python of its own peer.
bench_environment() {
    PLUMBLINE_DATABASE_URL=$(database_url)
    PLUMBLINE_AMQP_URL=$(amqp_url)
    export PLUMBLINE_DATABASE_URL PLUMBLINE_AMQP_URL
    if make_bench_python; then
        export PLUMBLINE_BENCH_PYTHON=$state/python/bin/python
    else
        say "FastAPI cannot be installed; its figures are left out"
    fi
    if [[ -n ${PLUMBLINE_BENCH_PEERS-} || " $*" == *" --peers"* ]]; then admit_peers; fi
}

# A virtual environment with FastAPI, once.
make_bench_python() {
    [[ -e $state/python/complete ]] && return
    rm -rf "$state/python"
    say "making a virtual environment for FastAPI"
    # shellcheck disable=SC2016 # expanded by the inner shell
    run_logged bench-python 600 bash -c '
        python3 -m venv "$1" &&
        "$1/bin/pip" install --quiet --disable-pip-version-check asyncpg fastapi "uvicorn[standard]" &&
        touch "$1/complete"' bash "$state/python"
}

# The peers' program speaks to the same servers as others do: as the broker's guest, and as the role crm in the database
# postgres. It builds what it needs below BENCH_WORK.
admit_peers() {
    local ctl=$state/rabbitmq/rabbitmqctl bin
    PGPASSWORD=$(secret bench-peers)
    BENCH_WORK=$state/peers
    export PGPASSWORD BENCH_WORK
    mkdir -p "$BENCH_WORK"
    "$ctl" -q add_user guest guest >"$state/log/peers.log" 2>&1 || true
    "$ctl" -q set_permissions guest '.*' '.*' '.*' >>"$state/log/peers.log" 2>&1 ||
        fail "the peers' user at the broker could not be made" "see ${state#"$root/"}/log/peers.log"
    bin=$(postgres_bin)
    {
        printf '\\set password %s\n' "$PGPASSWORD"
        cat <<'SQL'
SELECT 'CREATE ROLE crm LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm') \gexec
ALTER ROLE crm PASSWORD :'password';
GRANT CREATE ON SCHEMA public TO crm;
SQL
    } | PGPASSWORD=$(secret postgres-superuser) "$bin/psql" -X -q -v ON_ERROR_STOP=1 \
        -h 127.0.0.1 -p "$(port_of postgres)" -U postgres -d postgres >>"$state/log/peers.log" 2>&1 ||
        fail "the peers' role in the database could not be made" "see ${state#"$root/"}/log/peers.log"
}
