#include "mime/address.h"

#include "mime/token.h"
#include "model/notation.h"

/* What the tokens of one address have come to. Whether the words before "@"
 * are a mailbox or a display name shows only later, so both are gathered. */
struct address_parser {
    void (*found)(void *arg, const struct address_entry *entry);
    void *arg;
    uint32_t count;
    bool in_group;

    bool in_angle;   /* between < and > */
    bool angle_done; /* after >: what follows up to the comma is ignored */
    bool in_route;   /* in "<@a,@b:" */
    bool at_seen;    /* the words after it are the domain */
    bool spec_done;  /* the domain is complete, though the address goes on */
    bool after_dot;  /* the mailbox or domain goes on behind white space */
    size_t name_len; /* of phrase, before the word that may be the mailbox */
    struct buffer phrase;
    struct buffer comment;
    struct buffer route;
    struct buffer local;
    struct buffer domain;
};

static void start_address(struct address_parser *parser)
{
    parser->in_angle = parser->angle_done = parser->in_route = false;
    parser->at_seen = parser->spec_done = parser->after_dot = false;
    parser->name_len = 0;
    buffer_reset(&parser->phrase);
    buffer_reset(&parser->comment);
    buffer_reset(&parser->route);
    buffer_reset(&parser->local);
    buffer_reset(&parser->domain);
}

static struct slice or_nil(const struct buffer *buffer)
{
    return buffer->len > 0 ? buffer_slice(buffer) : (struct slice){0};
}

static void tell(struct address_parser *parser, struct slice name, struct slice route,
                 struct slice mailbox, struct slice host)
{
    struct address_entry entry = {name, route, mailbox, host};
    parser->found(parser->arg, &entry);
    parser->count++;
}

/* "<@host>" without a mailbox: better shown as an address than lost. */
static void route_becomes_domain(struct address_parser *parser)
{
    buffer_add(&parser->domain, slice_sub(buffer_slice(&parser->route), 1, parser->route.len));
    buffer_reset(&parser->route);
}

/* The display name: the words before "<", or before a bare "mailbox@host";
 * words alone are a name when there are several. Else a comment, as it was
 * done before RFC 822. */
static struct slice display_name(const struct address_parser *parser, bool angle)
{
    struct slice name = buffer_slice(&parser->phrase);
    if (!angle && (parser->at_seen || parser->name_len == 0))
        name.len = parser->name_len;
    return name.len > 0 ? name : or_nil(&parser->comment);
}

static void finish_address(struct address_parser *parser)
{
    if (parser->in_route)
        route_becomes_domain(parser);
    bool angle = parser->in_angle || parser->angle_done;
    if (angle || parser->at_seen || parser->phrase.len > 0) {
        bool only_words = !angle && !parser->at_seen && parser->name_len > 0;
        /* Without "@" the host is "", since a NIL host means a group. */
        tell(parser, display_name(parser, angle), or_nil(&parser->route),
             only_words ? SLICE_EMPTY : buffer_slice(&parser->local),
             buffer_slice(&parser->domain));
    }
    start_address(parser);
}

static void start_group(struct address_parser *parser)
{
    struct slice nil = {0};
    tell(parser, nil, nil, buffer_slice(&parser->phrase), nil);
    parser->in_group = true;
    start_address(parser);
}

static void finish_group(struct address_parser *parser)
{
    struct slice nil = {0};
    if (parser->in_group)
        tell(parser, nil, nil, nil, nil);
    parser->in_group = false;
}

static void add_text(struct buffer *buffer, const struct token *token)
{
    if (token->kind == TOKEN_QUOTED)
        token_add_unquoted(buffer, token->text);
    else
        buffer_add(buffer, token->text);
}

/* White space may stand around dots (RFC 5322 section 4.4). */
static bool joins(const struct address_parser *parser, const struct buffer *spec,
                  const struct token *token)
{
    return spec->len == 0 || !token->spaced || parser->after_dot ||
           slice_starts_with(token->text, SLICE("."));
}

/* Where words do not join, only the last before "@" is the mailbox, and only
 * the first after it the domain. Angles hold nothing but a mailbox. */
static void add_to_spec(struct address_parser *parser, const struct token *token)
{
    struct buffer *spec = parser->at_seen ? &parser->domain : &parser->local;
    if (parser->spec_done)
        return;
    if (!joins(parser, spec, token)) {
        if (parser->in_angle) {
            buffer_add_char(spec, ' ');
        } else if (parser->at_seen) {
            parser->spec_done = true;
            return;
        } else {
            parser->name_len = parser->phrase.len;
            buffer_reset(spec);
        }
    }
    add_text(spec, token);
    parser->after_dot = token->kind == TOKEN_WORD && slice_ends_with(token->text, SLICE("."));
}

