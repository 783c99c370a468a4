# shellcheck shell=bash
# A private PostgreSQL: data and port of its own, loopback only, scram passwords.

# Version 15 or later, the newest that is there.
postgres_bin() {
    local folder best=
    for folder in /usr/lib/postgresql/*/bin; do
        [[ -x $folder/postgres ]] && best=$(printf '%s\n%s\n' "$best" "$folder" | sort -V | tail -n 1)
    done
    [[ -n $best ]] || fail "there is no PostgreSQL below /usr/lib/postgresql" "install the Debian package postgresql"
    printf '%s' "$best"
}

# PostgreSQL refuses to run as root: root becomes the user of the Debian package.
as_postgres() {
    if ((EUID == 0)); then
        setpriv --reuid=postgres --regid=postgres --init-groups --reset-env -- "$@"
    else
        "$@"
    fi
}

# The folder of the cluster. When this is root's and lies where the user postgres may not pass (a clone in /root), the
# data goes to /var/lib and a link stands in its place.
postgres_home() {
    local home=$state/postgres
    if [[ ! -e $home ]]; then
        if ((EUID == 0)) && ! as_postgres test -x "$state"; then
            local away
            away=/var/lib/plumbline-$(printf '%s' "$state" | cksum | cut -d' ' -f1)
            mkdir -p "$away"
            ln -sfn "$away" "$home"
        else
            mkdir -p "$home"
        fi
        if ((EUID == 0)); then chown postgres:postgres "$home/"; fi
        chmod 700 "$home/"
    fi
    readlink -f "$home"
}

init_postgres() {
    local bin=$1 home=$2
    [[ -e $home/data/PG_VERSION ]] && return
    say "making a database cluster"
    rm -rf "$home/data.new"
    # shellcheck disable=SC2016 # expanded by the inner shell
    secret postgres-superuser | as_postgres bash -c 'umask 077 && cat >"$1"' write "$home/password"
    as_postgres "$bin/initdb" -D "$home/data.new" -U postgres -A scram-sha-256 --pwfile="$home/password" \
        -E UTF8 --locale=C.UTF-8 >"$state/log/initdb.log" 2>&1 || {
        show_tail "$state/log/initdb.log"
        fail "initdb failed"
    }
    rm -f "$home/password"
    mv "$home/data.new" "$home/data"
}

# The first line of the lock file is the server's pid (a crashed one leaves its own there), the eighth its state.
postgres_is_up() {
    local lines=()
    mapfile -t lines 2>/dev/null <"$1/data/postmaster.pid" || return 1
    [[ ${lines[0]-} == "$(running_pid postgres)" && ${lines[7]-} == ready* ]]
}

# Processes of a crashed server end by themselves a moment later; a new one must not start beside them. They work in the
# data folder, which is how they are recognised.
await_orphans() {
    local data=$1 limit=$((SECONDS + 20)) process found
    # An orderly end removes the lock.
    [[ -e $data/postmaster.pid ]] || return 0
    while :; do
        found=
        for process in /proc/[0-9]*; do
            [[ $(readlink "$process/cwd" 2>/dev/null) == "$data" ]] && found=${process#/proc/}
        done
        [[ -n $found ]] || return 0
        ((SECONDS < limit)) || fail "a process of an earlier PostgreSQL still runs: $found" "end it, then try again"
        sleep 0.1
    done
}

# A killed server whose parent has not taken note of it is a zombie, and PostgreSQL takes a zombie for a living server.
clear_lock_of_zombie() {
    local lock=$1/postmaster.pid pid
    pid=$(head -n 1 "$lock" 2>/dev/null) || return 0
    [[ -n $pid && -e /proc/$pid ]] || return 0
    started_at "$pid" >/dev/null || rm -f "$lock"
}

start_postgres() {
    local bin home port
    bin=$(postgres_bin)
    home=$(postgres_home)
    port=$(port_of postgres)
    if ! running_pid postgres >/dev/null; then
        init_postgres "$bin" "$home"
        await_orphans "$home/data"
        clear_lock_of_zombie "$home/data"
        say "starting PostgreSQL on 127.0.0.1:$port"
        local command=("$bin/postgres" -D "$home/data" -p "$port" -c listen_addresses=127.0.0.1
            -c unix_socket_directories= -c max_connections=400 -c log_line_prefix='%m [%p] ')
        if ((EUID == 0)); then
            command=(setpriv --reuid=postgres --regid=postgres --init-groups --reset-env -- "${command[@]}")
        fi
        spawn postgres "$(fingerprint "$bin/postgres")" "${command[@]}"
    fi
    await postgres 60 postgres_is_up "$home"
    make_database "$bin" "$port"
}

# The role and the database of Plumbline; safe to repeat. Passwords go by standard input, never by an argument.
make_database() {
    local bin=$1 port=$2
    {
        printf "\\\\set password '%s'\n" "$(secret postgres-password)"
        cat <<'SQL'
SELECT 'CREATE ROLE plumbline LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plumbline') \gexec
ALTER ROLE plumbline PASSWORD :'password';
SELECT 'CREATE DATABASE plumbline OWNER plumbline'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'plumbline') \gexec
SQL
    } | PGPASSWORD=$(secret postgres-superuser) "$bin/psql" -X -q -v ON_ERROR_STOP=1 \
        -h 127.0.0.1 -p "$port" -U postgres -d postgres >"$state/log/psql.log" 2>&1 || {
        show_tail "$state/log/psql.log"
        fail "the database could not be made"
    }
}

database_url() {
    printf 'postgresql://plumbline:%s@127.0.0.1:%s/plumbline' "$(secret postgres-password)" "$(port_of postgres)"
}

# SIGINT is PostgreSQL's fast shutdown: running transactions end, nothing committed is lost.
stop_postgres() {
    halt postgres INT 60
}
