/* Tests of the message and its envelope (RFC 5228 section 5), with the tags of RFC 5260 section 6
 * and RFC 5703 section 4. */
#include "mail/mime.h"
#include "sieve/address_part.h"
#include "sieve/compiler.h"
#include "sieve/mime_value.h"
#include "sieve/parts.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

enum { TEST_NAMES, TEST_KEYS };

/* A test in progress, told of each field it is about. Names that no header field can have are
 * no mistake: they find nothing (RFC 5228 section 2.4.2.2). */
struct field_test {
    struct sieve_run *run;
    const struct sieve_call *call;
    struct sieve_matcher matcher;
};

/* Each field that the test names, until one matches. */
static int each_field(struct field_test *test,
                      int (*feed)(struct field_test *test, const struct mime_field *field))
{
    struct sieve_run *run = test->run;
    const struct sieve_value *names = &test->call->arguments[TEST_NAMES];
    const struct slice *texts;
    int result = sieve_run_strings(run, names, &texts);
    for (size_t i = 0; result == 0 && !test->matcher.matched && i < names->count; i++) {
        struct mime_field *fields = NULL;
        size_t count = 0;
        result = sieve_parts_fields(run, test->call, texts[i], &fields, &count);
        for (size_t j = 0; result == 0 && !test->matcher.matched && j < count; j++)
            result = feed(test, &fields[j]);
    }
    return result;
}

static int run_field_test(struct sieve_run *run, const struct sieve_call *call,
                          int (*feed)(struct field_test *test, const struct mime_field *field),
                          bool *out)
{
    struct field_test test = {.run = run, .call = call};
    int result = sieve_matcher_begin(run, call, &call->arguments[TEST_KEYS], &test.matcher);
    if (result == 0)
        result = each_field(&test, feed);
    return result < 0 ? result : sieve_matcher_end(&test.matcher, out);
}

/* header (RFC 5228 section 5.7) ------------------------------------------------------------- */

static int feed_mime_value(struct field_test *test, const struct mime_field *field,
                           enum sieve_mime_option option, struct slice parameter)
{
    struct slice text = SLICE_EMPTY;
    bool exists = false;
    int result =
        sieve_mime_value(field->value, option, parameter, &test->run->scratch, &text, &exists);
    if (result < 0)
        return sieve_run_failed(test->run, result);
    return exists ? sieve_matcher_feed(&test->matcher, text) : 0;
}

/* RFC 5703 section 4.1: what :type, :subtype, :contenttype or :param ask for. */
static int feed_mime_values(struct field_test *test, const struct mime_field *field,
                            const struct sieve_tag_value *option)
{
    enum sieve_mime_option choice = (enum sieve_mime_option)option->tag->choice;
    const struct slice *parameters = NULL;
    if (choice != SIEVE_MIME_PARAM)
        return feed_mime_value(test, field, choice, SLICE_EMPTY);
    int result = sieve_run_strings(test->run, &option->value, &parameters);
    for (size_t i = 0; result == 0 && i < option->value.count; i++)
        result = feed_mime_value(test, field, choice, parameters[i]);
    return result;
}

static int feed_header(struct field_test *test, const struct mime_field *field)
{
    const struct sieve_tag_value *option = sieve_call_tag(test->call, SIEVE_GROUP_MIME_OPTION);
    if (option)
        return feed_mime_values(test, field, option);
    struct buffer text;
    buffer_init(&text, 0);
    mime_decode_header(slice_trim(field->value), &text);
    int result = buffer_check(&text);
    result = result < 0 ? sieve_run_failed(test->run, result)
                        : sieve_matcher_feed(&test->matcher, buffer_slice(&text));
    buffer_clear(&text);
    return result;
}

static int test_header(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    return run_field_test(run, call, feed_header, out);
}

/* address (RFC 5228 section 5.1) -------------------------------------------------------------- */

/* RFC 5228 section 5.1: the test is restricted to fields that contain addresses. */
static bool has_addresses(struct slice name)
{
    static const char *const names[] = {
        "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Resent-From", "Resent-To", "Resent-Cc",
        "Resent-Bcc", "Resent-Sender", "Resent-Reply-To",
        /* Trace fields, and what else is in use. */
        "Return-Path", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Envelope-From",
        "X-Original-To", "X-Forwarded-To", "X-Forwarded-For", "X-Sender", "Apparently-To",
        "Disposition-Notification-To", "Return-Receipt-To", "Errors-To", "Abuse-Reports-To",
        "Mail-Followup-To", "Mail-Reply-To", "Author", "Original-From", "Original-Sender",
        "Original-Recipient"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (slice_equal_nocase(name, slice_cstr(names[i])))
            return true;
    }
    return false;
}

