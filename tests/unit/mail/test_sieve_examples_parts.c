#include "sieve_examples.h"

static const struct sieve_example parts[] = {
    {.section = "RFC 5703 section 4.1",
     .script = "require [\"mime\", \"fileinto\"];\n"
               "if header :mime :type \"Content-Type\" \"image\"\n"
               "{\n"
               "    fileinto \"INBOX.images\";\n"
               "}\n",
     .message = "Content-Type: image/png\r\n"
                "Content-MD5: x\r\n"
                "\r\n"
                "abc\r\n",
     .outcome = "fileinto INBOX.images\n"},
    {.section = "RFC 5703 section 4.1",
     .script = "require [\"mime\", \"fileinto\"];\n"
               "if header :mime :anychild :contenttype\n"
               "            \"Content-Type\" \"text/html\"\n"
               "{\n"
               "    fileinto \"INBOX.html\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "Content-Type: multipart/mixed; boundary=b\r\n"
                "\r\n"
                "--b\r\n"
                "Content-Type: text/html\r\n"
                "\r\n"
                "<p>hi\r\n"
                "--b\r\n"
                "Content-Type: application/exe\r\n"
                "Content-Disposition: attachment; filename=a.exe\r\n"
                "\r\n"
                "MZ\r\n"
                "--b--\r\n",
     .outcome = "fileinto INBOX.html\n"},
    {.section = "RFC 5703 section 4.1",
     .script = "require [\"mime\", \"foreverypart\", \"fileinto\"];\n"
               "foreverypart\n"
               "{\n"
               "    if allof (\n"
               "        header :mime :param \"filename\" :contains\n"
               "        \"Content-Disposition\" \"important\",\n"
               "        header :mime :subtype \"Content-Type\" \"pdf\",\n"
               "        size :over 100K)\n"
               "    {\n"
               "        fileinto \"INBOX.important\";\n"
               "        break;\n"
               "    }\n"
               "}\n",
     .message = "Subject: x\r\n"
                "Content-Type: multipart/mixed; boundary=b\r\n"
                "\r\n"
                "--b\r\n"
                "Content-Type: text/html\r\n"
                "\r\n"
                "<p>hi\r\n"
                "--b\r\n"
                "Content-Type: application/exe\r\n"
                "Content-Disposition: attachment; filename=a.exe\r\n"
                "\r\n"
                "MZ\r\n"
                "--b--\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5703 section 4.2",
     .script = "require [\"mime\", \"fileinto\"];\n"
               "if address :mime :is :all \"content-from\" \"tim@example.com\"\n"
               "{\n"
               "    fileinto \"INBOX.part-from-tim\";\n"
               "}\n",
     .message = "Content-From: tim@example.com\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.part-from-tim\n"},
    {.section = "RFC 5703 section 4.3",
     .script = "require [\"mime\", \"fileinto\"];\n"
               "if exists :mime :anychild \"content-md5\"\n"
               "{\n"
               "    fileinto \"INBOX.md5\";\n"
               "}\n",
     .message = "Content-Type: image/png\r\n"
                "Content-MD5: x\r\n"
                "\r\n"
                "abc\r\n",
     .outcome = "fileinto INBOX.md5\n"},
    {.section = "RFC 5703 section 5.1",
     .script = "require [\"foreverypart\", \"mime\", \"replace\"];\n"
               "foreverypart\n"
               "{\n"
               "    if anyof (\n"
               "        header :mime :contenttype :is\n"
               "            \"Content-Type\" \"application/exe\",\n"
               "        header :mime :param \"filename\"\n"
               "            :matches [\"Content-Type\", \"Content-Disposition\"] \"*.com\" )\n"
               "    {\n"
               "    replace \"Executable attachment removed by user filter\";\n"
               "    }\n"
               "}\n",
     .message = "Subject: x\r\n"
                "Content-Type: multipart/mixed; boundary=b\r\n"
                "\r\n"
                "--b\r\n"
                "Content-Type: text/html\r\n"
                "\r\n"
                "<p>hi\r\n"
                "--b\r\n"
                "Content-Type: application/exe\r\n"
                "Content-Disposition: attachment; filename=a.exe\r\n"
                "\r\n"
                "MZ\r\n"
                "--b--\r\n",
     .outcome = "keep [Subject: x\r\n"
                "Content-Type: multipart/mixed; boundary=b\r\n"
                "\r\n"
                "--b\r\n"
                "Content-Type: text/html\r\n"
                "\r\n"
                "<p>hi\r\n"
                "--b\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: 7bit\r\n"
                "\r\n"
                "Executable attachment removed by user filter\r\n"
                "--b--\r\n"
                "]\n"},
    {.section = "RFC 5703 section 7",
     .script =
         "require [\"mime\", \"variables\", \"extracttext\", \"foreverypart\", \"fileinto\"];\n"
         "if header :contains \"from\" \"boss@example.org\"\n"
         "{\n"
         "    if header :matches \"Subject\" \"*\"\n"
         "    {\n"
         "    set \"subject\" \"${1}\";\n"
         "    }\n"
         "    foreverypart\n"
         "    {\n"
         "    if header :mime :type :is \"Content-Type\" \"text\"\n"
         "    {\n"
         "        extracttext :first 100 \"msgcontent\";\n"
         "        break;\n"
         "    }\n"
         "    }\n"
         "    if not header :contains \"subject\" \"FYI:\"\n"
         "    {\n"
         "    fileinto \"${subject}: ${msgcontent}\";\n"
         "    }\n"
         "}\n",
     .message = "From: boss@example.org\r\n"
                "Subject: now\r\n"
                "Content-Type: text/plain\r\n"
                "\r\n"
                "Come here",
     .outcome = "fileinto now: Come here\n"},
};

