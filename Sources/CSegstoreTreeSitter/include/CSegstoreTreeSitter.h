// SPDX-License-Identifier: Apache-2.0
// tree-sitter, and grammars out of Python packages without any Python.
#pragma once
#if !__has_include("../../../ThirdParty/tree-sitter/core/include/tree_sitter/api.h")
#error "tree-sitter is not there yet: run scripts/setup, then build again"
#endif
#include "../../../ThirdParty/tree-sitter/core/include/tree_sitter/api.h"

/// The grammar that a Python extension module offers under the name of a function, such as
/// "language". It stays loaded. Null if there is none, and then `*error` says why; the text stands
/// until the thread's next call.
const TSLanguage *segstore_grammar_load(
    const char *path, const char *function, const char **error);

/// Parses bytes. Null if the parser gave up: it may take so many steps of its own. The same bytes
/// take the same number of steps on every machine.
TSTree *segstore_parse(
    TSParser *parser, const char *bytes, uint32_t byte_count, uint64_t step_limit);
