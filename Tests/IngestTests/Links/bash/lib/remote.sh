. ./log.sh

remote_copy() {
    local check=1
    scp "$1" host: || die "$1"
    retry scp "$1"
    trim "$1"
}

retry() {
    "$@" || retry "$@"
}
