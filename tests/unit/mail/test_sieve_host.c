#include <stdio.h>

#include "mime_fixture.h"
#include "sieve_script.h"
#include "support/check.h"

/* A host that knows a few things, and notes what it is told. */
struct host {
    struct mime_fixture fixture;
    struct sieve_host host;
    struct sieve_message message;
    struct sieve_outcome outcome;
    struct sieve_problem problem;
    struct buffer trace;
    int failure; /* of what is asked */
};

static int mailbox_exists(void *arg, struct slice name, bool *out)
{
    struct host *host = arg;
    *out = slice_equal(name, SLICE("Work")) || slice_equal(name, SLICE("Home"));
    return host->failure;
}

static int special_use_exists(void *arg, struct slice name, struct slice use, bool *out)
{
    (void)arg;
    *out = slice_equal(use, SLICE("\\Junk")) && (name.len == 0 || slice_equal(name, SLICE("Spam")));
    return 0;
}

static int metadata(void *arg, struct slice name, struct slice entry, struct arena *arena,
                    struct slice *value_out)
{
    (void)arg;
    (void)arena;
    if (!slice_equal(entry, SLICE("/private/vacation")) || slice_equal(name, SLICE("Home")))
        return -ERR_NOT_FOUND;
    *value_out = name.len > 0 ? SLICE("on") : SLICE("server");
    return 0;
}

static int duplicate(void *arg, struct slice key, uint32_t seconds, bool last, bool *out)
{
    (void)arg;
    (void)last;
    *out = slice_equal(key, SLICE("0:<seen@x>")) && seconds > 10;
    return 0;
}

static void trace(void *arg, uint32_t line, struct slice text)
{
    struct host *host = arg;
    buffer_printf(&host->trace, "%u: %.*s\n", line, SLICE_ARGS(text));
}

static int load(void *arg, bool global, struct slice name, struct arena *arena,
                struct slice *text_out)
{
    static const struct {
        bool global;
        const char *name, *text;
    } scripts[] = {
        {false, "spam",
         "require [\"fileinto\", \"include\", \"variables\"]; global \"why\";\n"
         "if header :contains \"subject\" \"$$\""
         " { set \"why\" \"money\"; fileinto \"spam\"; return; } set \"own\" \"x\";"},
        {true, "spam", "discard;"},
        {false, "again", "require \"include\"; include \"again\";"},
        {false, "wrong", "keep;\nfrobnicate;"},
        {false, "loop", "require [\"foreverypart\", \"include\"]; foreverypart { return; }"},
        {false, "stop", "stop;"},
        {false, "fails", "require \"ihave\";\n\nerror \"oh\";"},
    };
    (void)arg;
    (void)arena;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        if (scripts[i].global == global && slice_equal(name, slice_cstr(scripts[i].name))) {
            *text_out = slice_cstr(scripts[i].text);
            return 0;
        }
    }
    return -ERR_NOT_FOUND;
}

static const struct sieve_library library = {.load = load};

static void begin(struct host *host, const char *mail)
{
    static const struct sieve_environment_item items[] = {{"location", {"MDA", 3}},
                                                          {"imap.user", {"alice", 5}}};
    *host = (struct host){.failure = 0};
    mime_fixture_init(&host->fixture, slice_cstr(mail), NULL);
    buffer_init(&host->trace, 0);
    host->message = (struct sieve_message){.tree = host->fixture.tree, .size = strlen(mail)};
    host->host = (struct sieve_host){
        .arg = host,
        .mailbox_exists = mailbox_exists,
        .special_use_exists = special_use_exists,
        .metadata = metadata,
        .duplicate = duplicate,
        .trace = trace,
        .environment = items,
        .environment_count = 2,
    };
}

static int run(struct host *host, const char *script)
{
    struct sieve_program *program = NULL;
    int result = sieve_compile(slice_cstr(script), &library, &program, &host->problem);
    if (result == 0)
        result = sieve_run(program, &host->message, &host->host, &host->fixture.arena,
                           &host->outcome, &host->problem);
    sieve_program_free(&program);
    return result;
}

static void end(struct host *host)
{
    buffer_clear(&host->trace);
    mime_fixture_clear(&host->fixture);
}

/* Whether the test is true, told by what a script does then. */
static void check_test(const char *test, bool expected, const char *file, int line)
{
    struct host host;
    char script[600];
    snprintf(script, sizeof script,
             "require [\"environment\", \"relational\", \"duplicate\", \"mailbox\", "
             "\"mailboxid\",\"special-use\","
             " \"mboxmetadata\", \"servermetadata\"];\nif %s { discard; }",
             test);
    begin(&host, "Message-ID: <seen@x>\r\nX-Id: 7\r\n\r\n");
    check_int(run(&host, script), 0, test, file, line);
    bool discarded = true;
    for (size_t i = 0; i < host.outcome.count; i++)
        discarded &= host.outcome.actions[i].kind != SIEVE_KEEP;
    check_int(discarded, expected, test, file, line);
    end(&host);
}

