#include "reply.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "capability.h"
#include "proto/writer.h"

struct reply_rule {
    enum err err;
    const char *status;
    const char *code; /* RFC 5530, RFC 3501; NULL: none */
    enum log_level level;
    const char *text; /* NULL: the reason itself; else that is only for the log */
};

/* The one place where an error's meaning becomes IMAP. */
static const struct reply_rule reply_rules[] = {
    {ERR_SYNTAX, "BAD", NULL, LOG_INFO, NULL},
    {ERR_LIMIT, "NO", "LIMIT", LOG_INFO, NULL},
    {ERR_TOO_BIG, "NO", "TOOBIG", LOG_INFO, NULL}, /* RFC 4469 */
    {ERR_INVALID, "NO", "CANNOT", LOG_INFO, NULL},
    {ERR_CHARSET, "NO", "BADCHARSET (US-ASCII UTF-8)", LOG_INFO, NULL},
    {ERR_ENCODING, "NO", "UNKNOWN-CTE", LOG_INFO, NULL}, /* RFC 3516 */
    {ERR_NOT_FOUND, "NO", "NONEXISTENT", LOG_INFO, NULL},
    {ERR_EXISTS, "NO", "ALREADYEXISTS", LOG_INFO, NULL},
    {ERR_DENIED, "NO", "NOPERM", LOG_INFO, NULL},
    {ERR_READ_ONLY, "NO", "READ-ONLY", LOG_INFO, NULL},
    {ERR_CREDENTIALS, "NO", "AUTHENTICATIONFAILED", LOG_WARNING, NULL},
    {ERR_PRIVACY, "NO", "PRIVACYREQUIRED", LOG_WARNING, NULL},
    {ERR_WRONG_STATE, "NO", "CANNOT", LOG_INFO, NULL},
    {ERR_STALE, "NO", "INUSE", LOG_WARNING, NULL},
    {ERR_OVER_QUOTA, "NO", "OVERQUOTA", LOG_INFO, NULL},
    {ERR_UNAVAILABLE, "NO", "UNAVAILABLE", LOG_ERROR, "The server cannot do this now: try again"},
    {ERR_IN_DOUBT, "NO", "UNAVAILABLE", LOG_ERROR, "The server cannot tell whether this was done"},
    {ERR_NO_MEMORY, "NO", "LIMIT", LOG_ERROR, "The server has no memory for this"},
    {ERR_CORRUPT, "NO", "CORRUPTION", LOG_ERROR, "What is stored is damaged"},
};
static const struct reply_rule reply_other = {ERR_INTERNAL, "NO", "SERVERBUG", LOG_ERROR,
                                              "Internal error"};

static const struct reply_rule *reply_rule_for(int err)
{
    for (size_t i = 0; i < sizeof reply_rules / sizeof reply_rules[0]; i++)
        if (reply_rules[i].err == (enum err) - err)
            return &reply_rules[i];
    return &reply_other;
}

bool reply_is_fatal(int err)
{
    return err == -ERR_CLOSED || err == -ERR_TIMEOUT || err == -ERR_CANCELLED || err == -ERR_TLS ||
           err == -ERR_DEFLATE;
}

int reply_line(struct session *session, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    if (len < 0)
        return fail(ERR_INTERNAL, "reply format");
    if ((size_t)len > sizeof line - 3)
        len = sizeof line - 3;
    memcpy(line + len, "\r\n", 2);
    return stream_write(session->stream, slice_of(line, (size_t)len + 2));
}

int reply_buffer(struct session *session, const struct buffer *buffer)
{
    int err = buffer_check(buffer);
    return err ? err : stream_write(session->stream, buffer_slice(buffer));
}

/* APPEND and COPY tell the client that it may CREATE the missing mailbox
 * (RFC 3501 section 6.3.11). */
static const char *reply_code_for(const struct command *command, const struct reply_rule *rule)
{
    if (command->bad_url)
        return command->bad_url;
    if (command->refusal[0])
        return command->refusal;
    if (rule->err == ERR_NOT_FOUND)
        for (size_t i = 0; i < COMMAND_GRANTS; i++)
            if (command->wanted[i].try_create && !command->grants[i])
                return "TRYCREATE";
    return rule->code;
}

/* "tag BAD [CODE] text". A tag may be as long as a line may; text can have
 * something of the client's in it, and is 7-bit (RFC 3501 section 9, text). */
static int reply_status(struct session *session, struct slice tag, const char *status,
                        const char *code, const char *text)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add(&line, tag.len ? tag : SLICE("*"));
    buffer_printf(&line, " %s ", status);
    if (code)
        buffer_printf(&line, "[%s] ", code);
    for (; *text; text++)
        buffer_add_char(&line, *text >= ' ' && *text < 0x7f ? *text : '?');
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int reply_failure(struct session *session, const struct command *command, int err)
{
    const struct reply_rule *rule = reply_rule_for(err);
    struct error reason = *last_error();
    session_log(session, (int)rule->level, "refused", command->row->name, err);
    if (rule->err != ERR_SYNTAX && command->row->refused && command->args)
        command->row->refused(session, command->args);
    session->bad_commands = rule->err == ERR_SYNTAX ? session->bad_commands + 1 : 0;
    return reply_status(session, command->tag, rule->status, reply_code_for(command, rule),
                        rule->text     ? rule->text
                        : *reason.text ? reason.text
                                       : "Failed");
}

void reply_fetch_begin(unsigned enabled, uint32_t seq, uint32_t uid, struct buffer *out)
{
    bool by_uid = enabled & ENABLED_UIDONLY;
    buffer_add(out, SLICE("* "));
    buffer_add_u64(out, by_uid ? uid : seq);
    buffer_add(out, by_uid ? SLICE(" UIDFETCH (") : SLICE(" FETCH ("));
}

void reply_mailbox(const struct session *session, struct slice name, struct buffer *out)
{
    write_mailbox(out, name, session_uses_utf8(session));
}

int reply_tagged(struct session *session, const struct command *command, int result)
{
    if (result)
        return reply_failure(session, command, result);
    session->bad_commands = 0;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add(&line, command->tag);
    buffer_add_cstr(&line, " OK ");
    if (command->code.len) {
        buffer_add(&line, buffer_slice(&command->code));
        buffer_add_char(&line, ' ');
    }
    if (command->text)
        buffer_add_cstr(&line, command->text);
    else
        buffer_printf(&line, "%s%s completed", command->uid ? "UID " : "", command->row->name);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

int reply_bad(struct session *session, struct slice tag, const char *code, const char *text)
{
    session->bad_commands++;
    fail(ERR_SYNTAX, "%s", text);
    session_log(session, LOG_INFO, "refused", "syntax", -ERR_SYNTAX);
    return reply_status(session, tag, "BAD", code, last_error()->text);
}
