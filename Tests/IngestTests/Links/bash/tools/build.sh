#!/bin/sh
# Another program, with functions of the same names.
usage() {
    echo "usage: build"
}

compile() {
    make -C src "$1"
    install -m 755 a b
    log_info "not read here"
}

for name in a b; do
    compile "$name" || usage
done
trim x
