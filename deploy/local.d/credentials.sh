# shellcheck shell=bash
# Random credentials of one set-up. They are made once, live in files of mode 600, and are never printed.

# write_private FILE: standard input into a file of mode 600, whole or not at all.
write_private() {
    (
        umask 077
        cat >"$1.new"
        mv "$1.new" "$1"
    )
}

random_text() {
    local text
    text=$(head -c 64 /dev/urandom | base64 -w0)
    text=${text//[^A-Za-z0-9]/}
    printf '%s' "${text:0:40}"
}

# secret NAME: the content of a secret, made at the first use.
secret() {
    local file=$state/secrets/$1
    [[ -s $file ]] || random_text | write_private "$file"
    cat "$file"
}

# key_file NAME: the path of a file with a 32-byte key in Base64, made at the first use.
key_file() {
    local file=$state/secrets/$1
    [[ -s $file ]] || head -c 32 /dev/urandom | base64 | write_private "$file"
    printf '%s' "$file"
}
