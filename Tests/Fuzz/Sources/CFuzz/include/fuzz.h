// SPDX-License-Identifier: Apache-2.0
// libFuzzer's entry for a program that brings its own main, as SwiftPM insists.
#pragma once
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *bytes, size_t count));
