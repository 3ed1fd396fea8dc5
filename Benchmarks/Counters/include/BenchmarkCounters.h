// SPDX-License-Identifier: Apache-2.0
//
// What only C can count: allocations, and the processor's own count of instructions.
#pragma once

#include <stdint.h>

/// How often memory was asked for, by whatever thread, since the process began.
int64_t segstore_allocations(void);

/// Instructions of this thread and those it starts from now on, in user mode, since the first call;
/// -1 where the machine does not count them.
int64_t segstore_instructions(void);

/// Gives freed memory back to the system.
void segstore_trim(void);
