/* Replies (RFC 5321 section 4.2) with enhanced status codes (RFC 2034, RFC 3463). */
#include <stdarg.h>
#include <stdio.h>

#include "session.h"

int lmtp_reply(struct lmtp_session *session, int code, const char *enhanced, const char *format,
               ...)
{
    char line[1024];
    int start =
        snprintf(line, sizeof line, "%d %s%s", code, enhanced ? enhanced : "", enhanced ? " " : "");
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line + start, sizeof line - (size_t)start - 2, format, args);
    va_end(args);
    size_t end = (size_t)start + (size_t)len;
    if (len < 0 || end > sizeof line - 3)
        end = sizeof line - 3;
    for (size_t i = 0; i < end; i++)
        if ((unsigned char)line[i] < ' ') /* what a peer has sent must not end the line */
            line[i] = '?';
    line[end] = '\r';
    line[end + 1] = '\n';
    return stream_write(session->stream, slice_of(line, end + 2));
}

struct rule {
    enum err err;
    int code;
    const char *enhanced;
    enum log_level level;
    const char *text; /* NULL: the reason itself; else that is only for the log */
};

static const struct rule rules[] = {
    {ERR_SYNTAX, 501, "5.5.4", LOG_INFO, NULL},
    {ERR_CHARSET, 501, "5.5.4", LOG_INFO, NULL},
    {ERR_LIMIT, 501, "5.5.4", LOG_INFO, NULL},
    {ERR_TOO_BIG, 552, "5.3.4", LOG_INFO, NULL},
    {ERR_LOOP, 554, "5.4.6", LOG_INFO, NULL},
    {ERR_NOT_FOUND, 550, "5.1.1", LOG_INFO, "There is no such address here"},
    {ERR_REJECTED, 550, "5.7.1", LOG_INFO, NULL},
    {ERR_DENIED, 550, "5.7.1", LOG_INFO, "You may not post here"},
    {ERR_OVER_QUOTA, 452, "4.2.2", LOG_INFO, "The mailbox is full"},
    {ERR_UNAVAILABLE, 451, "4.3.0", LOG_ERROR, "The server cannot do this now: try again"},
    {ERR_IN_DOUBT, 451, "4.3.0", LOG_ERROR, "The server cannot tell whether this was done"},
    {ERR_STALE, 451, "4.3.0", LOG_WARNING, "The mailbox is being changed: try again"},
    {ERR_NO_MEMORY, 451, "4.3.0", LOG_ERROR, "The server has no memory for this"},
};
static const struct rule other = {ERR_INTERNAL, 451, "4.3.0", LOG_ERROR, "Internal error"};

static const struct rule *rule_for(int err)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].err == (enum err) - err)
            return &rules[i];
    return &other;
}

int lmtp_reply_error(struct lmtp_session *session, int err, struct slice about)
{
    const struct rule *rule = rule_for(err);
    struct error reason = *last_error();
    lmtp_log(session, rule->level, "refused", about, err);
    bool final = err == -ERR_OVER_QUOTA && session->server->settings.over_quota_is_final;
    return lmtp_reply(session, final ? 552 : rule->code, final ? "5.2.2" : rule->enhanced, "%s",
                      rule->text ? rule->text : reason.text);
}

void lmtp_log(const struct lmtp_session *session, enum log_level level, const char *event,
              struct slice about, int err)
{
    const struct error *error = last_error();
    log_event(level, event, log_text("session", session->id), log_text("remote", session->remote),
              log_slice("address", about.len ? about : (struct slice){0, 0}),
              log_text("error", err ? err_name(err) : NULL),
              log_text("sqlstate", err && error->sqlstate[0] ? error->sqlstate : NULL),
              log_text("text", err ? error->text : NULL));
}
