/* The action vacation (RFC 5230), with :seconds (RFC 6131). */
#include "sieve/address_part.h"
#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"
#include "sieve/vacation.h"

enum { SECONDS_A_DAY = 24 * 60 * 60 };
enum { GIVEN_IN_DAYS, GIVEN_IN_SECONDS };

static const struct sieve_tag vacation_tags[] = {
    {"days", SIEVE_GROUP_SECONDS, SIEVE_NUMBER, SIEVE_EXT_NONE, GIVEN_IN_DAYS, false},
    {"seconds", SIEVE_GROUP_SECONDS, SIEVE_NUMBER, SIEVE_EXT_VACATION_SECONDS, GIVEN_IN_SECONDS,
     false},
    {"subject", SIEVE_GROUP_SUBJECT, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"from", SIEVE_GROUP_FROM, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"addresses", SIEVE_GROUP_ADDRESSES, SIEVE_STRINGS, SIEVE_EXT_NONE, 0, false},
    {"mime", SIEVE_GROUP_MIME, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
    {"handle", SIEVE_GROUP_HANDLE, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

static int check_vacation(struct sieve_compiler *compiler, struct sieve_call *call)
{
    const struct sieve_value *from = sieve_call_value(call, SIEVE_GROUP_FROM);
    return from ? sieve_check_strings(compiler, from, sieve_is_sender, "the sender") : 0;
}

static uint32_t seconds_of(const struct sieve_call *call)
{
    const struct sieve_tag_value *given = sieve_call_tag(call, SIEVE_GROUP_SECONDS);
    uint64_t days = SIEVE_VACATION_DAYS;
    if (given && given->tag->choice == GIVEN_IN_SECONDS)
        return sieve_vacation_seconds(given->value.number);
    if (given)
        days = given->value.number;
    if (days == 0)
        days = 1; /* RFC 5230 section 4.1 */
    if (days > SIEVE_VACATION_DAYS_MAX)
        days = SIEVE_VACATION_DAYS_MAX;
    return sieve_vacation_seconds(days * SECONDS_A_DAY);
}

/* *why_not_out: NULL when a reply is due. */
static int judge(struct sieve_run *run, const struct sieve_call *call, const char **why_not_out)
{
    const struct sieve_value *aliases = sieve_call_value(call, SIEVE_GROUP_ADDRESSES);
    struct sieve_vacation vacation = {
        .header = run->header,
        .sender = run->message->envelope_from,
        .recipient = run->message->envelope_to,
        .own_addresses = run->host->own_addresses,
        .alias_count = aliases ? aliases->count : 0,
    };
    int result = sieve_run_charge(run, run->header.len);
    if (result == 0 && aliases)
        result = sieve_run_strings(run, aliases, &vacation.aliases);
    if (result < 0)
        return result;
    if (!run->message->has_envelope) {
        *why_not_out = "the message did not just arrive";
        return 0;
    }
    result = sieve_vacation_judge(&vacation, &run->scratch, why_not_out);
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

static struct slice as_written(const struct sieve_value *value)
{
    return value ? value->texts[0].constant : SLICE_EMPTY;
}

/* RFC 5230 section 4.2: of the arguments as the script has them, without their variables. */
static int make_handle(struct sieve_run *run, const struct sieve_call *call,
                       struct sieve_action *action)
{
    return sieve_vacation_handle(as_written(sieve_call_value(call, SIEVE_GROUP_SUBJECT)),
                                 as_written(sieve_call_value(call, SIEVE_GROUP_FROM)),
                                 action->text_is_mime, as_written(&call->arguments[0]),
                                 &run->scratch, &action->handle);
}

static int add_reply(struct sieve_run *run, const struct sieve_call *call,
                     struct sieve_action *action)
{
    int result = sieve_run_tag_string(run, call, SIEVE_GROUP_SUBJECT, &action->subject);
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_FROM, &action->from);
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_HANDLE, &action->handle);
    if (result == 0)
        result = sieve_run_string(run, &call->arguments[0], &action->text);
    if (result < 0)
        return result;
    if (!sieve_is_sender(action->from)) /* none, or what variables made of it */
        action->from = SLICE_EMPTY;
    if (!sieve_call_tag(call, SIEVE_GROUP_HANDLE))
        result = make_handle(run, call, action);
    if (result == 0 && !sieve_call_tag(call, SIEVE_GROUP_SUBJECT))
        result = sieve_vacation_subject(run->header, &run->scratch, &action->subject);
    return result < 0 ? sieve_run_failed(run, result) : sieve_outcome_add(run, action);
}

static int run_vacation(struct sieve_run *run, const struct sieve_call *call)
{
    const char *why_not = NULL;
    if (run->answered) /* RFC 5230 section 4.7, whether or not a reply was due */
        return sieve_run_fail(run, ERR_INVALID, "vacation answers a second time");
    run->answered = true;
    int result = judge(run, call, &why_not);
    if (result < 0)
        return result;
    if (why_not) {
        sieve_run_trace(run, "no reply: %s", why_not);
        return 0;
    }
    struct sieve_action action = {
        .kind = SIEVE_VACATION,
        .line = run->place.line,
        .address = run->message->envelope_from,
        .text_is_mime = sieve_call_tag(call, SIEVE_GROUP_MIME) != NULL,
        .seconds = seconds_of(call),
    };
    return add_reply(run, call, &action);
}

static const struct sieve_tag *const tags[] = {vacation_tags, NULL};

const struct sieve_row sieve_row_vacation = {
    .name = "vacation",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_VACATION,
    .tags = tags,
    .parameters = {{"the reason", SIEVE_STRING, false, false}},
    .check = check_vacation,
    .run = run_vacation,
};
