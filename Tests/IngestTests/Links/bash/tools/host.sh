#!/usr/bin/env bash
# Reads whatever there is.
register() {
    complete -F _host_complete host
    commands+=("$1")
}

_host_complete() {
    COMPREPLY=($(compgen -W "${commands[*]}"))
}

install() {
    echo install
}

for plugin in "$HOME"/plugins/*; do
    . "$plugin"
done
unknown_helper
compile all
