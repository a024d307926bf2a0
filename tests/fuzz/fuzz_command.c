/*
 * The first octet chooses limits and what is done with literals, the second
 * how the rest is cut into pieces. However it is cut, the same events with the
 * same texts must come; and the lexer reads each command without harm.
 */
#include "base/buffer.h"
#include "fuzz.h"
#include "proto/command_reader.h"
#include "proto/lexer.h"

static const struct command_reader_limits limits[] = {
    {.line_max = 8192, .literal_max = 4096, .total_max = 16384},
    {.line_max = 24, .literal_max = 16, .total_max = 64},
};

/* Every rule in turn, wherever the one before has left the cursor. */
static void lex(struct slice text)
{
    struct arena arena;
    struct slice slice;
    struct sequence_set set;
    struct flag_names flags;
    uint64_t number;
    int64_t time;
    struct lexer lexer;
    arena_init(&arena, 1 << 20);
    lexer_init(&lexer, text, &arena);
    size_t before;
    do {
        before = lexer.at;
        (void)!lexer_tag(&lexer, &slice);
        (void)!lexer_space(&lexer);
        (void)!lexer_astring(&lexer, &slice);
        (void)!lexer_mailbox(&lexer, &slice);
        (void)!lexer_nstring(&lexer, &slice);
        (void)!lexer_list_mailbox(&lexer, &slice);
        (void)!lexer_sequence_set(&lexer, &set);
        (void)!lexer_number64(&lexer, &number);
        (void)!lexer_flag_list(&lexer, before % 2, &flags);
        (void)!lexer_date(&lexer, &time);
        (void)!lexer_date_time(&lexer, &time);
        (void)!lexer_literal_header(&lexer, &number);
        fuzz_require(lexer.at > text.len ? "the cursor is beyond the text" : NULL);
    } while (lexer.at > before && !lexer_at_end(&lexer));
    arena_clear(&arena);
}

static void note(struct buffer *log, struct command_reader *reader, enum command_event event)
{
    buffer_printf(log, "\n%d %d ", (int)event, command_reader_had_nul(reader));
    buffer_add(log, command_reader_text(reader));
}

static void react(struct command_reader *reader, enum command_event event, bool accept)
{
    if (event == COMMAND_LITERAL && (!accept || command_reader_accept_literal(reader) < 0))
        command_reader_refuse_literal(reader);
    if (event == COMMAND_COMPLETE)
        lex(command_reader_text(reader));
    if (event == COMMAND_COMPLETE || event == COMMAND_SKIPPED)
        command_reader_reset(reader);
}

static void run(struct slice input, size_t piece, unsigned options, struct buffer *log)
{
    struct command_reader reader;
    const struct command_reader_limits *limit = &limits[options & 1];
    command_reader_init(&reader, limit);
    for (size_t at = 0; at < input.len;) {
        struct slice part = slice_sub(input, at, piece);
        size_t used = 0;
        enum command_event event = command_reader_feed(&reader, part, &used);
        fuzz_require(used > part.len ? "more is used than there is" : NULL);
        fuzz_require(event == COMMAND_NEEDS_INPUT && used < part.len ? "input is left" : NULL);
        fuzz_require(reader.text.len > limit->total_max ? "the text is over its limit" : NULL);
        at += used;
        if (event != COMMAND_NEEDS_INPUT)
            note(log, &reader, event);
        react(&reader, event, options & 2);
    }
    command_reader_clear(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct slice input = fuzz_slice(data + 2, size - 2);
    struct buffer whole, cut;
    buffer_init(&whole, 0);
    buffer_init(&cut, 0);
    run(input, input.len, data[0], &whole);
    run(input, data[1] % 16 + 1, data[0], &cut);
    bool same = slice_equal(buffer_slice(&whole), buffer_slice(&cut));
    fuzz_require(same ? NULL : "the events depend on how the input is cut");
    buffer_clear(&whole);
    buffer_clear(&cut);
    return 0;
}
