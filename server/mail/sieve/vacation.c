#include "sieve/vacation.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "mail/mime.h"
#include "mime/entity.h"
#include "sieve/address_part.h"

enum { SECONDS_A_DAY = 24 * 60 * 60 };

uint32_t sieve_vacation_seconds(uint64_t asked)
{
    if (asked < SIEVE_VACATION_SECONDS_MIN)
        return SIEVE_VACATION_SECONDS_MIN;
    if (asked > SIEVE_VACATION_DAYS_MAX * SECONDS_A_DAY)
        return SIEVE_VACATION_DAYS_MAX * SECONDS_A_DAY;
    return (uint32_t)asked;
}

/* Senders (RFC 5230 section 4.6, RFC 3834 section 2) --------------------------------- */

static struct slice local_part(struct slice address)
{
    size_t at = address.len;
    while (at > 0 && address.data[at - 1] != '@')
        at--;
    return at > 0 ? slice_sub(address, 0, at - 1) : address;
}

static bool ends_with_nocase(struct slice text, struct slice suffix)
{
    return suffix.len <= text.len &&
           slice_equal_nocase(slice_sub(text, text.len - suffix.len, suffix.len), suffix);
}

/* names ends with NULL. */
static bool is_one_of(struct slice text, const char *const *names)
{
    for (; *names; names++) {
        if (slice_equal_nocase(text, slice_cstr(*names)))
            return true;
    }
    return false;
}

/* The last of each are not in the RFC, but are programs all the same. What is behind "+" says of
 * whose mail they are. */
static bool is_robot(struct slice sender)
{
    static const char *const names[] = {"MAILER-DAEMON", "LISTSERV", "majordomo",
                                        "noreply",       "no-reply", NULL};
    static const char *const endings[] = {"-request", "-owner", "-bounces"};
    struct slice local = local_part(sender);
    local = slice_sub(local, 0, slice_find(local, '+'));
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with_nocase(local, slice_cstr(endings[i])))
            return true;
    }
    return is_one_of(local, names) || slice_starts_with_nocase(local, SLICE("owner-"));
}

/* Messages --------------------------------------------------------------------------- */

static bool has_list_field(struct slice header)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (slice_starts_with_nocase(field.name, SLICE("List-")))
            return true;
    }
    return false;
}

static bool is_bulk(struct slice header)
{
    static const char *const values[] = {"bulk", "junk", "list", NULL};
    struct slice precedence = SLICE_EMPTY;
    return mime_field_find(header, SLICE("Precedence"), &precedence) &&
           is_one_of(slice_trim(precedence), values);
}

/* X-Auto-Response-Suppress, by which Exchange tells what it sends by itself ([MS-OXCMAIL]). */
static bool wants_no_reply(struct slice header)
{
    static const char *const values[] = {"OOF", "AutoReply", "All", NULL};
    struct slice rest = SLICE_EMPTY;
    (void)mime_field_find(header, SLICE("X-Auto-Response-Suppress"), &rest);
    while (rest.len > 0) {
        size_t end = slice_find(rest, ',');
        if (is_one_of(slice_trim(slice_sub(rest, 0, end)), values))
            return true;
        rest = slice_sub(rest, end + 1, rest.len);
    }
    return false;
}

bool sieve_is_automatic(struct slice header)
{
    struct slice value = SLICE_EMPTY;
    if (!mime_field_find(header, SLICE("Auto-Submitted"), &value))
        return false;
    size_t cursor = 0;
    return !slice_equal_nocase(entity_token(value, &cursor), SLICE("no"));
}

/* Own addresses ---------------------------------------------------------------------- */