static void on_text(struct address_parser *parser, const struct token *token)
{
    if (parser->angle_done)
        return;
    if (parser->in_route) {
        add_text(&parser->route, token);
        return;
    }
    add_to_spec(parser, token);
    if (parser->in_angle)
        return;
    if (token->spaced && parser->phrase.len > 0)
        buffer_add_char(&parser->phrase, ' ');
    add_text(&parser->phrase, token);
}

static void on_comment(struct address_parser *parser, const struct token *token)
{
    if (token->text.len == 0 || parser->in_angle)
        return;
    buffer_reset(&parser->comment);
    token_add_unquoted(&parser->comment, token->text);
}

static void on_at(struct address_parser *parser, const struct token *token)
{
    if (parser->in_angle && !parser->at_seen && parser->local.len == 0)
        parser->in_route = true;
    if (parser->angle_done || parser->in_route || parser->spec_done) {
        on_text(parser, token);
        return;
    }
    if (parser->at_seen) { /* the last one counts: "a@b"@c without its quotes */
        buffer_add_char(&parser->local, '@');
        buffer_add(&parser->local, buffer_slice(&parser->domain));
        buffer_reset(&parser->domain);
    }
    parser->at_seen = true;
    if (!parser->in_angle)
        buffer_add_char(&parser->phrase, '@');
}

static void on_angle_open(struct address_parser *parser, const struct token *token)
{
    (void)token;
    if (parser->in_angle || parser->angle_done)
        return;
    parser->in_angle = true;
    parser->at_seen = parser->spec_done = false;
    buffer_reset(&parser->local);
    buffer_reset(&parser->domain);
}

static void on_angle_close(struct address_parser *parser, const struct token *token)
{
    (void)token;
    if (!parser->in_angle)
        return;
    if (parser->in_route)
        route_becomes_domain(parser);
    parser->in_route = parser->in_angle = false;
    parser->angle_done = true;
}

static void on_colon(struct address_parser *parser, const struct token *token)
{
    if (parser->in_route)
        parser->in_route = false;
    else if (parser->in_group || parser->in_angle || parser->angle_done || parser->at_seen)
        on_text(parser, token);
    else
        start_group(parser);
}

static void on_comma(struct address_parser *parser, const struct token *token)
{
    if (parser->in_route)
        on_text(parser, token);
    else
        finish_address(parser);
}

/* Ends a group; outside of one some mailers separate with it. */
static void on_semicolon(struct address_parser *parser, const struct token *token)
{
    (void)token;
    finish_address(parser);
    finish_group(parser);
}

static void on_token(struct address_parser *parser, const struct token *token)
{
    static void (*const specials[128])(struct address_parser *, const struct token *) = {
        ['@'] = on_at,    ['<'] = on_angle_open, ['>'] = on_angle_close,
        [':'] = on_colon, [','] = on_comma,      [';'] = on_semicolon,
    };
    if (token->kind == TOKEN_SPECIAL)
        specials[(unsigned char)token->text.data[0]](parser, token);
    else if (token->kind == TOKEN_COMMENT)
        on_comment(parser, token);
    else
        on_text(parser, token);
}

uint32_t address_list_each(struct slice value, uint32_t told,
                           void (*found)(void *arg, const struct address_entry *entry), void *arg,
                           int *failure_out)
{
    struct address_parser parser = {.found = found, .arg = arg, .count = told};
    struct buffer *buffers[] = {&parser.phrase, &parser.comment, &parser.route, &parser.local,
                                &parser.domain};
    enum { BUFFER_COUNT = sizeof buffers / sizeof buffers[0] };
    for (size_t i = 0; i < BUFFER_COUNT; i++)
        buffer_init(buffers[i], 0);
    struct token_reader reader = {value, 0};
    struct token token;
    while (parser.count < ADDRESS_LIST_MAX && (token = token_next(&reader)).kind != TOKEN_END)
        on_token(&parser, &token);
    finish_address(&parser);
    finish_group(&parser);
    *failure_out = 0;
    for (size_t i = 0; i < BUFFER_COUNT; i++) {
        if (buffers[i]->failed)
            *failure_out = buffers[i]->failed;
        buffer_clear(buffers[i]);
    }
    return parser.count - told;
}

static void render(void *arg, const struct address_entry *entry)
{
    struct buffer *out = arg;
    buffer_add_char(out, '(');
    notation_nstring(out, entry->name);
    buffer_add_char(out, ' ');
    notation_nstring(out, entry->route);
    buffer_add_char(out, ' ');
    notation_nstring(out, entry->mailbox);
    buffer_add_char(out, ' ');
    notation_nstring(out, entry->host);
    buffer_add_char(out, ')');
}

void address_list_render(struct slice value, uint32_t *count, struct buffer *out)
{
    int failure;
    *count += address_list_each(value, *count, render, out, &failure);
    if (failure < 0 && !out->failed)
        out->failed = failure;
}
