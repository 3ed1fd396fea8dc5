# Names of files.
base() {
    local path=${1%/}
    printf '%s\n' "${path##*/}"
}

stem() {
    local name
    name=$(base "$1")
    printf '%s\n' "${name%.*}"
}

function extension {
    case $(base "$1") in
        *.*) printf '%s\n' "${1##*.}" ;;
        *) none ;;
    esac
}

none() { printf '%s\n' '-'; }

each() {
    local command=$1 item
    shift
    for item in "$@"; do "$command" "$item"; done
}
