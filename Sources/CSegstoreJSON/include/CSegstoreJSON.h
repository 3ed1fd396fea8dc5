// SPDX-License-Identifier: Apache-2.0
// simdjson, which is C++, as C that Swift can call: a document becomes the list of what stands in
// it, one call for all of it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes behind a document that must be readable.
#define SEGSTORE_JSON_PADDING 64

#define SEGSTORE_SWIFT_NAME(name) __attribute__((swift_name(#name)))

enum __attribute__((enum_extensibility(closed))) segstore_json_kind
#if defined(__cplusplus) || defined(__clang__)
    : uint8_t
#endif
{
    SEGSTORE_JSON_NULL SEGSTORE_SWIFT_NAME(null),
    SEGSTORE_JSON_FALSE SEGSTORE_SWIFT_NAME(falseValue),
    SEGSTORE_JSON_TRUE SEGSTORE_SWIFT_NAME(trueValue),
    SEGSTORE_JSON_INTEGER SEGSTORE_SWIFT_NAME(integer),
    // Whole, and more than 2^63 - 1.
    SEGSTORE_JSON_LARGE_INTEGER SEGSTORE_SWIFT_NAME(largeInteger),
    SEGSTORE_JSON_REAL SEGSTORE_SWIFT_NAME(real),
    SEGSTORE_JSON_STRING SEGSTORE_SWIFT_NAME(string),
    // The name of the member that follows.
    SEGSTORE_JSON_NAME SEGSTORE_SWIFT_NAME(name),
    SEGSTORE_JSON_OBJECT SEGSTORE_SWIFT_NAME(object),
    SEGSTORE_JSON_OBJECT_END SEGSTORE_SWIFT_NAME(objectEnd),
    SEGSTORE_JSON_ARRAY SEGSTORE_SWIFT_NAME(array),
    SEGSTORE_JSON_ARRAY_END SEGSTORE_SWIFT_NAME(arrayEnd),
};
typedef enum segstore_json_kind segstore_json_kind;

/// `bits` is an integer, the bits of a double, or the address of a string of `count` bytes.
typedef struct {
    uint64_t bits;
    uint32_t count;
    segstore_json_kind kind;
} segstore_json_token;

typedef struct segstore_json_parser segstore_json_parser;

/// Null if there is no memory.
segstore_json_parser *segstore_json_parser_new(void);
void segstore_json_parser_free(segstore_json_parser *parser);

/// Parses one document of strict JSON in UTF-8. Returns null and the tokens, which are valid until
/// the next call, or what is wrong with it.
const char *segstore_json_parse(
    segstore_json_parser *parser, const void *text, size_t count,
    const segstore_json_token **tokens, size_t *token_count);

/// The same without making tokens: what parsing alone costs, for benchmarks.
const char *segstore_json_check(segstore_json_parser *parser, const void *text, size_t count);

bool segstore_utf8_is_valid(const void *text, size_t count);

#ifdef __cplusplus
}
#endif