/* With :mime it is about any field of a part (RFC 5703 section 4.2 has Content-From). */
static bool may_be_tested(const struct sieve_call *call, struct slice name)
{
    return has_addresses(name) || sieve_call_tag(call, SIEVE_GROUP_MIME);
}

static int check_address(struct sieve_compiler *compiler, struct sieve_call *call)
{
    const struct sieve_value *names = &call->arguments[TEST_NAMES];
    int result = sieve_check_field_tags(compiler, call);
    for (size_t i = 0; result == 0 && i < names->count; i++) {
        struct slice name = names->texts[i].constant;
        if (names->texts[i].piece_count == 0 && !may_be_tested(call, name))
            result = sieve_compile_fail(compiler, names->place,
                                        "the header field \"%.*s\" contains no addresses",
                                        SLICE_ARGS(name));
    }
    return result;
}

static enum sieve_address_part part_of(const struct sieve_call *call)
{
    const struct sieve_tag_value *part = sieve_call_tag(call, SIEVE_GROUP_ADDRESS_PART);
    return part ? (enum sieve_address_part)part->tag->choice : SIEVE_PART_ALL;
}

static int feed_part(struct sieve_run *run, const struct sieve_call *call,
                     const struct mail_address *address, struct sieve_matcher *matcher)
{
    struct slice text = SLICE_EMPTY;
    bool exists = false;
    int result = sieve_address_part(address, part_of(call), &run->scratch, &text, &exists);
    if (result < 0)
        return sieve_run_failed(run, result);
    return exists ? sieve_matcher_feed(matcher, text) : 0;
}

static int feed_address(struct field_test *test, const struct mime_field *field)
{
    struct mail_address *addresses = NULL;
    size_t count = 0;
    if (!may_be_tested(test->call, field->name)) /* what a variable named */
        return 0;
    int result = sieve_addresses_read(field->value, &test->run->scratch, &addresses, &count);
    if (result < 0)
        return sieve_run_failed(test->run, result);
    for (size_t i = 0; result == 0 && i < count; i++)
        result = feed_part(test->run, test->call, &addresses[i], &test->matcher);
    return result;
}

static int test_address(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    return run_field_test(run, call, feed_address, out);
}

/* envelope (RFC 5228 section 5.4) ----------------------------------------------------------------
 */

static bool is_envelope_part(struct slice name)
{
    return slice_equal_nocase(name, SLICE("from")) || slice_equal_nocase(name, SLICE("to"));
}

static int check_envelope(struct sieve_compiler *compiler, struct sieve_call *call)
{
    return sieve_check_strings(compiler, &call->arguments[TEST_NAMES], is_envelope_part,
                               "the part of the envelope");
}

static int feed_envelope(struct sieve_run *run, const struct sieve_call *call, struct slice text,
                         struct sieve_matcher *matcher)
{
    struct mail_address address = {SLICE_EMPTY, SLICE_EMPTY};
    /* What an MTA takes for an address and we do not is compared as a whole. */
    if (text.len > 0 && mail_address_parse(text, &run->scratch, &address) < 0)
        address = (struct mail_address){text, SLICE_EMPTY};
    return feed_part(run, call, &address, matcher);
}

