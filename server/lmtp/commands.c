/* The commands before the message (RFC 2033 section 4, RFC 5321 section 4.1). */
#include <string.h>

#include "base/text.h"
#include "session.h"

int lmtp_bad_sequence(struct lmtp_session *session, const char *text)
{
    session->bad_commands++;
    return lmtp_reply(session, 503, "5.5.1", "%s", text);
}

static bool offers_tls(const struct lmtp_session *session)
{
    return session->server->settings.tls && !stream_is_tls(session->stream);
}

static int run_lhlo(struct lmtp_session *session, const struct lmtp_command *command)
{
    lmtp_reset(session);
    arena_clear(&session->arena);
    session->name = arena_copy(&session->arena, command->domain);
    if (!session->name.data)
        return -ERR_NO_MEMORY;
    struct buffer reply;
    buffer_init(&reply, 0);
    buffer_printf(&reply, "250-%s\r\n", session->server->settings.hostname);
    buffer_add_cstr(&reply, "250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
                            "250-SMTPUTF8\r\n250-CHUNKING\r\n250-BINARYMIME\r\n");
    if (offers_tls(session))
        buffer_add_cstr(&reply, "250-STARTTLS\r\n");
    buffer_printf(&reply, "250 SIZE %llu\r\n",
                  (unsigned long long)mail_settings(session->server->mail)->message_max);
    int err = buffer_check(&reply);
    if (!err)
        err = stream_write(session->stream, buffer_slice(&reply));
    buffer_clear(&reply);
    return err;
}

static bool is_ascii(const struct lmtp_command *command)
{
    return text_is_ascii(command->path);
}

static int run_mail(struct lmtp_session *session, const struct lmtp_command *command)
{
    struct lmtp_transaction *transaction = &session->transaction;
    if (session->name.len == 0)
        return lmtp_bad_sequence(session, "LHLO comes first");
    if (transaction->open)
        return lmtp_bad_sequence(session, "There is a sender already");
    if (!command->utf8 && !is_ascii(command))
        return lmtp_reply(session, 553, "5.6.7", "Such an address needs SMTPUTF8");
    if (command->size > mail_settings(session->server->mail)->message_max)
        return lmtp_reply(session, 552, "5.3.4", "The message is too large");
    lmtp_reset(session);
    transaction->sender = arena_copy(&transaction->arena, command->path);
    if (!transaction->sender.data)
        return -ERR_NO_MEMORY;
    if (!command->null_path &&
        mail_address_parse(transaction->sender, &transaction->arena, &transaction->sender_address))
        return -ERR_NO_MEMORY; /* it could be parsed before */
    transaction->open = true;
    transaction->body = command->body;
    transaction->utf8 = command->utf8;
    session->transactions++;
    return lmtp_reply(session, 250, "2.1.0", "Go on");
}

struct delivery lmtp_delivery(const struct lmtp_session *session)
{
    const struct lmtp_settings *settings = &session->server->settings;
    const struct lmtp_transaction *transaction = &session->transaction;
    bool knows_sender = settings->trusts_senders && transaction->sender.len;
    return (struct delivery){
        .client = slice_cstr(session->remote),
        .sender = knows_sender ? &transaction->sender_address : NULL,
        .delimiter = settings->delimiter,
        .duplicate_window = settings->duplicate_window,
    };
}

static int add_recipient(struct lmtp_session *session, const struct lmtp_command *command)
{
    struct lmtp_transaction *transaction = &session->transaction;
    struct delivery delivery = lmtp_delivery(session);
    struct lmtp_recipient *recipient = ARENA_NEW(&transaction->arena, struct lmtp_recipient);
    if (!recipient)
        return -ERR_NO_MEMORY;
    recipient->path = arena_copy(&transaction->arena, command->path);
    int err = recipient->path.data ? 0 : -ERR_NO_MEMORY;
    struct mail_address address;
    if (!err)
        err = mail_address_parse(recipient->path, &transaction->arena, &address);
    if (!err)
        err = delivery_find(session->server->mail, &delivery, &address, &transaction->arena,
                            &recipient->destination);
    if (err)
        return err;
    *transaction->end = recipient;
    transaction->end = &recipient->next;
    transaction->recipient_count++;
    return 0;
}

static int run_recipient(struct lmtp_session *session, const struct lmtp_command *command)
{
    struct lmtp_transaction *transaction = &session->transaction;
    if (!transaction->open || transaction->incoming)
        return lmtp_bad_sequence(session, "MAIL comes first");
    if (transaction->recipient_count >= session->server->settings.recipients_max)
        return lmtp_reply(session, 452, "4.5.3", "Too many recipients");
    if (!transaction->utf8 && !is_ascii(command))
        return lmtp_reply(session, 553, "5.6.7", "Such an address needs SMTPUTF8");
    int err = add_recipient(session, command);
    return err ? lmtp_reply_error(session, err, command->path)
               : lmtp_reply(session, 250, "2.1.5", "Go on");
}

static int run_rset(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    lmtp_reset(session);
    return lmtp_reply(session, 250, "2.0.0", "Forgotten");
}

static int run_noop(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    return lmtp_reply(session, 250, "2.0.0", "Nothing done");
}

/* RFC 5321 section 3.5.3: who wants to know sends to it. */
static int run_vrfy(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    return lmtp_reply(session, 252, "2.5.0", "Send, and see");
}

static int run_quit(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    session->ending = true;
    return lmtp_reply(session, 221, "2.0.0", "Bye");
}

static int run_helo(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    session->bad_commands++;
    return lmtp_reply(session, 500, "5.5.1", "This is LMTP: say LHLO");
}

/* RFC 3207: what was said before does not count. */
static int run_starttls(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    if (!offers_tls(session))
        return lmtp_bad_sequence(session, "There is no TLS, or it is on");
    int err = lmtp_reply(session, 220, "2.0.0", "Begin");
    if (!err)
        err = stream_flush(session->stream);
    lmtp_reset(session);
    session->name = SLICE_EMPTY;
    const struct lmtp_settings *settings = &session->server->settings;
    if (!err)
        err =
            stream_start_tls(session->stream, settings->tls, (int)settings->command_timeout * 1000);
    if (!err)
        log_event(LOG_INFO, "tls", log_text("session", session->id),
                  log_text("remote", session->remote),
                  log_text("tls", stream_tls_description(session->stream)));
    return err;
}

int lmtp_run(struct lmtp_session *session, const struct lmtp_command *command)
{
    static int (*const verbs[])(struct lmtp_session * session,
                                const struct lmtp_command *command) = {
        [LMTP_LHLO] = run_lhlo,      [LMTP_MAIL] = run_mail,      [LMTP_RCPT] = run_recipient,
        [LMTP_DATA] = lmtp_run_data, [LMTP_BDAT] = lmtp_run_bdat, [LMTP_RSET] = run_rset,
        [LMTP_NOOP] = run_noop,      [LMTP_VRFY] = run_vrfy,      [LMTP_STARTTLS] = run_starttls,
        [LMTP_QUIT] = run_quit,      [LMTP_HELO] = run_helo,
    };
    return verbs[command->verb](session, command);
}
