#include "sieve_examples.h"

static const struct sieve_example flags[] = {
    {.section = "RFC 5232 section 3.1",
     .script = "require [\"fileinto\", \"imap4flags\", \"variables\"];\n"
               "if size :over 500K {\n"
               "    setflag \"\\\\Deleted\";\n"
               "}\n"
               "if header :contains \"from\" \"boss@frobnitzm.example.edu\" {\n"
               "    setflag \"flagvar\" \"\\\\Flagged\";\n"
               "    fileinto :flags \"${flagvar}\" \"INBOX.From Boss\";\n"
               "}\n",
     .message = "From: boss@frobnitzm.example.edu\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.From Boss flags=flagged\n"},
    {.section = "RFC 5232 section 3.2",
     .script = "require [\"imap4flags\", \"variables\"];\n"
               "addflag \"flagvar\" \"\\\\Deleted\";\n"
               "addflag \"flagvar\" \"\\\\Answered\";\n"
               "keep :flags \"${flagvar}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep flags=answered|deleted\n"},
    {.section = "RFC 5232 section 3.2",
     .script = "require [\"imap4flags\", \"variables\"];\n"
               "addflag \"flagvar\" [\"\\\\Deleted\", \"\\\\Answered\"];\n"
               "keep :flags \"${flagvar}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep flags=answered|deleted\n"},
    {.section = "RFC 5232 section 3.2",
     .script = "require [\"imap4flags\", \"variables\"];\n"
               "addflag \"flagvar\" \"\\\\Deleted \\\\Answered\";\n"
               "keep :flags \"${flagvar}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep flags=answered|deleted\n"},
    {.section = "RFC 5232 section 3.2",
     .script = "require [\"imap4flags\", \"variables\"];\n"
               "addflag \"flagvar\" \"\\\\Answered \\\\Deleted\";\n"
               "keep :flags \"${flagvar}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep flags=answered|deleted\n"},
    {.section = "RFC 5232 section 3.3",
     .script = "require [\"fileinto\", \"imap4flags\", \"variables\"];\n"
               "if header :contains \"Disposition-Notification-To\"\n"
               "    \"mel@example.com\" {\n"
               "    addflag \"flagvar\" \"$MDNRequired\";\n"
               "}\n"
               "if header :contains \"from\" \"imap@cac.washington.example.edu\" {\n"
               "    removeflag \"flagvar\" \"$MDNRequired\";\n"
               "    fileinto :flags \"${flagvar}\" \"INBOX.imap-list\";\n"
               "}\n",
     .message = "Disposition-Notification-To: mel@example.com\r\n"
                "From: imap@cac.washington.example.edu\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.imap-list flags=\n"},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :contains \"MyVar\" \"Junk\" { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :contains \"MyVar\" \"forward\" { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :contains \"MyVar\" [\"label\", \"forward\"] { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :contains \"MyVar\" [\"junk\", \"forward\"] { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :contains \"MyVar\" \"label\" { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :contains \"MyVar\" [\"label1\", \"label2\"] { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    \"MyFlags\" \"2\" { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5232 section 4",
     .script = "require [\"imap4flags\", \"relational\", \"variables\", "
               "\"comparator-i;ascii-numeric\"];\n"
               "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk "
               "$NotJunk\";\n"
               "set \"MyFlags\" \"A B\";\n"
               "if hasflag :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    \"MyFlags\" \"3\" { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5232 section 6",
     .script = "require [\"fileinto\", \"imap4flags\", \"variables\"];\n"
               "if size :over 1M\n"
               "        {\n"
               "        addflag \"MyFlags\" \"Big\";\n"
               "        if header :is \"From\" \"boss@company.example.com\"\n"
               "                    {\n"
               "                    addflag \"MyFlags\" \"\\\\Flagged\";\n"
               "                    }\n"
               "        fileinto :flags \"${MyFlags}\" \"Big messages\";\n"
               "        }\n"
               "if header :is \"From\" \"grandma@example.net\"\n"
               "        {\n"
               "        addflag \"MyFlags\" [\"\\\\Answered\", \"$MDNSent\"];\n"
               "        fileinto :flags \"${MyFlags}\" \"GrandMa\";\n"
               "        }\n"
               "if header :is \"Sender\" \"owner-ietf-mta-filters@example.org\"\n"
               "        {\n"
               "        set \"MyFlags\" \"\\\\Flagged $Work\";\n"
               "        keep :flags \"${MyFlags}\";\n"
               "        }\n"
               "elsif address :domain :is [\"From\", \"To\"] \"company.example.com\"\n"
               "        {\n"
               "        keep :flags \"${MyFlags}\";\n"
               "        }\n"
               "elsif anyof (not address :all :contains\n"
               "                [\"To\", \"Cc\"] \"me@company.example.com\",\n"
               "            header :matches \"subject\"\n"
               "                [\"*make*money*fast*\", \"*university*dipl*mas*\"])\n"
               "            {\n"
               "        removeflag \"MyFlags\" \"\\\\Flagged\";\n"
               "        fileinto :flags \"${MyFlags}\" \"spam\";\n"
               "        }\n"
               "else\n"
               "        {\n"
               "        fileinto :flags \"${MyFlags}\" \"personal\";\n"
               "}\n",
     .message = "From: grandma@example.net\r\n"
                "To: me@company.example.com\r\n"
                "\r\n",
     .outcome = "fileinto GrandMa flags=answered|$MDNSent\n"
                "keep flags=answered|$MDNSent\n"},
    {.section = "RFC 5232 section 6",
     .script = "require [\"fileinto\", \"imap4flags\", \"variables\"];\n"
               "if size :over 1M\n"
               "        {\n"
               "        addflag \"MyFlags\" \"Big\";\n"
               "        if header :is \"From\" \"boss@company.example.com\"\n"
               "                    {\n"
               "                    addflag \"MyFlags\" \"\\\\Flagged\";\n"
               "                    }\n"
               "        fileinto :flags \"${MyFlags}\" \"Big messages\";\n"
               "        }\n"
               "if header :is \"From\" \"grandma@example.net\"\n"
               "        {\n"
               "        addflag \"MyFlags\" [\"\\\\Answered\", \"$MDNSent\"];\n"
               "        fileinto :flags \"${MyFlags}\" \"GrandMa\";\n"
               "        }\n"
               "if header :is \"Sender\" \"owner-ietf-mta-filters@example.org\"\n"
               "        {\n"
               "        set \"MyFlags\" \"\\\\Flagged $Work\";\n"
               "        keep :flags \"${MyFlags}\";\n"
               "        }\n"
               "elsif address :domain :is [\"From\", \"To\"] \"company.example.com\"\n"
               "        {\n"
               "        keep :flags \"${MyFlags}\";\n"
               "        }\n"
               "elsif anyof (not address :all :contains\n"
               "                [\"To\", \"Cc\"] \"me@company.example.com\",\n"
               "            header :matches \"subject\"\n"
               "                [\"*make*money*fast*\", \"*university*dipl*mas*\"])\n"
               "            {\n"
               "        removeflag \"MyFlags\" \"\\\\Flagged\";\n"
               "        fileinto :flags \"${MyFlags}\" \"spam\";\n"
               "        }\n"
               "else\n"
               "        {\n"
               "        fileinto :flags \"${MyFlags}\" \"personal\";\n"
               "}\n",
     .message = "Sender: owner-ietf-mta-filters@example.org\r\n"
                "\r\n",
     .outcome = "keep flags=flagged|$Work\n"},
    {.section = "RFC 5232 section 6",
     .script = "require [\"fileinto\", \"imap4flags\", \"variables\"];\n"
               "if size :over 1M\n"
               "        {\n"
               "        addflag \"MyFlags\" \"Big\";\n"
               "        if header :is \"From\" \"boss@company.example.com\"\n"
               "                    {\n"
               "                    addflag \"MyFlags\" \"\\\\Flagged\";\n"
               "                    }\n"
               "        fileinto :flags \"${MyFlags}\" \"Big messages\";\n"
               "        }\n"
               "if header :is \"From\" \"grandma@example.net\"\n"
               "        {\n"
               "        addflag \"MyFlags\" [\"\\\\Answered\", \"$MDNSent\"];\n"
               "        fileinto :flags \"${MyFlags}\" \"GrandMa\";\n"
               "        }\n"
               "if header :is \"Sender\" \"owner-ietf-mta-filters@example.org\"\n"
               "        {\n"
               "        set \"MyFlags\" \"\\\\Flagged $Work\";\n"
               "        keep :flags \"${MyFlags}\";\n"
               "        }\n"
               "elsif address :domain :is [\"From\", \"To\"] \"company.example.com\"\n"
               "        {\n"
               "        keep :flags \"${MyFlags}\";\n"
               "        }\n"
               "elsif anyof (not address :all :contains\n"
               "                [\"To\", \"Cc\"] \"me@company.example.com\",\n"
               "            header :matches \"subject\"\n"
               "                [\"*make*money*fast*\", \"*university*dipl*mas*\"])\n"
               "            {\n"
               "        removeflag \"MyFlags\" \"\\\\Flagged\";\n"
               "        fileinto :flags \"${MyFlags}\" \"spam\";\n"
               "        }\n"
               "else\n"
               "        {\n"
               "        fileinto :flags \"${MyFlags}\" \"personal\";\n"
               "}\n",
     .message = "Subject: Make real money fast\r\n"
                "\r\n",
     .outcome = "fileinto spam flags=\n"},
};