static int test_envelope(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    const struct sieve_value *names = &call->arguments[TEST_NAMES];
    const struct slice *texts;
    struct sieve_matcher matcher;
    *out = false;
    if (run->message->is_event)
        return sieve_run_fail(run, ERR_INVALID, "a message of IMAP has no envelope");
    if (!run->message->has_envelope)
        return 0;
    int result = sieve_matcher_begin(run, call, &call->arguments[TEST_KEYS], &matcher);
    if (result == 0)
        result = sieve_run_strings(run, names, &texts);
    for (size_t i = 0; result == 0 && i < names->count; i++) {
        bool from = slice_equal_nocase(texts[i], SLICE("from"));
        if (is_envelope_part(texts[i]))
            result = feed_envelope(run, call,
                                   from ? run->message->envelope_from : run->message->envelope_to,
                                   &matcher);
    }
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

/* exists (RFC 5228 section 5.5) -------------------------------------------------------------------
 */

/* Whether all of them are there. */
static int test_exists(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    const struct sieve_value *names = &call->arguments[TEST_NAMES];
    const struct slice *texts;
    bool all = true;
    int result = sieve_run_strings(run, names, &texts);
    for (size_t i = 0; result == 0 && all && i < names->count; i++) {
        struct mime_field *fields = NULL;
        size_t count = 0;
        result = sieve_parts_fields(run, call, texts[i], &fields, &count);
        all = count > 0;
    }
    if (result == 0)
        *out = all;
    return result;
}

/* size (RFC 5228 section 5.9)
 * ------------------------------------------------------------------------ */

enum { SIZE_OVER, SIZE_UNDER };

static const struct sieve_tag size_tag_table[] = {
    {"over", SIEVE_GROUP_SIZE, SIEVE_NOTHING, SIEVE_EXT_NONE, SIZE_OVER, false},
    {"under", SIEVE_GROUP_SIZE, SIEVE_NOTHING, SIEVE_EXT_NONE, SIZE_UNDER, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

static int check_size(struct sieve_compiler *compiler, struct sieve_call *call)
{
    if (!sieve_call_tag(call, SIEVE_GROUP_SIZE))
        return sieve_compile_fail(compiler, call->place, "size needs \":over\" or \":under\"");
    return 0;
}

/* With the header as editheader has it (RFC 5293 section 7). */
static int test_size(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    uint64_t limit = call->arguments[0].number;
    uint64_t size =
        run->message->size - run->message->tree->headers[0].len + (uint64_t)run->header.len;
    bool over = sieve_call_tag(call, SIEVE_GROUP_SIZE)->tag->choice == SIZE_OVER;
    *out = over ? size > limit : size < limit;
    return 0;
}

/* Rows
 * -------------------------------------------------------------------------------------------------
 */

static const struct sieve_tag *const header_tags[] = {
    sieve_tags_match, sieve_tags_index, sieve_tags_mime, sieve_tags_mime_options, NULL};
static const struct sieve_tag *const address_tags[] = {sieve_tags_match, sieve_tags_address_part,
                                                       sieve_tags_index, sieve_tags_mime, NULL};
static const struct sieve_tag *const envelope_tags[] = {sieve_tags_match, sieve_tags_address_part,
                                                        NULL};
static const struct sieve_tag *const exists_tags[] = {sieve_tags_mime, NULL};
static const struct sieve_tag *const size_tags[] = {size_tag_table, NULL};

const struct sieve_row sieve_row_header = {
    .name = "header",
    .kind = SIEVE_TEST,
    .tags = header_tags,
    .parameters = {[TEST_NAMES] = {"the names of header fields", SIEVE_STRINGS, false, false},
                   [TEST_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .check = sieve_check_field_tags,
    .test = test_header,
};

const struct sieve_row sieve_row_address = {
    .name = "address",
    .kind = SIEVE_TEST,
    .tags = address_tags,
    .parameters = {[TEST_NAMES] = {"the names of header fields", SIEVE_STRINGS, false, false},
                   [TEST_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .check = check_address,
    .test = test_address,
};

const struct sieve_row sieve_row_envelope = {
    .name = "envelope",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_ENVELOPE,
    .tags = envelope_tags,
    .parameters = {[TEST_NAMES] = {"the parts of the envelope", SIEVE_STRINGS, false, false},
                   [TEST_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .check = check_envelope,
    .test = test_envelope,
};

const struct sieve_row sieve_row_exists = {
    .name = "exists",
    .kind = SIEVE_TEST,
    .tags = exists_tags,
    .parameters = {[TEST_NAMES] = {"the names of header fields", SIEVE_STRINGS, false, false}},
    .check = sieve_check_field_tags,
    .test = test_exists,
};

const struct sieve_row sieve_row_size = {
    .name = "size",
    .kind = SIEVE_TEST,
    .tags = size_tags,
    .parameters = {{"the size", SIEVE_NUMBER, false, false}},
    .check = check_size,
    .test = test_size,
};
