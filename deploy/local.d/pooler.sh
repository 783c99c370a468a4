# shellcheck shell=bash
# A PgBouncer before the private PostgreSQL, which hands each transaction to the next of a few sessions: port of its own,
# loopback only, scram passwords.

pooler_program=/usr/sbin/pgbouncer

pooler_is_up() {
    (exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# start_pooler SESSIONS: a pool of so many sessions with the server. They are taken in turn, so that what a transaction
# leaves behind in one is missing in the next.
start_pooler() {
    local sessions=$1 home port command
    [[ -x $pooler_program ]] || fail "there is no $pooler_program" "install the Debian package pgbouncer"
    home=$(postgres_home)/pooler
    port=$(port_of pooler)
    mkdir -p "$home"
    printf '"plumbline" "%s"\n' "$(secret postgres-password)" | write_private "$home/users"
    printf '%s\n' \
        '[databases]' "* = host=127.0.0.1 port=$(port_of postgres)" \
        '[pgbouncer]' 'listen_addr = 127.0.0.1' "listen_port = $port" 'unix_socket_dir =' \
        'auth_type = scram-sha-256' "auth_file = $home/users" 'pool_mode = transaction' \
        "default_pool_size = $sessions" "min_pool_size = $sessions" 'server_round_robin = 1' 'server_idle_timeout = 0' \
        'max_client_conn = 1000' 'log_connections = 0' 'log_disconnections = 0' |
        write_private "$home/pgbouncer.ini"
    if ((EUID == 0)); then chown -R postgres:postgres "$home"; fi
    command=("$pooler_program" "$home/pgbouncer.ini")
    if ((EUID == 0)); then
        command=(setpriv --reuid=postgres --regid=postgres --init-groups --reset-env -- "${command[@]}")
    fi
    say "starting PgBouncer on 127.0.0.1:$port"
    spawn pooler "$(fingerprint "$pooler_program")" "${command[@]}"
    await pooler 30 pooler_is_up "$port"
}

pooled_database_url() {
    printf 'postgresql://plumbline:%s@127.0.0.1:%s/plumbline?pooler=transaction' \
        "$(secret postgres-password)" "$(port_of pooler)"
}

# SIGTERM ends it at once.
stop_pooler() {
    halt pooler TERM 10
}
