/* Scripts over mail that is in a mailbox already: draft-bosch-imap-filter-sieve-00, RFC 6785. */
#include "sieve_script.h"
#include "support/check.h"

#define MAIL  "From: bob@example.com\r\n\r\nhello\r\n"
#define FLAGS "require [\"imap4flags\", \"fileinto\"];\n"

/* Section 4.7 of the draft: the internal variable begins with what is there. */
void test_sieve_existing_flags_begin_as_they_are(void)
{
    const struct sieve_trial flagged = {.flags = "\\Flagged work"};
    CHECK_SIEVE_TRIAL(flagged, "keep;", MAIL, "keep flags=flagged|work\n");
    CHECK_SIEVE_TRIAL(flagged, FLAGS "removeflag \"WORK\"; addflag \"$Done\";", MAIL,
                      "keep flags=flagged|$Done\n");
    CHECK_SIEVE_TRIAL(flagged, FLAGS "if hasflag \"\\\\Flagged\" { fileinto \"A\"; }", MAIL,
                      "fileinto A flags=flagged|work\n");
    CHECK_SIEVE_TRIAL(flagged, FLAGS "fileinto :flags \"\\\\Seen\" \"A\";", MAIL,
                      "fileinto A flags=seen\n");
    /* To have none is to have them taken away. */
    CHECK_SIEVE_TRIAL(flagged, FLAGS "setflag \"\";", MAIL, "keep flags=\n");
    const struct sieve_trial bare = {.flags = ""};
    CHECK_SIEVE_TRIAL(bare, "keep;", MAIL, "keep flags=\n");
    CHECK_SIEVE("keep;", MAIL, "keep\n");
}

/* RFC 5228 section 2.10.3, where keep is not INBOX. */
void test_sieve_existing_keep_is_the_mailbox_it_is_in(void)
{
    const struct sieve_trial elsewhere = {.mailbox = "Work"};
    CHECK_SIEVE_TRIAL(elsewhere, FLAGS "keep; fileinto \"INBOX\";", MAIL, "keep\nfileinto INBOX\n");
    CHECK_SIEVE_TRIAL(elsewhere, FLAGS "keep; fileinto \"Work\";", MAIL, "keep\n");
    CHECK_SIEVE(FLAGS "keep; fileinto \"inbox\";", MAIL, "keep\n");
    CHECK_SIEVE(FLAGS "keep; fileinto \"Work\";", MAIL, "keep\nfileinto Work\n");
}

/* RFC 6785 section 4.6: not false, but a mistake. */
void test_sieve_existing_event_has_no_envelope(void)
{
    const struct sieve_trial event = {.is_event = true, .no_envelope = true};
    const struct sieve_trial none = {.no_envelope = true};
    static const char script[] =
        "require \"envelope\"; if envelope \"from\" \"bob@example.com\" { discard; }";
    CHECK_SIEVE_TRIAL(none, script, MAIL, "keep\n");
    CHECK_SIEVE_TRIAL_FAILED(event, script, MAIL, ERR_INVALID);
    /* It is the test that is one, not the extension. */
    CHECK_SIEVE_TRIAL(event, "require \"envelope\"; keep;", MAIL, "keep\n");
}
