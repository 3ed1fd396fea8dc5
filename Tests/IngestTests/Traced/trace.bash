# Runs a script of a tree and writes to descriptor 9 who called whom, as trace.py does; a function's
# line is not known to Bash.
cd "$1" || exit 1
set -T
trap '[[ -z ${FUNCNAME[0]} || ${FUNCNAME[0]} == source ]] ||
    printf "%s\t%s\t%s\t0\t%s\n" "${BASH_SOURCE[1]}" "${BASH_LINENO[0]}" "${BASH_SOURCE[0]}" "${FUNCNAME[0]}" >&9' DEBUG
. main.sh
