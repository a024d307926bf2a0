#include "sieve_examples.h"

static const struct sieve_example vacation[] = {
    {.section = "RFC 5230 section 4",
     .script = "require \"vacation\";\n"
               "if header :contains \"subject\" \"cyrus\" {\n"
               "    vacation \"I'm out -- send mail to cyrus-bugs\";\n"
               "} else {\n"
               "    vacation \"I'm out -- call me at +1 304 555 0123\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: cyrus is down\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=604800 subject=Auto: cyrus is down text=I'm out "
                "-- send mail to cyrus-bugs\n"
                "keep\n"},
    {.section = "RFC 5230 section 4",
     .script = "require \"vacation\";\n"
               "if header :contains \"subject\" \"cyrus\" {\n"
               "    vacation \"I'm out -- send mail to cyrus-bugs\";\n"
               "} else {\n"
               "    vacation \"I'm out -- call me at +1 304 555 0123\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: hello\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=604800 subject=Auto: hello text=I'm out -- call "
                "me at +1 304 555 0123\n"
                "keep\n"},
    {.section = "RFC 5230 section 4.6",
     .script = "require [\"vacation\", \"variables\"];\n"
               "if header :matches \"subject\" \"*\" {\n"
               "    vacation :subject \"Automatic response to: ${1}\"\n"
               "            \"I'm away -- send mail to foo in my absence\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: hello\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=604800 subject=Automatic response to: hello "
                "text=I'm away -- send mail to foo in my absence\n"
                "keep\n"},
    {.section = "RFC 5230 section 4.7",
     .script = "require \"vacation\";\n"
               "if header :contains \"subject\" \"lunch\" {\n"
               "    vacation :handle \"ran-away\" \"I'm out and can't meet for lunch\";\n"
               "} else {\n"
               "    vacation :handle \"ran-away\" \"I'm out\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: lunch\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=604800 subject=Auto: lunch text=I'm out and "
                "can't meet for lunch\n"
                "keep\n"},
    {.section = "RFC 5230 section 6",
     .script = "require \"vacation\";\n"
               "vacation :days 23 :addresses [\"tjs@example.edu\",\n"
               "                                \"ts4z@landru.example.edu\"]\n"
               "\"I'm away until October 19.\n"
               "If it's an emergency, call 911, I guess.\" ;\n",
     .message = "From: bob@example.com\r\n"
                "To: tjs@example.edu\r\n"
                "Subject: hello\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=1987200 subject=Auto: hello text=I'm away until "
                "October 19.\r\n"
                "If it's an emergency, call 911, I guess.\n"
                "keep\n"},
    {.section = "RFC 5230 section 6",
     .script = "require \"vacation\";\n"
               "if header :contains \"from\" \"boss@example.edu\" {\n"
               "    redirect \"pleeb@isp.example.org\";\n"
               "} else {\n"
               "    vacation \"Sorry, I'm away, I'll read your\n"
               "message when I get around to it.\";\n"
               "}\n",
     .message = "From: boss@example.edu\r\n"
                "\r\n",
     .outcome = "redirect pleeb@isp.example.org\n"},
    {.section = "RFC 5230 section 6",
     .script = "require \"vacation\";\n"
               "if header :contains [\"accept-language\", \"content-language\"] \"en\"\n"
               "{\n"
               "    vacation \"I am away this week.\";\n"
               "} else {\n"
               "    vacation \"Estoy ausente esta semana.\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: hola\r\n"
                "Accept-Language: es\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=604800 subject=Auto: hola text=Estoy ausente "
                "esta semana.\n"
                "keep\n"},
    {.section = "RFC 5230 section 6",
     .script = "require \"vacation\";\n"
               "if address :matches \"from\" \"*@ourdivision.example.com\"\n"
               "{\n"
               "    vacation :subject \"Gone fishing\"\n"
               "            \"Having lots of fun! Back in a day or two!\";\n"
               "} else {\n"
               "    vacation :subject \"Je suis parti cette semaine\"\n"
               "            \"Je lirai votre message quand je retourne.\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: x\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=604800 subject=Je suis parti cette semaine "
                "text=Je lirai votre message quand je retourne.\n"
                "keep\n"},
    {.section = "RFC 6131 section 4",
     .script = "require [\"vacation\", \"vacation-seconds\"];\n"
               "vacation :addresses [\"tjs@example.edu\", \"ts4z@landru.example.edu\"]\n"
               "        :seconds 1800\n"
               "        \"I am in a meeting, and do not have access to email.\";\n",
     .message = "From: bob@example.com\r\n"
                "To: tjs@example.edu\r\n"
                "Subject: x\r\n"
                "\r\n",
     .outcome = "vacation bob@example.com seconds=1800 subject=Auto: x text=I am in a meeting, and "
                "do not have access to email.\n"
                "keep\n"},
};

