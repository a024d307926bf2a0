#include "sieve_script.h"

static const char mail[] = "Subject: x\r\n\r\n";

#define REQUIRE "require [\"imap4flags\", \"fileinto\", \"variables\", \"relational\", \"copy\"];\n"
#define YES     "fileinto x\n"
#define NO      "keep\n"
#define CHECK_FLAGS(flags, test, expected)                                                         \
    CHECK_SIEVE(REQUIRE "setflag \"v\" \"" flags "\"; if " test " { fileinto \"x\"; }", mail,      \
                expected)

/* RFC 5232 sections 2 and 4: a string of several flags is a list of them, as a key, too. */
void test_sieve_rows_flags_keys_are_lists(void)
{
    CHECK_FLAGS("A B", "hasflag \"v\" \"x  b \"", YES);
    CHECK_FLAGS("A B", "hasflag \"v\" [\"x\", \"y b\"]", YES);
    CHECK_FLAGS("A B", "hasflag \"v\" \"x y\"", NO);
    CHECK_FLAGS("gnus-forward", "hasflag :contains \"v\" \"junk forward\"", YES);
    CHECK_FLAGS("gnus-forward", "hasflag :matches \"v\" \"junk* *-forward\"", YES);
    CHECK_FLAGS("A", "hasflag :contains \"v\" [\"\", \" \"]", NO);
    CHECK_FLAGS("A B", "hasflag :count \"eq\" \"v\" \"2\"", YES);
}

/* RFC 5232 section 3: of actions that come to one, the last list of flags wins. */
void test_sieve_rows_flags_last_list_wins(void)
{
    CHECK_SIEVE(REQUIRE "fileinto :flags \"\\\\Seen old\" \"x\"; fileinto :flags \"new\" \"x\";",
                mail, "fileinto x flags=new\n");
    CHECK_SIEVE(REQUIRE "keep :flags \"old\"; setflag \"\\\\Flagged\"; keep;", mail,
                "keep flags=flagged\n");
    CHECK_SIEVE(REQUIRE "fileinto :flags \"old\" \"x\"; fileinto \"x\";", mail, "fileinto x\n");
    CHECK_SIEVE(REQUIRE "fileinto :copy :flags \"a\" \"INBOX\"; setflag \"b\";", mail,
                "fileinto INBOX flags=b\n");
}
