trim() {
    sed 's/^ *//' <<<"$1"
}

pad.left() {
    trim "$1"
    usage
}
