# shellcheck shell=bash
# The sandbox that imitates the vendors, and the connections of Plumbline to it.

# One line per connection: name, vendor, role, the adapter of that role.
connections=(
    "hubspot hubspot crm crm-adapter"
    "jobber jobber fsm fsm-adapter"
    "quickbooks quickbooks ledger ledger-adapter"
)

# The member of a flat JSON object, a string or a number.
json_member() {
    sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p" <<<"$2" | head -n 1
}

# The first of several members that is there.
json_first() {
    local body=$1 name value
    shift
    for name in "$@"; do
        value=$(json_member "$name" "$body")
        [[ -n $value ]] && break
    done
    printf '%s' "$value"
}

sandbox_is_up() {
    local line
    for line in "${connections[@]}"; do
        http_status "$(port_of "sandbox-${line%% *}" sandbox)" /_sandbox/health 2>/dev/null || return 1
    done
}

# The command of the sandbox, in $sandbox_command.
sandbox_command=()
compose_sandbox() {
    local line
    sandbox_command=("$programs/sandbox")
    for line in "${connections[@]}"; do
        sandbox_command+=("--${line%% *}-port" "$(port_of "sandbox-${line%% *}" sandbox)")
    done
}

# Whether the sandbox runs as it would be started now.
sandbox_is_current() {
    compose_sandbox
    [[ $(running_fingerprint sandbox) == "$(fingerprint "$programs/sandbox" "" "${sandbox_command[@]}")" ]]
}

start_sandbox() {
    compose_sandbox
    start_program sandbox "$programs/sandbox" "" "${sandbox_command[@]}"
    await sandbox 30 sandbox_is_up
    say "the imitated vendors are ready"
}

# ask_sandbox METHOD PORT PATH BODY: an answer of the control API in $http_body.
ask_sandbox() {
    http_status "$2" "/_sandbox/$3" 200 "$1" "$4" || fail "the sandbox refused $1 $3: ${http_body:-no answer}"
}

# connect NAME VENDOR ROLE ADAPTER: tokens of the imitated vendor, its webhooks to the adapter, and the file that declares
# the connection. Does nothing where this sandbox has been connected already: its tokens live as long as it does.
connect() {
    local name=$1 vendor=$2 role=$3 adapter=$4 port tokens subscription account
    port=$(port_of "sandbox-$name" sandbox)
    ask_sandbox POST "$port" tokens/issue '{}'
    tokens=$http_body
    ask_sandbox PUT "$port" webhooks/subscription \
        "{\"url\": \"http://127.0.0.1:$(port_of "$adapter")/webhooks/$name\"}"
    subscription=$http_body
    printf '%s' "$(json_member accessToken "$tokens")" | write_private "$state/secrets/$name-access-token"
    printf '%s' "$(json_member refreshToken "$tokens")" | write_private "$state/secrets/$name-refresh-token"
    printf '%s' "$(json_member clientId "$tokens")" | write_private "$state/secrets/$name-client-id"
    printf '%s' "$(json_member clientSecret "$tokens")" | write_private "$state/secrets/$name-client-secret"
    # Where a vendor has no secret of its own for webhooks, it signs with the one of the client.
    json_first "$subscription $tokens" verifierToken secret clientSecret |
        write_private "$state/secrets/$name-webhook-secret"
    account=$(json_first "$tokens" portalId accountId realmId)
    {
        printf '# A connection of the local set-up, written by deploy/local up.\n'
        printf 'name: %s\nvendor: %s\nrole: %s\n' "$name" "$vendor" "$role"
        printf 'vendor_account: "%s"\nbase_url: http://127.0.0.1:%s\n' "$account" "$port"
        printf 'authorize_url: http://127.0.0.1:%s\n' "$port"
        printf 'time_zone: America/Denver\ncurrency: USD\nsecrets:\n'
        local secret
        for secret in access-token refresh-token client-id client-secret webhook-secret; do
            printf '  %s: { file: "%s" }\n' "${secret//-/_}" "$state/secrets/$name-$secret"
        done
    } | write_private "$state/connections/$name.yaml"
}

connect_all() {
    local line parts mark
    mkdir -p "$state/connections"
    mark=$(cut -d' ' -f1-3 "$state/run/sandbox.pid")
    if [[ -r $state/run/connected && $(<"$state/run/connected") == "$mark" ]]; then return; fi
    for line in "${connections[@]}"; do
        read -ra parts <<<"$line"
        connect "${parts[@]}"
    done
    printf '%s\n' "$mark" >"$state/run/connected"
}
