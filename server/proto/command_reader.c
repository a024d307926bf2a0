#include "proto/command_reader.h"

enum reader_state {
    READING_LINE,
    AT_LITERAL, /* its header is read; what to do with it is the session's choice */
    GATHERING_LITERAL,
    SKIPPING_LINE, /* the command is refused; looking for its end */
    SKIPPING_LITERAL,
    COMPLETE,
    SKIPPED
};

/* What is right before the cursor, as far as a literal's header goes. */
enum scan_phase {
    SCAN_NOTHING,
    SCAN_BRACE,
    SCAN_DIGITS,
    SCAN_PLUS,
    SCAN_CLOSED,
    SCAN_CLOSED_CR /* "}" CR */
};

/* A reader keeps no more memory than this between commands. */
enum { TEXT_KEEP_MAX = 4096 };

/* Literal headers ------------------------------------------------------------- */

static void literal_scan_digit(struct literal_scan *scan, uint64_t digit)
{
    scan->phase = SCAN_DIGITS;
    if (scan->size > (UINT64_MAX - digit) / 10)
        scan->size = UINT64_MAX;
    else
        scan->size = scan->size * 10 + digit;
}

/* Takes the octets of a line without its LF; `before` octets of text precede them. */
static void literal_scan_feed(struct literal_scan *scan, struct slice octets, size_t before)
{
    const char *brace = octets.len > 0 ? memrchr(octets.data, '{', octets.len) : NULL;
    size_t i = 0;
    if (brace) {
        i = (size_t)(brace - octets.data);
        *scan = (struct literal_scan){.phase = SCAN_BRACE, .start = before + i};
        i++;
    }
    for (; i < octets.len && scan->phase != SCAN_NOTHING; i++) {
        char c = octets.data[i];
        if (ascii_is_digit(c) && (scan->phase == SCAN_BRACE || scan->phase == SCAN_DIGITS)) {
            literal_scan_digit(scan, (uint64_t)(c - '0'));
        } else if (c == '+' && scan->phase == SCAN_DIGITS) {
            scan->phase = SCAN_PLUS;
            scan->plus = true;
        } else if (c == '}' && (scan->phase == SCAN_DIGITS || scan->phase == SCAN_PLUS)) {
            scan->phase = SCAN_CLOSED;
        } else if (c == '\r' && scan->phase == SCAN_CLOSED) {
            scan->phase = SCAN_CLOSED_CR;
        } else {
            scan->phase = SCAN_NOTHING;
        }
    }
}

static bool literal_scan_found(const struct literal_scan *scan)
{
    return scan->phase == SCAN_CLOSED || scan->phase == SCAN_CLOSED_CR;
}

/* Whether the client waits for "+" before it sends the literal found. */
static bool is_synchronising(const struct command_reader *reader)
{
    return !reader->scan.plus && !reader->limits.unasked;
}

/* Lines -------------------------------------------------------------------------- */

/* The part of input up to and including the first LF, or all of it. */
static struct slice next_line(struct slice input, bool *ended_out)
{
    size_t end = slice_find(input, '\n');
    *ended_out = end < input.len;
    return slice_sub(input, 0, *ended_out ? end + 1 : end);
}

/* How many of these octets the limits allow, and none from a NUL on. */
static size_t acceptable(struct command_reader *reader, struct slice line)
{
    size_t line_room = reader->limits.line_max - reader->line_octets;
    size_t total_room = reader->limits.total_max - reader->text.len;
    size_t room = line_room < total_room ? line_room : total_room;
    struct slice fitting = slice_sub(line, 0, room);
    size_t nul = slice_find(fitting, '\0');
    reader->had_nul = nul < fitting.len;
    return nul;
}

static enum command_event end_of_line(struct command_reader *reader)
{
    if (literal_scan_found(&reader->scan)) {
        buffer_truncate(&reader->text, reader->scan.start);
        buffer_add_char(&reader->text, '{');
        buffer_add_u64(&reader->text, reader->scan.size);
        buffer_add_char(&reader->text, '}');
        reader->literal_size = reader->scan.size;
        reader->literal_synchronising = is_synchronising(reader);
        reader->state = AT_LITERAL;
        return COMMAND_LITERAL;
    }
    size_t len = reader->text.len - 1; /* without LF */
    if (len > 0 && reader->text.data[len - 1] == '\r')
        len--;
    buffer_truncate(&reader->text, len);
    reader->state = COMPLETE;
    return COMMAND_COMPLETE;
}

static enum command_event read_line(struct command_reader *reader, struct slice input, size_t *used)
{
    bool ended;
    struct slice line = next_line(input, &ended);
    struct slice taken = slice_sub(line, 0, acceptable(reader, line));
    bool whole = taken.len == line.len;
    struct slice content = slice_sub(taken, 0, taken.len - (whole && ended));

    literal_scan_feed(&reader->scan, content, reader->text.len);
    buffer_add(&reader->text, taken);
    reader->line_octets += taken.len;
    *used += taken.len;
    if (!whole || reader->text.failed) {
        reader->state = SKIPPING_LINE;
        return COMMAND_TOO_LONG;
    }
    return ended ? end_of_line(reader) : COMMAND_NEEDS_INPUT;
}