void test_sieve_examples_parts_parts(void)
{
    CHECK_SIEVE_EXAMPLES(parts);
}

static const struct sieve_example store[] = {
    {.section = "RFC 5490 section 3.2",
     .script = "require [\"fileinto\", \"reject\", \"mailbox\"];\n"
               "if mailboxexists \"Partners\" {\n"
               "    fileinto \"Partners\";\n"
               "} else {\n"
               "    reject \"This message was not accepted by the Mailstore\";\n"
               "}\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "reject text=This message was not accepted by the Mailstore\n"},
    {.section = "RFC 5490 section 3.2",
     .script = "require [\"fileinto\", \"mailbox\"];\n"
               "fileinto :create \"Partners\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto Partners\n"},
    {.section = "RFC 5490 section 3.3",
     .script = "require [\"vacation\", \"mboxmetadata\"];\n"
               "if metadata :is \"INBOX\"\n"
               "    \"/private/vendor/vendor.isode/auto-replies\" \"on\" {\n"
               "    vacation text:\n"
               "I'm away on holidays till March 2009.\n"
               "Expect a delay.\n"
               ".\n"
               ";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 5490 section 3.5",
     .script = "require [\"enotify\", \"servermetadata\", \"variables\", \"envelope\"];\n"
               "set \"notif_uri\" \"none\";\n"
               "if servermetadata :matches\n"
               "    \"/private/vendor/vendor.isode/notification-uri\" \"*\" {\n"
               "    set \"notif_uri\" \"${0}\";\n"
               "}\n"
               "if not string :is \"${notif_uri}\" \"none\" {\n"
               "    notify :message \"x\" \"${notif_uri}\";\n"
               "}\n",
     .message = "From: bob@example.com\r\n"
                "To: alice@example.org\r\n"
                "\r\n",
     .outcome = "keep\n"},
    {.section = "RFC 7352 section 3",
     .script = "require [\"duplicate\", \"variables\"];\n"
               "if duplicate {\n"
               "    discard;\n"
               "}\n",
     .message = "Message-ID: <1@example.com>\r\n"
                "\r\n",
     .outcome = "duplicate seconds=604800 text=0:<1@example.com>\n"
                "keep\n"},
    {.section = "RFC 7352 section 3",
     .script = "require [\"duplicate\", \"variables\"];\n"
               "if duplicate :header \"message-id\" {\n"
               "    discard;\n"
               "}\n",
     .message = "Message-ID: <1@example.com>\r\n"
                "\r\n",
     .outcome = "duplicate seconds=604800 text=0:<1@example.com>\n"
                "keep\n"},
    {.section = "RFC 7352 section 3",
     .script = "require [\"duplicate\", \"variables\"];\n"
               "if header :matches \"message-id\" \"*\" {\n"
               "    if duplicate :uniqueid \"${0}\" {\n"
               "    discard;\n"
               "    }\n"
               "}\n",
     .message = "Message-ID: <1@example.com>\r\n"
                "\r\n",
     .outcome = "duplicate seconds=604800 text=0:<1@example.com>\n"
                "keep\n"},
    {.section = "RFC 7352 section 6.1",
     .script = "require [\"duplicate\", \"fileinto\", \"mailbox\"];\n"
               "if duplicate {\n"
               "    fileinto :create \"Trash/Duplicate\";\n"
               "}\n",
     .message = "Message-ID: <1@example.com>\r\n"
                "\r\n",
     .outcome = "duplicate seconds=604800 text=0:<1@example.com>\n"
                "keep\n"},
    {.section = "RFC 7352 section 6.2",
     .script = "require [\"duplicate\", \"variables\", \"imap4flags\",\n"
               "    \"fileinto\"];\n"
               "if header :matches \"subject\" \"ALERT: *\" {\n"
               "    if duplicate :seconds 60 :uniqueid \"${1}\" {\n"
               "    setflag \"\\\\seen\";\n"
               "    }\n"
               "    fileinto \"Alerts\";\n"
               "}\n",
     .message = "Subject: ALERT: disk full\r\n"
                "\r\n",
     .outcome = "duplicate seconds=60 text=0:disk full\n"
                "fileinto Alerts\n"},
    {.section = "RFC 7352 section 6.3",
     .script = "require [\"variables\", \"envelope\", \"enotify\", \"duplicate\"];\n"
               "if envelope :matches \"from\" \"*\" { set \"sender\" \"${1}\"; }\n"
               "if header :matches \"subject\" \"*\" { set \"subject\" \"${1}\"; }\n"
               "if string :comparator \"i;ascii-casemap\"\n"
               "    :matches \"${subject}\" \"Re:*\"\n"
               "{\n"
               "    set \"subject\" \"${1}\";\n"
               "}\n"
               "if not duplicate :seconds 1800\n"
               "    :uniqueid \"${sender} ${subject}\"\n"
               "{\n"
               "    notify :message \"[SIEVE] ${sender}: ${subject}\"\n"
               "    \"mailto:user@im.example.com\";\n"
               "}\n",
     .message = "Subject: re:hello\r\n"
                "\r\n",
     .outcome =
         "duplicate seconds=1800 text=0:bob@example.com hello\n"
         "notify mailto:user@im.example.com importance=2 text=[SIEVE] bob@example.com: hello\n"
         "keep\n"},
    {.section = "RFC 7352 section 6.4",
     .script = "require [\"duplicate\", \"imap4flags\"];\n"
               "if duplicate :header \"X-Event-ID\" :handle \"notifier\" {\n"
               "    discard;\n"
               "}\n"
               "if allof (\n"
               "    duplicate :header \"X-Ticket-ID\" :handle \"support\",\n"
               "    address \"to\" \"support@example.com\",\n"
               "    header :contains \"subject\" \"fileserver\")\n"
               "{\n"
               "    setflag \"\\\\seen\";\n"
               "}\n",
     .message = "X-Event-ID: 7\r\n"
                "X-Ticket-ID: 9\r\n"
                "\r\n",
     .outcome = "duplicate seconds=604800 text=8:notifier7\n"
                "duplicate seconds=604800 text=7:support9\n"
                "keep\n"},
    {.section = "RFC 8579 section 4",
     .script = "require [\"fileinto\", \"special-use\"];\n"
               "fileinto :specialuse \"\\\\Junk\" \"Spam\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto Spam\n"},
    {.section = "RFC 8579 section 4.1",
     .script = "require [\"fileinto\", \"special-use\", \"mailbox\"];\n"
               "fileinto :specialuse \"\\\\Junk\" :create \"Spam\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto Spam\n"},
    {.section = "RFC 9042 section 3",
     .script = "require [\"fileinto\", \"mailboxid\"];\n"
               "if header :contains [\"from\"] \"coyote\" {\n"
               "    fileinto :mailboxid \"F6352ae03-b7f5-463c-896f-d8b48ee3\"\n"
               "             \"INBOX.harassment\";\n"
               "}\n",
     .message = "From: coyote@desert.example.org\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.harassment\n"},
    {.section = "RFC 9042 section 3.1",
     .script = "require [\"fileinto\", \"mailboxid\", \"mailbox\"];\n"
               "fileinto :mailboxid \"Fnosuch\"\n"
               "         :create\n"
               "         \"INBOX.no-such-folder\";\n",
     .message = "Subject: x\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.no-such-folder\n"},
    {.section = "RFC 9042 section 4",
     .script = "require [\"fileinto\", \"mailboxid\"];\n"
               "if header :contains [\"from\"] \"coyote\" {\n"
               "    if mailboxidexists \"F6352ae03-b7f5-463c-896f-d8b48ee3\" {\n"
               "        fileinto :mailboxid \"F6352ae03-b7f5-463c-896f-d8b48ee3\"\n"
               "                            \"INBOX.name.will.not.be.used\";\n"
               "    } else {\n"
               "        fileinto \"INBOX.harassment\";\n"
               "    }\n"
               "}\n",
     .message = "From: coyote@desert.example.org\r\n"
                "\r\n",
     .outcome = "fileinto INBOX.harassment\n"},
};

void test_sieve_examples_parts_store(void)
{
    CHECK_SIEVE_EXAMPLES(store);
}
