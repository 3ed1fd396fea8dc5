# Messages, by how bad they are.
log() {
    local level=$1
    shift
    stamp "$level" "$@"
}

stamp() { printf '%s: %s\n' "$1" "${*:2}"; }

warn() { log warning "$@" >&2; }

die() {
    warn "$@"
    return 1
}
