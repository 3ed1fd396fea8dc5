// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "tree_sitter/api.h"

/// Parses without an old tree. Null if it was given up, by the options or because a scanner asked
/// for more characters than `call_limit`: then the parser is broken, and only its memory is left.
TSTree *guarded_parse(
    TSParser *parser, TSInput input, TSParseOptions options, uint64_t call_limit,
    bool *is_broken);
