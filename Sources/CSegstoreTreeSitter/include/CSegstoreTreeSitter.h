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

/// A node, in the order of their starts; what is inside of it follows it.
typedef struct {
    uint32_t start, end;
    /// The node that it is in. UINT32_MAX for the root.
    uint32_t parent;
    /// The first node that is not inside.
    uint32_t after;
    /// UINT16_MAX for what could not be parsed.
    TSSymbol symbol;
    /// What it is to its parent, by the rule that names it and by one around that; 0 for nothing.
    TSFieldId field, outer_field;
    uint16_t flags;
} SegstoreNode;

#define SEGSTORE_NODE_NAMED 1
#define SEGSTORE_NODE_MISSING 2

/// The number that a name of a field has in a grammar, by the name's address.
typedef struct {
    const char *name;
    TSFieldId field;
} SegstoreField;

#define SEGSTORE_FIELD_SLOT_COUNT 256

typedef struct {
    SegstoreNode *nodes;
    uint32_t count;
    /// Where lines begin, and which of them was asked for last.
    uint32_t *lines;
    uint32_t line_count, last_line;
    bool has_errors;
    /// How many more times whoever reads it may look at a node.
    uint64_t steps_left;
    const TSLanguage *language;
    SegstoreField fields[SEGSTORE_FIELD_SLOT_COUNT];
} SegstoreTree;

typedef struct SegstoreParser SegstoreParser;

SegstoreParser *segstore_parser_new(void);
void segstore_parser_delete(SegstoreParser *parser);

/// Parses bytes. Null if the parser gave up: it may take so many steps of its own. The same bytes
/// take the same number of steps on every machine. The tree is there until the next parse.
const SegstoreTree *segstore_parse(
    SegstoreParser *parser, const TSLanguage *language, const char *bytes, uint32_t byte_count,
    uint64_t step_limit);

/// The same, of a part of what another parser made a tree of, which must stand as long as this one.
const SegstoreTree *segstore_parse_inside(
    SegstoreParser *parser, const SegstoreTree *outer, const char *bytes, uint32_t start,
    uint32_t end, uint64_t step_limit);

TSFieldId segstore_field_find(SegstoreTree *tree, const char *name, uint32_t length);

static inline uint32_t segstore_field_slot(const char *name) {
    return (uint32_t)(((uintptr_t)name * 0x9E3779B97F4A7C15u) >> 56);
}

/// The number of a field whose name stays where it is; UINT16_MAX if the grammar has none such.
static inline TSFieldId segstore_field(SegstoreTree *tree, const char *name, uint32_t length) {
    SegstoreField known = tree->fields[segstore_field_slot(name)];
    return known.name == name ? known.field : segstore_field_find(tree, name, length);
}

/// The line that a byte is in, from 1; the last one's for what is behind it.
uint32_t segstore_line(SegstoreTree *tree, uint32_t place);
