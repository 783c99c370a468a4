# shellcheck shell=bash
# The images of Plumbline, built here, measured and bounded.

# What stands in an image, by the name of its target in deploy/containers/Dockerfile.
service_images=("${services[@]}")
other_images=(plumbline sandbox story)
# Of a service's image, in megabytes (10^6 bytes).
compressed_bound=120
unpacked_bound=200

# How the images are called: NAME/router:TAG and so on. docker-compose.yml takes the same variables.
image_prefix() {
    printf '%s' "${PLUMBLINE_IMAGES:-plumbline}"
}

verb_images() {
    local tag=${PLUMBLINE_VERSION:-latest} revision=""
    while (($#)); do
        case $1 in
            --tag) tag=${2-} && shift ;;
            --from) revision=${2-} && shift ;;
            -h | --help)
                images_usage
                return
                ;;
            *) fail "images does not know $1" "see deploy/local images --help" ;;
        esac
        shift
    done
    [[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || fail "'$tag' is no tag of an image"
    open_containers
    build_images "$tag" "$revision"
    measure_images "$tag" || fail "an image is larger than it may be"
}

images_usage() {
    cat <<'TEXT'
deploy/local images [--tag TAG] [--from REVISION]

Builds the images of the five services, the operators' commands, the imitated vendors and the main job from what lies here, or
from a commit (--from), and says how large they are and of what. The images are called plumbline/NAME:latest, or as
PLUMBLINE_IMAGES and PLUMBLINE_VERSION say, as in docker-compose.yml.

Uses the Docker engine that answers (DOCKER_HOST). Where none does, one is started in .plumbline/containers, as root on Debian.
Where no registry is reached, the official images are replaced by ones of the same content from Debian's packages and the Swift
toolchain of this machine. SWIFT_IMAGE and BASE_IMAGE name other ones.
TEXT
}

# The engine, and its folder, for the verbs that work with containers; it ends with them where it is ours.
open_containers() {
    state=$root/.plumbline/containers
    open_state
    trap close_containers EXIT
    trap 'say "interrupted"; exit 130' INT TERM
    need_engine
}

close_containers() {
    local status=$?
    trap - EXIT INT TERM
    end_child
    stop_engine
    exit "$status"
}

# need_base VARIABLE OFFICIAL NAME: the variable names an image that is here: the one that the caller wants, the official one,
# or else one that is made from Debian's packages.
need_base() {
    local variable=$1 official=$2 name=$3
    [[ -z ${!variable-} ]] || return 0
    if "$docker" image inspect "$official" >/dev/null 2>&1 ||
        run_logged "base-$name" 900 "$docker" pull --quiet "$official"; then
        printf -v "$variable" %s "$official"
    else
        "$docker" image inspect "plumbline-bases/$name" >/dev/null 2>&1 || say "no registry has given $official; making plumbline-bases/$name"
        need_packages debootstrap
        local wanted
        for wanted in debian "$name"; do
            run_logged "base-$wanted" 1800 env DOCKER="$docker" "$root/Tests/Containers/bases/make" "$wanted" || {
                show_tail "$state/log/base-$wanted.log"
                fail "the image plumbline-bases/$wanted could not be made"
            }
        done
        printf -v "$variable" %s "plumbline-bases/$name"
    fi
    # shellcheck disable=SC2163 # the variable that is named
    export "$variable"
}

# build_images TAG [REVISION]: one build, whose layers all targets share. The Dockerfile is the one that lies here, also for an
# older commit.
build_images() {
    local tag=$1 revision=$2 context=$root described name
    need_base BASE_IMAGE debian:bookworm-slim debian
    need_base SWIFT_IMAGE swift:6.3-bookworm swift
    if [[ -n $revision ]]; then
        context=$state/source
        described=$(git -C "$root" rev-parse --verify --quiet "$revision^{commit}") || fail "there is no commit $revision"
        rm -rf "$context"
        mkdir -p "$context"
        git -C "$root" archive "$described" | tar -x -C "$context"
        rm -rf "$context/deploy/containers"
        cp -R "$root/deploy/containers" "$context/deploy/containers"
        cp "$root/.dockerignore" "$context/.dockerignore"
    else
        described=$(git -C "$root" describe --always --dirty --abbrev=40 --exclude='*' 2>/dev/null || printf 'unknown')
    fi
    for name in "${service_images[@]}" "${other_images[@]}"; do
        say "building the image $(image_prefix)/$name:$tag"
        DOCKER_BUILDKIT=0 run_logged "image-$name" 5000 "$docker" build --network host \
            --build-arg "BASE_IMAGE=$BASE_IMAGE" --build-arg "SWIFT_IMAGE=$SWIFT_IMAGE" \
            --build-arg "VERSION=$tag" --build-arg "REVISION=$described" \
            -f "$context/deploy/containers/Dockerfile" --target "$name" -t "$(image_prefix)/$name:$tag" "$context" || {
            show_tail "$state/log/image-$name.log" 40
            fail "the image $name could not be built" "the whole output is in ${state#"$root/"}/log/image-$name.log"
        }
    done
    [[ -z $revision ]] || rm -rf "$context"
}

# measure_images TAG: each image's size as it travels and as it lies on a disk, and what it is made of.
measure_images() {
    local tag=$1 name image unpacked compressed program base packages verdict status=0
    base=$("$docker" image inspect -f '{{.Size}}' "${BASE_IMAGE:-debian:bookworm-slim}")
    printf '%-16s %12s %10s   %s\n' image compressed unpacked "of which base, packages, program (MB)"
    for name in "${service_images[@]}" "${other_images[@]}"; do
        image=$(image_prefix)/$name:$tag
        unpacked=$("$docker" image inspect -f '{{.Size}}' "$image")
        compressed=$("$docker" save "$image" | gzip -6 | wc -c)
        program=$("$docker" history --human=false --no-trunc --format '{{.Size}} {{.CreatedBy}}' "$image" |
            awk '/COPY/ && /opt\/plumbline\/bin/ { sum += $1 } END { printf "%d", sum }')
        packages=$((unpacked - base - program))
        verdict=
        if [[ " ${service_images[*]} " == *" $name "* ]] &&
            ((compressed > compressed_bound * 1000000 || unpacked > unpacked_bound * 1000000)); then
            verdict="  TOO LARGE: $compressed_bound and $unpacked_bound are allowed"
            status=1
        fi
        printf '%-16s %12s %10s   %s + %s + %s%s\n' "$name" "$(megabytes "$compressed")" "$(megabytes "$unpacked")" \
            "$(megabytes "$base")" "$(megabytes "$packages")" "$(megabytes "$program")" "$verdict"
    done
    return "$status"
}

megabytes() {
    printf '%d.%d' $(($1 / 1000000)) $(($1 % 1000000 / 100000))
}
