/* Strings taken apart: encoded characters (RFC 5228 section 2.4.2.4) and references to variables
 * (RFC 5229 section 3), which encoded characters may make up. What does not follow the grammar
 * stands for itself. */
#include "base/text.h"
#include "sieve/compiler_state.h"

struct reader {
    struct sieve_compiler *compiler;
    struct sieve_place place;
    struct slice string;
    struct buffer literal; /* since the last piece */
    struct buffer pieces;
};

static bool is_name_start(char c)
{
    return c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

static bool is_identifier(struct slice name)
{
    if (name.len == 0 || !is_name_start(name.data[0]))
        return false;
    for (size_t i = 1; i < name.len; i++) {
        if (!is_name_start(name.data[i]) && !ascii_is_digit(name.data[i]))
            return false;
    }
    return true;
}

bool sieve_variable_name_is_valid(struct slice name)
{
    for (;;) {
        size_t dot = slice_find(name, '.');
        if (!is_identifier(slice_sub(name, 0, dot)))
            return false;
        if (dot == name.len)
            return true;
        name = slice_sub(name, dot + 1, name.len);
    }
}

/* Pieces ----------------------------------------------------------------------------- */

static void add_piece(struct reader *reader, const struct sieve_piece *piece)
{
    buffer_add(&reader->pieces, slice_of((const char *)piece, sizeof *piece));
}

static int flush_literal(struct reader *reader)
{
    if (reader->literal.len == 0)
        return 0;
    struct sieve_piece piece = {.kind = SIEVE_PIECE_LITERAL};
    piece.literal =
        arena_copy(sieve_compile_arena(reader->compiler), buffer_slice(&reader->literal));
    buffer_reset(&reader->literal);
    add_piece(reader, &piece);
    return piece.literal.data ? 0 : -ERR_NO_MEMORY;
}

/* "${1}" or "${name}"; *taken_out: whether it is that. */
static int take_variable(struct reader *reader, struct slice name, bool *taken_out)
{
    struct sieve_piece piece = {.kind = SIEVE_PIECE_MATCH};
    *taken_out = false;
    if (!slice_to_u32(name, &piece.match)) {
        if (!sieve_variable_name_is_valid(name))
            return 0;
        piece.kind = SIEVE_PIECE_VARIABLE;
        int result = sieve_compile_variable(reader->compiler, name, reader->place, &piece.variable);
        if (result < 0)
            return result;
    }
    *taken_out = true;
    int result = flush_literal(reader);
    add_piece(reader, &piece);
    return result;
}

/* Encoded characters ------------------------------------------------------------------- */

static int digit_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next number in the list from *at on, of digits_max digits at most. */
static bool next_number(struct slice list, size_t *at, size_t digits_max, uint32_t *out)
{
    while (*at < list.len && is_blank(list.data[*at]))
        (*at)++;
    size_t start = *at;
    uint32_t value = 0;
    for (; *at < list.len && digit_value(list.data[*at]) >= 0; (*at)++) {
        if (value > 0xfffffff)
            return false;
        value = value << 4 | (uint32_t)digit_value(list.data[*at]);
    }
    *out = value;
    return *at > start && *at - start <= digits_max;
}

static bool add_octet(struct buffer *out, uint32_t value)
{
    buffer_add_char(out, (char)value);
    return true;
}

/* False for what is no character. */
static bool add_character(struct buffer *out, uint32_t value)
{
    bool valid = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    if (valid)
        text_add_code_point(out, value);
    return valid;
}

static const struct {
    struct slice name;
    size_t digits_max;
    bool (*add)(struct buffer *out, uint32_t value);
} encodings[] = {
    {{"hex:", 4}, 2, add_octet},
    {{"unicode:", 8}, SIZE_MAX, add_character},
};

static bool is_list(struct slice list, size_t digits_max)
{
    uint32_t value;
    struct slice rest = slice_trim(list);
    for (size_t at = 0; at < rest.len;) {
        if (!next_number(rest, &at, digits_max, &value) ||
            (at < rest.len && !is_blank(rest.data[at])))
            return false;
    }
    return rest.len > 0;
}

/* "${hex: 40}": *taken_out whether it is that. */
static int take_encoded(struct reader *reader, struct slice inside, bool *taken_out)
{
    *taken_out = false;
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        struct slice list = slice_sub(inside, encodings[i].name.len, inside.len);
        if (!slice_starts_with_nocase(inside, encodings[i].name) ||
            !is_list(list, encodings[i].digits_max))
            continue;
        uint32_t value;
        for (size_t at = 0; next_number(list, &at, encodings[i].digits_max, &value);) {
            if (!encodings[i].add(&reader->literal, value))
                return sieve_compile_fail(reader->compiler, reader->place,
                                          "there is no character %x", value);
        }
        *taken_out = true;
    }
    return 0;
}

