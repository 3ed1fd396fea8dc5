#!/usr/bin/env bash
# A script that runs, so that what it really calls can be compared with the graph.
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/log.sh"
. "$here/lib/paths.sh"

usage() { log usage "main.sh FILE…"; }

describe() {
    local file=$1
    log file "$(stem "$file")" "$(extension "$file")"
    if is_source "$file"; then
        count=$((count + 1))
        log source "$file" | first_line
    else
        warn "no source: $file" || true
    fi
}

is_source() {
    [[ $(extension "$1") == sh ]] && return 0
    return 1
}

first_line() {
    local line
    read -r line
    printf '%s\n' "$line"
}

cleanup() { log done "$count"; }

main() {
    count=0
    if (($# == 0)); then usage; fi
    for file in a.sh b.txt c; do
        describe "$file"
    done
    each none x y
    (cd / && stem /tmp/z.tar) >/dev/null
    die "that is all" || cleanup
}

main "$@" >/dev/null 2>&1
