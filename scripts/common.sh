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

# Prints those of the given packages that are not installed.
missing_packages() {
    local installed name
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true)
    for name in "$@"; do
        grep -qx ".i. *$name" <<<"$installed" || printf '%s\n' "$name"
    done
}

install_packages() {
    local install=(apt-get install -y --no-install-recommends "$@") as_root=() log by_hand
    by_hand="as root: apt-get update && ${install[*]}"
    if ((EUID != 0)); then
        sudo -n true 2>/dev/null || die "Debian packages are missing; install them $by_hand"
        as_root=(sudo -n)
    fi
    say "installing $*"
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    log=$(mktemp)
    # A source that can't be reached matters only if a package is then not found.
    "${as_root[@]}" apt-get update >"$log" 2>&1 || true
    if ! "${as_root[@]}" "${install[@]}" -o DPkg::Lock::Timeout=120 >>"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "Debian packages could not be installed; once the cause above is gone, $by_hand"
    fi
    rm -f "$log"
}

# Installs those of the given packages that are not there.
ensure_packages() {
    local missing
    readarray -t missing < <(missing_packages "$@")
    if ((${#missing[@]} > 0)); then install_packages "${missing[@]}"; fi
}
