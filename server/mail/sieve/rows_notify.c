/* The action notify and its tests (RFC 5435), by mailto (RFC 5436). */
#include "sieve/address_part.h"
#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/mailto.h"
#include "sieve/notification.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

static const struct sieve_tag notify_tags[] = {
    {"from", SIEVE_GROUP_FROM, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"importance", SIEVE_GROUP_IMPORTANCE, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"options", SIEVE_GROUP_OPTIONS, SIEVE_STRINGS, SIEVE_EXT_NONE, 0, false},
    {"message", SIEVE_GROUP_MESSAGE, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

/* Checks ------------------------------------------------------------------------------ */

static bool is_importance(struct slice text)
{
    return text.len == 1 && text.data[0] >= '1' && text.data[0] <= '3';
}

static bool is_method(struct slice uri)
{
    struct arena arena;
    struct sieve_mailto mailto;
    arena_init(&arena, 0);
    int result = sieve_mailto_parse(uri, &arena, &mailto);
    arena_clear(&arena);
    return result == 0;
}

/* "name=value" (RFC 5435 section 3.6). */
static bool is_option(struct slice text)
{
    size_t equals = slice_find(text, '=');
    for (size_t i = 0; i < equals; i++) {
        char c = text.data[i];
        bool letter_or_digit =
            ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
        if (!letter_or_digit && (i == 0 || !strchr("-._", c)))
            return false;
    }
    struct slice value = slice_sub(text, equals + 1, text.len);
    return equals > 0 && equals < text.len && slice_find(value, '\n') == value.len;
}

static int check_notify(struct sieve_compiler *compiler, struct sieve_call *call)
{
    const struct {
        const struct sieve_value *value;
        bool (*is_valid)(struct slice text);
        const char *what;
    } rules[] = {
        {&call->arguments[0], is_method, "the method"},
        {sieve_call_value(call, SIEVE_GROUP_IMPORTANCE), is_importance, "the importance"},
        {sieve_call_value(call, SIEVE_GROUP_FROM), sieve_is_sender, "the sender"},
        {sieve_call_value(call, SIEVE_GROUP_OPTIONS), is_option, "the option"},
    };
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].value)
            result =
                sieve_check_strings(compiler, rules[i].value, rules[i].is_valid, rules[i].what);
    }
    return result;
}

/* Action ------------------------------------------------------------------------------ */

static int get_options(struct sieve_run *run, const struct sieve_call *call,
                       struct sieve_action *action)
{
    const struct sieve_value *options = sieve_call_value(call, SIEVE_GROUP_OPTIONS);
    if (!options)
        return 0;
    action->option_count = options->count;
    return sieve_run_strings(run, options, &action->options);
}

static int get_action(struct sieve_run *run, const struct sieve_call *call,
                      struct sieve_action *action)
{
    int result = sieve_run_string(run, &call->arguments[0], &action->address);
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_FROM, &action->from);
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_IMPORTANCE, &action->importance);
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_MESSAGE, &action->text);
    if (result == 0)
        result = get_options(run, call, action);
    if (!is_importance(action->importance))
        action->importance = SLICE("2"); /* RFC 5435 section 3.4 */
    if (!sieve_is_sender(action->from))
        action->from = SLICE_EMPTY;
    return result;
}

static int run_notify(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_action action = {.kind = SIEVE_NOTIFY, .line = run->place.line};
    struct sieve_mailto mailto;
    int result = get_action(run, call, &action);
    if (result == 0)
        result = sieve_run_charge(run, run->header.len);
    if (result < 0)
        return result;
    if (sieve_mailto_parse(action.address, &run->scratch, &mailto) < 0)
        return sieve_run_fail(run, ERR_INVALID, "the method of notify is not valid: %s",
                              last_error()->text);
    if (!sieve_notification_is_due(run->header)) {
        sieve_run_trace(run, "no notification of what a program sent");
        return 0;
    }
    return sieve_outcome_add(run, &action);
}

/* Tests ------------------------------------------------------------------------------- */

/* RFC 5435 section 4: whether all of them are valid. */
static int test_valid(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    const struct slice *uris;
    int result = sieve_run_strings(run, &call->arguments[0], &uris);
    if (result < 0)
        return result;
    *out = true;
    for (size_t i = 0; i < call->arguments[0].count; i++)
        *out &= is_method(uris[i]);
    return 0;
}

enum { CAPABILITY_URI, CAPABILITY_NAME, CAPABILITY_KEYS };

/* RFC 5435 section 5. Of "online" mailto knows nothing (RFC 5436 section 3); others there are
 * none. */
static int test_capability(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct slice uri, name;
    struct sieve_matcher matcher;
    int result = sieve_run_string(run, &call->arguments[CAPABILITY_URI], &uri);
    if (result == 0)
        result = sieve_run_string(run, &call->arguments[CAPABILITY_NAME], &name);
    if (result == 0)
        result = sieve_matcher_begin(run, call, &call->arguments[CAPABILITY_KEYS], &matcher);
    if (result < 0)
        return result;
    if (!is_method(uri) || !slice_equal_nocase(name, SLICE("online"))) {
        *out = false;
        return 0;
    }
    result = sieve_matcher_feed(&matcher, SLICE("maybe"));
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

static const struct sieve_tag *const tags[] = {notify_tags, NULL};
static const struct sieve_tag *const capability_tags[] = {sieve_tags_match, NULL};

const struct sieve_row sieve_row_notify = {
    .name = "notify",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_ENOTIFY,
    .tags = tags,
    .parameters = {{"the method", SIEVE_STRING, false, false}},
    .check = check_notify,
    .run = run_notify,
};

const struct sieve_row sieve_row_valid_notify_method = {
    .name = "valid_notify_method",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_ENOTIFY,
    .parameters = {{"the methods", SIEVE_STRINGS, false, false}},
    .test = test_valid,
};

const struct sieve_row sieve_row_notify_method_capability = {
    .name = "notify_method_capability",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_ENOTIFY,
    .tags = capability_tags,
    .parameters = {[CAPABILITY_URI] = {"the method", SIEVE_STRING, false, false},
                   [CAPABILITY_NAME] = {"the capability", SIEVE_STRING, false, false},
                   [CAPABILITY_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .test = test_capability,
};