void test_sieve_examples_flags_flags(void)
{
    CHECK_SIEVE_EXAMPLES(flags);
}

static const struct sieve_example subaddress[] = {
    {.section = "RFC 5233 section 4",
     .script = "require [\"envelope\", \"subaddress\", \"fileinto\"];\n"
               "if envelope :user \"to\" \"postmaster\" {\n"
               "    fileinto \"inbox.postmaster\";\n"
               "    stop;\n"
               "}\n"
               "if envelope :detail \"to\" \"mta-filters\" {\n"
               "    fileinto \"inbox.ietf-mta-filters\";\n"
               "}\n"
               "if envelope :detail \"to\" \"foo\" {\n"
               "    redirect \"ken@example.net\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto inbox.postmaster\n",
     .recipient = "postmaster@example.com"},
    {.section = "RFC 5233 section 4",
     .script = "require [\"envelope\", \"subaddress\", \"fileinto\"];\n"
               "if envelope :user \"to\" \"postmaster\" {\n"
               "    fileinto \"inbox.postmaster\";\n"
               "    stop;\n"
               "}\n"
               "if envelope :detail \"to\" \"mta-filters\" {\n"
               "    fileinto \"inbox.ietf-mta-filters\";\n"
               "}\n"
               "if envelope :detail \"to\" \"foo\" {\n"
               "    redirect \"ken@example.net\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto inbox.ietf-mta-filters\n",
     .recipient = "ken+mta-filters@example.com"},
    {.section = "RFC 5233 section 4",
     .script = "require [\"envelope\", \"subaddress\", \"fileinto\"];\n"
               "if envelope :user \"to\" \"postmaster\" {\n"
               "    fileinto \"inbox.postmaster\";\n"
               "    stop;\n"
               "}\n"
               "if envelope :detail \"to\" \"mta-filters\" {\n"
               "    fileinto \"inbox.ietf-mta-filters\";\n"
               "}\n"
               "if envelope :detail \"to\" \"foo\" {\n"
               "    redirect \"ken@example.net\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "redirect ken@example.net\n",
     .recipient = "ken+foo@example.com"},
    {.section = "RFC 5233 section 4",
     .script = "require [\"envelope\", \"subaddress\", \"fileinto\"];\n"
               "if envelope :user \"to\" \"postmaster\" {\n"
               "    fileinto \"inbox.postmaster\";\n"
               "    stop;\n"
               "}\n"
               "if envelope :detail \"to\" \"mta-filters\" {\n"
               "    fileinto \"inbox.ietf-mta-filters\";\n"
               "}\n"
               "if envelope :detail \"to\" \"foo\" {\n"
               "    redirect \"ken@example.net\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n",
     .recipient = "ken@example.com"},
};

