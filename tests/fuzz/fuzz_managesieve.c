/*
 * The first octet chooses limits, the second how the rest is cut into pieces. However it is
 * cut, the same commands must come; and what a command is understood as is the same when its
 * strings are written again as literals.
 */
#include "base/buffer.h"
#include "fuzz.h"
#include "proto/command_reader.h"
#include "proto/sieve_command.h"

static const struct command_reader_limits limits[] = {
    {.line_max = 8192, .literal_max = 4096, .total_max = 16384, .unasked = true},
    {.line_max = 24, .literal_max = 16, .total_max = 64, .unasked = true},
};

static void add_literal(struct buffer *out, struct slice string)
{
    buffer_printf(out, " {%zu+}\r\n", string.len);
    buffer_add(out, string);
}

static void write_again(const struct sieve_command *command, struct slice verb, struct buffer *out)
{
    buffer_add(out, verb);
    if (command->verb == SIEVE_VERB_SETACTIVE || command->name.len)
        add_literal(out, command->name);
    if (command->new_name.len)
        add_literal(out, command->new_name);
    if (command->verb == SIEVE_VERB_HAVESPACE)
        buffer_printf(out, " %u", command->size);
    const struct slice *const strings[] = {&command->script, &command->text, &command->initial};
    for (size_t i = 0; i < 3; i++)
        if (strings[i]->data)
            add_literal(out, *strings[i]);
}

static bool is_same(const struct sieve_command *a, const struct sieve_command *b)
{
    return a->verb == b->verb && a->size == b->size && slice_equal(a->name, b->name) &&
           slice_equal(a->new_name, b->new_name) && slice_equal(a->script, b->script) &&
           slice_equal(a->text, b->text) && slice_equal(a->initial, b->initial);
}

static void parse(struct slice text)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct sieve_command command, same;
    struct slice answer;
    (void)!sieve_command_parse_answer(text, &arena, &answer);
    if (sieve_command_parse(text, &arena, &command) == 0) {
        struct buffer again;
        buffer_init(&again, 0);
        write_again(&command, slice_sub(text, 0, slice_find(text, ' ')), &again);
        bool parses = sieve_command_parse(buffer_slice(&again), &arena, &same) == 0;
        fuzz_require(parses && is_same(&command, &same) ? NULL : "written again it is another one");
        bool has_script = command.script.data != NULL;
        fuzz_require(sieve_command_has_script(text) == has_script ? NULL : "who has a script?");
        buffer_clear(&again);
    }
    arena_clear(&arena);
}

static void react(struct command_reader *reader, enum command_event event)
{
    if (event == COMMAND_LITERAL && command_reader_accept_literal(reader) < 0)
        command_reader_refuse_literal(reader);
    if (event == COMMAND_COMPLETE)
        parse(command_reader_text(reader));
    if (event == COMMAND_COMPLETE || event == COMMAND_SKIPPED)
        command_reader_reset(reader);
}

static void run(struct slice input, size_t piece, unsigned options, struct buffer *log)
{
    struct command_reader reader;
    command_reader_init(&reader, &limits[options & 1]);
    for (size_t at = 0; at < input.len;) {
        size_t used = 0;
        enum command_event event = command_reader_feed(&reader, slice_sub(input, at, piece), &used);
        fuzz_require(reader.literal_synchronising ? "somebody waits" : NULL);
        at += used;
        if (event != COMMAND_NEEDS_INPUT) {
            buffer_printf(log, "\n%d ", (int)event);
            buffer_add(log, command_reader_text(&reader));
        }
        react(&reader, event);
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
    fuzz_require(same ? NULL : "the commands depend on how the input is cut");
    buffer_clear(&whole);
    buffer_clear(&cut);
    return 0;
}
