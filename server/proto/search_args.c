#include "proto/search_args.h"

#include "base/text.h"
#include "model/object_id.h"

struct search_parser {
    struct lexer *lexer;
    struct slice charset;
    unsigned depth;
    unsigned nodes;
};

/* A row of the table of keys: how its arguments are read, and into what. */
struct search_key {
    const char *name;
    int (*parse)(struct search_parser *parser, const struct search_key *key,
                 struct search_node *node);
    enum search_kind kind;
    bool negated;
    flag_mask flag;
    const char *header;
};

static int parse_key(struct search_parser *parser, struct search_node **out);

static int new_node(struct search_parser *parser, enum search_kind kind, struct search_node **out)
{
    if (parser->nodes == SEARCH_NODES_MAX)
        return fail(ERR_LIMIT, "more than %d search keys", SEARCH_NODES_MAX);
    struct search_node *node = ARENA_NEW(parser->lexer->arena, struct search_node);
    if (!node)
        return -ERR_NO_MEMORY;
    parser->nodes++;
    node->kind = kind;
    *out = node;
    return 0;
}

/* Arguments ---------------------------------------------------------------------- */

/* Reads an astring in the program's charset: UTF-8 and folded. */
static int parse_text(struct search_parser *parser, struct slice *out)
{
    struct slice raw;
    int result = lexer_astring(parser->lexer, &raw);
    if (result < 0)
        return result;
    struct buffer utf8, folded;
    buffer_init(&utf8, 0);
    buffer_init(&folded, 0);
    result = text_to_utf8_strict(parser->charset, raw, &utf8);
    if (result == 0) {
        text_fold(buffer_slice(&utf8), &folded);
        result = buffer_check(&utf8);
    }
    if (result == 0)
        result = buffer_check(&folded);
    if (result == 0) {
        struct slice text = arena_copy(parser->lexer->arena, buffer_slice(&folded));
        if (text.data)
            *out = text;
        else
            result = -ERR_NO_MEMORY;
    }
    buffer_clear(&utf8);
    buffer_clear(&folded);
    return result;
}

static int parse_nothing(struct search_parser *parser, const struct search_key *key,
                         struct search_node *node)
{
    (void)parser, (void)key, (void)node;
    return 0;
}

static int parse_string(struct search_parser *parser, const struct search_key *key,
                        struct search_node *node)
{
    if (key->header)
        node->name = slice_cstr(key->header);
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : parse_text(parser, &node->text);
}

static int parse_header(struct search_parser *parser, const struct search_key *key,
                        struct search_node *node)
{
    int result = lexer_space(parser->lexer);
    if (result == 0)
        result = lexer_astring(parser->lexer, &node->name);
    return result < 0 ? result : parse_string(parser, key, node);
}

static int parse_keyword(struct search_parser *parser, const struct search_key *key,
                         struct search_node *node)
{
    (void)key;
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : lexer_atom(parser->lexer, &node->name);
}

static int parse_date(struct search_parser *parser, const struct search_key *key,
                      struct search_node *node)
{
    (void)key;
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : lexer_date(parser->lexer, &node->day);
}

static int parse_number(struct search_parser *parser, const struct search_key *key,
                        struct search_node *node)
{
    (void)key;
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : lexer_number64(parser->lexer, &node->number);
}

/* nz-number (RFC 5032 section 3) */
static int parse_interval(struct search_parser *parser, const struct search_key *key,
                          struct search_node *node)
{
    uint32_t seconds = 0;
    (void)key;
    int result = lexer_space(parser->lexer);
    if (result == 0)
        result = lexer_nz_number(parser->lexer, &seconds);
    node->number = seconds;
    return result;
}

/* [entry-name SP entry-type-req SP] mod-sequence-valzer (RFC 7162 section 7). A message
 * has one modseq for all its flags, so the name of one is read and ignored. */
static int parse_modseq(struct search_parser *parser, const struct search_key *key,
                        struct search_node *node)
{
    static const char *const types[] = {"priv", "shared", "all"};
    struct lexer *lexer = parser->lexer;
    struct slice name;
    int result = lexer_space(lexer);
    if (result == 0 && lexer_peek(lexer) == '"') {
        result = lexer_string(lexer, &name);
        if (result == 0 && !slice_starts_with_nocase(name, SLICE("/flags/")))
            result = fail(ERR_SYNTAX, "no such entry");
        if (result == 0)
            result = lexer_space(lexer);
        bool typed = false;
        for (size_t i = 0; i < sizeof types / sizeof types[0] && result == 0 && !typed; i++)
            typed = lexer_accept_word(lexer, types[i]);
        if (result == 0 && !typed)
            result = fail(ERR_SYNTAX, "priv, shared or all expected");
        if (result == 0)
            result = lexer_space(lexer);
    }
    (void)key;
    return result < 0 ? result : lexer_number64(lexer, &node->number);
}

