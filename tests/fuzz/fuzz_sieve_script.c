/* A script is compiled, and what compiles is run over a message of several parts. */
#include "fuzz.h"
#include "mail/sieve_run.h"

static const char mail[] = "Received: from a by b; Mon, 26 Feb 2007 15:00:01 +0100\r\n"
                           "From: Bob <bob@example.com>\r\n"
                           "To: alice@example.org\r\n"
                           "Subject: =?utf-8?q?caf=C3=A9?= a b c\r\n"
                           "Date: Mon, 26 Feb 2007 23:59:59 -0800\r\n"
                           "Content-Type: multipart/mixed; boundary=b\r\n"
                           "\r\n"
                           "--b\r\n"
                           "Content-Type: text/html\r\n\r\n<p>Hello W&ouml;rld\r\n"
                           "--b\r\n"
                           "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner\r\n"
                           "--b--\r\n";
static const struct slice message = {mail, sizeof mail - 1};

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    (void)arg;
    buffer_add(out, slice_sub(message, start, end - start));
    return 0;
}

/* A library in which "self" is the script itself. */
static int load(void *arg, bool global, struct slice name, struct arena *arena,
                struct slice *text_out)
{
    (void)global;
    (void)arena;
    if (!slice_equal(name, SLICE("self")))
        return -ERR_NOT_FOUND;
    *text_out = *(const struct slice *)arg;
    return 0;
}

static const struct mime_tree *scan(struct arena *arena)
{
    struct mime_scanner *scanner;
    const struct mime_tree *tree = NULL;
    if (mime_scanner_new(arena, NULL, &scanner) < 0 || mime_scanner_feed(scanner, message) < 0 ||
        mime_scanner_finish(scanner, &tree) < 0)
        fuzz_require("the message cannot be read");
    return tree;
}

static void run(const struct sieve_program *program, struct arena *arena)
{
    struct sieve_message seen = {
        .tree = scan(arena),
        .size = message.len,
        .has_envelope = true,
        .envelope_from = SLICE("bob@example.com"),
        .envelope_to = SLICE("alice@example.org"),
    };
    struct sieve_host host = {.read = read_message, .now = 1782909015, .zone_minutes = 120};
    host.own_addresses = SLICE("alice@example.org");
    struct sieve_outcome outcome;
    struct sieve_problem problem;
    int result = sieve_run(program, &seen, &host, arena, &outcome, &problem);
    if (result < 0 && !problem.text[0])
        fuzz_require("a failure is not explained");
    for (size_t i = 0; result == 0 && i < outcome.count; i++) {
        if (outcome.actions[i].kind == SIEVE_FILEINTO && outcome.actions[i].mailbox.len == 0)
            fuzz_require("fileinto has no mailbox");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = fuzz_slice(data, size);
    struct sieve_library library = {.arg = &script, .load = load};
    struct sieve_program *program = NULL;
    struct sieve_problem problem;
    struct arena arena;
    int result = sieve_compile(script, &library, &program, &problem);
    if (result < 0) {
        if (!problem.text[0] || problem.line == 0)
            fuzz_require("a mistake is not explained");
        return 0;
    }
    arena_init(&arena, 0);
    run(program, &arena);
    sieve_program_free(&program);
    arena_clear(&arena);
    return 0;
}
