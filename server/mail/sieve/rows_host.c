/* Tests of what the host knows: environment (RFC 5183), duplicate (RFC 7352), mailboxes and
 * annotations (RFC 5490), special uses (RFC 8579), mailbox identifiers (RFC 9042). */
#include "mail/mime.h"
#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/match.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

/* environment (RFC 5183) ----------------------------------------------------------------------- */

static int test_environment(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct slice name;
    struct sieve_matcher matcher;
    bool exists = false;
    int result = sieve_run_string(run, &call->arguments[0], &name);
    if (result == 0)
        result = sieve_matcher_begin(run, call, &call->arguments[1], &matcher);
    for (size_t i = 0; result == 0 && i < run->host->environment_count; i++) {
        const struct sieve_environment_item *item = &run->host->environment[i];
        if (!slice_equal_nocase(name, slice_cstr(item->name)))
            continue;
        exists = true;
        if (item->value.len > 0 || call->match->type != SIEVE_MATCH_COUNT)
            result = sieve_matcher_feed(&matcher, item->value);
    }
    if (result == 0)
        result = sieve_matcher_end(&matcher, out);
    if (result == 0 && !exists)
        *out = false; /* section 4: whatever it is compared with, not even 0 of it */
    return result;
}

/* duplicate (RFC 7352) ----------------------------------------------------------------------------
 */

enum { BY_HEADER, BY_UNIQUEID };
enum { DUPLICATE_SECONDS = 7 * 86400, DUPLICATE_SECONDS_MAX = 90 * 86400 };

