#include "capability.h"

#include "command.h"
#include "extension.h"
#include "message_limit.h"
#include "server_private.h"
#include "session/authentication.h"

/* Extensions that are no command: how things are said, not what is said. */
static const char capability_always[] = "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR";
static const char capability_logged_in[] = " RIGHTS=texk UIDPLUS SAVEDATE INPROGRESS I18NLEVEL=1";

static void capability_render_commands(unsigned states, struct buffer *out)
{
    const struct imap_command *const *rows = command_all();
    for (size_t i = 0; rows[i]; i++)
        if (rows[i]->capability && (rows[i]->states & states))
            buffer_printf(out, " %s", rows[i]->capability);
}

static void capability_render_login(const struct session *session, struct buffer *out)
{
    bool plaintext = session_may_send_password(session);
    if (session_can_start_tls(session))
        buffer_add_cstr(out, " STARTTLS");
    const char *mechanisms[SASL_MECHANISM_COUNT];
    size_t count = authentication_mechanisms(session->stream, session->server->settings.identities,
                                             plaintext, mechanisms);
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, " AUTH=%s", mechanisms[i]);
    if (!plaintext)
        buffer_add_cstr(out, " LOGINDISABLED");
}

static void capability_render_extensions(struct buffer *out)
{
    for (const struct extension *row = extensions; row->name; row++)
        if (!(row->enables & ENABLED_REV2)) /* has been named first */
            buffer_printf(out, " %s", row->name);
}

/* RFC 7889: the limit is the same for all mailboxes; RFC 9738 section 3. */
static void capability_render_limits(const struct session *session, struct buffer *out)
{
    uint64_t octets = mail_settings(session->mail)->message_max;
    buffer_printf(out, " APPENDLIMIT=%llu", (unsigned long long)octets);
    if (message_limit_of_saving(session))
        buffer_printf(out, " %s=%u", message_limit(session) ? "MESSAGELIMIT" : "SAVELIMIT",
                      message_limit_of_saving(session));
}

/* RFC 6785 section 2.1, where there is a server for scripts. */
static void capability_render_events(const struct session *session, struct buffer *out)
{
    const char *url = session->server->settings.sieve_url;
    if (url)
        buffer_printf(out, " IMAPSIEVE=%s", url);
}

void capability_render(const struct session *session, struct buffer *out)
{
    buffer_printf(out, "CAPABILITY %s", capability_always);
    if (session->state & STATE_NOT_AUTHENTICATED) {
        capability_render_commands(STATE_NOT_AUTHENTICATED, out);
        capability_render_login(session, out);
    } else {
        capability_render_commands(STATE_LOGGED_IN, out);
        capability_render_extensions(out);
        buffer_add_cstr(out, capability_logged_in);
        if (!stream_is_deflated(session->stream))
            buffer_add_cstr(out, " COMPRESS=DEFLATE");
        capability_render_limits(session, out);
        capability_render_events(session, out);
    }
}
