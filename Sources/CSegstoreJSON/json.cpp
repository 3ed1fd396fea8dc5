// SPDX-License-Identifier: Apache-2.0
#include "CSegstoreJSON.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <vector>

namespace dom = simdjson::dom;

static_assert(SEGSTORE_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads further");

struct segstore_json_parser {
    dom::parser parser;
    std::vector<segstore_json_token> tokens;
};

namespace {

// More than any row has: a vector of the most dimensions in every second column.
constexpr size_t most_tokens = size_t(1) << 25;

struct too_many {};

void add(std::vector<segstore_json_token> &out, segstore_json_kind kind, uint64_t bits = 0,
         size_t count = 0) {
    if (out.size() == most_tokens) throw too_many();
    out.push_back({bits, static_cast<uint32_t>(count), kind});
}

void add_text(std::vector<segstore_json_token> &out, segstore_json_kind kind, std::string_view s) {
    add(out, kind, reinterpret_cast<uintptr_t>(s.data()), s.size());
}

// Not deeper than the parser's limit of nesting, 1024.
void flatten(dom::element element, std::vector<segstore_json_token> &out) {
    switch (element.type()) {
    case dom::element_type::OBJECT:
        add(out, SEGSTORE_JSON_OBJECT);
        for (dom::key_value_pair member : dom::object(element)) {
            add_text(out, SEGSTORE_JSON_NAME, member.key);
            flatten(member.value, out);
        }
        add(out, SEGSTORE_JSON_OBJECT_END);
        break;
    case dom::element_type::ARRAY:
        add(out, SEGSTORE_JSON_ARRAY);
        for (dom::element item : dom::array(element)) flatten(item, out);
        add(out, SEGSTORE_JSON_ARRAY_END);
        break;
    case dom::element_type::STRING:
        add_text(out, SEGSTORE_JSON_STRING, std::string_view(element));
        break;
    case dom::element_type::INT64:
        add(out, SEGSTORE_JSON_INTEGER, static_cast<uint64_t>(int64_t(element)));
        break;
    case dom::element_type::UINT64: add(out, SEGSTORE_JSON_LARGE_INTEGER, uint64_t(element)); break;
    case dom::element_type::DOUBLE: {
        double value = element;
        uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        add(out, SEGSTORE_JSON_REAL, bits);
        break;
    }
    case dom::element_type::BOOL:
        add(out, bool(element) ? SEGSTORE_JSON_TRUE : SEGSTORE_JSON_FALSE);
        break;
    case dom::element_type::NULL_VALUE: add(out, SEGSTORE_JSON_NULL); break;
    }
}

const char *message(simdjson::error_code code) {
    switch (code) {
    case simdjson::EMPTY: return "nothing stands there";
    case simdjson::UTF8_ERROR: return "it is not UTF-8";
    case simdjson::UNCLOSED_STRING: return "a string has no end";
    case simdjson::STRING_ERROR: return "a string has a wrong escape";
    case simdjson::UNESCAPED_CHARS: return "a string has a control character that is not escaped";
    case simdjson::NUMBER_ERROR: return "a number is malformed, or has more digits than 64 bits hold and no exponent";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR: return "a word is not true, false or null";
    case simdjson::DEPTH_ERROR: return "it is nested too deeply";
    case simdjson::CAPACITY: return "it is too long";
    case simdjson::MEMALLOC: return "there is no memory for it";
    default: return "a bracket, comma, colon or name is missing or out of place";
    }
}

} // namespace

segstore_json_parser *segstore_json_parser_new(void) {
    return new (std::nothrow) segstore_json_parser();
}

void segstore_json_parser_free(segstore_json_parser *parser) { delete parser; }

const char *segstore_json_parse(
    segstore_json_parser *parser, const void *text, size_t count,
    const segstore_json_token **tokens, size_t *token_count) {
    dom::element root;
    auto code = parser->parser.parse(static_cast<const uint8_t *>(text), count, false).get(root);
    if (code) return message(code);
    try {
        parser->tokens.clear();
        flatten(root, parser->tokens);
    } catch (const too_many &) {
        return "it has too many values";
    } catch (const std::bad_alloc &) {
        return message(simdjson::MEMALLOC);
    }
    *tokens = parser->tokens.data();
    *token_count = parser->tokens.size();
    return nullptr;
}

const char *segstore_json_check(segstore_json_parser *parser, const void *text, size_t count) {
    auto code = parser->parser.parse(static_cast<const uint8_t *>(text), count, false).error();
    return code ? message(code) : nullptr;
}

bool segstore_utf8_is_valid(const void *text, size_t count) {
    return simdjson::validate_utf8(static_cast<const char *>(text), count);
}