/* objectid (RFC 8474 section 7) */
static int parse_object_id(struct search_parser *parser, const struct search_key *key,
                           struct search_node *node)
{
    struct slice text;
    int64_t id = 0;
    enum object_kind kind = key->kind == SEARCH_THREADID ? OBJECT_THREAD : OBJECT_EMAIL;
    int result = lexer_space(parser->lexer);
    if (result == 0)
        result = lexer_atom(parser->lexer, &text);
    if (result == 0)
        result = object_id_parse(text, kind, &id);
    node->number = (uint64_t)id;
    return result;
}

static int parse_uid(struct search_parser *parser, const struct search_key *key,
                     struct search_node *node)
{
    (void)key;
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : lexer_sequence_set(parser->lexer, &node->sequence);
}

/* UIDAFTER and UIDBEFORE (RFC 9738 section 3.2): unlike "7:*", what is after 7 has a larger UID. */
static int parse_uids_beside(struct search_parser *parser, struct uid_range (*beside)(uint32_t uid),
                             struct search_node *node)
{
    uint32_t uid;
    int result = lexer_space(parser->lexer);
    if (result == 0)
        result = lexer_nz_number(parser->lexer, &uid);
    if (result < 0)
        return result;
    struct uid_range *range = ARENA_NEW(parser->lexer->arena, struct uid_range);
    if (!range)
        return -ERR_NO_MEMORY;
    *range = beside(uid);
    node->sequence = (struct sequence_set){.items = range, .count = range->first <= range->last};
    return 0;
}

static struct uid_range uids_after(uint32_t uid)
{
    return uid == UINT32_MAX ? (struct uid_range){1, 0} : (struct uid_range){uid + 1, UINT32_MAX};
}

static struct uid_range uids_before(uint32_t uid)
{
    return (struct uid_range){1, uid - 1};
}

static int parse_after(struct search_parser *parser, const struct search_key *key,
                       struct search_node *node)
{
    (void)key;
    return parse_uids_beside(parser, uids_after, node);
}

static int parse_before(struct search_parser *parser, const struct search_key *key,
                        struct search_node *node)
{
    (void)key;
    return parse_uids_beside(parser, uids_before, node);
}

static int parse_not(struct search_parser *parser, const struct search_key *key,
                     struct search_node *node)
{
    (void)key;
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : parse_key(parser, &node->first_child);
}

/* OR a OR b c is what clients write for "one of these". Read in a loop, so
 * that long chains are neither deep nor slow. */
static int parse_or(struct search_parser *parser, const struct search_key *key,
                    struct search_node *node)
{
    (void)key;
    struct search_node **link = &node->first_child;
    int result = 0;
    do {
        result = lexer_space(parser->lexer);
        if (result == 0)
            result = parse_key(parser, link);
        if (result == 0)
            result = lexer_space(parser->lexer);
        if (result < 0)
            return result;
        link = &(*link)->next;
    } while (lexer_accept_word(parser->lexer, "OR"));
    return parse_key(parser, link);
}

/* NEW: RECENT UNSEEN */
static int parse_new(struct search_parser *parser, const struct search_key *key,
                     struct search_node *node)
{
    (void)key;
    struct search_node *recent = NULL, *not_seen = NULL;
    int result = new_node(parser, SEARCH_RECENT, &recent);
    if (result == 0)
        result = new_node(parser, SEARCH_NOT, &not_seen);
    if (result == 0)
        result = new_node(parser, SEARCH_FLAG, &not_seen->first_child);
    if (result < 0)
        return result;
    not_seen->first_child->flag = FLAG_SEEN;
    recent->next = not_seen;
    node->first_child = recent;
    return 0;
}

/* Keys -------------------------------------------------------------------------------- */

