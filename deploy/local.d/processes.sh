# shellcheck shell=bash
# Background processes that outlive this script. Each has a pid file with its pid, its start time, the boot of the
# machine, and a fingerprint of what it was started from. A pid alone may belong to somebody else by now.

# The start time of a process in clock ticks, and nothing for one that is gone or a zombie; see proc(5).
started_at() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    local -a fields
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z && ${fields[0]} != X ]] || return 1
    printf '%s' "${fields[19]}"
}

# The pid of a process that we started and that still runs.
running_pid() {
    local file=$state/run/$1.pid pid start boot
    [[ -r $file ]] || return 1
    read -r pid start boot _ <"$file" || return 1
    [[ $boot == "$(cat /proc/sys/kernel/random/boot_id)" ]] || return 1
    [[ $(started_at "$pid") == "$start" ]] || return 1
    printf '%s' "$pid"
}

# The fingerprint that a running process was started with.
running_fingerprint() {
    local print
    running_pid "$1" >/dev/null || return 1
    read -r _ _ _ print <"$state/run/$1.pid"
    printf '%s' "$print"
}

# spawn NAME FINGERPRINT COMMAND…: starts a process in a session of its own, so that no key press at this terminal
# reaches it. The process writes its own pid file before it becomes the command: there is no moment at which it runs
# and nobody knows.
spawn() {
    local name=$1 print=$2 log=$state/log/$1.log
    shift 2
    rm -f "$state/run/$name.pid"
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid bash -c '
        file=$1 print=$2 log=$3
        shift 3
        stat=$(cat "/proc/$$/stat")
        read -ra fields <<<"${stat##*) }"
        printf "%s %s %s %s\n" "$$" "${fields[19]}" "$(cat /proc/sys/kernel/random/boot_id)" "$print" >"$file.new"
        mv "$file.new" "$file"
        exec "$@" </dev/null >>"$log" 2>&1 9>&-
    ' spawn "$state/run/$name.pid" "$print" "$log" "$@" &
    disown
    local tries=0
    until [[ -e $state/run/$name.pid ]]; do
        ((++tries < 100)) || fail "$name did not start"
        sleep 0.05
    done
}

# await NAME SECONDS COMMAND…: waits until the command succeeds; ends at once when the process is gone.
await() {
    local name=$1 limit=$((SECONDS + $2))
    shift 2
    until "$@"; do
        if ! running_pid "$name" >/dev/null; then
            show_tail "$state/log/$name.log"
            fail "$name has ended by itself"
        fi
        if ((SECONDS >= limit)); then
            show_tail "$state/log/$name.log"
            fail "$name is not ready after the time it may take"
        fi
        sleep 0.1
    done
}

# halt NAME SIGNAL SECONDS: asks, waits, then kills. Does nothing for a process that is not ours or not there.
halt() {
    local name=$1 signal=$2 limit=$((SECONDS + $3)) pid
    if pid=$(running_pid "$name"); then
        kill -s "$signal" "$pid" 2>/dev/null || true
        while running_pid "$name" >/dev/null; do
            if ((SECONDS >= limit)); then
                say "$name does not stop; killing it"
                kill -s KILL "$pid" 2>/dev/null || true
                sleep 0.2
                break
            fi
            sleep 0.05
        done
    fi
    rm -f "$state/run/$name.pid"
}

# What a program is, so that a rebuilt one is recognised.
fingerprint() {
    local file=$1
    shift
    printf '%s-%s' "$(stat -Lc '%i.%Y.%s' "$file")" "$(printf '%s\n' "$@" | cksum | cut -d' ' -f1)"
}

# Whether anything listens on the port, as far as the kernel's tables tell (0A is LISTEN).
port_is_taken() {
    grep -qiE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$1") [0-9A-F]+:[0-9A-F]+ 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# port_of NAME: a free loopback port, the same one each time as long as nobody else has taken it. Ports are below the
# range from which the kernel gives ports to outgoing connections.
port_of() {
    local name=$1 file=$state/ports/$1 owner=${2:-$1} port
    if [[ -s $file ]]; then
        port=$(<"$file")
        if running_pid "$owner" >/dev/null || ! port_is_taken "$port"; then
            printf '%s' "$port"
            return
        fi
    fi
    while :; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        port_is_taken "$port" && continue
        grep -qsxF "$port" "$state"/ports/* && continue
        break
    done
    printf '%s\n' "$port" >"$file"
    printf '%s' "$port"
}

# http_status PORT PATH [STATUS [METHOD [BODY]]]: whether a request on the loopback address is answered with the status
# (200); needs no tool. The answer's body goes to $http_body.
http_body=
http_status() {
    local port=$1 path=$2 wanted=${3:-200} method=${4:-GET} body=${5-} line status=000
    http_body=
    exec 7<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf '%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n' \
        "$method" "$path" >&7
    printf 'Content-Length: %d\r\n\r\n%s' "$(printf '%s' "$body" | wc -c)" "$body" >&7
    if IFS=' ' read -r -t 5 -u 7 _ status _; then
        while IFS= read -r -t 5 -u 7 line && [[ $line != $'\r' ]]; do :; done
        IFS= read -r -d '' -t 5 -u 7 http_body || true
    fi
    exec 7>&- 7<&-
    [[ $status == "$wanted" ]]
}

is_ready() {
    http_status "$1" "${2:-/health/ready}" 2>/dev/null
}