/* Strings ------------------------------------------------------------------------------ */

/* What "${...}" is about; inside: what stands in it. */
typedef int take_function(struct reader *reader, struct slice inside, bool *taken_out);

/* "${...}" at `at`: *end_out is behind it, or behind the "$" when it is nothing special. */
static int read_reference(struct reader *reader, take_function *take, size_t at, size_t *end_out)
{
    struct slice rest = slice_sub(reader->string, at, reader->string.len);
    size_t close = slice_find(rest, '}');
    bool taken = false;
    int result = 0;
    if (slice_starts_with(rest, SLICE("${")) && close < rest.len)
        result = take(reader, slice_sub(rest, 2, close - 2), &taken);
    if (!taken)
        buffer_add_char(&reader->literal, '$');
    *end_out = taken ? at + close + 1 : at + 1;
    return result;
}

static int read_string(struct reader *reader, take_function *take)
{
    struct slice string = reader->string;
    for (size_t at = 0; at < string.len;) {
        size_t dollar = at + slice_find(slice_sub(string, at, string.len), '$');
        buffer_add(&reader->literal, slice_sub(string, at, dollar - at));
        at = dollar;
        if (at == string.len)
            break;
        int result = read_reference(reader, take, dollar, &at);
        if (result < 0)
            return result;
    }
    return buffer_check(&reader->literal);
}

static int decode_characters(struct reader *reader)
{
    int result = read_string(reader, take_encoded);
    if (result < 0)
        return result;
    struct slice decoded =
        arena_copy(sieve_compile_arena(reader->compiler), buffer_slice(&reader->literal));
    buffer_reset(&reader->literal);
    reader->string = decoded;
    return decoded.data ? 0 : -ERR_NO_MEMORY;
}

static int find_variables(struct reader *reader)
{
    if (sieve_compile_has(reader->compiler, SIEVE_EXT_VARIABLES))
        return read_string(reader, take_variable);
    buffer_add(&reader->literal, reader->string);
    return buffer_check(&reader->literal);
}

/* Without references it is constant, else a row of pieces. */
static int finish(struct reader *reader, struct sieve_text *out)
{
    struct arena *arena = sieve_compile_arena(reader->compiler);
    struct sieve_text text = {.constant = SLICE_EMPTY};
    if (reader->pieces.len == 0) {
        int result = buffer_keep(&reader->literal, arena, &text.constant);
        if (result == 0)
            *out = text;
        return result;
    }
    int result = flush_literal(reader);
    size_t count = reader->pieces.len / sizeof *text.pieces;
    struct sieve_piece *pieces = ARENA_ARRAY(arena, count, struct sieve_piece);
    text.constant = arena_copy(arena, reader->string);
    if (result == 0)
        result = buffer_check(&reader->pieces);
    if (result < 0 || !pieces || !text.constant.data)
        return result < 0 ? result : -ERR_NO_MEMORY;
    memcpy(pieces, reader->pieces.data, count * sizeof *pieces);
    text.pieces = pieces;
    text.piece_count = count;
    *out = text;
    return 0;
}

int sieve_interpolate(struct sieve_compiler *compiler, struct slice string,
                      struct sieve_place place, struct sieve_text *out)
{
    struct reader reader = {.compiler = compiler, .place = place, .string = string};
    buffer_init(&reader.literal, 0);
    buffer_init(&reader.pieces, 0);
    int result = 0;
    if (sieve_compile_has(compiler, SIEVE_EXT_ENCODED_CHARACTER))
        result = decode_characters(&reader);
    if (result == 0)
        result = find_variables(&reader);
    if (result == 0)
        result = finish(&reader, out);
    buffer_clear(&reader.literal);
    buffer_clear(&reader.pieces);
    return result;
}
