#include "dialogue.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "proto/smtp_data.h"

struct dialogue {
    struct smtp_link *link;
    struct mail *mail;
    const struct outgoing_claim *claim;
    struct dialogue_result result;
    bool is_over; /* the result says what came of it */
    struct smtp_data data;
    struct buffer piece;
    int64_t held_until;
};

/* Replies -------------------------------------------------------------------------------------- */

/* For the log and the queue: the last line, and nothing that is not ASCII. */
static void keep_text(const struct smtp_reply *reply, char *out, size_t size)
{
    struct slice text = SLICE_EMPTY;
    for (size_t at = 0; smtp_reply_line(reply, &at, &text);)
        continue;
    snprintf(out, size, "%d %.*s", reply->code, SLICE_ARGS(text));
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

static void decide(struct dialogue *dialogue, enum dialogue_verdict verdict, const char *text)
{
    dialogue->is_over = true;
    dialogue->result.verdict = verdict;
    snprintf(dialogue->result.text, sizeof dialogue->result.text, "%s", text);
}

/* wanted: the first digit of the code. Anything else decides. */
static int read_reply(struct dialogue *dialogue, int wanted)
{
    struct smtp_reply reply;
    int err = smtp_link_read_reply(dialogue->link, &reply);
    if (err)
        return err;
    char text[DIALOGUE_TEXT_MAX];
    keep_text(&reply, text, sizeof text);
    if (reply.code / 100 == wanted)
        snprintf(dialogue->result.text, sizeof dialogue->result.text, "%s", text);
    else
        decide(dialogue, reply.code / 100 == 5 ? DIALOGUE_NEVER : DIALOGUE_LATER, text);
    return 0;
}

static int ask(struct dialogue *dialogue, struct buffer *command, int wanted)
{
    buffer_add_cstr(command, "\r\n");
    int err = buffer_check(command);
    if (!err)
        err = outgoing_hold(dialogue->mail, dialogue->claim, &dialogue->held_until);
    if (!err)
        err = smtp_link_send(dialogue->link, buffer_slice(command));
    if (!err)
        err = read_reply(dialogue, wanted);
    buffer_clear(command);
    return err;
}

static int ask_text(struct dialogue *dialogue, const char *text, int wanted)
{
    struct buffer command;
    buffer_init(&command, 0);
    buffer_add_cstr(&command, text);
    return ask(dialogue, &command, wanted);
}

/* The beginning -------------------------------------------------------------------------------- */

int dialogue_begin(struct smtp_link *link, const char *hostname, struct dialogue_server *out)
{
    char command[300];
    snprintf(command, sizeof command, "EHLO %s\r\n", hostname);
    struct smtp_reply reply;
    int err = smtp_link_send(link, slice_cstr(command));
    if (!err)
        err = smtp_link_read_reply(link, &reply);
    if (!err && reply.code / 100 != 2)
        err = fail(ERR_UNAVAILABLE, "the mail server refuses EHLO with %d", reply.code);
    if (err)
        return err;
    struct slice size;
    *out =
        (struct dialogue_server){.takes_8bit = smtp_reply_offers(&reply, SLICE("8BITMIME"), NULL),
                                 .takes_utf8 = smtp_reply_offers(&reply, SLICE("SMTPUTF8"), NULL),
                                 .takes_size = smtp_reply_offers(&reply, SLICE("SIZE"), &size)};
    if (out->takes_size && !slice_to_u64(size, &out->size_max))
        out->size_max = 0;
    return 0;
}

/* No command can be smuggled in by an address. */
static bool is_path(struct slice address)
{
    for (size_t i = 0; i < address.len; i++)
        if ((unsigned char)address.data[i] < ' ' || address.data[i] == 0x7f)
            return false;
    return true;
}

static bool needs_utf8(const struct outgoing_mail *mail)
{
    return !text_is_ascii(mail->sender) || !text_is_ascii(mail->recipient);
}

/* What makes asking futile. */
static void look_at(struct dialogue *dialogue, const struct dialogue_server *server, bool utf8)
{
    const struct outgoing_mail *mail = &dialogue->claim->mail;
    if (!is_path(mail->sender) || !is_path(mail->recipient))
        decide(dialogue, DIALOGUE_NEVER, "553 5.1.3 an address has control characters");
    else if (utf8 && !server->takes_utf8 && needs_utf8(mail))
        decide(dialogue, DIALOGUE_NEVER, "553 5.6.7 the mail server does not take UTF-8 addresses");
    else if (server->size_max && dialogue->claim->size > server->size_max)
        decide(dialogue, DIALOGUE_NEVER, "552 5.3.4 the message is too big for the mail server");
}

static int say_sender(struct dialogue *dialogue, const struct dialogue_server *server, bool utf8)
{
    const struct outgoing_claim *claim = dialogue->claim;
    struct buffer command;
    buffer_init(&command, 0);
    buffer_printf(&command, "MAIL FROM:<%.*s>", SLICE_ARGS(claim->mail.sender));
    if (server->takes_size)
        buffer_printf(&command, " SIZE=%llu",
                      (unsigned long long)claim->size + claim->mail.fields.len);
    if (server->takes_8bit)
        buffer_add_cstr(&command, " BODY=8BITMIME");
    if (utf8 && server->takes_utf8)
        buffer_add_cstr(&command, " SMTPUTF8");
    return ask(dialogue, &command, 2);
}

static int say_recipient(struct dialogue *dialogue)
{
    struct buffer command;
    buffer_init(&command, 0);
    buffer_printf(&command, "RCPT TO:<%.*s>", SLICE_ARGS(dialogue->claim->mail.recipient));
    return ask(dialogue, &command, 2);
}

/* The message ---------------------------------------------------------------------------------- */

static int send_piece(void *arg, struct slice octets)
{
    struct dialogue *dialogue = arg;
    buffer_reset(&dialogue->piece);
    smtp_data_add(&dialogue->data, octets, &dialogue->piece);
    int err = buffer_check(&dialogue->piece);
    if (!err)
        err = outgoing_hold(dialogue->mail, dialogue->claim, &dialogue->held_until);
    return err ? err : smtp_link_send(dialogue->link, buffer_slice(&dialogue->piece));
}

static int send_message(struct dialogue *dialogue)
{
    int err = ask_text(dialogue, "DATA", 3);
    if (err || dialogue->is_over)
        return err;
    smtp_data_init(&dialogue->data);
    err = outgoing_read(dialogue->mail, dialogue->claim, send_piece, dialogue);
    buffer_reset(&dialogue->piece);
    smtp_data_end(&dialogue->data, &dialogue->piece);
    if (!err)
        err = outgoing_hold(dialogue->mail, dialogue->claim, &dialogue->held_until);
    if (!err)
        err = smtp_link_send(dialogue->link, buffer_slice(&dialogue->piece));
    if (!err)
        err = read_reply(dialogue, 2);
    dialogue->is_over = !err; /* DIALOGUE_SENT, unless the reply was another */
    return err;
}

static int run(struct dialogue *dialogue, const struct dialogue_server *server)
{
    bool utf8;
    int err = outgoing_is_utf8(dialogue->mail, dialogue->claim, &utf8);
    if (err)
        return err;
    utf8 = utf8 || needs_utf8(&dialogue->claim->mail);
    look_at(dialogue, server, utf8);
    if (!dialogue->is_over)
        err = say_sender(dialogue, server, utf8);
    if (!err && !dialogue->is_over)
        err = say_recipient(dialogue);
    if (!err && !dialogue->is_over)
        err = send_message(dialogue);
    return err;
}

int dialogue_send(struct smtp_link *link, const struct dialogue_server *server, struct mail *mail,
                  const struct outgoing_claim *claim, struct dialogue_result *out)
{
    struct dialogue dialogue = {.link = link, .mail = mail, .claim = claim};
    buffer_init(&dialogue.piece, 0);
    int err = outgoing_hold(mail, claim, &dialogue.held_until);
    if (!err)
        err = run(&dialogue, server);
    if (!err)
        *out = dialogue.result;
    buffer_clear(&dialogue.piece);
    return err;
}

void dialogue_end(struct smtp_link *link)
{
    if (smtp_link_send(link, SLICE("QUIT\r\n")) != 0)
        return; /* gone already */
}
