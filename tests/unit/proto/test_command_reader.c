#include "proto/command_reader.h"
#include "support/check.h"

#include <stdlib.h>

static const struct command_reader_limits ample = {
    .line_max = 8192, .literal_max = 1000, .total_max = 16384};

enum on_literal { ACCEPT, REFUSE };

/* Runs a reader and writes down what it reports, a line an event. */
struct trace {
    struct command_reader reader;
    struct buffer log;
    enum on_literal on_literal;
};

static void trace_init(struct trace *trace, const struct command_reader_limits *limits,
                       enum on_literal on_literal)
{
    command_reader_init(&trace->reader, limits);
    buffer_init(&trace->log, 0);
    trace->on_literal = on_literal;
}

static void trace_clear(struct trace *trace)
{
    command_reader_clear(&trace->reader);
    buffer_clear(&trace->log);
}

static void trace_text(struct trace *trace, const char *event)
{
    struct slice text = command_reader_text(&trace->reader);
    buffer_printf(&trace->log, "%s[", event);
    buffer_add(&trace->log, slice_sub(text, 0, 80));
    buffer_add_cstr(&trace->log, "]\n");
}

static void trace_literal(struct trace *trace)
{
    struct command_reader *reader = &trace->reader;
    buffer_printf(&trace->log, "literal %llu%s", (unsigned long long)reader->literal_size,
                  reader->literal_synchronising ? " sync" : "");
    trace_text(trace, "");
    if (trace->on_literal == ACCEPT && command_reader_accept_literal(reader) == 0)
        return;
    command_reader_refuse_literal(reader);
    buffer_add_cstr(&trace->log, "refused\n");
}

static void trace_event(struct trace *trace, enum command_event event)
{
    switch (event) {
    case COMMAND_NEEDS_INPUT:
        break;
    case COMMAND_LITERAL:
        trace_literal(trace);
        break;
    case COMMAND_COMPLETE:
        trace_text(trace, "complete");
        command_reader_reset(&trace->reader);
        break;
    case COMMAND_TOO_LONG:
        buffer_add_cstr(&trace->log,
                        command_reader_had_nul(&trace->reader) ? "nul\n" : "too long\n");
        break;
    case COMMAND_SKIPPED:
        trace_text(trace, "skipped");
        command_reader_reset(&trace->reader);
        break;
    }
}

/* Until the reader wants more than `input`. */
static void trace_feed(struct trace *trace, struct slice input)
{
    enum command_event event;
    do {
        size_t used = 0;
        event = command_reader_feed(&trace->reader, input, &used);
        if (!CHECK(used <= input.len))
            return;
        input = slice_sub(input, used, input.len);
        trace_event(trace, event);
    } while (event != COMMAND_NEEDS_INPUT);
    CHECK_U64(input.len, 0);
}

static bool check_log(struct trace *trace, struct slice expected)
{
    bool same = slice_equal(buffer_slice(&trace->log), expected);
    return same ? true
                : check_slice(buffer_slice(&trace->log), expected, "log", __FILE__, __LINE__);
}

/* The events must be the same however the input is cut: whole, at every
 * point, and octet by octet. */
static void check_trace(struct slice input, const struct command_reader_limits *limits,
                        enum on_literal on_literal, struct slice expected)
{
    struct trace trace;
    for (size_t cut = 0; cut <= input.len; cut++) {
        trace_init(&trace, limits, on_literal);
        trace_feed(&trace, slice_sub(input, 0, cut));
        trace_feed(&trace, slice_sub(input, cut, input.len));
        bool same = check_log(&trace, expected);
        trace_clear(&trace);
        if (!same)
            return;
    }
    trace_init(&trace, limits, on_literal);
    for (size_t i = 0; i < input.len; i++)
        trace_feed(&trace, slice_sub(input, i, 1));
    check_log(&trace, expected);
    trace_clear(&trace);
}

#define CHECK_TRACE(input, limits, on_literal, expected)                                           \
    check_trace(SLICE(input), (limits), (on_literal), SLICE(expected))

void test_command_reader_completes_lines(void)
{
    CHECK_TRACE("a NOOP\r\nb LOGOUT\r\n", &ample, ACCEPT, "complete[a NOOP]\ncomplete[b LOGOUT]\n");
}

void test_command_reader_accepts_bare_lf(void)
{
    CHECK_TRACE("a NOOP\n\n\r\nb NOOP\r\n", &ample, ACCEPT,
                "complete[a NOOP]\ncomplete[]\ncomplete[]\ncomplete[b NOOP]\n");
}

