#include "trace.h"

#include "base/clock.h"

/* RFC 5322 section 3.3 */
static void render_date(int64_t now_us, struct buffer *out)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    enum { DAY_SECONDS = 86400 };
    int64_t seconds = now_us / 1000000, day = seconds / DAY_SECONDS;
    int in_day = (int)(seconds % DAY_SECONDS), year, month, day_of_month;
    clock_civil_from_days(day, &year, &month, &day_of_month);
    buffer_printf(out, "%s, %d %s %d %02d:%02d:%02d +0000", days[day % 7], day_of_month,
                  months[month - 1], year, in_day / 3600, in_day / 60 % 60, in_day % 60);
}

/* RFC 3848, RFC 6531 section 4.3 */
static const char *protocol_name(const struct lmtp_session *session)
{
    bool tls = stream_is_tls(session->stream);
    if (session->transaction.utf8)
        return tls ? "UTF8LMTPS" : "UTF8LMTP";
    return tls ? "LMTPS" : "LMTP";
}

void trace_render(const struct lmtp_session *session, int64_t now_us, struct buffer *out)
{
    const struct lmtp_transaction *transaction = &session->transaction;
    buffer_printf(out, "Return-Path: <%.*s>\r\n", SLICE_ARGS(transaction->sender));
    if (transaction->recipient_count == 1)
        buffer_printf(out, "Delivered-To: %.*s\r\n", SLICE_ARGS(transaction->first->path));
    buffer_printf(out, "Received: from %.*s (%s)\r\n\tby %s with %s id %s-%llx;\r\n\t",
                  SLICE_ARGS(session->name), session->remote, session->server->settings.hostname,
                  protocol_name(session), session->id, (unsigned long long)session->transactions);
    render_date(now_us, out);
    buffer_add_cstr(out, "\r\n");
}

static bool take_field(struct slice line, struct slice name, struct slice *value_out)
{
    if (!slice_starts_with_nocase(line, name))
        return false;
    *value_out = slice_trim(slice_sub(line, name.len, line.len));
    return true;
}

static void look_at(struct trace_scan *scan, const struct lmtp_recipient *recipients)
{
    struct slice line = slice_of(scan->line, scan->len), value;
    if (take_field(line, SLICE("Received:"), &value))
        scan->received++;
    if (!take_field(line, SLICE("Delivered-To:"), &value))
        return;
    for (; recipients; recipients = recipients->next)
        scan->looped |= slice_equal_nocase(value, recipients->path);
}

void trace_scan_feed(struct trace_scan *scan, const struct lmtp_recipient *recipients,
                     struct slice octets)
{
    for (size_t i = 0; i < octets.len && !scan->is_over; i++) {
        if (octets.data[i] != '\n') {
            if (scan->len < sizeof scan->line)
                scan->line[scan->len++] = octets.data[i];
            continue;
        }
        scan->is_over = slice_trim(slice_of(scan->line, scan->len)).len == 0;
        look_at(scan, recipients);
        scan->len = 0;
    }
}
