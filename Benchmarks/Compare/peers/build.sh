#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the peers' benchmark as .build/compare/peers. Needs Debian's g++ pkg-config libsqlite3-dev
# liblmdb-dev librocksdb-dev libzstd-dev liblz4-dev libxxhash-dev.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

out=../../../.build/compare
mkdir -p "$out"
packages=(sqlite3 lmdb rocksdb libzstd liblz4)
pids=()
objects=()
for source in *.cpp; do
    object=$out/${source%.cpp}.o
    objects+=("$object")
    # Each file by itself: one that is newer than its source and the header stays.
    [[ $object -nt $source && $object -nt harness.h ]] && continue
    # shellcheck disable=SC2046
    "${CXX:-g++}" -std=c++17 -O2 -g -Wall -Wextra $(pkg-config --cflags "${packages[@]}") \
        -c "$source" -o "$object" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
# shellcheck disable=SC2046
"${CXX:-g++}" "${objects[@]}" $(pkg-config --libs "${packages[@]}") -pthread -o "$out/peers"
echo "$out/peers"