#define YES(test) check_test(test, true, __FILE__, __LINE__)
#define NO(test)  check_test(test, false, __FILE__, __LINE__)

/* RFC 5183. */
void test_sieve_host_environment(void)
{
    YES("environment \"location\" \"MDA\"");
    YES("environment :contains \"IMAP.user\" \"LIC\"");
    NO("environment :matches \"phase\" \"*\"");
    NO("environment :count \"eq\" \"phase\" \"0\"");
    YES("environment :count \"eq\" \"location\" \"1\"");
}

/* RFC 5490 section 3, RFC 8579 section 4, RFC 9042 section 4. */
void test_sieve_host_mailboxes(void)
{
    YES("mailboxexists \"Work\"");
    YES("mailboxexists [\"Work\", \"Home\"]");
    NO("mailboxexists [\"Work\", \"Nowhere\"]");
    NO("mailboxidexists \"F1\""); /* the host cannot say */
    YES("specialuse_exists \"\\\\Junk\"");
    YES("specialuse_exists \"Spam\" \"\\\\Junk\"");
    NO("specialuse_exists \"Work\" \"\\\\Junk\"");
    NO("specialuse_exists [\"\\\\Junk\", \"\\\\Trash\"]");
}

void test_sieve_host_annotations(void)
{
    YES("metadata \"Work\" \"/private/vacation\" \"on\"");
    NO("metadata \"Home\" \"/private/vacation\" \"on\"");
    YES("metadataexists \"Work\" \"/private/vacation\"");
    NO("metadataexists \"Work\" [\"/private/vacation\", \"/private/x\"]");
    YES("servermetadata \"/private/vacation\" \"server\"");
    YES("servermetadataexists \"/private/vacation\"");
    NO("servermetadataexists \"/private/x\"");
}

/* RFC 7352. */
void test_sieve_host_duplicate(void)
{
    YES("duplicate");
    NO("duplicate :seconds 10");
    NO("duplicate :handle \"x\"");
    NO("duplicate :header \"X-Id\"");
    NO("duplicate :uniqueid \"other\"");
    YES("duplicate :uniqueid \"<seen@x>\"");
    struct host host;
    begin(&host, "X-Id: 7\r\n\r\n");
    CHECK_OK(run(&host, "require \"duplicate\"; if duplicate :seconds 60 :last :handle \"h\""
                        " :header \"X-Id\" { discard; }"));
    CHECK_INT(host.outcome.count, 2);
    if (host.outcome.count == 2) {
        CHECK_INT(host.outcome.actions[0].kind, SIEVE_DUPLICATE);
        CHECK_SLICE(host.outcome.actions[0].text, "1:h7");
        CHECK_INT(host.outcome.actions[0].seconds, 60);
        CHECK(host.outcome.actions[0].last);
    }
    end(&host);
}

void test_sieve_host_fails(void)
{
    struct host host;
    begin(&host, "\r\n");
    host.failure = fail(ERR_UNAVAILABLE, "the database is away");
    CHECK_ERR(run(&host, "require \"mailbox\";\nif mailboxexists \"Work\" { discard; }"),
              ERR_UNAVAILABLE);
    CHECK_INT(host.problem.line, 2);
    CHECK_STR(host.problem.text, "the database is away");
    CHECK_INT(host.outcome.count, 0);
    end(&host);
}

void test_sieve_host_traces(void)
{
    struct host host;
    begin(&host, "Subject: hi\r\n\r\n");
    CHECK_OK(run(&host, "require \"fileinto\";\nif header \"subject\" \"hi\" {\nfileinto \"a\";\n"
                        "fileinto \"a\"; }\nif exists \"cc\" { stop; }\n"));
    CHECK_SLICE(buffer_slice(&host.trace), "2: \"hi\" matches\n"
                                           "2: header \"subject\" \"hi\" is true\n"
                                           "3: fileinto a\n4: fileinto a (done already)\n"
                                           "5: exists \"cc\" is false\n");
    buffer_reset(&host.trace);
    CHECK_OK(run(&host, "if anyof (header :contains [\"a\", \"b\"] [\"1\", \"2\", \"3\", \"4\", "
                        "\"5\"],\nsize :over 1K) { stop; }\n"));
    CHECK_SLICE(buffer_slice(&host.trace),
                "1: header :contains [\"a\", \"b\"] [\"1\", \"2\", \"3\", \"4\", ...] is false\n"
                "2: size :over 1024 is false\n2: implicit keep\n2: keep\n");
    end(&host);
}

