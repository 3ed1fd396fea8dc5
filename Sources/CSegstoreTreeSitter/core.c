// SPDX-License-Identifier: Apache-2.0
// The parser's core, as scripts/setup unpacked it.
#if !__has_include("../../ThirdParty/tree-sitter/core/src/lib.c")
#error "tree-sitter is not there yet: run scripts/setup, then build again"
#else
#include "arena.h"
#include "../../ThirdParty/tree-sitter/core/src/lib.c"
#endif