static const struct search_key search_keys[] = {
    {"ALL", parse_nothing, SEARCH_ALL, false, 0, NULL},
    {"ANSWERED", parse_nothing, SEARCH_FLAG, false, FLAG_ANSWERED, NULL},
    {"BCC", parse_string, SEARCH_HEADER, false, 0, "Bcc"},
    {"BEFORE", parse_date, SEARCH_BEFORE, false, 0, NULL},
    {"BODY", parse_string, SEARCH_BODY, false, 0, NULL},
    {"CC", parse_string, SEARCH_HEADER, false, 0, "Cc"},
    {"DELETED", parse_nothing, SEARCH_FLAG, false, FLAG_DELETED, NULL},
    {"DRAFT", parse_nothing, SEARCH_FLAG, false, FLAG_DRAFT, NULL},
    {"EMAILID", parse_object_id, SEARCH_EMAILID, false, 0, NULL},
    {"FLAGGED", parse_nothing, SEARCH_FLAG, false, FLAG_FLAGGED, NULL},
    {"FROM", parse_string, SEARCH_HEADER, false, 0, "From"},
    {"HEADER", parse_header, SEARCH_HEADER, false, 0, NULL},
    {"KEYWORD", parse_keyword, SEARCH_KEYWORD, false, 0, NULL},
    {"LARGER", parse_number, SEARCH_LARGER, false, 0, NULL},
    {"MODSEQ", parse_modseq, SEARCH_MODSEQ, false, 0, NULL},
    {"NEW", parse_new, SEARCH_AND, false, 0, NULL},
    {"NOT", parse_not, SEARCH_NOT, false, 0, NULL},
    {"OLD", parse_nothing, SEARCH_RECENT, true, 0, NULL},
    {"OLDER", parse_interval, SEARCH_OLDER, false, 0, NULL},
    {"ON", parse_date, SEARCH_ON, false, 0, NULL},
    {"OR", parse_or, SEARCH_OR, false, 0, NULL},
    {"RECENT", parse_nothing, SEARCH_RECENT, false, 0, NULL},
    {"SAVEDATESUPPORTED", parse_nothing, SEARCH_ALL, false, 0, NULL},
    {"SAVEDBEFORE", parse_date, SEARCH_SAVED_BEFORE, false, 0, NULL},
    {"SAVEDON", parse_date, SEARCH_SAVED_ON, false, 0, NULL},
    {"SAVEDSINCE", parse_date, SEARCH_SAVED_SINCE, false, 0, NULL},
    {"SEEN", parse_nothing, SEARCH_FLAG, false, FLAG_SEEN, NULL},
    {"SENTBEFORE", parse_date, SEARCH_SENT_BEFORE, false, 0, NULL},
    {"SENTON", parse_date, SEARCH_SENT_ON, false, 0, NULL},
    {"SENTSINCE", parse_date, SEARCH_SENT_SINCE, false, 0, NULL},
    {"SINCE", parse_date, SEARCH_SINCE, false, 0, NULL},
    {"SMALLER", parse_number, SEARCH_SMALLER, false, 0, NULL},
    {"SUBJECT", parse_string, SEARCH_HEADER, false, 0, "Subject"},
    {"TEXT", parse_string, SEARCH_TEXT, false, 0, NULL},
    {"THREADID", parse_object_id, SEARCH_THREADID, false, 0, NULL},
    {"TO", parse_string, SEARCH_HEADER, false, 0, "To"},
    {"UID", parse_uid, SEARCH_UID, false, 0, NULL},
    {"UIDAFTER", parse_after, SEARCH_UID, false, 0, NULL},
    {"UIDBEFORE", parse_before, SEARCH_UID, false, 0, NULL},
    {"UNANSWERED", parse_nothing, SEARCH_FLAG, true, FLAG_ANSWERED, NULL},
    {"UNDELETED", parse_nothing, SEARCH_FLAG, true, FLAG_DELETED, NULL},
    {"UNDRAFT", parse_nothing, SEARCH_FLAG, true, FLAG_DRAFT, NULL},
    {"UNFLAGGED", parse_nothing, SEARCH_FLAG, true, FLAG_FLAGGED, NULL},
    {"UNKEYWORD", parse_keyword, SEARCH_KEYWORD, true, 0, NULL},
    {"UNSEEN", parse_nothing, SEARCH_FLAG, true, FLAG_SEEN, NULL},
    {"YOUNGER", parse_interval, SEARCH_YOUNGER, false, 0, NULL},
};

static int parse_row(struct search_parser *parser, const struct search_key *key,
                     struct search_node **out)
{
    struct search_node *node = NULL, *negation = NULL;
    int result = key->negated ? new_node(parser, SEARCH_NOT, &negation) : 0;
    if (result == 0)
        result = new_node(parser, key->kind, &node);
    if (result < 0)
        return result;
    node->flag = key->flag;
    if (negation)
        negation->first_child = node;
    *out = negation ? negation : node;
    return key->parse(parser, key, node);
}

