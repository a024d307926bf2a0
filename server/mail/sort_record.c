#include "sort_record.h"

#include "base/digest.h"
#include "base/text.h"
#include "base_subject.h"
#include "mail/mime.h"
#include "mime/address.h"
#include "search_octets.h"

/* Goes up when a record is made otherwise. So should the edition of the search index then
 * (search_block.h), which makes all old records anew in the background. */
enum { FORMAT = 2 };

static uint32_t edition(void)
{
    return FORMAT << 8 | text_edition();
}

static void put_word(struct buffer *out, uint64_t word)
{
    char octets[sizeof word];
    for (size_t i = 0; i < sizeof word; i++)
        octets[i] = (char)(word >> (8 * i));
    buffer_add(out, slice_of(octets, sizeof octets));
}

static uint64_t word_at(const char *octets)
{
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof word; i++)
        word |= (uint64_t)(unsigned char)octets[i] << (8 * i);
    return word;
}

/* i;unicode-casemap (RFC 5256 section 7), with its length before it. What could not be converted
 * comes after all others (RFC 5255 section 4.6): no UTF-8 begins like that. */
static void put_text(struct buffer *out, struct slice text)
{
    struct buffer mapped;
    buffer_init(&mapped, 0);
    if (slice_search(text, SLICE("\xef\xbf\xbd")) != SIZE_MAX)
        buffer_add_char(&mapped, '\xff');
    for (size_t at = 0; at < text.len;)
        text_casemap_next(text, &at, &mapped);
    search_put_number(out, (uint32_t)mapped.len);
    buffer_add(out, buffer_slice(&mapped));
    if (mapped.failed && !out->failed)
        out->failed = mapped.failed;
    buffer_clear(&mapped);
}

/* Addresses ---------------------------------------------------------------------------- */

/* The first of a list: addr-mailbox, and what is displayed (RFC 5957 section 3). */
struct first_address {
    bool found;
    struct buffer mailbox;
    struct buffer display;
};

static void take_first(void *arg, const struct address_entry *entry)
{
    struct first_address *first = arg;
    if (first->found)
        return;
    first->found = true;
    buffer_add(&first->mailbox, entry->mailbox);
    if (entry->name.data)
        mime_decode_header(entry->name, &first->display);
    if (first->display.len)
        return;
    buffer_add(&first->display, entry->mailbox);
    if (entry->mailbox.data && entry->host.data) {
        buffer_add_char(&first->display, '@');
        buffer_add(&first->display, entry->host);
    }
}

/* Of fields that are there several times the first with an address, as in ENVELOPE. */
static void find_first(struct slice header, struct slice name, struct first_address *first)
{
    buffer_init(&first->mailbox, 0);
    buffer_init(&first->display, 0);
    first->found = false;
    struct mime_field field;
    for (size_t cursor = 0; !first->found && mime_field_next(header, &cursor, &field);) {
        int failure = 0;
        if (slice_equal_nocase(field.name, name))
            address_list_each(field.value, 0, take_first, first, &failure);
        if (failure)
            first->mailbox.failed = failure;
    }
}

static void clear_first(struct first_address *first)
{
    buffer_clear(&first->mailbox);
    buffer_clear(&first->display);
}

static void put_addresses(struct slice header, struct buffer *out)
{
    struct first_address from, to, cc;
    find_first(header, SLICE("from"), &from);
    find_first(header, SLICE("to"), &to);
    find_first(header, SLICE("cc"), &cc);
    put_text(out, buffer_slice(&from.mailbox));
    put_text(out, buffer_slice(&to.mailbox));
    put_text(out, buffer_slice(&cc.mailbox));
    put_text(out, buffer_slice(&from.display));
    put_text(out, buffer_slice(&to.display));
    if (!out->failed)
        out->failed = from.mailbox.failed   ? from.mailbox.failed
                      : to.mailbox.failed   ? to.mailbox.failed
                      : cc.mailbox.failed   ? cc.mailbox.failed
                      : from.display.failed ? from.display.failed
                                            : to.display.failed;
    clear_first(&from);
    clear_first(&to);
    clear_first(&cc);
}

/* Message ids ---------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* A hash of the id without quotes, which do not make another one (RFC 5256 section 3), and
 * without what folding leaves; 0: it is none. */