static const struct sieve_tag duplicate_tag_table[] = {
    {"header", SIEVE_GROUP_IDENTIFIER, SIEVE_STRING, SIEVE_EXT_NONE, BY_HEADER, false},
    {"uniqueid", SIEVE_GROUP_IDENTIFIER, SIEVE_STRING, SIEVE_EXT_NONE, BY_UNIQUEID, false},
    {"handle", SIEVE_GROUP_HANDLE, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"seconds", SIEVE_GROUP_SECONDS, SIEVE_NUMBER, SIEVE_EXT_NONE, 0, false},
    {"last", SIEVE_GROUP_LAST, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

static bool is_header_name_tag(const struct sieve_tag_value *given)
{
    return given && given->tag->choice == BY_HEADER;
}

/* What tells messages apart: by default their Message-ID. Empty: there is nothing, as in a
 * field whose name is none. */
static int get_identifier(struct sieve_run *run, const struct sieve_call *call, struct slice *out)
{
    const struct sieve_tag_value *given = sieve_call_tag(call, SIEVE_GROUP_IDENTIFIER);
    struct slice name = SLICE("Message-ID"), value = SLICE_EMPTY;
    int result = given ? sieve_run_string(run, &given->value, &name) : 0;
    if (result < 0)
        return result;
    if (given && !is_header_name_tag(given)) {
        *out = name;
        return 0;
    }
    struct buffer text;
    buffer_init(&text, 0);
    if (mime_field_find(run->header, name, &value))
        mime_decode_header(slice_trim(value), &text);
    result = buffer_keep(&text, &run->scratch, &value);
    if (result < 0)
        return sieve_run_failed(run, result);
    *out = slice_trim(value);
    return sieve_run_charge(run, run->header.len);
}

/* The handle first: identifiers under different handles are different (RFC 7352 section 3). */
static int get_key(struct sieve_run *run, const struct sieve_call *call, struct slice identifier,
                   struct slice *out)
{
    struct slice handle;
    struct buffer key;
    int result = sieve_run_tag_string(run, call, SIEVE_GROUP_HANDLE, &handle);
    if (result < 0)
        return result;
    buffer_init(&key, 0);
    buffer_printf(&key, "%zu:", handle.len);
    buffer_add(&key, handle);
    buffer_add(&key, identifier);
    result = buffer_keep(&key, &run->scratch, out);
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

static uint32_t seconds_of(const struct sieve_call *call)
{
    const struct sieve_value *given = sieve_call_value(call, SIEVE_GROUP_SECONDS);
    uint64_t seconds = given ? given->number : DUPLICATE_SECONDS;
    return seconds < DUPLICATE_SECONDS_MAX ? (uint32_t)seconds : DUPLICATE_SECONDS_MAX;
}

static int test_duplicate(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct sieve_action action = {
        .kind = SIEVE_DUPLICATE,
        .line = call->place.line,
        .seconds = seconds_of(call),
        .last = sieve_call_tag(call, SIEVE_GROUP_LAST) != NULL,
    };
    struct slice identifier;
    bool seen = false;
    int result = get_identifier(run, call, &identifier);
    if (result == 0 && (identifier.len == 0 || action.seconds == 0)) {
        *out = false;
        return 0;
    }
    if (result == 0)
        result = get_key(run, call, identifier, &action.text);
    if (result < 0)
        return result;
    if (run->host->duplicate) {
        result =
            run->host->duplicate(run->host->arg, action.text, action.seconds, action.last, &seen);
        if (result < 0)
            return sieve_run_failed(run, result);
    }
    *out = seen;
    return sieve_outcome_add(run, &action);
}

/* Mailboxes (RFC 5490 section 3, RFC 9042, RFC 8579)
 * ------------------------------------------------- */

/* Whether all of the names are there. */
static int ask_for_all(struct sieve_run *run, const struct sieve_value *names,
                       int (*ask)(void *arg, struct slice name, bool *out), bool *out)
{
    const struct slice *texts;
    bool all = ask != NULL;
    int result = sieve_run_strings(run, names, &texts);
    for (size_t i = 0; result == 0 && all && i < names->count; i++) {
        result = ask(run->host->arg, texts[i], &all);
        if (result < 0)
            return sieve_run_failed(run, result);
    }
    if (result == 0)
        *out = all;
    return result;
}

static int test_mailboxexists(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    return ask_for_all(run, &call->arguments[0], run->host->mailbox_exists, out);
}

static int test_mailboxidexists(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    return ask_for_all(run, &call->arguments[0], run->host->mailbox_id_exists, out);
}

enum { USE_MAILBOX, USE_NAMES };

static int test_specialuse_exists(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    const struct sieve_value *mailbox = &call->arguments[USE_MAILBOX];
    const struct sieve_value *uses = &call->arguments[USE_NAMES];
    struct slice name = SLICE_EMPTY;
    const struct slice *texts;
    bool all = run->host->special_use_exists != NULL;
    int result = mailbox->type == SIEVE_NOTHING ? 0 : sieve_run_string(run, mailbox, &name);
    if (result == 0)
        result = sieve_run_strings(run, uses, &texts);
    for (size_t i = 0; result == 0 && all && i < uses->count; i++) {
        result = run->host->special_use_exists(run->host->arg, name, texts[i], &all);
        if (result < 0)
            return sieve_run_failed(run, result);
    }
    if (result == 0)
        *out = all;
    return result;
}

/* Annotations (RFC 5490 section 3)
 * ---------------------------------------------------------------------- */

/* *exists_out: false when the host knows of none. */
static int get_annotation(struct sieve_run *run, struct slice mailbox, struct slice entry,
                          struct slice *value_out, bool *exists_out)
{
    *exists_out = false;
    if (!run->host->metadata)
        return 0;
    int result = run->host->metadata(run->host->arg, mailbox, entry, &run->scratch, value_out);
    if (result == -ERR_NOT_FOUND)
        return 0;
    *exists_out = result == 0;
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

/* Of the mailbox named by the first argument, or of the server: the next ones are the same. */
static int test_value(struct sieve_run *run, const struct sieve_call *call, struct slice mailbox,
                      const struct sieve_value *arguments, bool *out)
{
    struct slice entry, value = SLICE_EMPTY;
    struct sieve_matcher matcher;
    bool exists = false;
    int result = sieve_run_string(run, &arguments[0], &entry);
    if (result == 0)
        result = sieve_matcher_begin(run, call, &arguments[1], &matcher);
    if (result == 0)
        result = get_annotation(run, mailbox, entry, &value, &exists);
    if (result == 0 && exists)
        result = sieve_matcher_feed(&matcher, value);
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

static int test_all_exist(struct sieve_run *run, struct slice mailbox,
                          const struct sieve_value *entries, bool *out)
{
    const struct slice *texts;
    bool all = true;
    int result = sieve_run_strings(run, entries, &texts);
    for (size_t i = 0; result == 0 && all && i < entries->count; i++) {
        struct slice value;
        result = get_annotation(run, mailbox, texts[i], &value, &all);
    }
    if (result == 0)
        *out = all;
    return result;
}

static int test_metadata(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct slice mailbox;
    int result = sieve_run_string(run, &call->arguments[0], &mailbox);
    return result < 0 ? result : test_value(run, call, mailbox, &call->arguments[1], out);
}

static int test_servermetadata(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    return test_value(run, call, SLICE_EMPTY, &call->arguments[0], out);
}

static int test_metadataexists(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct slice mailbox;
    int result = sieve_run_string(run, &call->arguments[0], &mailbox);
    return result < 0 ? result : test_all_exist(run, mailbox, &call->arguments[1], out);
}

static int test_servermetadataexists(struct sieve_run *run, const struct sieve_call *call,
                                     bool *out)
{
    return test_all_exist(run, SLICE_EMPTY, &call->arguments[0], out);
}

/* Rows
 * ----------------------------------------------------------------------------------------------------
 */

static const struct sieve_tag *const match_tags[] = {sieve_tags_match, NULL};
static const struct sieve_tag *const duplicate_tags[] = {duplicate_tag_table, NULL};

#define TEST_ROW(row_name, needed)                                                                 \
    .name = #row_name, .kind = SIEVE_TEST, .extension = (needed), .test = test_##row_name

const struct sieve_row sieve_row_environment = {
    TEST_ROW(environment, SIEVE_EXT_ENVIRONMENT),
    .tags = match_tags,
    .parameters = {{"the name of the item", SIEVE_STRING, false, false},
                   {"the keys", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_duplicate = {
    TEST_ROW(duplicate, SIEVE_EXT_DUPLICATE),
    .tags = duplicate_tags,
};

const struct sieve_row sieve_row_mailboxexists = {
    TEST_ROW(mailboxexists, SIEVE_EXT_MAILBOX),
    .parameters = {{"the names of mailboxes", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_mailboxidexists = {
    TEST_ROW(mailboxidexists, SIEVE_EXT_MAILBOXID),
    .parameters = {{"the identifiers of mailboxes", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_specialuse_exists = {
    TEST_ROW(specialuse_exists, SIEVE_EXT_SPECIAL_USE),
    .parameters = {[USE_MAILBOX] = {"the name of the mailbox", SIEVE_STRING, true, false},
                   [USE_NAMES] = {"the special uses", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_metadata = {
    TEST_ROW(metadata, SIEVE_EXT_MBOXMETADATA),
    .tags = match_tags,
    .parameters = {{"the name of the mailbox", SIEVE_STRING, false, false},
                   {"the name of the annotation", SIEVE_STRING, false, false},
                   {"the keys", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_metadataexists = {
    TEST_ROW(metadataexists, SIEVE_EXT_MBOXMETADATA),
    .parameters = {{"the name of the mailbox", SIEVE_STRING, false, false},
                   {"the names of annotations", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_servermetadata = {
    TEST_ROW(servermetadata, SIEVE_EXT_SERVERMETADATA),
    .tags = match_tags,
    .parameters = {{"the name of the annotation", SIEVE_STRING, false, false},
                   {"the keys", SIEVE_STRINGS, false, false}},
};

const struct sieve_row sieve_row_servermetadataexists = {
    TEST_ROW(servermetadataexists, SIEVE_EXT_SERVERMETADATA),
    .parameters = {{"the names of annotations", SIEVE_STRINGS, false, false}},
};
