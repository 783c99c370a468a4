# shellcheck shell=bash
# The verbs that run the local set-up.

start_servers() {
    begin_rabbitmq
    start_postgres
    await_rabbitmq
}

stop_servers() {
    stop_rabbitmq
    stop_postgres
}

verb_up() {
    local only_servers=""
    case ${1-} in
        --servers) only_servers=1 ;;
        '') ;;
        *) fail "up does not know $1" "see deploy/local help" ;;
    esac
    open_state
    trap 'end_child; say "interrupted; deploy/local up goes on from here, deploy/local down stops what runs"; exit 130' \
        INT TERM
    need_packages "${packages_to_run[@]}"
    if [[ -z $only_servers ]]; then
        need_swift
        running_pid sandbox >/dev/null || begin_anew
        # The broker takes longest to start; the compiler does not need all of the machine for its first steps.
        begin_rabbitmq
        say "building (the first time takes several minutes)"
        build build
        # A sandbox that was built anew is started anew, and has forgotten its records.
        sandbox_is_current || begin_anew
    fi
    start_servers
    say "PostgreSQL and RabbitMQ are ready"
    write_environment
    [[ -z $only_servers ]] || return 0
    say "applying migrations"
    (
        # shellcheck disable=SC1091 # written above
        . "$state/local.env"
        "$programs/plumbline" migrate
    ) || fail "the migrations could not be applied"
    start_sandbox
    connect_all
    start_services
    if [[ -r $state/run/played && $(<"$state/run/played") == "$(<"$state/run/connected")" ]]; then
        say "everything runs; the main job was played, deploy/local demo plays it again"
        return
    fi
    play
    cp "$state/run/connected" "$state/run/played"
    say "everything stays running: deploy/local status shows it, deploy/local down stops it"
}

# The imitated vendors keep their records in memory: once they have been stopped, links to these records point to
# nothing, and new records would get old ids. So the set-up begins anew with them.
begin_anew() {
    [[ -e $state/run/connected ]] || return 0
    say "the imitated vendors start empty; beginning with an empty database, too"
    stop_services
    stop_servers
    forget_data
}

forget_data() {
    local home
    # The cluster may be a link to a folder elsewhere.
    home=$(readlink -f "$state/postgres" || true)
    [[ -z $home ]] || rm -rf "$home"
    rm -rf "$state"/{postgres,rabbitmq,connections,audit} "$state"/run/{connected,played}
}

# The main job, with its own progress lines.
play() {
    say "playing the main job"
    (
        # shellcheck disable=SC1091 # written by up
        . "$state/local.env"
        exec "$programs/story"
    ) || fail "the main job did not end as it should" "logs are in ${state#"$root/"}/log"
}

verb_demo() {
    open_state
    local name
    for name in postgres rabbitmq "${services[@]}"; do
        running_pid "$name" >/dev/null || fail "$name does not run" "start everything with deploy/local up"
    done
    play
}

verb_down() {
    open_state
    say "stopping"
    stop_services
    stop_servers
    say "stopped; data stays in ${state#"$root/"}"
}

verb_reset() {
    open_state
    stop_services
    stop_servers
    forget_data
    find "$state" -mindepth 1 -maxdepth 1 ! -name lock ! -name test ! -name bench ! -name faults ! -name containers \
        -exec rm -rf {} +
    say "the data of the local set-up is gone"
}

verb_status() {
    local name pid port verdict all=0
    if [[ ! -d $state/run ]]; then
        printf 'nothing was started here; deploy/local up starts everything\n'
        return 3
    fi
    printf '%-16s %-9s %-7s %s\n' program pid port state
    for name in postgres rabbitmq sandbox "${services[@]}"; do
        port=-
        case $name in
            rabbitmq) [[ -s $state/ports/amqp ]] && port=$(<"$state/ports/amqp") ;;
            *) [[ -s $state/ports/$name ]] && port=$(<"$state/ports/$name") ;;
        esac
        verdict=running
        if ! pid=$(running_pid "$name"); then
            pid=- verdict=stopped all=3
        elif [[ " ${services[*]} " == *" $name "* ]]; then
            if is_ready "$port"; then
                verdict=ready
            else
                verdict="not ready: ${http_body:-no answer}" all=3
            fi
        fi
        printf '%-16s %-9s %-7s %s\n' "$name" "$pid" "$port" "${verdict%$'\n'}"
    done
    return "$all"
}