void test_command_reader_keeps_other_cr(void)
{
    CHECK_TRACE("a\rb\r\r\n", &ample, ACCEPT, "complete[a\rb\r]\n");
}

void test_command_reader_waits_for_the_rest(void)
{
    CHECK_TRACE("a NOOP\r\nb NO", &ample, ACCEPT, "complete[a NOOP]\n");
}

void test_command_reader_gathers_literal(void)
{
    CHECK_TRACE("a LOGIN {5}\r\nal\nce {3}\r\n\r\n{ x\r\nb NOOP\r\n", &ample, ACCEPT,
                "literal 5 sync[a LOGIN {5}]\n"
                "literal 3 sync[a LOGIN {5}\r\nal\nce {3}]\n"
                "complete[a LOGIN {5}\r\nal\nce {3}\r\n\r\n{ x]\n"
                "complete[b NOOP]\n");
}

void test_command_reader_gathers_literal_at_the_end(void)
{
    CHECK_TRACE("a SELECT {5+}\r\nINBOX\r\nb NOOP\r\n", &ample, ACCEPT,
                "literal 5[a SELECT {5}]\n"
                "complete[a SELECT {5}\r\nINBOX]\n"
                "complete[b NOOP]\n");
}

void test_command_reader_normalises_headers(void)
{
    CHECK_TRACE("a X {0002+}\nhi {000}\r\n\r\n", &ample, ACCEPT,
                "literal 2[a X {2}]\n"
                "literal 0 sync[a X {2}\r\nhi {0}]\n"
                "complete[a X {2}\r\nhi {0}\r\n]\n");
}

void test_command_reader_does_not_see_headers_in_literals(void)
{
    CHECK_TRACE("a X {3+}\r\n{5+}\r\nb NOOP\r\n", &ample, ACCEPT,
                "literal 3[a X {3}]\n"
                "complete[a X {3}\r\n{5+}]\n"
                "complete[b NOOP]\n");
}

void test_command_reader_takes_nul_in_literal(void)
{
    CHECK_TRACE("a X {3}\r\na\0b\r\n", &ample, ACCEPT,
                "literal 3 sync[a X {3}]\n"
                "complete[a X {3}\r\na\0b]\n");
}

void test_command_reader_ignores_what_is_no_header(void)
{
    static const char *const lines[] = {"a {5} ",  "a {}",     "a {+}",   "a {5",     "a 5}",
                                        "a {5}\r", "a {5++}",  "a {+5}",  "a {-5}",   "a {5}}",
                                        "a { 5}",  "a {5+}+",  "a {5} x", "a {5+\r}", "a {0x5}",
                                        "a {5}\"", "a {{5}x}", "a {5.}",  "}"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct buffer input, expected;
        buffer_init(&input, 0);
        buffer_init(&expected, 0);
        buffer_printf(&input, "%s\r\n", lines[i]);
        buffer_printf(&expected, "complete[%s]\n", lines[i]);
        check_trace(buffer_slice(&input), &ample, ACCEPT, buffer_slice(&expected));
        buffer_clear(&input);
        buffer_clear(&expected);
    }
}

void test_command_reader_takes_the_last_brace(void)
{
    CHECK_TRACE("a {1}{{2}\r\nxy\r\n", &ample, ACCEPT,
                "literal 2 sync[a {1}{{2}]\ncomplete[a {1}{{2}\r\nxy]\n");
}

void test_command_reader_saturates_huge_literals(void)
{
    CHECK_TRACE("a X {4294967296}\r\n", &ample, ACCEPT,
                "literal 4294967296 sync[a X {4294967296}]\nrefused\nskipped[a X {4294967296}]\n");
    CHECK_TRACE("a X {99999999999999999999}\r\nb NOOP\r\n", &ample, ACCEPT,
                "literal 18446744073709551615 sync[a X {18446744073709551615}]\nrefused\n"
                "skipped[a X {18446744073709551615}]\ncomplete[b NOOP]\n");
    CHECK_TRACE("a X {18446744073709551616+}\r\nb NOOP\r\n", &ample, ACCEPT,
                "literal 18446744073709551615[a X {18446744073709551615}]\nrefused\n");
}

void test_command_reader_refuses_synchronising_literal(void)
{
    CHECK_TRACE("a X {5}\r\nb NOOP\r\n", &ample, REFUSE,
                "literal 5 sync[a X {5}]\nrefused\nskipped[a X {5}]\ncomplete[b NOOP]\n");
}

