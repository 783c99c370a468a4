# shellcheck shell=bash
# Debian packages: what is missing is installed, without letting any system service start.

packages_to_run=(librabbitmq-dev libpq-dev libcurl4-openssl-dev pkg-config rabbitmq-server postgresql postgresql-client)
packages_to_test=("${packages_to_run[@]}" nghttp2-server nginx openssl pgbouncer prometheus python3 python3-venv shellcheck)
packages_to_bench=("${packages_to_run[@]}" wrk python3 python3-venv)

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# need_packages NAME…: installs what is missing, as root or by sudo, else says what to run.
need_packages() {
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null ||
        fail "this machine lacks packages, and it is no Debian: install what corresponds to" "${missing[*]}"
    local as_root=()
    if ((EUID != 0)); then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            fail "Debian packages are missing, and neither root nor sudo without a password is at hand; run" \
                "sudo apt-get update && sudo apt-get install ${missing[*]}"
        fi
    fi
    say "installing Debian packages: ${missing[*]}"
    "${as_root[@]}" bash -s -- "${missing[@]}" <"$here/install-packages" >"$state/log/packages.log" 2>&1 || {
        show_tail "$state/log/packages.log" 30
        fail "the packages could not be installed"
    }
}

# A Swift toolchain cannot come from Debian 12; say where it comes from instead of failing later.
need_swift() {
    command -v swift >/dev/null ||
        fail "there is no Swift toolchain in the PATH" "install Swift 6.2 or later: https://www.swift.org/install/linux/"
}
