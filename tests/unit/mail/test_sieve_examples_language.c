#include "sieve_examples.h"

static const struct sieve_example basics[] = {
    {.section = "RFC 5228 section 2.3",
     .script = "if size :over 100k { # this is a comment\n"
               "    discard;\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5228 section 2.3",
     .script = "if size :over 100K { /* this is a comment\n"
               "    this is still a comment */ discard /* this is a comment\n"
               "    */ ;\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5228 section 2.4.2.4",
     .script = "require \"encoded-character\";\n"
               "if header :contains \"Subject\" \"$${hex:24 24}\" {\n"
               "    discard;\n"
               "}\n",
     .message = "Subject: make $$$\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5228 section 2.6.3",
     .script = "if anyof (not exists [\"From\", \"Date\"],\n"
               "    header :contains \"from\" \"fool@example.com\") {\n"
               "    discard;\n"
               "}\n",
     .message = "From: x@example.org\r\n"
                "Date: Wed, 1 Jul 2026 12:00:00 +0000\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5228 section 2.7.3",
     .script = "if header :contains :comparator \"i;octet\" \"Subject\"\n"
               "    \"MAKE MONEY FAST\" {\n"
               "    discard;\n"
               "}\n",
     .message = "Subject: make money fast\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5228 section 2.7.3",
     .script = "if header :contains :comparator \"i;octet\" \"Subject\"\n"
               "    \"MAKE MONEY FAST\" {\n"
               "    discard;\n"
               "}\n",
     .message = "Subject: MAKE MONEY FAST!\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5228 section 2.9",
     .script = "if size :over 500K { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5228 section 3.1",
     .script = "require \"fileinto\";\n"
               "if header :contains \"from\" \"coyote\" {\n"
               "    discard;\n"
               "} elsif header :contains [\"subject\"] [\"$$$\"] {\n"
               "    discard;\n"
               "} else {\n"
               "    fileinto \"INBOX\";\n"
               "}\n",
     .message = "From: coyote@desert.example.org\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5228 section 3.1",
     .script = "require \"fileinto\";\n"
               "if header :contains \"from\" \"coyote\" {\n"
               "    discard;\n"
               "} elsif header :contains [\"subject\"] [\"$$$\"] {\n"
               "    discard;\n"
               "} else {\n"
               "    fileinto \"INBOX\";\n"
               "}\n",
     .message = "Subject: $$$$\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5228 section 3.1",
     .script = "require \"fileinto\";\n"
               "if header :contains \"from\" \"coyote\" {\n"
               "    discard;\n"
               "} elsif header :contains [\"subject\"] [\"$$$\"] {\n"
               "    discard;\n"
               "} else {\n"
               "    fileinto \"INBOX\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto INBOX\n"},
    {.section = "RFC 5228 section 3.1",
     .script = "if header :contains [\"From\"] [\"coyote\"] {\n"
               "    redirect \"acm@example.com\";\n"
               "} elsif header :contains \"Subject\" \"$$$\" {\n"
               "    redirect \"postmaster@example.com\";\n"
               "} else {\n"
               "    redirect \"field@example.com\";\n"
               "}\n",
     .message = "From: coyote@desert.example.org\r\n"
                "\r\n",
     .outcome = "redirect acm@example.com\n"},
    {.section = "RFC 5228 section 3.1",
     .script = "if header :contains [\"From\"] [\"coyote\"] {\n"
               "    redirect \"acm@example.com\";\n"
               "} elsif header :contains \"Subject\" \"$$$\" {\n"
               "    redirect \"postmaster@example.com\";\n"
               "} else {\n"
               "    redirect \"field@example.com\";\n"
               "}\n",
     .message = "Subject: $$$\r\n"
                "\r\n",
     .outcome = "redirect postmaster@example.com\n"},
    {.section = "RFC 5228 section 3.1",
     .script = "if header :contains [\"From\"] [\"coyote\"] {\n"
               "    redirect \"acm@example.com\";\n"
               "} elsif header :contains \"Subject\" \"$$$\" {\n"
               "    redirect \"postmaster@example.com\";\n"
               "} else {\n"
               "    redirect \"field@example.com\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "redirect field@example.com\n"},
    {.section = "RFC 5228 section 4.1",
     .script = "require \"fileinto\";\n"
               "if header :contains [\"from\"] \"coyote\" {\n"
               "    fileinto \"INBOX.harassment\";\n"
               "}\n",
     .message = "From: coyote@desert.example.org\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.harassment\n"},
    {.section = "RFC 5228 section 4.2",
     .script = "redirect \"bart@example.com\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "redirect bart@example.com\n"},
    {.section = "RFC 5228 section 4.3",
     .script = "if size :under 1M { keep; } else { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5228 section 4.4",
     .script = "if header :contains [\"from\"] [\"idiot@example.com\"] {\n"
               "    discard;\n"
               "}\n",
     .message = "From: idiot@example.com\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5228 section 5.1",
     .script = "if address :is :all \"from\" \"tim@example.com\" {\n"
               "    discard;\n"
               "}\n",
     .message = "From: Tim <tim@example.com>\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5228 section 5.4",
     .script = "require \"envelope\";\n"
               "if envelope :all :is \"from\" \"tim@example.com\" {\n"
               "    discard;\n"
               "}\n",
     .message = "From: other@example.com\r\n"
                "\r\n",
     .outcome = "",
     .sender = "tim@example.com"},
    {.section = "RFC 5228 section 5.5",
     .script = "if not exists [\"From\",\"Date\"] {\n"
               "    discard;\n"
               "}\n",
     .message = "From: x@example.com\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 3894 section 3",
     .script = "require [\"copy\", \"fileinto\"];\n"
               "fileinto :copy \"incoming\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto incoming\n"
                "keep\n"},
};

void test_sieve_examples_language_basics(void)
{
    CHECK_SIEVE_EXAMPLES(basics);
}

static const struct sieve_example variables[] = {
    {.section = "RFC 5229 section 3",
     .script = "require [\"variables\", \"fileinto\"];\n"
               "set \"dollar\" \"$\";\n"
               "set \"text\" \"regarding ${dollar}{beep}\";\n"
               "fileinto \"${text}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto regarding ${beep}\n"},
    {.section = "RFC 5229 section 3.1",
     .script = "require [\"encoded-character\", \"variables\"];\n"
               "set \"name\" \"Ethelbert\";\n"
               "if header :contains \"Subject\" \"dear${hex:20 24 7b 4e}ame}\" {\n"
               "    discard;\n"
               "}\n",
     .message = "Subject: my dear Ethelbert\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5229 section 3.2",
     .script = "require [\"fileinto\", \"variables\"];\n"
               "if header :matches \"List-ID\" \"*<*@*\" {\n"
               "    fileinto \"INBOX.lists.${2}\"; stop;\n"
               "}\n"
               "if header :matches \"Subject\" \"[*] *\" {\n"
               "    fileinto \"INBOX.lists.${1}\"; stop;\n"
               "}\n"
               "if address :matches [\"To\", \"Cc\"] [\"coyote@**.com\",\n"
               "        \"wile@**.com\"] {\n"
               "    fileinto \"INBOX.business.${2}\"; stop;\n"
               "} else {\n"
               "    fileinto \"none${0}${2}\";\n"
               "}\n",
     .message = "List-ID: Tools <users@lists.example.org>\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.lists.users\n"},
    {.section = "RFC 5229 section 3.2",
     .script = "require [\"fileinto\", \"variables\"];\n"
               "if header :matches \"List-ID\" \"*<*@*\" {\n"
               "    fileinto \"INBOX.lists.${2}\"; stop;\n"
               "}\n"
               "if header :matches \"Subject\" \"[*] *\" {\n"
               "    fileinto \"INBOX.lists.${1}\"; stop;\n"
               "}\n"
               "if address :matches [\"To\", \"Cc\"] [\"coyote@**.com\",\n"
               "        \"wile@**.com\"] {\n"
               "    fileinto \"INBOX.business.${2}\"; stop;\n"
               "} else {\n"
               "    fileinto \"none${0}${2}\";\n"
               "}\n",
     .message = "Subject: [acme-users] [fwd] version 1.0 is out\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.lists.acme-users\n"},
    {.section = "RFC 5229 section 3.2",
     .script = "require [\"fileinto\", \"variables\"];\n"
               "if header :matches \"List-ID\" \"*<*@*\" {\n"
               "    fileinto \"INBOX.lists.${2}\"; stop;\n"
               "}\n"
               "if header :matches \"Subject\" \"[*] *\" {\n"
               "    fileinto \"INBOX.lists.${1}\"; stop;\n"
               "}\n"
               "if address :matches [\"To\", \"Cc\"] [\"coyote@**.com\",\n"
               "        \"wile@**.com\"] {\n"
               "    fileinto \"INBOX.business.${2}\"; stop;\n"
               "} else {\n"
               "    fileinto \"none${0}${2}\";\n"
               "}\n",
     .message = "To: coyote@ACME.Example.COM\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.business.ACME.Example\n"},
    {.section = "RFC 5229 section 3.2",
     .script = "require [\"fileinto\", \"variables\"];\n"
               "if header :matches \"List-ID\" \"*<*@*\" {\n"
               "    fileinto \"INBOX.lists.${2}\"; stop;\n"
               "}\n"
               "if header :matches \"Subject\" \"[*] *\" {\n"
               "    fileinto \"INBOX.lists.${1}\"; stop;\n"
               "}\n"
               "if address :matches [\"To\", \"Cc\"] [\"coyote@**.com\",\n"
               "        \"wile@**.com\"] {\n"
               "    fileinto \"INBOX.business.${2}\"; stop;\n"
               "} else {\n"
               "    fileinto \"none${0}${2}\";\n"
               "}\n",
     .message = "To: coyote@acme.example.org\r\n"
                "\r\n",
     .outcome = "fileinto none\n"},
    {.section = "RFC 5229 section 3.2",
     .script = "require \"variables\";\n"
               "if anyof (true, address :domain :matches \"To\" \"*.com\") {\n"
               "    stop;\n"
               "}\n",
     .message = "To: a@b.com\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5229 section 4",
     .script = "require [\"variables\", \"reject\"];\n"
               "set \"honorific\"  \"Mr\";\n"
               "set \"first_name\" \"Wile\";\n"
               "set \"last_name\"  \"Coyote\";\n"
               "set \"vacation\" text:\n"
               "Dear ${HONORIFIC} ${last_name},\n"
               "I'm out, please leave a message after the meep.\n"
               ".\n"
               ";\n"
               "reject \"${vacation}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "reject text=Dear Mr Coyote,\r\n"
                "I'm out, please leave a message after the meep.\r\n"
                "\n"},
    {.section = "RFC 5229 section 4.1",
     .script = "require [\"variables\", \"fileinto\"];\n"
               "set \"a\" \"juMBlEd lETteRS\";\n"
               "set :length \"b\" \"${a}\";\n"
               "set :lower \"c\" \"${a}\";\n"
               "set :upperfirst \"d\" \"${a}\";\n"
               "set :upperfirst :lower \"e\" \"${a}\";\n"
               "set :quotewildcard \"f\" \"Rock*\";\n"
               "fileinto \"${a}|${b}|${c}|${d}|${e}|${f}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome =
         "fileinto juMBlEd lETteRS|15|jumbled letters|JuMBlEd lETteRS|Jumbled letters|Rock\\*\n"},
    {.section = "RFC 5229 section 5",
     .script = "require \"variables\";\n"
               "set \"state\" \"${state} pending\";\n"
               "if string :matches \" ${state} \" \"* pending *\" {\n"
               "    discard;\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = ""},
};

void test_sieve_examples_language_variables(void)
{
    CHECK_SIEVE_EXAMPLES(variables);
}

static const struct sieve_example relational[] = {
    {.section = "RFC 5231 section 7",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\", \"fileinto\"];\n"
               "if header :value \"lt\" :comparator \"i;ascii-numeric\"\n"
               "        [\"x-priority\"] [\"3\"]\n"
               "{\n"
               "    fileinto \"Priority\";\n"
               "}\n"
               "elsif address :count \"gt\" :comparator \"i;ascii-numeric\"\n"
               "            [\"to\"] [\"5\"]\n"
               "{\n"
               "    fileinto \"SPAM\";\n"
               "}\n"
               "elsif address :value \"gt\" :all :comparator \"i;ascii-casemap\"\n"
               "            [\"from\"] [\"M\"]\n"
               "{\n"
               "    fileinto \"From N-Z\";\n"
               "} else {\n"
               "    fileinto \"From A-M\";\n"
               "}\n"
               "if allof ( address :count \"eq\" :comparator \"i;ascii-numeric\"\n"
               "                    [\"to\", \"cc\"] [\"1\"] ,\n"
               "            address :all :comparator \"i;ascii-casemap\"\n"
               "                    [\"to\", \"cc\"] [\"me@foo.example.com\"] )\n"
               "{\n"
               "    fileinto \"Only me\";\n"
               "}\n",
     .message = "X-Priority: 1\r\n"
                "\r\n",
     .outcome = "fileinto Priority\n"},
    {.section = "RFC 5231 section 7",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\", \"fileinto\"];\n"
               "if header :value \"lt\" :comparator \"i;ascii-numeric\"\n"
               "        [\"x-priority\"] [\"3\"]\n"
               "{\n"
               "    fileinto \"Priority\";\n"
               "}\n"
               "elsif address :count \"gt\" :comparator \"i;ascii-numeric\"\n"
               "            [\"to\"] [\"5\"]\n"
               "{\n"
               "    fileinto \"SPAM\";\n"
               "}\n"
               "elsif address :value \"gt\" :all :comparator \"i;ascii-casemap\"\n"
               "            [\"from\"] [\"M\"]\n"
               "{\n"
               "    fileinto \"From N-Z\";\n"
               "} else {\n"
               "    fileinto \"From A-M\";\n"
               "}\n"
               "if allof ( address :count \"eq\" :comparator \"i;ascii-numeric\"\n"
               "                    [\"to\", \"cc\"] [\"1\"] ,\n"
               "            address :all :comparator \"i;ascii-casemap\"\n"
               "                    [\"to\", \"cc\"] [\"me@foo.example.com\"] )\n"
               "{\n"
               "    fileinto \"Only me\";\n"
               "}\n",
     .message = "To: a@x.y, b@x.y, c@x.y, d@x.y, e@x.y, f@x.y\r\n"
                "\r\n",
     .outcome = "fileinto SPAM\n"},
    {.section = "RFC 5231 section 7",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\", \"fileinto\"];\n"
               "if header :value \"lt\" :comparator \"i;ascii-numeric\"\n"
               "        [\"x-priority\"] [\"3\"]\n"
               "{\n"
               "    fileinto \"Priority\";\n"
               "}\n"
               "elsif address :count \"gt\" :comparator \"i;ascii-numeric\"\n"
               "            [\"to\"] [\"5\"]\n"
               "{\n"
               "    fileinto \"SPAM\";\n"
               "}\n"
               "elsif address :value \"gt\" :all :comparator \"i;ascii-casemap\"\n"
               "            [\"from\"] [\"M\"]\n"
               "{\n"
               "    fileinto \"From N-Z\";\n"
               "} else {\n"
               "    fileinto \"From A-M\";\n"
               "}\n"
               "if allof ( address :count \"eq\" :comparator \"i;ascii-numeric\"\n"
               "                    [\"to\", \"cc\"] [\"1\"] ,\n"
               "            address :all :comparator \"i;ascii-casemap\"\n"
               "                    [\"to\", \"cc\"] [\"me@foo.example.com\"] )\n"
               "{\n"
               "    fileinto \"Only me\";\n"
               "}\n",
     .message = "From: zoe@example.com\r\n"
                "To: me@foo.example.com\r\n"
                "\r\n",
     .outcome = "fileinto From N-Z\n"
                "fileinto Only me\n"},
    {.section = "RFC 5231 section 7",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\", \"fileinto\"];\n"
               "if header :value \"lt\" :comparator \"i;ascii-numeric\"\n"
               "        [\"x-priority\"] [\"3\"]\n"
               "{\n"
               "    fileinto \"Priority\";\n"
               "}\n"
               "elsif address :count \"gt\" :comparator \"i;ascii-numeric\"\n"
               "            [\"to\"] [\"5\"]\n"
               "{\n"
               "    fileinto \"SPAM\";\n"
               "}\n"
               "elsif address :value \"gt\" :all :comparator \"i;ascii-casemap\"\n"
               "            [\"from\"] [\"M\"]\n"
               "{\n"
               "    fileinto \"From N-Z\";\n"
               "} else {\n"
               "    fileinto \"From A-M\";\n"
               "}\n"
               "if allof ( address :count \"eq\" :comparator \"i;ascii-numeric\"\n"
               "                    [\"to\", \"cc\"] [\"1\"] ,\n"
               "            address :all :comparator \"i;ascii-casemap\"\n"
               "                    [\"to\", \"cc\"] [\"me@foo.example.com\"] )\n"
               "{\n"
               "    fileinto \"Only me\";\n"
               "}\n",
     .message = "From: ann@example.com\r\n"
                "To: me@foo.example.com\r\n"
                "Cc: b@x.y\r\n"
                "\r\n",
     .outcome = "fileinto From A-M\n"},
    {.section = "RFC 5231 section 6",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\"];\n"
               "if address :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    [\"to\", \"cc\"] [\"3\"] { discard; }\n",
     .message = "Received: a\r\n"
                "Received: b\r\n"
                "Subject: example\r\n"
                "To: foo@example.com, baz@example.com\r\n"
                "Cc: qux@example.com\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5231 section 6",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\"];\n"
               "if anyof ( address :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    [\"to\"] [\"3\"],\n"
               "    address :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    [\"cc\"] [\"3\"] ) { discard; }\n",
     .message = "Received: a\r\n"
                "Received: b\r\n"
                "Subject: example\r\n"
                "To: foo@example.com, baz@example.com\r\n"
                "Cc: qux@example.com\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5231 section 6",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\"];\n"
               "if header :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    [\"received\"] [\"3\"] { discard; }\n",
     .message = "Received: a\r\n"
                "Received: b\r\n"
                "Subject: example\r\n"
                "To: foo@example.com, baz@example.com\r\n"
                "Cc: qux@example.com\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5231 section 6",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\"];\n"
               "if header :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    [\"received\", \"subject\"] [\"3\"] { discard; }\n",
     .message = "Received: a\r\n"
                "Received: b\r\n"
                "Subject: example\r\n"
                "To: foo@example.com, baz@example.com\r\n"
                "Cc: qux@example.com\r\n"
                "\r\n",
     .outcome = ""},
    {.section = "RFC 5231 section 6",
     .script = "require [\"relational\", \"comparator-i;ascii-numeric\"];\n"
               "if header :count \"ge\" :comparator \"i;ascii-numeric\"\n"
               "    [\"to\", \"cc\"] [\"3\"] { discard; }\n",
     .message = "Received: a\r\n"
                "Received: b\r\n"
                "Subject: example\r\n"
                "To: foo@example.com, baz@example.com\r\n"
                "Cc: qux@example.com\r\n"
                "\r\n",
     .outcome = "keep\n"},
};

void test_sieve_examples_language_relational(void)
{
    CHECK_SIEVE_EXAMPLES(relational);
}