static int parse_named(struct search_parser *parser, struct search_node **out)
{
    for (size_t i = 0; i < sizeof search_keys / sizeof search_keys[0]; i++) {
        if (lexer_accept_word(parser->lexer, search_keys[i].name))
            return parse_row(parser, &search_keys[i], out);
    }
    return fail(ERR_SYNTAX, "no such search key");
}

static int parse_sequence(struct search_parser *parser, struct search_node **out)
{
    int result = new_node(parser, SEARCH_SEQUENCE, out);
    return result < 0 ? result : lexer_sequence_set(parser->lexer, &(*out)->sequence);
}

/* search-key *(SP search-key) up to `closing` (')' or the end, given as 0),
 * which is not consumed. A single key stands for itself. */
static int parse_all_of(struct search_parser *parser, char closing, struct search_node **out)
{
    struct search_node *first = NULL;
    struct search_node **link = &first;
    int result = 0;
    lexer_skip_spaces(parser->lexer);
    do {
        result = parse_key(parser, link);
        if (result == 0 && lexer_peek(parser->lexer) != closing)
            result = lexer_space(parser->lexer);
        if (result < 0)
            return result;
        link = &(*link)->next;
    } while (lexer_peek(parser->lexer) != closing);
    if (!first->next) {
        *out = first;
        return 0;
    }
    result = new_node(parser, SEARCH_AND, out);
    if (result == 0)
        (*out)->first_child = first;
    return result;
}

static int parse_group(struct search_parser *parser, struct search_node **out)
{
    int result = lexer_expect(parser->lexer, '(');
    if (result == 0)
        result = parse_all_of(parser, ')', out);
    return result < 0 ? result : lexer_expect(parser->lexer, ')');
}

/* search-key. The only function that recurses, through NOT, OR and groups. */
static int parse_key(struct search_parser *parser, struct search_node **out)
{
    if (parser->depth == SEARCH_DEPTH_MAX)
        return fail(ERR_LIMIT, "search is nested deeper than %d", SEARCH_DEPTH_MAX);
    parser->depth++;
    char next = lexer_peek(parser->lexer);
    int result;
    if (next == '(')
        result = parse_group(parser, out);
    else if (ascii_is_digit(next) || next == '*' || next == '$')
        result = parse_sequence(parser, out);
    else
        result = parse_named(parser, out);
    parser->depth--;
    return result;
}

/* What may be named with UTF8=ACCEPT where a charset must be named (SORT, THREAD): erratum 4029 of
 * RFC 6855, but for US-ASCII, which is UTF-8, too, and what some clients always say there. */
static bool is_within_utf8(struct slice charset)
{
    return slice_equal_nocase(charset, SLICE("UTF-8")) ||
           slice_equal_nocase(charset, SLICE("US-ASCII"));
}

/* astring SP */
static int parse_charset_name(struct search_parser *parser)
{
    struct slice charset;
    int result = lexer_astring(parser->lexer, &charset);
    if (result == 0)
        result = lexer_space(parser->lexer);
    if (result < 0)
        return result;
    if (parser->lexer->charset_is_utf8 && !is_within_utf8(charset))
        return fail(ERR_SYNTAX, "the charset is UTF-8: it was enabled");
    if (!text_charset_known(charset))
        return fail(ERR_CHARSET, "unknown charset");
    parser->charset = charset;
    return 0;
}

/* "CHARSET" SP astring SP */
static int parse_charset(struct search_parser *parser)
{
    if (!lexer_accept_word(parser->lexer, "CHARSET"))
        return 0;
    if (parser->lexer->charset_is_utf8)
        return fail(ERR_SYNTAX, "the charset is UTF-8: it was enabled");
    int result = lexer_space(parser->lexer);
    return result < 0 ? result : parse_charset_name(parser);
}

static int parse_program(struct lexer *lexer,
                         int (*parse_charset_first)(struct search_parser *parser),
                         struct search_node **out)
{
    struct search_parser parser = {.lexer = lexer, .charset = SLICE("UTF-8")};
    struct search_node *root = NULL;
    int result = parse_charset_first(&parser);
    if (result == 0)
        result = parse_all_of(&parser, '\0', &root);
    if (result == 0)
        result = lexer_end(lexer);
    if (result == 0)
        *out = root;
    return result;
}

int search_args_parse(struct lexer *lexer, struct search_node **out)
{
    return parse_program(lexer, parse_charset, out);
}

int search_criteria_parse(struct lexer *lexer, struct search_node **out)
{
    return parse_program(lexer, parse_charset_name, out);
}