void test_sieve_examples_actions_vacation(void)
{
    CHECK_SIEVE_EXAMPLES(vacation);
}

static const struct sieve_example dates[] = {
    {.section = "RFC 5260 section 4.4",
     .script = "require [\"date\", \"relational\", \"fileinto\"];\n"
               "if allof(header :is \"from\" \"boss@example.com\",\n"
               "        date :value \"ge\" :originalzone \"date\" \"hour\" \"09\",\n"
               "        date :value \"lt\" :originalzone \"date\" \"hour\" \"17\")\n"
               "{ fileinto \"urgent\"; }\n",
     .message = "From: boss@example.com\r\n"
                "Date: Wed, 1 Jul 2026 16:59:00 -0700\r\n"
                "\r\n",
     .outcome = "fileinto urgent\n"},
    {.section = "RFC 5260 section 4.4",
     .script = "require [\"date\", \"fileinto\"];\n"
               "if anyof(date :is \"received\" \"weekday\" \"0\",\n"
               "        date :is \"received\" \"weekday\" \"6\")\n"
               "{ fileinto \"weekend\"; }\n",
     .message = "Received: from x by y; Sat, 4 Jul 2026 12:00:00 +0200\r\n"
                "\r\n",
     .outcome = "fileinto weekend\n"},
    {.section = "RFC 5260 section 5.1",
     .script = "require [\"date\", \"relational\"];\n"
               "if anyof(currentdate :is \"weekday\" \"0\",\n"
               "        currentdate :is \"weekday\" \"6\",\n"
               "        currentdate :value \"lt\" \"hour\" \"09\",\n"
               "        currentdate :value \"ge\" \"hour\" \"17\")\n"
               "{ redirect \"pager@example.com\"; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5260 section 5.1",
     .script = "require [\"date\", \"relational\"];\n"
               "if anyof(currentdate :is \"weekday\" \"0\",\n"
               "        currentdate :is \"weekday\" \"6\",\n"
               "        currentdate :value \"lt\" \"hour\" \"09\",\n"
               "        currentdate :value \"ge\" \"hour\" \"17\")\n"
               "{ redirect \"pager@example.com\"; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "redirect pager@example.com\n",
     .now = SIEVE_TRIAL_NOW + 4 * 60 * 60},
    {.section = "RFC 5260 section 5.1",
     .script = "require [\"date\", \"relational\", \"vacation\"];\n"
               "if allof(currentdate :value \"ge\" \"date\" \"2007-06-30\",\n"
               "        currentdate :value \"le\" \"date\" \"2007-07-07\")\n"
               "{ vacation :days 7  \"I'm away during the first week in July.\"; }\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5260 section 5.1",
     .script = "require [\"date\", \"variables\", \"fileinto\"];\n"
               "if currentdate :matches \"month\" \"*\" { set \"month\" \"${1}\"; }\n"
               "if currentdate :matches \"year\"  \"*\" { set \"year\"  \"${1}\"; }\n"
               "fileinto \"${month}-${year}\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto 07-2026\n"},
    {.section = "RFC 5260 section 5.1",
     .script = "require [\"variables\", \"date\", \"editheader\"];\n"
               "if currentdate :matches \"std11\" \"*\"\n"
               "{addheader \"Processing-date\" \"${0}\";}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep [Processing-date: Wed, 01 Jul 2026 14:30:15 +0200\r\n"
                "Subject: x\r\n"
                "\r\n"
                "]\n"},
    {.section = "RFC 5260 section 6.1",
     .script = "require [\"date\", \"relational\", \"index\"];\n"
               "if date :value \"gt\" :index 2 :zone \"-0500\" \"received\"\n"
               "        \"iso8601\" \"2007-02-26T09:00:00-05:00\"\n"
               "{ redirect \"aftercutoff@example.org\"; }\n",
     .message = "Received: from a by b; Mon, 26 Feb 2007 16:00:00 +0000\r\n"
                "Received: from c by d; Mon, 26 Feb 2007 15:00:01 +0000\r\n"
                "\r\n",
     .outcome = "redirect aftercutoff@example.org\n"},
};