void test_sieve_examples_flags_subaddress(void)
{
    CHECK_SIEVE_EXAMPLES(subaddress);
}

static const struct sieve_example body[] = {
    {.section = "RFC 5173 section 5.1",
     .script = "require \"body\";\n"
               "if body :raw :contains \"MAKE MONEY FAST\" {\n"
               "        discard;\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n"
                "Make money fast\r\n",
     .outcome = ""},
    {.section = "RFC 5173 section 5.2",
     .script = "require [\"body\", \"fileinto\"];\n"
               "if body :content \"text\" :contains [\"missile\", \"coordinates\"] {\n"
               "        fileinto \"secrets\";\n"
               "}\n"
               "if body :content \"audio/mp3\" :contains \"\" {\n"
               "        fileinto \"jukebox\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n"
                "The coordinates\r\n",
     .outcome = "fileinto secrets\n"},
    {.section = "RFC 5173 section 5.2",
     .script = "require [\"body\", \"fileinto\"];\n"
               "if body :content \"text\" :contains [\"missile\", \"coordinates\"] {\n"
               "        fileinto \"secrets\";\n"
               "}\n"
               "if body :content \"audio/mp3\" :contains \"\" {\n"
               "        fileinto \"jukebox\";\n"
               "}\n",
     .message = "Content-Type: audio/mp3\r\n"
                "\r\n"
                "la la\r\n",
     .outcome = "fileinto jukebox\n"},
    {.section = "RFC 5173 section 5.3",
     .script = "require [\"body\", \"fileinto\"];\n"
               "if body :text :contains \"project schedule\" {\n"
               "        fileinto \"project/schedule\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n"
                "The project schedule\r\n",
     .outcome = "fileinto project/schedule\n"},
};

void test_sieve_examples_flags_body(void)
{
    CHECK_SIEVE_EXAMPLES(body);
}