void test_command_reader_skips_refused_literals(void)
{
    CHECK_TRACE("a X {8+}\r\nz NOOP\r\n y {3+}\r\nq\r\n {0+}\r\n\r\nb NOOP\r\n", &ample, REFUSE,
                "literal 8[a X {8}]\nrefused\nskipped[a X {8}]\ncomplete[b NOOP]\n");
}

void test_command_reader_skip_ends_at_synchronising_literal(void)
{
    CHECK_TRACE("a X {2+}\r\nab {3}\r\nb NOOP\r\n", &ample, REFUSE,
                "literal 2[a X {2}]\nrefused\nskipped[a X {2}]\ncomplete[b NOOP]\n");
}

void test_command_reader_refuses_over_literal_max(void)
{
    struct command_reader_limits limits = {.line_max = 100, .literal_max = 4, .total_max = 1000};
    CHECK_TRACE("a X {4+}\r\nabcd {5+}\r\nabcde\r\nb NOOP\r\n", &limits, ACCEPT,
                "literal 4[a X {4}]\nliteral 5[a X {4}\r\nabcd {5}]\nrefused\n"
                "skipped[a X {4}\r\nabcd {5}]\ncomplete[b NOOP]\n");
}

void test_command_reader_refuses_over_total_max(void)
{
    struct command_reader_limits limits = {.line_max = 100, .literal_max = 50, .total_max = 20};
    CHECK_TRACE("a X {9+}\r\n123456789 {1+}\r\n1\r\n", &limits, ACCEPT,
                "literal 9[a X {9}]\ntoo long\nskipped[a X {9}\r\n123456789 {]\n");
    CHECK_TRACE("a X {12+}\r\n123456789012\r\n", &limits, ACCEPT,
                "literal 12[a X {12}]\nrefused\nskipped[a X {12}]\n");
}

void test_command_reader_line_max_counts_all_lines(void)
{
    struct command_reader_limits limits = {.line_max = 16, .literal_max = 50, .total_max = 100};
    /* 9 + 7 octets fit, literals are not counted. */
    CHECK_TRACE("a {10}\r\n0123456789 1234\r\n", &limits, ACCEPT,
                "literal 10 sync[a {10}]\ncomplete[a {10}\r\n0123456789 1234]\n");
    CHECK_TRACE("a {10}\r\n0123456789 1234567\r\nb NOOP\r\n", &limits, ACCEPT,
                "literal 10 sync[a {10}]\ntoo long\nskipped[a {10}\r\n0123456789 1234567]\n"
                "complete[b NOOP]\n");
}

void test_command_reader_too_long_at_the_exact_octet(void)
{
    struct command_reader_limits limits = {.line_max = 8, .literal_max = 50, .total_max = 100};
    CHECK_TRACE("a 1234\r\n", &limits, ACCEPT, "complete[a 1234]\n");
    CHECK_TRACE("a 12345\r\n", &limits, ACCEPT, "too long\nskipped[a 12345\r]\n");
}

void test_command_reader_skips_literals_of_a_long_line(void)
{
    struct command_reader_limits limits = {.line_max = 8, .literal_max = 50, .total_max = 100};
    CHECK_TRACE("a 1234567890 {9+}\r\nq LOGOUT\n x\r\nb NOOP\r\n", &limits, ACCEPT,
                "too long\nskipped[a 123456]\ncomplete[b NOOP]\n");
    /* The limit falls inside the literal's header. */
    CHECK_TRACE("a 12 {9+}\r\nq LOGOUT\n\r\nb NOOP\r\n", &limits, ACCEPT,
                "too long\nskipped[a 12 {9+]\ncomplete[b NOOP]\n");
    CHECK_TRACE("a 12 {9}\r\nb NOOP\r\n", &limits, ACCEPT,
                "too long\nskipped[a 12 {9}]\ncomplete[b NOOP]\n");
}

void test_command_reader_skips_after_nul(void)
{
    CHECK_TRACE("a NO\0OP {3+}\r\nz\r\n\r\nb NOOP\r\n", &ample, ACCEPT,
                "nul\nskipped[a NO]\ncomplete[b NOOP]\n");
    CHECK_TRACE("\0\r\nb NOOP\r\n", &ample, ACCEPT, "nul\nskipped[]\ncomplete[b NOOP]\n");
}

