# shellcheck shell=bash
# Whether what deploys Plumbline is right, without a cluster and without a network: Tests/Deployments holds the rules.

stage_deployments() {
    local python=$state/deployments/bin rules=$root/Tests/Deployments status=0
    make_deployments_python || { count 1 || return; }
    start_postgres
    counted manifests 300 "$python/python" "$rules/check.py" "$python/kubectl" || status=1
    counted edge 300 "$python/python" "$rules/edge.py" /usr/sbin/nginx || status=1
    PGPASSWORD=$(secret postgres-superuser) PGHOST=127.0.0.1 PGPORT=$(port_of postgres) PGUSER=postgres PGDATABASE=plumbline \
        counted scaling 300 "$python/python" "$rules/scaling.py" "$python/kubectl" || status=1
    check_containers "$python" || status=1
    check_monitoring || status=1
    return "$status"
}

# A virtual environment with what checks, once for each change of its requirements.
make_deployments_python() {
    local folder=$state/deployments wanted=$root/Tests/Deployments/requirements.txt
    cmp -s "$wanted" "$folder/installed.txt" && return
    rm -rf "$folder"
    say "making a virtual environment for the checks of deployment files"
    # shellcheck disable=SC2016 # expanded by the inner shell
    run_logged deployments-python 600 bash -c '
        python3 -m venv "$1" &&
        "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2" &&
        cp "$2" "$1/installed.txt"' bash "$folder" "$wanted" && return
    show_tail "$state/log/deployments-python.log" 20
    return 1
}

# The containers' files; and the images, where an engine answers that could build them.
check_containers() {
    local python=$1 status=0 file
    for file in deploy/containers/Dockerfile Tests/Containers/bases/*/Dockerfile; do
        checked "hadolint-$(basename "$(dirname "$file")")" 60 "$python/hadolint" "$file" || status=1
    done
    checked compose 60 "$python/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml || status=1
    if docker info >/dev/null 2>&1; then
        checked images 5400 "$root/deploy/local" images --tag test || status=1
        grep -aE '^(image|[a-z-]+ +[0-9.]+ +[0-9.]+ )' "$state/log/deployments-images.log" | sed 's/^/       /' || true
    else
        skip "images: no Docker engine answers here; deploy/local images builds and measures them"
    fi
    return "$status"
}

# Prometheus' own judgement; what the rules do is tested by MonitoringRulesTests.
check_monitoring() {
    local status=0 file
    for file in deploy/monitoring/*.yml; do
        case $(sed -n 's/^\([a-z_]*\):.*/\1/p' "$file" | sort | tr '\n' ' ') in
            *rule_files*tests*) ;;
            *scrape_configs*) checked "prometheus-${file##*/}" 60 promtool check config "$file" || status=1 ;;
            *groups*) checked "rules-${file##*/}" 60 promtool check rules --lint-fatal "$file" || status=1 ;;
        esac
    done
    return "$status"
}

# checked NAME SECONDS COMMAND…: a command that is one test.
checked() {
    local name=$1 limit=$2 status=0
    shift 2
    run_logged "deployments-$name" "$limit" "$@" || status=$?
    ((status == 0)) || show_tail "$state/log/deployments-$name.log" 40
    count "$status"
}

# counted NAME SECONDS COMMAND…: a command that tells each of its tests by a line, `ok …` or `FAILED …`.
counted() {
    local name=$1 limit=$2 status=0 log=$state/log/deployments-$1.log good bad
    shift 2
    run_logged "deployments-$name" "$limit" "$@" || status=$?
    good=$(grep -c '^ok ' "$log" || true)
    bad=$(grep -c '^FAILED ' "$log" || true)
    # A program that breaks off has told nothing of what it did not come to; one that tells nothing has tested nothing.
    if ((good + bad == 0 || (status != 0 && bad == 0))); then
        show_tail "$log" 40
        bad=$((bad + 1))
    else
        grep -A 20 '^FAILED ' "$log" | grep -v '^ok ' | head -n 80 >&2 || true
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    say "$name: $good of $((good + bad)) checks passed"
    ((bad == 0))
}
