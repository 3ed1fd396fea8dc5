// SPDX-License-Identifier: Apache-2.0
// A parse, and its tree laid out as an array. tree-sitter's own trees are made to be edited: nodes
// know neither their parents nor their places, and hidden ones stand between. Read once and as a
// whole, an array in which each node is followed by what is inside of it is far quicker.
#include "arena.h"
#include "guard.h"

#include "language.h"
#include "subtree.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include "CSegstoreTreeSitter.h"

struct SegstoreParser {
    Arena *arena;
    SegstoreTree tree;
    uint32_t *lines;
    uint32_t capacity, line_capacity;
};

// Who reads a tree looks at each node so often, on average, before something is wrong. Code takes
// less than a tenth of it.
static const uint64_t steps_per_node = 64, free_steps = 1 << 20;

// So many characters a scanner may ask for. Code takes a few for each byte.
static const uint64_t calls_per_byte = 256, free_calls = 16 << 20;

// Nodes that there is room for from one parse to the next.
static const uint32_t kept_capacity = 1 << 20;

SegstoreParser *segstore_parser_new(void) {
    SegstoreParser *parser = calloc(1, sizeof(SegstoreParser));
    if (parser == NULL) abort();
    parser->arena = arena_new();
    return parser;
}

void segstore_parser_delete(SegstoreParser *parser) {
    arena_delete(parser->arena);
    free(parser->tree.nodes);
    free(parser->lines);
    free(parser);
}

// What a node is to its parent: what the rule says that it is in, and if that is hidden, what
// another says of that.
typedef struct {
    TSFieldId field, outer_field;
} Fields;

// A node of tree-sitter's whose children are being read.
typedef struct {
    Subtree subtree;
    const TSSymbol *aliases;
    const TSFieldMapEntry *fields, *fields_end;
    uint32_t next_child;
    uint32_t structural_index;
    // Where the next child's padding begins.
    uint32_t position;
    // The visible node that it is or is in.
    uint32_t node;
    // What its visible children are to that, if it is hidden.
    Fields inherited;
    bool is_visible;
} Frame;

typedef struct {
    Frame *frames;
    uint32_t count, capacity;
} Stack;

static void push(
    Stack *stack, Subtree subtree, const TSLanguage *language, uint32_t position, uint32_t node,
    bool is_visible, Fields inherited) {
    if (stack->count == stack->capacity) {
        stack->capacity = stack->capacity == 0 ? 256 : stack->capacity * 2;
        stack->frames = arena_realloc(stack->frames, stack->capacity * sizeof(Frame));
    }
    Frame *frame = &stack->frames[stack->count++];
    uint16_t production = ts_subtree_production_id(subtree);
    *frame = (Frame){
        .subtree = subtree,
        .aliases = ts_language_alias_sequence(language, production),
        .position = position,
        .node = node,
        .is_visible = is_visible,
        .inherited = inherited,
    };
    ts_language_field_map(language, production, &frame->fields, &frame->fields_end);
}

static uint32_t append(
    SegstoreParser *parser, Subtree subtree, TSSymbol alias, uint32_t parent, uint32_t start,
    Fields fields) {
    SegstoreTree *tree = &parser->tree;
    if (tree->count == parser->capacity) {
        parser->capacity = parser->capacity == 0 ? 4096 : parser->capacity * 2;
        tree->nodes = realloc(tree->nodes, parser->capacity * sizeof(SegstoreNode));
        if (tree->nodes == NULL) abort();
    }
    TSSymbol symbol = alias != 0 ? alias : ts_subtree_symbol(subtree);
    bool is_named = alias != 0 ? ts_language_symbol_metadata(tree->language, alias).named
                               : ts_subtree_named(subtree);
    uint32_t index = tree->count++;
    tree->nodes[index] = (SegstoreNode){
        .start = start,
        .end = start + ts_subtree_size(subtree).bytes,
        .parent = parent,
        .after = index + 1,
        .symbol = ts_language_public_symbol(tree->language, symbol),
        .field = fields.field,
        .outer_field = fields.outer_field,
        .flags = (is_named ? SEGSTORE_NODE_NAMED : 0) |
            (ts_subtree_missing(subtree) ? SEGSTORE_NODE_MISSING : 0),
    };
    return index;
}

static void flatten(SegstoreParser *parser, Subtree root) {
    SegstoreTree *tree = &parser->tree;
    const TSLanguage *language = tree->language;
    tree->count = 0;
    if (parser->capacity > kept_capacity) {
        free(tree->nodes);
        tree->nodes = NULL;
        parser->capacity = 0;
    }
    Stack stack = {0};
    uint32_t start = ts_subtree_padding(root).bytes;
    append(parser, root, 0, UINT32_MAX, start, (Fields){0});
    push(&stack, root, language, start, 0, true, (Fields){0});
    while (stack.count > 0) {
        Frame *frame = &stack.frames[stack.count - 1];
        if (frame->next_child == ts_subtree_child_count(frame->subtree)) {
            if (frame->is_visible) tree->nodes[frame->node].after = tree->count;
            stack.count--;
            continue;
        }
        Subtree child = ts_subtree_children(frame->subtree)[frame->next_child];
        // The first child's padding is its parent's.
        uint32_t child_start = frame->position;
        if (frame->next_child > 0) child_start += ts_subtree_padding(child).bytes;
        frame->position = child_start + ts_subtree_size(child).bytes;
        frame->next_child++;
        TSSymbol alias = 0;
        Fields fields = {0};
        if (!ts_subtree_extra(child)) {
            if (frame->aliases != NULL) alias = frame->aliases[frame->structural_index];
            fields = frame->inherited;
            for (const TSFieldMapEntry *entry = frame->fields; entry < frame->fields_end; entry++) {
                if (!entry->inherited && entry->child_index == frame->structural_index) {
                    fields = (Fields){entry->field_id, fields.field};
                    break;
                }
            }
            frame->structural_index++;
        }
        bool has_children = ts_subtree_child_count(child) > 0;
        if (alias != 0 || ts_subtree_visible(child)) {
            uint32_t node = append(parser, child, alias, frame->node, child_start, fields);
            if (has_children) push(&stack, child, language, child_start, node, true, (Fields){0});
        } else if (has_children && ts_subtree_visible_child_count(child) > 0) {
            push(&stack, child, language, child_start, frame->node, false, fields);
        }
    }
}