void test_sieve_examples_actions_dates(void)
{
    CHECK_SIEVE_EXAMPLES(dates);
}

static const struct sieve_example edits[] = {
    {.section = "RFC 5293 section 4",
     .script = "require \"editheader\";\n"
               "if not header :contains \"X-Sieve-Filtered\"\n"
               "        [\"<kim@job.example.com>\", \"<kim@home.example.com>\"]\n"
               "{\n"
               "        addheader \"X-Sieve-Filtered\" \"<kim@job.example.com>\";\n"
               "        redirect \"kim@home.example.com\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "redirect kim@home.example.com [X-Sieve-Filtered: <kim@job.example.com>\r\n"
                "Subject: x\r\n"
                "\r\n"
                "]\n"},
    {.section = "RFC 5293 section 5",
     .script = "require [\"editheader\", \"index\"];\n"
               "deleteheader :index 1 :contains \"Delivered-To\"\n"
               "                        \"bob@example.com\";\n",
     .message = "Delivered-To: bob@example.com\r\n"
                "Delivered-To: bob@example.com\r\n"
                "\r\n",
     .outcome = "keep [Delivered-To: bob@example.com\r\n"
                "\r\n"
                "]\n"},
    {.section = "RFC 5293 section 5",
     .script = "require [\"editheader\", \"index\"];\n"
               "addheader \"X-Hello\" \"World\";\n"
               "deleteheader :index 1 \"X-Hello\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep [Subject: x\r\n"
                "\r\n"
                "]\n"},
    {.section = "RFC 5463 section 4",
     .script = "require [\"ihave\", \"editheader\"];\n"
               "addheader \"X-Hello\" \"World\";\n"
               "if ihave \"index\" {\n"
               "    deleteheader :index 1 \"X-Hello\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep [Subject: x\r\n"
                "\r\n"
                "]\n"},
    {.section = "RFC 5429 section 2.1.1",
     .script = "require [\"ereject\"];\n"
               "if address \"from\" \"someone@example.com\" {\n"
               "    ereject \"I no longer accept mail from this address\";\n"
               "}\n",
     .message = "From: someone@example.com\r\n"
                "\r\n",
     .outcome = "ereject text=I no longer accept mail from this address\n"},
    {.section = "RFC 5429 section 2.2.1",
     .script = "require [\"reject\"];\n"
               "if size :over 100K {\n"
               "    reject text:\n"
               "Your message is too big.  If you want to send me a big attachment,\n"
               "put it on a public web site and send me a URL.\n"
               ".\n"
               "    ;\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5429 section 2.2.1",
     .script = "require [\"reject\"];\n"
               "if header :contains \"from\" \"coyote@desert.example.org\" {\n"
               "    reject text:\n"
               "I am not taking mail from you, and I don't\n"
               "want your birdseed, either!\n"
               ".\n"
               "    ;\n"
               "}\n",
     .message = "From: coyote@desert.example.org\r\n"
                "\r\n",
     .outcome = "reject text=I am not taking mail from you, and I don't\r\n"
                "want your birdseed, either!\r\n"
                "\n"},
    {.section = "RFC 5183 section 4",
     .script = "require \"environment\";\n"
               "if environment :matches \"remote-host\" \"*.example.com\" { discard; }\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "keep\n"},
};

void test_sieve_examples_actions_edits(void)
{
    CHECK_SIEVE_EXAMPLES(edits);
}
