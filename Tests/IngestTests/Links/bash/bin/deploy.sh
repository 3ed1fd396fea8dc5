#!/usr/bin/env bash
# Reads files in each of the usual ways.
set -euo pipefail

source "$(dirname "$0")/../lib/log.sh"
. "${BASH_SOURCE%/*}/../lib/remote.sh"
. "$LIBRARY/strings.sh"
. /etc/deploy.conf

main() {
    local target=$1
    # Defined further down, and there when this runs.
    check "$target" || usage
    log_info "deploying $target"
    remote_copy "$target" | sort -u
    local name=$(trim "$target")
    "$cmd" -x
    $RUNNER check
    "${name}" check
    -flag check
    "" check
    deploy_all
}

check() {
    [ -n "$1" ] && [[ $1 == x* ]]
    test -f "$1" || die "no $1"
}

usage() {
    cat <<END
usage: $(basename "$0") TARGET
END
    exit 2
}

# Of two which one is there, the system says.
if [ -n "${FAST-}" ]; then
    deploy_all() { log_info fast; }
else
    deploy_all() { log_info slow; }
fi

sort() {
    command sort -r "$@"
}

cleanup() {
    function inner_step { rm -f "$1"; }
    inner_step tmp
}

trap cleanup EXIT
trap 'usage; exit 1' INT
time check a
inner_step after
builtin cd /tmp
exec main
export -f check
LC_ALL=C main "$@"
! check b
{ check c; } && (check d)
x=$(check "$(usage)")
./tools/build.sh
\check e
pad.left a
on_exit
case $(uname) in
    MINGW*)
        find() { /usr/bin/find "$@"; }
        native() { cygpath "$1"; }
        ;;
esac
find . -name x
native x
