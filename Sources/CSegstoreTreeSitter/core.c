// SPDX-License-Identifier: Apache-2.0
// The parser's core, as scripts/setup unpacked it.
#if !__has_include("../../ThirdParty/tree-sitter/core/src/lib.c")
#error "tree-sitter is not there yet: run scripts/setup, then build again"
#else
#include "arena.h"
#include "../../ThirdParty/tree-sitter/core/src/lib.c"

#include <setjmp.h>

#include "guard.h"

// A grammar's scanner is a program of its own, and one that forgets the end of the file runs for
// ever. All it can do is to ask for the next character, or whether there is one: so these are
// counted, and if there is no end to it, what it was called by goes on without it.
static __thread uint64_t calls_left;
static __thread jmp_buf escape;

static void count_call(void) {
    if (calls_left == 0) longjmp(escape, 1);
    calls_left--;
}

static bool guarded_eof(const TSLexer *lexer) {
    count_call();
    return ts_lexer__eof(lexer);
}

static void guarded_advance(TSLexer *lexer, bool skip) {
    count_call();
    ts_lexer__advance(lexer, skip);
}

TSTree *guarded_parse(
    TSParser *parser, TSInput input, TSParseOptions options, uint64_t call_limit,
    bool *is_broken) {
    parser->lexer.data.eof = guarded_eof;
    parser->lexer.data.advance = guarded_advance;
    calls_left = call_limit;
    if (setjmp(escape) == 0) return ts_parser_parse_with_options(parser, NULL, input, options);
    *is_broken = true;
    // What the parser was in the middle of is given up with its memory; the scanner's is its own.
    void *payload = parser->external_scanner_payload;
    if (payload != NULL && parser->language->external_scanner.destroy != NULL) {
        parser->language->external_scanner.destroy(payload);
    }
    return NULL;
}
#endif
