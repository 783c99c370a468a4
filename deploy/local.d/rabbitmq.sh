# shellcheck shell=bash
# A private RabbitMQ node: data, ports, cookie and port mapper (epmd) of its own, loopback only.

rabbitmq_home=/usr/lib/rabbitmq/bin

# The environment of the node and of its command line tool.
rabbitmq_environment() {
    local home=$state/rabbitmq
    printf '%s\n' \
        "HOME=$home" \
        "RABBITMQ_NODENAME=plumbline@localhost" \
        "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1" \
        "RABBITMQ_NODE_PORT=$(port_of amqp rabbitmq)" \
        "RABBITMQ_DIST_PORT=$(port_of rabbitmq-distribution rabbitmq)" \
        "ERL_EPMD_PORT=$(port_of epmd)" \
        "ERL_EPMD_ADDRESS=127.0.0.1" \
        "RABBITMQ_MNESIA_BASE=$home/mnesia" \
        "RABBITMQ_LOG_BASE=$state/log" \
        "RABBITMQ_LOGS=$state/log/rabbitmq-node.log" \
        "RABBITMQ_PID_FILE=$home/node.pid" \
        "RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins" \
        "RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf" \
        "RABBITMQ_ADVANCED_CONFIG_FILE=$home/advanced.config" \
        "RABBITMQ_CONF_ENV_FILE=/dev/null"
}

# Writes the node's configuration and the wrapper `rabbitmqctl`, which tests and operators use.
configure_rabbitmq() {
    local home=$state/rabbitmq
    mkdir -p "$home/mnesia"
    printf '[].\n' >"$home/enabled_plugins"
    # Without this the port for other nodes and for rabbitmqctl listens on all addresses.
    printf '[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n' >"$home/advanced.config"
    printf '%s\n' \
        "default_user = plumbline" "default_pass = $(secret amqp-password)" \
        "disk_free_limit.absolute = 200MB" "log.connection.level = warning" "log.file.rotation.size = 10485760" |
        write_private "$home/rabbitmq.conf"
    # The cookie is the password between nodes; Erlang insists on mode 400 or 600.
    [[ -s $home/.erlang.cookie ]] || random_text | write_private "$home/.erlang.cookie"
    {
        printf '#!/bin/bash\n# Commands of this RabbitMQ node, for example: rabbitmqctl list_queues\n'
        printf 'export'
        local line
        while IFS= read -r line; do printf ' %q' "$line"; done < <(rabbitmq_environment)
        printf '\nexec %s/rabbitmqctl "$@"\n' "$rabbitmq_home"
    } >"$home/rabbitmqctl.new"
    chmod 755 "$home/rabbitmqctl.new"
    mv "$home/rabbitmqctl.new" "$home/rabbitmqctl"
}

rabbitmq_is_up() {
    grep -qs 'Server startup complete' "$state/log/rabbitmq-node.log" "$state/log/rabbitmq.log" &&
        (exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The port mapper would be started by the node as a daemon that nobody stops: it is started here, in the foreground.
start_epmd() {
    running_pid epmd >/dev/null && return
    local port
    port=$(port_of epmd)
    spawn epmd "$port" env "ERL_EPMD_PORT=$port" ERL_EPMD_ADDRESS=127.0.0.1 epmd -relaxed_command_check
}

begin_rabbitmq() {
    running_pid rabbitmq >/dev/null && return
    [[ -x $rabbitmq_home/rabbitmq-server ]] ||
        fail "there is no RabbitMQ below $rabbitmq_home" "install the Debian package rabbitmq-server"
    configure_rabbitmq
    start_epmd
    say "starting RabbitMQ on 127.0.0.1:$(port_of amqp rabbitmq)"
    rm -f "$state/log/rabbitmq-node.log" "$state/log/rabbitmq.log"
    local environment=()
    mapfile -t environment < <(rabbitmq_environment)
    # RUNNING_UNDER_SYSTEMD makes the script become the Erlang process instead of waiting for it. A node that waits for
    # work must not spin: the machine is shared with a build.
    spawn rabbitmq "$(fingerprint "$rabbitmq_home/rabbitmq-server")" \
        env -u NOTIFY_SOCKET "${environment[@]}" RUNNING_UNDER_SYSTEMD=true \
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+sbwt none +sbwtdcpu none +sbwtdio none" \
        "$rabbitmq_home/rabbitmq-server"
}

await_rabbitmq() {
    await rabbitmq 120 rabbitmq_is_up "$(port_of amqp rabbitmq)"
}

amqp_url() {
    printf 'amqp://plumbline:%s@127.0.0.1:%s/%%2f' "$(secret amqp-password)" "$(port_of amqp rabbitmq)"
}

stop_rabbitmq() {
    halt rabbitmq TERM 60
    halt epmd TERM 5
}
