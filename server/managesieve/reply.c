/* What a session says (RFC 5804 sections 1.2 to 1.7). */
#include <stdio.h>

#include "base/text.h"
#include "mail/filter.h"
#include "mail/sieve.h"
#include "session.h"
#include "session/authentication.h"

enum { QUOTED_MAX = 1024 };

static bool may_be_quoted(struct slice string)
{
    if (string.len > QUOTED_MAX || !text_is_utf8(string))
        return false;
    for (size_t i = 0; i < string.len; i++)
        if (string.data[i] == '\0' || string.data[i] == '\r' || string.data[i] == '\n')
            return false;
    return true;
}

void managesieve_add_string(struct buffer *out, struct slice string)
{
    if (!may_be_quoted(string)) {
        buffer_printf(out, "{%zu}\r\n", string.len);
        buffer_add(out, string);
        return;
    }
    buffer_add_char(out, '"');
    for (size_t i = 0; i < string.len; i++) {
        if (string.data[i] == '"' || string.data[i] == '\\')
            buffer_add_char(out, '\\');
        buffer_add_char(out, string.data[i]);
    }
    buffer_add_char(out, '"');
}

int managesieve_reply_buffer(struct managesieve_session *session, const struct buffer *buffer)
{
    int err = buffer_check(buffer);
    return err ? err : stream_write(session->stream, buffer_slice(buffer));
}

int managesieve_reply(struct managesieve_session *session, const char *status, const char *code,
                      const char *text)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, status);
    if (code)
        buffer_printf(&line, " (%s)", code);
    buffer_add_char(&line, ' ');
    managesieve_add_string(&line, slice_cstr(text));
    buffer_add_cstr(&line, "\r\n");
    int err = managesieve_reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

void managesieve_bye(struct managesieve_session *session, const char *code, const char *text)
{
    session->ending = true;
    if (managesieve_reply(session, "BYE", code, text))
        return; /* the peer is gone: nobody to say it to */
}

/* Errors --------------------------------------------------------------------------------------- */

struct rule {
    enum err err;
    const char *code; /* RFC 5804 section 1.3; NULL: none */
    enum log_level level;
    const char *text; /* NULL: the reason itself; else that is only for the log */
};

static const struct rule rules[] = {
    {ERR_SYNTAX, NULL, LOG_INFO, NULL},
    {ERR_INVALID, NULL, LOG_INFO, NULL},
    {ERR_CHARSET, NULL, LOG_INFO, NULL},
    {ERR_DENIED, NULL, LOG_INFO, NULL},
    {ERR_NOT_FOUND, "NONEXISTENT", LOG_INFO, NULL},
    {ERR_EXISTS, "ALREADYEXISTS", LOG_INFO, NULL},
    {ERR_WRONG_STATE, "ACTIVE", LOG_INFO, NULL},
    {ERR_TOO_BIG, "QUOTA/MAXSIZE", LOG_INFO, NULL},
    {ERR_LIMIT, "QUOTA/MAXSCRIPTS", LOG_INFO, NULL},
    {ERR_CREDENTIALS, NULL, LOG_WARNING, NULL},
    {ERR_PRIVACY, "ENCRYPT-NEEDED", LOG_WARNING, NULL},
    {ERR_UNAVAILABLE, "TRYLATER", LOG_ERROR, "The server cannot do this now: try again"},
    {ERR_IN_DOUBT, "TRYLATER", LOG_ERROR, "The server cannot tell whether this was done"},
    {ERR_STALE, "TRYLATER", LOG_WARNING, "Somebody else is changing it: try again"},
    {ERR_NO_MEMORY, "TRYLATER", LOG_ERROR, "The server has no memory for this"},
};
static const struct rule other = {ERR_INTERNAL, NULL, LOG_ERROR, "Internal error"};

static const struct rule *rule_for(int err)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].err == (enum err) - err)
            return &rules[i];
    return &other;
}

bool managesieve_is_fatal(int err)
{
    return err == -ERR_CLOSED || err == -ERR_TIMEOUT || err == -ERR_CANCELLED || err == -ERR_TLS;
}

int managesieve_reply_error(struct managesieve_session *session, int err, const char *what)
{
    const struct rule *rule = rule_for(err);
    struct error reason = *last_error();
    managesieve_log(session, rule->level, "refused", what, err);
    session->bad_commands = rule->err == ERR_SYNTAX ? session->bad_commands + 1 : 0;
    return managesieve_reply(session, "NO", rule->code, rule->text ? rule->text : reason.text);
}

void managesieve_log(const struct managesieve_session *session, enum log_level level,
                     const char *event, const char *what, int err)
{
    const struct error *error = last_error();
    struct slice nobody = {0, 0};
    log_event(level, event, log_text("session", session->id),
              log_slice("user", session->actor.user_id ? session->actor.login : nobody),
              log_slice("mailbox", session->mailbox.len ? session->mailbox : nobody),
              log_text("remote", session->remote), log_text("command", what),
              log_text("error", err ? err_name(err) : NULL),
              log_text("sqlstate", err && error->sqlstate[0] ? error->sqlstate : NULL),
              log_text("text", err ? error->text : NULL));
}

/* Capabilities --------------------------------------------------------------------------------- */

static void add_capability(struct buffer *out, const char *name, struct slice value)
{
    buffer_printf(out, "\"%s\" ", name);
    managesieve_add_string(out, value);
    buffer_add_cstr(out, "\r\n");
}

/* Nobody logs in twice: none are left then. */
static void add_mechanisms(const struct managesieve_session *session, struct buffer *out)
{
    const char *mechanisms[SASL_MECHANISM_COUNT];
    size_t count = authentication_mechanisms(session->stream, session->server->settings.identities,
                                             managesieve_may_send_password(session), mechanisms);
    buffer_add_cstr(out, "\"SASL\" \"");
    for (size_t i = 0; session->actor.user_id == 0 && i < count; i++)
        buffer_printf(out, "%s%s", i ? " " : "", mechanisms[i]);
    buffer_add_cstr(out, "\"\r\n");
}

static void add_extensions(const struct managesieve_session *session, struct buffer *lines)
{
    struct buffer names;
    buffer_init(&names, 0);
    filter_extensions(session->server->mail, &names);
    add_capability(lines, "SIEVE", buffer_slice(&names));
    buffer_clear(&names);
}

int managesieve_capabilities(struct managesieve_session *session, const char *text)
{
    struct slice owner = session->mailbox.len ? session->mailbox : session->actor.login;
    struct buffer lines;
    buffer_init(&lines, 0);
    add_capability(&lines, "IMPLEMENTATION", SLICE("Postroom"));
    add_mechanisms(session, &lines);
    add_extensions(session, &lines);
    if (mail_settings(session->server->mail)->sends_mail)
        add_capability(&lines, "NOTIFY", sieve_notify_methods());
    buffer_printf(&lines, "\"MAXREDIRECTS\" \"%d\"\r\n", (int)SIEVE_REDIRECTS_MAX);
    if (session->actor.user_id)
        add_capability(&lines, "OWNER", owner);
    if (managesieve_can_start_tls(session))
        buffer_add_cstr(&lines, "\"STARTTLS\"\r\n");
    buffer_add_cstr(&lines, "\"UNAUTHENTICATE\"\r\n\"VERSION\" \"1.0\"\r\n");
    int err = managesieve_reply_buffer(session, &lines);
    buffer_clear(&lines);
    return err ? err : managesieve_reply(session, "OK", NULL, text);
}
