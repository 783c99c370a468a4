# shellcheck shell=bash
# The sandbox and the five services of the local set-up.

services=(crm-adapter fsm-adapter ledger-adapter router reconciler)

# The environment of a service: `NAME=value` lines.
service_environment() {
    local name=$1
    printf '%s\n' \
        "PLUMBLINE_DATABASE_URL_FILE=$state/secrets/database-url" \
        "PLUMBLINE_AMQP_URL_FILE=$state/secrets/amqp-url" \
        "PLUMBLINE_MASTER_KEY_FILE=$(key_file master-key)" \
        "PLUMBLINE_AUDIT_SIGNING_KEY_FILE=$(key_file audit-signing-key)" \
        "PLUMBLINE_AUDIT_ANCHOR_FILE=$state/audit/anchors.log" \
        "PLUMBLINE_CONNECTIONS_DIRECTORY=$state/connections" \
        "PLUMBLINE_HTTP_PORT=$(port_of "$name")" \
        "PLUMBLINE_PUBLIC_URL=http://127.0.0.1:$(port_of "$name")"
}

start_service() {
    local name=$1 environment=()
    mapfile -t environment < <(service_environment "$name")
    start_program "$name" "$programs/$name" "$(cat "$state"/connections/*.yaml 2>/dev/null)" \
        env "${environment[@]}" "$programs/$name"
}

# start_program NAME PROGRAM FILES COMMAND…: starts a command, or starts it again when the program was built anew since, or
# when the command or the content of its files is another one.
start_program() {
    local name=$1 program=$2 files=$3 print
    shift 3
    print=$(fingerprint "$program" "$files" "$@")
    if running_pid "$name" >/dev/null; then
        [[ $(running_fingerprint "$name") == "$print" ]] && return
        say "starting $name again: its program or its configuration has changed"
        halt "$name" TERM 40
    fi
    : >"$state/log/$name.log"
    spawn "$name" "$print" "$@"
}

start_services() {
    local name
    mkdir -p "$state/audit"
    database_url | write_private "$state/secrets/database-url"
    amqp_url | write_private "$state/secrets/amqp-url"
    for name in "${services[@]}"; do start_service "$name"; done
    for name in "${services[@]}"; do
        await "$name" 60 is_ready "$(port_of "$name")"
        say "$name is ready on 127.0.0.1:$(port_of "$name")"
    done
}

stop_services() {
    local index
    # In the other direction than they were started; each finishes its batch.
    for ((index = ${#services[@]} - 1; index >= 0; index--)); do halt "${services[index]}" TERM 40; done
    halt sandbox TERM 10
}

# The addresses and credentials of this set-up, for other programs to source.
write_environment() {
    local name variable line
    {
        printf '# The local set-up of Plumbline. Source it; it is written by deploy/local up.\n'
        printf "export PLUMBLINE_DATABASE_URL='%s'\n" "$(database_url)"
        printf "export PLUMBLINE_AMQP_URL='%s'\n" "$(amqp_url)"
        printf "export PLUMBLINE_RABBITMQCTL='%s'\n" "$state/rabbitmq/rabbitmqctl"
        printf "export PLUMBLINE_MASTER_KEY_FILE='%s'\n" "$(key_file master-key)"
        printf "export PLUMBLINE_AUDIT_SIGNING_KEY_FILE='%s'\n" "$(key_file audit-signing-key)"
        printf "export PLUMBLINE_AUDIT_ANCHOR_FILE='%s'\n" "$state/audit/anchors.log"
        printf "export PLUMBLINE_CONNECTIONS_DIRECTORY='%s'\n" "$state/connections"
        for name in "${services[@]}"; do
            variable=${name//-/_}
            printf "export PLUMBLINE_%s_URL='http://127.0.0.1:%s'\n" "${variable^^}" "$(port_of "$name")"
        done
        # Where the imitated vendors serve; their control API is below /_sandbox/.
        for line in "${connections[@]}"; do
            name=${line%% *}
            printf "export PLUMBLINE_SANDBOX_%s_URL='http://127.0.0.1:%s'\n" "${name^^}" \
                "$(port_of "sandbox-$name" sandbox)"
        done
    } | write_private "$state/local.env"
}