static enum command_event gather_literal(struct command_reader *reader, struct slice input,
                                         size_t *used)
{
    size_t len = input.len < reader->literal_left ? input.len : (size_t)reader->literal_left;
    buffer_add(&reader->text, slice_sub(input, 0, len));
    reader->literal_left -= len;
    *used += len;
    if (reader->text.failed) {
        reader->state = SKIPPING_LITERAL;
        return COMMAND_TOO_LONG;
    }
    if (reader->literal_left == 0)
        reader->state = READING_LINE;
    return COMMAND_NEEDS_INPUT;
}

static enum command_event skip_line(struct command_reader *reader, struct slice input, size_t *used)
{
    bool ended;
    struct slice line = next_line(input, &ended);
    literal_scan_feed(&reader->scan, slice_sub(line, 0, line.len - ended), 0);
    *used += line.len;
    if (!ended)
        return COMMAND_NEEDS_INPUT;
    /* Octets of a literal that the client does not wait to send would be run
     * as commands if they were taken for lines. A synchronising literal is
     * not sent: the client reads the refusal in place of "+". */
    if (literal_scan_found(&reader->scan) && !is_synchronising(reader)) {
        reader->literal_left = reader->scan.size;
        reader->scan = (struct literal_scan){0};
        reader->state = SKIPPING_LITERAL;
        return COMMAND_NEEDS_INPUT;
    }
    reader->state = SKIPPED;
    return COMMAND_SKIPPED;
}

static enum command_event skip_literal(struct command_reader *reader, struct slice input,
                                       size_t *used)
{
    size_t len = input.len < reader->literal_left ? input.len : (size_t)reader->literal_left;
    reader->literal_left -= len;
    *used += len;
    if (reader->literal_left == 0)
        reader->state = SKIPPING_LINE;
    return COMMAND_NEEDS_INPUT;
}

/* What a state does with input; without a function it only repeats its event. */
static const struct {
    enum command_event (*run)(struct command_reader *reader, struct slice input, size_t *used);
    enum command_event event;
} states[] = {
    [READING_LINE] = {read_line, COMMAND_NEEDS_INPUT},
    [AT_LITERAL] = {NULL, COMMAND_LITERAL},
    [GATHERING_LITERAL] = {gather_literal, COMMAND_NEEDS_INPUT},
    [SKIPPING_LINE] = {skip_line, COMMAND_NEEDS_INPUT},
    [SKIPPING_LITERAL] = {skip_literal, COMMAND_NEEDS_INPUT},
    [COMPLETE] = {NULL, COMMAND_COMPLETE},
    [SKIPPED] = {NULL, COMMAND_SKIPPED},
};

/* The interface ---------------------------------------------------------------------- */

void command_reader_init(struct command_reader *reader, const struct command_reader_limits *limits)
{
    *reader = (struct command_reader){.limits = *limits, .state = READING_LINE};
    buffer_init(&reader->text, 0);
}

void command_reader_clear(struct command_reader *reader)
{
    buffer_clear(&reader->text);
    command_reader_reset(reader);
}

enum command_event command_reader_feed(struct command_reader *reader, struct slice input,
                                       size_t *used_out)
{
    enum command_event event = COMMAND_NEEDS_INPUT;
    size_t used = 0;
    if (input.len == 0)
        input = SLICE_EMPTY; /* no arithmetic on a NULL of an empty stream */
    do {
        event = states[reader->state].event;
        if (states[reader->state].run)
            event = states[reader->state].run(reader, slice_sub(input, used, input.len), &used);
    } while (event == COMMAND_NEEDS_INPUT && used < input.len);
    *used_out = used;
    return event;
}

int command_reader_accept_literal(struct command_reader *reader)
{
    if (reader->state != AT_LITERAL)
        return fail(ERR_INTERNAL, "there is no literal to accept");
    if (reader->literal_size > reader->limits.literal_max)
        return fail(ERR_LIMIT, "literal is longer than %u octets", reader->limits.literal_max);
    if (reader->text.len + 2 + reader->literal_size > reader->limits.total_max)
        return fail(ERR_LIMIT, "command is longer than %u octets", reader->limits.total_max);
    buffer_add(&reader->text, SLICE("\r\n"));
    reader->scan = (struct literal_scan){0};
    reader->literal_left = reader->literal_size;
    reader->state = reader->literal_left > 0 ? GATHERING_LITERAL : READING_LINE;
    return 0;
}

void command_reader_refuse_literal(struct command_reader *reader)
{
    if (reader->state != AT_LITERAL)
        return;
    reader->scan = (struct literal_scan){0};
    reader->literal_left = reader->literal_size;
    if (reader->literal_synchronising)
        reader->state = SKIPPED;
    else
        reader->state = reader->literal_left > 0 ? SKIPPING_LITERAL : SKIPPING_LINE;
}

bool command_reader_had_nul(const struct command_reader *reader)
{
    return reader->had_nul;
}

struct slice command_reader_text(const struct command_reader *reader)
{
    return buffer_slice(&reader->text);
}

void command_reader_reset(struct command_reader *reader)
{
    if (reader->text.size > TEXT_KEEP_MAX)
        buffer_clear(&reader->text);
    buffer_reset(&reader->text);
    reader->state = READING_LINE;
    reader->had_nul = false;
    reader->literal_synchronising = false;
    reader->literal_size = 0;
    reader->literal_left = 0;
    reader->line_octets = 0;
    reader->scan = (struct literal_scan){0};
}
