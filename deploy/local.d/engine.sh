# shellcheck shell=bash
# A Docker engine: the one that answers here, or else one of our own, with its data, socket and processes in the set-up's
# folder, which nothing else on the machine sees.

packages_to_contain=(docker.io docker-compose debootstrap jq iptables)

# Debian's own, since another client in the PATH may speak a newer protocol than the engine.
docker=docker
compose=(docker-compose)

# need_engine: DOCKER_HOST, $docker and $compose lead to an engine that answers.
need_engine() {
    if docker info >/dev/null 2>&1; then
        find_compose
        return
    fi
    engine_can_start || fail "no Docker engine answers, and none can be started here" \
        "start one, or run this as root on Debian with overlay file systems and cgroups"
    need_packages "${packages_to_contain[@]}"
    begin_engine
    export DOCKER_HOST=unix://$state/engine/docker.sock
    docker=/usr/bin/docker
    find_compose
}

# Whether an engine is at hand or could be brought up, for those who go without where not.
engine_can_start() {
    docker info >/dev/null 2>&1 && return
    ((EUID == 0)) && grep -qw overlay /proc/filesystems && [[ -d /sys/fs/cgroup ]] && command -v apt-get >/dev/null
}

find_compose() {
    if [[ -x /usr/bin/docker-compose ]]; then
        compose=(/usr/bin/docker-compose)
    elif "$docker" compose version >/dev/null 2>&1; then
        compose=("$docker" compose)
    else
        need_packages docker-compose
        compose=(/usr/bin/docker-compose)
    fi
}

begin_engine() {
    local home=$state/engine
    running_pid engine >/dev/null && return
    mkdir -p "$home"
    write_runtime "$home/runc"
    # A set-up has one engine: what another one left in its folder for running is of no use.
    rm -rf "$home/exec" "$home/engine.pid" "$home/docker.sock"
    jq -n --arg home "$home" '{
        "data-root": "\($home)/data", "exec-root": "\($home)/exec", "pidfile": "\($home)/engine.pid",
        "hosts": ["unix://\($home)/docker.sock"], "storage-driver": "overlay2", "bridge": "none",
        "default-runtime": "plain", "runtimes": {"plain": {"path": "\($home)/runc"}}
    }' >"$home/daemon.json"
    say "starting a Docker engine of our own"
    spawn engine "$(fingerprint /usr/sbin/dockerd)" /usr/sbin/dockerd --config-file "$home/daemon.json"
    DOCKER_HOST=unix://$home/docker.sock await engine 60 eval '/usr/bin/docker info >/dev/null 2>&1'
}

# Inside a virtual machine or a container the limit on open files may be beyond what a process may set: containers are
# started without it and have the engine's.
write_runtime() {
    cat >"$1" <<'RUNTIME'
#!/bin/bash
# runc, on a bundle that sets no limits of resources.
bundle= before=
for argument in "$@"; do
    case $before in --bundle | -b) bundle=$argument ;; esac
    before=$argument
done
if [[ -n $bundle && -f $bundle/config.json ]]; then
    jq -c 'del(.process.rlimits)' "$bundle/config.json" >"$bundle/config.json.new" &&
        mv "$bundle/config.json.new" "$bundle/config.json"
fi
exec runc "$@"
RUNTIME
    chmod 755 "$1"
}

# Containers end with their engine; images and volumes stay for the next time.
stop_engine() {
    halt engine TERM 60
}