static bool is_own(const struct sieve_vacation *vacation, struct slice address)
{
    if (slice_equal_nocase(address, vacation->recipient))
        return true;
    for (size_t i = 0; i < vacation->alias_count; i++) {
        if (slice_equal_nocase(address, vacation->aliases[i]))
            return true;
    }
    struct slice rest = vacation->own_addresses;
    while (rest.len > 0) {
        size_t end = slice_find(rest, ' ');
        if (slice_equal_nocase(address, slice_sub(rest, 0, end)))
            return true;
        rest = slice_sub(rest, end + 1, rest.len);
    }
    return false;
}

static int names_owner(const struct sieve_vacation *vacation, struct slice list,
                       struct arena *arena, bool *out)
{
    struct mail_address *addresses = NULL;
    size_t count = 0;
    int result = sieve_addresses_read(list, arena, &addresses, &count);
    for (size_t i = 0; result == 0 && i < count && !*out; i++) {
        struct slice address = SLICE_EMPTY;
        bool exists = false;
        result = sieve_address_part(&addresses[i], SIEVE_PART_ALL, arena, &address, &exists);
        *out = result == 0 && exists && is_own(vacation, address);
    }
    return result;
}

/* Whether one of the owner's addresses is among those that the message was written to (RFC 5230
 * section 4.5). */
static int is_addressed(const struct sieve_vacation *vacation, struct arena *arena, bool *out)
{
    static const char *const names[] = {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"};
    struct mime_field field;
    *out = false;
    for (size_t cursor = 0; !*out && mime_field_next(vacation->header, &cursor, &field);) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (!slice_equal_nocase(field.name, slice_cstr(names[i])))
                continue;
            int result = names_owner(vacation, field.value, arena, out);
            if (result < 0)
                return result;
        }
    }
    return 0;
}

int sieve_vacation_judge(const struct sieve_vacation *vacation, struct arena *arena,
                         const char **why_not_out)
{
    const struct {
        bool applies;
        const char *reason;
    } rules[] = {
        {vacation->sender.len == 0, "the message has no sender"},
        {is_robot(vacation->sender), "its sender is a program"},
        {is_own(vacation, vacation->sender), "its sender is an address of the recipient"},
        {has_list_field(vacation->header), "it comes from a mailing list"},
        {is_bulk(vacation->header), "it is bulk mail"},
        {sieve_is_automatic(vacation->header), "it was sent by a program"},
        {wants_no_reply(vacation->header), "it wants no automatic reply"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].applies) {
            *why_not_out = rules[i].reason;
            return 0;
        }
    }
    bool addressed = false;
    int result = is_addressed(vacation, arena, &addressed);
    if (result == 0)
        *why_not_out = addressed ? NULL : "none of the recipient's addresses is in its header";
    return result;
}

/* Replies ----------------------------------------------------------------------------- */

int sieve_vacation_subject(struct slice header, struct arena *arena, struct slice *out)
{
    struct slice value = SLICE_EMPTY;
    struct buffer subject;
    buffer_init(&subject, 0);
    if (mime_field_find(header, SLICE("Subject"), &value) && slice_trim(value).len > 0) {
        buffer_add_cstr(&subject, "Auto: ");
        mime_decode_header(slice_trim(value), &subject);
    } else {
        buffer_add_cstr(&subject, "Automated reply");
    }
    return buffer_keep(&subject, arena, out);
}

int sieve_vacation_handle(struct slice subject, struct slice from, bool is_mime,
                          struct slice reason, struct arena *arena, struct slice *out)
{
    const struct slice texts[] = {subject, from, is_mime ? SLICE("mime") : SLICE("text"), reason};
    struct buffer joined;
    buffer_init(&joined, 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        buffer_printf(&joined, "%zu:", texts[i].len);
        buffer_add(&joined, texts[i]);
    }
    int result = buffer_check(&joined);
    if (result < 0) {
        buffer_clear(&joined);
        return result;
    }
    uint8_t hash[SHA256_SIZE];
    digest_sha256(buffer_slice(&joined), hash);
    buffer_reset(&joined);
    hex_encode(&joined, slice_of((const char *)hash, sizeof hash));
    return buffer_keep(&joined, arena, out);
}
