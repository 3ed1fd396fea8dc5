# What reads this is expected to have `on_error`.
readonly LEVEL=1

log_info() {
    log_write info "$@"
}

log_write() {
    printf '%s %s\n' "$@" >&2
    hook_format "$@"
}

die() {
    log_write error "$@"
    check "$@"
    exit 1
}
