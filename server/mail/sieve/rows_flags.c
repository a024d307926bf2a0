/* IMAP flags (RFC 5232): lists of names in variables, and in the internal one that keep and
 * fileinto take theirs from. */
#include "model/flags.h"
#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/match.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

enum { FLAGS_MAX = 256 };

/* Lists -------------------------------------------------------------------------------------- */

/* Distinct names, as they were written. */
struct flag_list {
    struct slice names[FLAGS_MAX];
    size_t count;
};

static bool is_keyword(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("(){%*\"\\]", c))
            return false;
    }
    return name.len > 0 && name.len <= FLAG_KEYWORD_LENGTH_MAX;
}

/* RFC 5232 section 2: what is no flag is passed over. */
static bool is_flag(struct slice name)
{
    return flag_system_from_name(name) != 0 || is_keyword(name);
}

static size_t find(const struct flag_list *list, struct slice name)
{
    size_t i = 0;
    while (i < list->count && !slice_equal_nocase(list->names[i], name))
        i++;
    return i;
}

static void append(struct flag_list *list, struct slice name)
{
    if (list->count < FLAGS_MAX)
        list->names[list->count++] = name;
}

static void add(struct flag_list *list, struct slice name)
{
    if (is_flag(name) && find(list, name) == list->count)
        append(list, name);
}

static void remove_name(struct flag_list *list, struct slice name)
{
    size_t at = find(list, name);
    if (at == list->count)
        return;
    memmove(&list->names[at], &list->names[at + 1], (list->count - at - 1) * sizeof *list->names);
    list->count--;
}

/* Each name in a string: they stand between spaces. */
static void each_name(struct slice text, struct flag_list *list,
                      void (*take)(struct flag_list *list, struct slice name))
{
    while (text.len > 0) {
        size_t end = slice_find(text, ' ');
        if (end > 0)
            take(list, slice_sub(text, 0, end));
        text = slice_sub(text, end + 1, text.len);
    }
}

/* setflag, addflag, removeflag (RFC 5232 section 3) ----------------------------------------------
 */

enum { FLAG_VARIABLE, FLAG_NAMES };

static const struct sieve_value *variable_of(const struct sieve_call *call)
{
    const struct sieve_value *variable = &call->arguments[FLAG_VARIABLE];
    return variable->type == SIEVE_NOTHING ? NULL : variable;
}

static int check_variables(struct sieve_compiler *compiler, struct sieve_call *call)
{
    const struct sieve_value *names = variable_of(call);
    if (!names)
        return 0;
    if (!sieve_compile_has(compiler, SIEVE_EXT_VARIABLES))
        return sieve_compile_fail(compiler, names->place,
                                  "flags in a variable need require \"variables\"");
    struct sieve_variable *variables =
        ARENA_ARRAY(sieve_compile_arena(compiler), names->count, struct sieve_variable);
    int result = variables ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; result == 0 && i < names->count; i++)
        result =
            sieve_compile_variable(compiler, names->texts[i].constant, names->place, &variables[i]);
    call->prepared = variables;
    return result;
}

static struct slice current(const struct sieve_run *run, const struct sieve_call *call)
{
    return call->prepared ? sieve_run_get(run, call->prepared) : buffer_slice(&run->flags);
}

/* The list becomes the variable's, or the internal one. */
static int store(struct sieve_run *run, const struct sieve_call *call, const struct flag_list *list)
{
    struct slice text;
    struct buffer joined;
    buffer_init(&joined, 0);
    for (size_t i = 0; i < list->count; i++) {
        buffer_add_cstr(&joined, i > 0 ? " " : "");
        buffer_add(&joined, list->names[i]);
    }
    int result = buffer_keep(&joined, &run->scratch, &text);
    if (result < 0)
        return sieve_run_failed(run, result);
    return call->prepared ? sieve_run_set(run, call->prepared, text)
                          : sieve_run_store(run, &run->flags, text);
}

static int change(struct sieve_run *run, const struct sieve_call *call, struct slice before,
                  void (*take)(struct flag_list *list, struct slice name))
{
    const struct sieve_value *names = &call->arguments[FLAG_NAMES];
    const struct slice *texts;
    struct flag_list *list = ARENA_NEW(&run->scratch, struct flag_list);
    int result = list ? sieve_run_strings(run, names, &texts) : -ERR_NO_MEMORY;
    if (result < 0)
        return sieve_run_failed(run, result);
    each_name(before, list, add);
    for (size_t i = 0; i < names->count; i++)
        each_name(texts[i], list, take);
    return store(run, call, list);
}

static int run_setflag(struct sieve_run *run, const struct sieve_call *call)
{
    return change(run, call, SLICE_EMPTY, add);
}

static int run_addflag(struct sieve_run *run, const struct sieve_call *call)
{
    return change(run, call, current(run, call), add);
}

static int run_removeflag(struct sieve_run *run, const struct sieve_call *call)
{
    return change(run, call, current(run, call), remove_name);
}