static void find_lines(SegstoreParser *parser, const char *bytes, uint32_t byte_count) {
    SegstoreTree *tree = &parser->tree;
    tree->line_count = tree->last_line = 0;
    const char *line = bytes, *end = bytes + byte_count;
    for (;;) {
        if (tree->line_count == parser->line_capacity) {
            parser->line_capacity = parser->line_capacity == 0 ? 1024 : parser->line_capacity * 2;
            parser->lines = realloc(parser->lines, parser->line_capacity * sizeof(uint32_t));
            if (parser->lines == NULL) abort();
        }
        parser->lines[tree->line_count++] = (uint32_t)(line - bytes);
        const char *newline = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
        if (newline == NULL) break;
        line = newline + 1;
    }
    tree->lines = parser->lines;
}

static bool is_in_line(const SegstoreTree *tree, uint32_t line, uint32_t place) {
    return tree->lines[line] <= place &&
        (line + 1 == tree->line_count || place < tree->lines[line + 1]);
}

uint32_t segstore_line(SegstoreTree *tree, uint32_t place) {
    uint32_t line = tree->last_line;
    if (!is_in_line(tree, line, place)) {
        uint32_t low = 0, high = tree->line_count;
        // What is asked for next is mostly near.
        if (tree->lines[line] <= place) {
            low = line;
            if (line + 16 < high && place < tree->lines[line + 16]) high = line + 16;
        }
        while (high - low > 1) {
            uint32_t middle = low + (high - low) / 2;
            if (tree->lines[middle] <= place) low = middle; else high = middle;
        }
        tree->last_line = line = low;
    }
    return line + 1;
}

typedef struct {
    const char *bytes;
    uint32_t byte_count;
} Input;

static const char *read_input(
    void *payload, uint32_t byte_index, TSPoint position, uint32_t *bytes_read) {
    (void)position;
    const Input *input = payload;
    if (byte_index >= input->byte_count) {
        *bytes_read = 0;
        return "";
    }
    *bytes_read = input->byte_count - byte_index;
    return input->bytes + byte_index;
}

// Called after a fixed number of the parser's operations.
static bool take_step(TSParseState *state) {
    uint64_t *left = state->payload;
    if (*left == 0) return true;
    *left -= 1;
    return false;
}

static const SegstoreTree *parse(
    SegstoreParser *parser, const TSLanguage *language, const char *bytes, uint32_t byte_count,
    uint64_t step_limit, const SegstoreTree *outer, uint32_t start, uint32_t end) {
    arena_use(parser->arena);
    TSParser *machine = ts_parser_new();
    ts_parser_set_language(machine, language);
    if (outer != NULL) {
        TSRange range = {{0, 0}, {UINT32_MAX, UINT32_MAX}, start, end};
        ts_parser_set_included_ranges(machine, &range, 1);
    }
    Input input = {bytes, byte_count};
    bool is_broken = false;
    TSTree *tree = guarded_parse(
        machine, (TSInput){&input, read_input, TSInputEncodingUTF8, NULL},
        (TSParseOptions){&step_limit, take_step},
        (uint64_t)byte_count * calls_per_byte + free_calls, &is_broken);
    SegstoreTree *array = &parser->tree;
    if (array->language != language) {
        memset(array->fields, 0, sizeof array->fields);
        array->language = language;
    }
    if (tree != NULL) {
        flatten(parser, tree->root);
        if (outer == NULL) {
            find_lines(parser, bytes, byte_count);
        } else {
            array->lines = outer->lines;
            array->line_count = outer->line_count;
            array->last_line = 0;
        }
        array->has_errors = ts_subtree_error_cost(tree->root) > 0;
        array->steps_left = (uint64_t)array->count * steps_per_node + free_steps;
    }
    // The grammar's scanner may have memory of its own. The rest goes as a whole.
    if (!is_broken) ts_parser_delete(machine);
    arena_use(NULL);
    arena_reset(parser->arena);
    return tree == NULL ? NULL : array;
}

const SegstoreTree *segstore_parse(
    SegstoreParser *parser, const TSLanguage *language, const char *bytes, uint32_t byte_count,
    uint64_t step_limit) {
    return parse(parser, language, bytes, byte_count, step_limit, NULL, 0, 0);
}

const SegstoreTree *segstore_parse_inside(
    SegstoreParser *parser, const SegstoreTree *outer, const char *bytes, uint32_t start,
    uint32_t end, uint64_t step_limit) {
    return parse(parser, outer->language, bytes, end, step_limit, outer, start, end);
}

TSFieldId segstore_field_find(SegstoreTree *tree, const char *name, uint32_t length) {
    TSFieldId field = ts_language_field_id_for_name(tree->language, name, length);
    if (field == 0) field = UINT16_MAX;
    tree->fields[segstore_field_slot(name)] = (SegstoreField){name, field};
    return field;
}