/* include (RFC 6609) ------------------------------------------------------------------------- */

#define INCLUDE "require [\"include\", \"variables\", \"fileinto\"];\n"

static void check_include(const char *script, const char *mail, size_t actions, const char *mailbox)
{
    struct host host;
    begin(&host, mail);
    CHECK_OK(run(&host, script));
    CHECK_INT(host.outcome.count, actions);
    struct slice last =
        host.outcome.count > 0 ? host.outcome.actions[host.outcome.count - 1].mailbox : SLICE_EMPTY;
    check_slice(last, slice_cstr(mailbox), "mailbox", __FILE__, __LINE__);
    end(&host);
}

void test_sieve_host_includes(void)
{
    check_include(INCLUDE "include \"spam\";", "Subject: $$\r\n\r\n", 1, "spam");
    check_include(INCLUDE "include :personal \"spam\";", "Subject: x\r\n\r\n", 1, "");
    check_include(INCLUDE "include :global \"spam\";", "Subject: $$\r\n\r\n", 0, "");
    check_include(INCLUDE "include :optional \"none\";", "\r\n", 1, "");
    check_include(INCLUDE "include \"stop\"; discard;", "\r\n", 1, "");
}

/* RFC 6609 section 3.4: global variables are shared, others are not. */
void test_sieve_host_includes_with_variables(void)
{
    check_include(INCLUDE "global \"why\"; include \"spam\"; fileinto \"because ${why}${own}\";",
                  "Subject: $$\r\n\r\n", 2, "because money");
    check_include(INCLUDE "include \"spam\"; fileinto \"because ${global.why}\";",
                  "Subject: $$\r\n\r\n", 2, "because money");
    check_include(INCLUDE "include \"spam\"; fileinto \"because ${why}\";", "Subject: $$\r\n\r\n",
                  2, "because ");
}

void test_sieve_host_includes_in_circles(void)
{
    struct host host;
    begin(&host, "\r\n");
    CHECK_ERR(run(&host, INCLUDE "include \"again\";"), ERR_LIMIT);
    CHECK_STR(host.problem.text, "the script \"again\" includes itself");
    end(&host);
    check_include(INCLUDE "include :once \"spam\"; include :once \"spam\";", "Subject: $$\r\n\r\n",
                  1, "spam");
}

void test_sieve_host_includes_what_fails(void)
{
    struct host host;
    struct sieve_program *program = NULL;
    begin(&host, "\r\n");
    CHECK_OK(sieve_compile(SLICE(INCLUDE "include \"fails\";"), &library, &program, &host.problem));
    CHECK_ERR(sieve_run(program, &host.message, &host.host, &host.fixture.arena, &host.outcome,
                        &host.problem),
              ERR_INVALID);
    CHECK_SLICE(host.problem.script, "fails");
    CHECK_INT(host.problem.line, 3);
    CHECK_STR(host.problem.text, "oh");
    sieve_program_free(&program);
    end(&host);
}

/* A script that returns from a loop leaves it behind. */
void test_sieve_host_includes_a_loop(void)
{
    check_include(
        "require [\"include\", \"foreverypart\", \"mime\", \"fileinto\"];\n"
        "foreverypart { include \"loop\"; if header :mime :type \"Content-Type\" \"image\""
        " { fileinto \"x\"; } }",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b\r\n"
        "Content-Type: image/x\r\n\r\n--b--\r\n",
        1, "x");
}

void test_sieve_host_includes_what_is_wrong(void)
{
    struct host host;
    begin(&host, "\r\n");
    CHECK_ERR(run(&host, INCLUDE "include \"none\";"), ERR_NOT_FOUND);
    CHECK_INT(host.problem.line, 2);
    CHECK_OK(run(&host, INCLUDE "if false { include \"none\"; }"));
    CHECK_ERR(run(&host, INCLUDE "\n\ninclude \"wrong\";"), ERR_SYNTAX);
    CHECK_INT(host.problem.line, 2);
    CHECK(slice_search(slice_cstr(host.problem.text), SLICE("\"wrong\"")) != SIZE_MAX);
    CHECK_ERR(run(&host, INCLUDE "set \"a\" \"x\"; global \"a\";"), ERR_SYNTAX);
    CHECK_ERR(run(&host, INCLUDE "include \"a\tb\";"), ERR_SYNTAX);
    CHECK_ERR(run(&host, INCLUDE "include \"a\xe2\x80\xa8"
                                 "b\";"),
              ERR_SYNTAX);
    CHECK_ERR(run(&host, INCLUDE "include \"\";"), ERR_SYNTAX);
    end(&host);
}
