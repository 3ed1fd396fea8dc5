# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the other scripts: stands in the repository's root and times steps.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 1; }

# step HEADING COMMAND [ARGUMENT]...
# Runs the command under a heading and says how long it took; the first that fails ends the script.
step() {
    local heading=$1 start=$SECONDS status=0
    shift
    printf '\n==> %s\n' "$heading"
    "$@" || status=$?
    if ((status != 0)); then
        printf '==> FAILED: %s (%d s): %s\n' "$heading" $((SECONDS - start)) "$*"
        exit 1
    fi
    printf '==> done: %s (%d s)\n' "$heading" $((SECONDS - start))
    step_times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$heading")")
}
step_times=()

# Ends a script of steps: the seconds of each and of all.
passed() {
    printf '\n%s passed\n' "${0##*/}"
    printf '%s\n' "${step_times[@]}" "$(printf '%5d s  in all' "$SECONDS")"
}
