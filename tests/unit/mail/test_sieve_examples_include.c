/* RFC 6609: scripts that include each other. */
#include "sieve_examples.h"

struct script {
    bool global;
    const char *name, *text;
};

/* Sections 3.2 and 3.4.1. Here they stop where they have decided: what is kept can't be rejected
 * after that. */
static const struct script scripts[] = {
    {false, "always_allow",
     "if address :is \"from\" \"boss@example.com\" { keep; stop; }\n"
     "elsif address :is \"from\" \"ceo@example.com\" { keep; stop; }\n"},
    {true, "spam_tests",
     "require \"reject\";\n"
     "if header :contains \"Subject\" \"XXXX\" { reject \"Subject XXXX is unacceptable.\"; stop; "
     "}\n"
     "elsif address :is \"from\" \"money@example.com\"\n"
     "{ reject \"Mail from this sender is unwelcome.\"; stop; }\n"},
    {false, "spam_tests",
     "require \"reject\";\n"
     "if header :contains \"Subject\" \"Make money\" { reject \"No thank you.\"; stop; }\n"},
    {false, "mailing_lists",
     "require \"fileinto\";\n"
     "if header :is \"List-ID\" \"sieve.ietf.org\" { fileinto \"lists.sieve\"; }\n"
     "elsif header :is \"List-ID\" \"ietf-imapext.imc.org\" { fileinto \"lists.imapext\"; }\n"},
    {false, "subject_tests",
     "require [\"variables\", \"include\"];\n"
     "global [\"test\", \"test_mailbox\"];\n"
     "if header :contains \"Subject\" \"${test}\" { set \"test_mailbox\" \"spam-${test}\"; }\n"},
};

static int load(void *arg, bool global, struct slice name, struct arena *arena,
                struct slice *text_out)
{
    (void)arg;
    (void)arena;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        if (scripts[i].global != global || !slice_equal(name, slice_cstr(scripts[i].name)))
            continue;
        *text_out = slice_cstr(scripts[i].text);
        return 0;
    }
    return fail(ERR_NOT_FOUND, "there is no such script");
}

static const struct sieve_library library = {.load = load};

static const char main_script[] = "require \"include\";\n"
                                  "include :personal \"always_allow\";\n"
                                  "include :global \"spam_tests\";\n"
                                  "include :personal \"spam_tests\";\n"
                                  "include :personal \"mailing_lists\";\n";

static const char variables[] =
    "require [\"variables\", \"include\", \"relational\", \"fileinto\"];\n"
    "global \"test\";\n"
    "global \"test_mailbox\";\n"
    "set \"test\" \"$$\";\n"
    "include \"subject_tests\";\n"
    "set \"test\" \"Make money\";\n"
    "include \"subject_tests\";\n"
    "if string :count \"eq\" \"${test_mailbox}\" \"1\"\n"
    "{ fileinto \"${test_mailbox}\"; stop; }\n";

void test_sieve_examples_include_other_scripts(void)
{
    const struct sieve_trial trial = {.library = &library};
    CHECK_SIEVE_TRIAL(trial, main_script, "From: boss@example.com\r\nSubject: XXXX\r\n\r\n",
                      "keep\n");
    CHECK_SIEVE_TRIAL(trial, main_script, "Subject: XXXX\r\n\r\n",
                      "reject text=Subject XXXX is unacceptable.\n");
    CHECK_SIEVE_TRIAL(trial, main_script, "From: money@example.com\r\n\r\n",
                      "reject text=Mail from this sender is unwelcome.\n");
    CHECK_SIEVE_TRIAL(trial, main_script, "Subject: Make money\r\n\r\n",
                      "reject text=No thank you.\n");
    CHECK_SIEVE_TRIAL(trial, main_script, "List-ID: ietf-imapext.imc.org\r\n\r\n",
                      "fileinto lists.imapext\n");
    CHECK_SIEVE_TRIAL(trial, main_script, "Subject: hello\r\n\r\n", "keep\n");
}

void test_sieve_examples_include_with_variables(void)
{
    const struct sieve_trial trial = {.library = &library};
    CHECK_SIEVE_TRIAL(trial, variables, "Subject: $$\r\n\r\n", "fileinto spam-$$\n");
    CHECK_SIEVE_TRIAL(trial, variables, "Subject: Make money\r\n\r\n",
                      "fileinto spam-Make money\n");
    CHECK_SIEVE_TRIAL(trial, variables, "Subject: hello\r\n\r\n", "keep\n");
}
