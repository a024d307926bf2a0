#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/check.h"

/* The log of a test: a temporary file, read back and removed. */
static char path[64];

static void begin(enum log_level minimum)
{
    strcpy(path, "/tmp/postroom-test-log-XXXXXX");
    int descriptor = mkstemp(path);
    CHECK(descriptor >= 0);
    close(descriptor);
    CHECK_OK(log_open(path, minimum));
}

static struct slice read_back(void)
{
    static char text[20000];
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    return slice_of(text, length);
}

static void end(void)
{
    CHECK_OK(log_open(NULL, LOG_INFO));
    unlink(path);
}

/* A line without its time. */
static struct slice after_time(struct slice line)
{
    CHECK(slice_starts_with(line, SLICE("time=2")));
    return slice_sub(line, slice_find(line, ' ') + 1, line.len);
}

void test_log_writes_logfmt(void)
{
    begin(LOG_INFO);
    log_event(LOG_INFO, "login", log_text("user", "alice"), log_slice("remote", SLICE("::1")),
              log_number("pid", -12), log_text("absent", NULL),
              log_slice("none", slice_of(NULL, 0)), log_text("empty", ""));
    struct slice line = read_back();
    CHECK_U64(slice_find(line, ' '), strlen("time=2026-11-23T10:00:00.123Z"));
    CHECK_SLICE(after_time(line),
                "level=info event=login user=alice remote=::1 pid=-12 empty=\"\"\n");
    end();
}

void test_log_escapes_values(void)
{
    begin(LOG_INFO);
    log_event(LOG_WARNING, "x", log_text("a", "two words"), log_text("b", "k=v"),
              log_text("c", "quote\"back\\slash"), log_text("d", "line\r\nend\t\x01\x7f"),
              log_slice("e", SLICE("nul\0")),
              log_text("f", "gr\xc3\xbc"
                            "n"),
              log_text("g", "\xff\xc2\x85"));
    CHECK_SLICE(after_time(read_back()),
                "level=warning event=x a=\"two words\" b=\"k=v\" c=\"quote\\\"back\\\\slash\" "
                "d=\"line\\r\\nend\\t\\x01\\x7f\" e=\"nul\\x00\" f=gr\xc3\xbcn "
                "g=\"\\xff\\xc2\\x85\"\n");
    end();
}

void test_log_leaves_out_what_is_below_the_minimum(void)
{
    begin(LOG_WARNING);
    log_event(LOG_INFO, "quiet", log_number("n", 1));
    log_event(LOG_ERROR, "loud", log_number("n", 2));
    CHECK_SLICE(after_time(read_back()), "level=error event=loud n=2\n");
    log_fields(LOG_WARNING, "bare", NULL);
    CHECK(slice_ends_with(read_back(), SLICE("event=bare\n")));
    end();
}

void test_log_cuts_long_values_and_lines(void)
{
    static char words[3000], controls[3000];
    memset(words, 'x', sizeof words - 1);
    memset(controls, '\x01', sizeof controls - 1);
    begin(LOG_INFO);
    log_event(LOG_INFO, "long", log_text("a", words), log_text("b", controls),
              log_number("after", 1));
    struct slice line = read_back();
    CHECK(line.len <= 4096 + 16);
    CHECK(slice_search(line, SLICE("xxx...\"")) != SIZE_MAX);
    CHECK(slice_search(line, SLICE(" b=")) == SIZE_MAX);
    CHECK(slice_ends_with(line, SLICE(" after=1 cut=yes\n")));
    CHECK_U64(slice_find(line, '\n'), line.len - 1);
    end();
}

void test_log_reopens_the_same_path(void)
{
    char moved[80];
    begin(LOG_INFO);
    log_event(LOG_INFO, "one", log_number("n", 1));
    snprintf(moved, sizeof moved, "%s.1", path);
    CHECK_INT(rename(path, moved), 0);
    CHECK_OK(log_open(path, LOG_INFO));
    log_event(LOG_INFO, "two", log_number("n", 2));
    CHECK_SLICE(after_time(read_back()), "level=info event=two n=2\n");
    unlink(moved);
    end();
}

void test_log_keeps_writing_when_a_new_file_cannot_be_opened(void)
{
    begin(LOG_INFO);
    CHECK_ERR(log_open("/nonexistent/postroom.log", LOG_INFO), ERR_IO);
    errno = 77;
    log_event(LOG_INFO, "still", log_number("n", 1));
    CHECK_INT(errno, 77);
    CHECK_SLICE(after_time(read_back()), "level=info event=still n=1\n");
    end();
}