void test_command_reader_repeats_until_told(void)
{
    struct command_reader reader;
    size_t used = 9;
    command_reader_init(&reader, &ample);
    CHECK_INT(command_reader_feed(&reader, SLICE("a X {2}\r\nhi"), &used), COMMAND_LITERAL);
    CHECK_U64(used, 9);
    CHECK_INT(command_reader_feed(&reader, SLICE("hi\r\n"), &used), COMMAND_LITERAL);
    CHECK_U64(used, 0);
    CHECK_OK(command_reader_accept_literal(&reader));
    CHECK_INT(command_reader_feed(&reader, SLICE("hi\r\nb"), &used), COMMAND_COMPLETE);
    CHECK_U64(used, 4);
    CHECK_INT(command_reader_feed(&reader, SLICE("b"), &used), COMMAND_COMPLETE);
    CHECK_U64(used, 0);
    CHECK_ERR(command_reader_accept_literal(&reader), ERR_INTERNAL);
    command_reader_clear(&reader);
}

void test_command_reader_takes_no_input(void)
{
    struct command_reader reader;
    size_t used = 9;
    command_reader_init(&reader, &ample);
    CHECK_INT(command_reader_feed(&reader, (struct slice){NULL, 0}, &used), COMMAND_NEEDS_INPUT);
    CHECK_U64(used, 0);
    command_reader_clear(&reader);
}

/* A session that streams takes the octets itself and resets. */
void test_command_reader_leaves_literal_to_a_stream(void)
{
    struct command_reader reader;
    size_t used = 0;
    command_reader_init(&reader, &ample);
    CHECK_INT(command_reader_feed(&reader, SLICE("a APPEND x {300000}\r\n"), &used),
              COMMAND_LITERAL);
    CHECK_U64(reader.literal_size, 300000);
    CHECK_SLICE(command_reader_text(&reader), "a APPEND x {300000}");
    command_reader_reset(&reader);
    CHECK_INT(command_reader_feed(&reader, SLICE("b NOOP\r\n"), &used), COMMAND_COMPLETE);
    CHECK_SLICE(command_reader_text(&reader), "b NOOP");
    command_reader_clear(&reader);
}

void test_command_reader_holds_little_of_a_megabyte_line(void)
{
    struct command_reader reader;
    size_t len = 1 << 20, used = 0, at = 0;
    char *line = malloc(len);
    if (!CHECK(line != NULL))
        return;
    memset(line, '(', len);
    command_reader_init(&reader, &ample);
    CHECK_INT(command_reader_feed(&reader, slice_of(line, len), &used), COMMAND_TOO_LONG);
    at += used;
    CHECK_INT(command_reader_feed(&reader, slice_of(line + at, len - at), &used),
              COMMAND_NEEDS_INPUT);
    CHECK_U64(at + used, len);
    CHECK_U64(command_reader_text(&reader).len, ample.line_max);
    CHECK(reader.text.size <= 4 * (size_t)ample.line_max);
    CHECK_INT(command_reader_feed(&reader, SLICE("\r\n"), &used), COMMAND_SKIPPED);
    command_reader_reset(&reader);
    CHECK(reader.text.size <= 4096);
    command_reader_clear(&reader);
    free(line);
}

void test_command_reader_allocates_by_arrival(void)
{
    struct command_reader_limits limits = {
        .line_max = 1000, .literal_max = 50 << 20, .total_max = 60 << 20};
    struct command_reader reader;
    size_t used = 0;
    command_reader_init(&reader, &limits);
    CHECK_INT(command_reader_feed(&reader, SLICE("a X {50000000+}\r\n"), &used), COMMAND_LITERAL);
    CHECK_OK(command_reader_accept_literal(&reader));
    CHECK_INT(command_reader_feed(&reader, SLICE("abc"), &used), COMMAND_NEEDS_INPUT);
    CHECK(reader.text.size < 10000);
    command_reader_clear(&reader);
}

void test_command_reader_runs_pipelined_commands(void)
{
    struct trace trace;
    struct buffer input;
    buffer_init(&input, 0);
    for (int i = 0; i < 10000; i++)
        buffer_printf(&input, "t%d NOOP\r\n", i);
    trace_init(&trace, &ample, ACCEPT);
    trace_feed(&trace, buffer_slice(&input));
    size_t lines = 0;
    for (size_t i = 0; i < trace.log.len; i++)
        lines += trace.log.data[i] == '\n';
    CHECK_U64(lines, 10000);
    CHECK(slice_ends_with(buffer_slice(&trace.log), SLICE("complete[t9999 NOOP]\n")));
    trace_clear(&trace);
    buffer_clear(&input);
}