static uint64_t hash_id(struct slice id)
{
    struct buffer normal;
    buffer_init(&normal, 0);
    bool quoted = false;
    size_t host = 0; /* where it begins */
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (c == '\\' && quoted && i + 1 < id.len)
            c = id.data[++i];
        else if (is_blank(c) && !quoted)
            continue;
        buffer_add_char(&normal, c);
        if (c == '@' && !quoted)
            host = normal.len;
    }
    uint8_t digest[SHA256_SIZE];
    digest_sha256(buffer_slice(&normal), digest);
    bool valid = !normal.failed && host > 1 && host < normal.len;
    buffer_clear(&normal);
    uint64_t hash = word_at((const char *)digest);
    return valid ? hash | 1 : 0;
}

/* The next msg-id from *rest; false when there is no other. */
static bool take_id(struct slice *rest, uint64_t *hash_out)
{
    for (;;) {
        *rest = slice_sub(*rest, slice_find(*rest, '<'), rest->len);
        size_t end = slice_find(*rest, '>');
        if (end == rest->len)
            return false;
        struct slice id = slice_sub(*rest, 1, end - 1);
        *rest = slice_sub(*rest, end + 1, rest->len);
        *hash_out = hash_id(id);
        if (*hash_out)
            return true;
    }
}

static uint64_t first_id(struct slice header, struct slice name)
{
    struct slice value;
    uint64_t hash = 0;
    bool found = mime_field_find(header, name, &value) && take_id(&value, &hash);
    return found ? hash : 0;
}

/* References, or else the first of In-Reply-To. */
static void put_references(struct slice header, struct buffer *out)
{
    struct slice value;
    uint64_t hashes[SORT_REFERENCES_MAX], hash;
    size_t count = 0;
    if (mime_field_find(header, SLICE("references"), &value))
        while (take_id(&value, &hash))
            hashes[count++ % SORT_REFERENCES_MAX] = hash;
    hash = count ? 0 : first_id(header, SLICE("in-reply-to"));
    if (hash)
        hashes[count++] = hash;
    size_t kept = count < SORT_REFERENCES_MAX ? count : SORT_REFERENCES_MAX;
    search_put_number(out, (uint32_t)(kept * sizeof hash));
    for (size_t i = count - kept; i < count; i++)
        put_word(out, hashes[i % SORT_REFERENCES_MAX]);
}

/* Records --------------------------------------------------------------------------------- */

void sort_record_make(struct slice header, struct buffer *out)
{
    struct slice value;
    struct buffer subject;
    buffer_init(&subject, 0);
    if (mime_field_find(header, SLICE("subject"), &value))
        base_subject_prepare(value, &subject);
    bool is_reply;
    struct slice base = base_subject(buffer_slice(&subject), &is_reply);
    int64_t sent_day, sent_at;
    if (!mime_field_find(header, SLICE("date"), &value) ||
        !mime_parse_date(value, &sent_day, &sent_at))
        sent_at = INT64_MIN;
    search_put_number(out, edition());
    put_word(out, (uint64_t)sent_at);
    buffer_add_char(out, (char)is_reply);
    put_word(out, first_id(header, SLICE("message-id")));
    put_references(header, out);
    put_text(out, base);
    put_addresses(header, out);
    if (subject.failed && !out->failed)
        out->failed = subject.failed;
    buffer_clear(&subject);
}

static bool take_octets(struct slice *rest, size_t len, struct slice *out)
{
    if (rest->len < len)
        return false;
    *out = slice_sub(*rest, 0, len);
    *rest = slice_sub(*rest, len, rest->len);
    return true;
}

static bool take_counted(struct slice *rest, struct slice *out)
{
    uint32_t len;
    return search_take_number(rest, &len) && take_octets(rest, len, out);
}

int sort_record_read(struct slice octets, struct sort_record *out)
{
    struct slice rest = octets, word, reply, id;
    uint32_t made_by;
    struct sort_record record;
    bool whole = search_take_number(&rest, &made_by) && made_by == edition() &&
                 take_octets(&rest, sizeof(uint64_t), &word) && take_octets(&rest, 1, &reply) &&
                 take_octets(&rest, sizeof(uint64_t), &id) &&
                 take_counted(&rest, &record.references);
    for (size_t i = 0; i < SORT_TEXT_COUNT && whole; i++)
        whole = take_counted(&rest, &record.texts[i]);
    if (!whole || rest.len)
        return fail(ERR_CORRUPT, "no record for sorting");
    record.sent_at = (int64_t)word_at(word.data);
    record.is_reply = reply.data[0];
    record.message_id = word_at(id.data);
    *out = record;
    return 0;
}

uint64_t sort_record_reference(const struct sort_record *record, size_t place)
{
    return word_at(record->references.data + place * sizeof(uint64_t));
}