/* hasflag (RFC 5232 section 4)
 * ---------------------------------------------------------------------- */

static int feed_flags(struct sieve_run *run, struct slice text, struct sieve_matcher *matcher)
{
    struct flag_list *list = ARENA_NEW(&run->scratch, struct flag_list);
    int result = list ? 0 : sieve_run_failed(run, -ERR_NO_MEMORY);
    if (result == 0)
        each_name(text, list, add);
    for (size_t i = 0; result == 0 && i < list->count; i++)
        result = sieve_matcher_feed(matcher, list->names[i]);
    return result;
}

/* Keys are lists of flags, too: "b A" stands for ["b", "A"]. They may be parts of names. */
static int begin_hasflag(struct sieve_run *run, const struct sieve_call *call,
                         struct sieve_matcher *out)
{
    const struct sieve_value *keys = &call->arguments[FLAG_NAMES];
    const struct slice *texts = NULL;
    struct flag_list *list = ARENA_NEW(&run->scratch, struct flag_list);
    int result =
        list ? sieve_run_strings(run, keys, &texts) : sieve_run_failed(run, -ERR_NO_MEMORY);
    for (size_t i = 0; result == 0 && i < keys->count; i++)
        each_name(texts[i], list, append);
    return result < 0 ? result
                      : sieve_matcher_begin_texts(run, call, list->names, list->count, out);
}

static int test_hasflag(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    const struct sieve_value *names = variable_of(call);
    const struct sieve_variable *variables = call->prepared;
    struct sieve_matcher matcher;
    int result = begin_hasflag(run, call, &matcher);
    if (result == 0 && !names)
        result = feed_flags(run, buffer_slice(&run->flags), &matcher);
    for (size_t i = 0; result == 0 && names && i < names->count; i++)
        result = feed_flags(run, sieve_run_get(run, &variables[i]), &matcher);
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

/* Flags of actions (RFC 5232 section 5)
 * ------------------------------------------------------------------ */

static void set_flag(struct flag_names *flags, struct slice name)
{
    flag_mask system = flag_system_from_name(name);
    if (system)
        flags->system |= system;
    else
        flags->keywords[flags->keyword_count++] = name;
}

int sieve_flags_apply(struct sieve_run *run, const struct sieve_call *call,
                      struct sieve_action *action)
{
    const struct sieve_value *given = call ? sieve_call_value(call, SIEVE_GROUP_FLAGS) : NULL;
    const struct slice internal = buffer_slice(&run->flags);
    const struct slice *texts = &internal;
    size_t count = given ? given->count : 1;
    struct flag_list *list = ARENA_NEW(&run->scratch, struct flag_list);
    struct slice *keywords = ARENA_ARRAY(&run->scratch, FLAGS_MAX, struct slice);
    if (!list || !keywords)
        return sieve_run_failed(run, -ERR_NO_MEMORY);
    int result = given ? sieve_run_strings(run, given, &texts) : 0;
    if (result < 0)
        return result;
    for (size_t i = 0; i < count; i++)
        each_name(texts[i], list, add);
    action->has_flags = given || list->count > 0 || run->message->flags.data;
    action->flags = (struct flag_names){.keywords = keywords};
    for (size_t i = 0; i < list->count; i++)
        set_flag(&action->flags, list->names[i]);
    return 0;
}

/* Rows
 * ------------------------------------------------------------------------------------------------------
 */

static const struct sieve_tag *const hasflag_tags[] = {sieve_tags_match, NULL};

#define FLAG_PARAMETERS(variables)                                                                 \
    {                                                                                              \
        [FLAG_VARIABLE] = {"the name of the variable", variables, true, true}, [FLAG_NAMES] = {    \
            "the flags",                                                                           \
            SIEVE_STRINGS,                                                                         \
            false,                                                                                 \
            false                                                                                  \
        }                                                                                          \
    }

const struct sieve_row sieve_row_setflag = {
    .name = "setflag",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_IMAP4FLAGS,
    .parameters = FLAG_PARAMETERS(SIEVE_STRING),
    .check = check_variables,
    .run = run_setflag,
};

const struct sieve_row sieve_row_addflag = {
    .name = "addflag",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_IMAP4FLAGS,
    .parameters = FLAG_PARAMETERS(SIEVE_STRING),
    .check = check_variables,
    .run = run_addflag,
};

const struct sieve_row sieve_row_removeflag = {
    .name = "removeflag",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_IMAP4FLAGS,
    .parameters = FLAG_PARAMETERS(SIEVE_STRING),
    .check = check_variables,
    .run = run_removeflag,
};

const struct sieve_row sieve_row_hasflag = {
    .name = "hasflag",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_IMAP4FLAGS,
    .tags = hasflag_tags,
    .parameters = FLAG_PARAMETERS(SIEVE_STRINGS),
    .check = check_variables,
    .test = test_hasflag,
};
