# shellcheck shell=bash
# The whole system as a company runs it: from images, by docker-compose.yml, under load, while things are scaled, stopped,
# killed, upgraded and restored.

verb_containers() {
    case ${1-} in
        -h | --help)
            containers_usage
            return
            ;;
    esac
    open_containers
    need_packages "${packages_to_run[@]}" git
    need_swift
    exercise_containers "$@"
}

containers_usage() {
    cat <<'TEXT'
deploy/local containers [OPTION…]

Builds the images of what lies here, and those of the newest earlier commit with fewer migrations and an older schema of
messages, brings docker-compose.yml up with the older ones, plays the main job, and breaks, scales, upgrades and restores the
system while people work in the imitated vendors. What is left is judged by the vendors' histories: nothing lost, nothing done
twice. Everything is removed in the end; logs, figures and evidence are in .plumbline/containers/evidence/SEED.

--seed N and the other options are those of the program: .build/debug/faults containers --help.
TEXT
}

# exercise_containers OPTION…: the images of before and now, then the exercise, with the servers' images besides.
exercise_containers() {
    local older
    older=$(older_revision) ||
        fail "no earlier commit has fewer migrations and an older schema of messages" "is this a shallow clone? git fetch --unshallow"
    need_base POSTGRES_IMAGE postgres:15-bookworm postgres
    need_base RABBITMQ_IMAGE rabbitmq:3.13 rabbitmq
    build_images now ""
    measure_images now || fail "an image is larger than it may be"
    # The last one that is built: where it is, all of them are.
    "$docker" image inspect "$(image_prefix)/${other_images[-1]}:before-${older:0:12}" >/dev/null 2>&1 ||
        build_images "before-${older:0:12}" "$older"
    build build --product faults
    PLUMBLINE_SECRETS=$state/secrets/project "$root/deploy/containers/make-secrets" >/dev/null
    say "the exercise begins"
    PLUMBLINE_IMAGES=$(image_prefix)
    export PLUMBLINE_IMAGES PLUMBLINE_SECRETS=$state/secrets/project
    "$programs/faults" containers --compose "${compose[*]}" --docker "$docker" --before "before-${older:0:12}" --now now \
        --after-upgrade "upgrade finish --reason exercised" \
        --output "$root/.plumbline/containers.json" --evidence "$state/evidence" "$@"
}

# The newest ancestor from which an upgrade has migrations to apply and another schema of messages to agree on.
older_revision() {
    local revision migrations schema
    migrations=$(migrations_at HEAD)
    schema=$(schema_at HEAD)
    while read -r revision; do
        if (($(migrations_at "$revision") < migrations && $(schema_at "$revision") < schema)); then
            printf '%s' "$revision"
            return
        fi
    done < <(git -C "$root" rev-list --first-parent HEAD)
    return 1
}

migrations_at() {
    git -C "$root" ls-tree --name-only "$1:Shared/SyncStore/Migrations" 2>/dev/null | grep -c '\.up\.sql$'
}

schema_at() {
    git -C "$root" show "$1:Shared/CanonicalModel/Model/ModelCatalog.swift" 2>/dev/null |
        sed -n 's/.*static let schemaVersion = \([0-9]*\).*/\1/p'
}
