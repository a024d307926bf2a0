#include "client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tls.h"

enum { AWAIT_MS = 120 * 1000 };

static void trouble(const struct client *client, const char *what, struct slice response)
{
    struct slice shown = slice_sub(response, 0, 400);
    bench_die("%s (client %u, tag %u): %s: %.*s", client->user, client->number, client->tag, what,
              SLICE_ARGS(shown));
}

/* Output -------------------------------------------------------------------------------- */

void client_begin(struct client *client, client_done_fn *on_done)
{
    if (client->busy)
        trouble(client, "one command at a time", SLICE_EMPTY);
    client->busy = true;
    client->on_done = on_done;
    client->tag++;
    buffer_printf(&client->wire.output, "t%u ", client->tag);
}

void client_add_literal(struct client *client, struct slice literal)
{
    buffer_printf(&client->wire.output, "{%zu+}\r\n", literal.len);
    buffer_add(&client->wire.output, literal);
}

void client_finish(struct client *client)
{
    buffer_add_cstr(&client->wire.output, "\r\n");
    client->command_at = clock_monotonic_us();
    wire_flush(&client->wire);
}

static void add_formatted(struct client *client, const char *format, va_list args)
{
    char text[2048];
    int length = vsnprintf(text, sizeof text, format, args);
    if (length < 0 || (size_t)length >= sizeof text)
        bench_die("a command is too long");
    buffer_add(&client->wire.output, slice_of(text, (size_t)length));
}

void client_add(struct client *client, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_formatted(client, format, args);
    va_end(args);
}

void client_send(struct client *client, client_done_fn *on_done, const char *format, ...)
{
    client_begin(client, on_done);
    va_list args;
    va_start(args, format);
    add_formatted(client, format, args);
    va_end(args);
    client_finish(client);
}

void client_send_literal(struct client *client, client_done_fn *on_done, const char *command,
                         struct slice literal)
{
    client_begin(client, on_done);
    client_add(client, "%s ", command);
    client_add_literal(client, literal);
    client_finish(client);
}

void client_send_line(struct client *client, const char *line)
{
    buffer_printf(&client->wire.output, "%s\r\n", line);
    wire_flush(&client->wire);
}

/* Input ---------------------------------------------------------------------------------- */

/* How many octets the literal has that this line (without its end) announces. */
static bool announces_literal(struct slice line, uint64_t *size_out)
{
    if (line.len < 3 || line.data[line.len - 1] != '}')
        return false;
    size_t digits = line.len - 1;
    while (digits > 0 && ascii_is_digit(line.data[digits - 1]))
        digits--;
    if (digits == 0 || line.data[digits - 1] != '{')
        return false;
    return slice_to_u64(slice_sub(line, digits, line.len - 1 - digits), size_out);
}

/* The first whole response in `input`, without its line end. */
static bool take_response(struct slice input, struct slice *response_out, size_t *used_out)
{
    for (size_t at = 0;;) {
        const char *end = at < input.len ? memchr(input.data + at, '\n', input.len - at) : NULL;
        if (!end)
            return false;
        size_t line_end = (size_t)(end - input.data);
        if (line_end == 0 || input.data[line_end - 1] != '\r')
            bench_die("a line of the server ends without CR");
        uint64_t literal;
        if (!announces_literal(slice_sub(input, at, line_end - 1 - at), &literal)) {
            *response_out = slice_sub(input, 0, line_end - 1);
            *used_out = line_end + 1;
            return true;
        }
        at = line_end + 1 + literal;
        if (at > input.len)
            return false;
    }
}

static void handle_tagged(struct client *client, struct slice response)
{
    char expected[32];
    snprintf(expected, sizeof expected, "t%u OK", client->tag);
    if (!client->busy || !slice_starts_with(response, slice_cstr(expected)))
        trouble(client, "not the expected reply", response);
    client->busy = false;
    if (client->on_done)
        client->on_done(client);
}

static void handle_response(struct client *client, struct slice response)
{
    if (slice_starts_with_nocase(response, SLICE("* BYE")) && client->on_response)
        trouble(client, "the server says goodbye", response);
    if (*response.data != '*' && *response.data != '+')
        handle_tagged(client, response);
    else if (client->on_response)
        client->on_response(client, response);
}

static void parse_input(struct wire *wire)
{
    struct client *client = (struct client *)wire; /* its first member */
    struct slice response;
    size_t used;
    while (wire_is_open(wire) && take_response(wire_input(wire), &response, &used)) {
        wire_consume(wire, used);
        handle_response(client, response);
    }
}

/* One command after the other may take as long as it likes, each only so long. */
void client_await(struct client *client)
{
    unsigned tag = client->tag;
    int64_t end = clock_monotonic_ms() + AWAIT_MS;
    while (client->busy) {
        int64_t now = clock_monotonic_ms();
        if (client->tag != tag)
            end = now + AWAIT_MS;
        tag = client->tag;
        if (now >= end)
            trouble(client, "no reply", wire_input(&client->wire));
        loop_turn((int)(end - now));
    }
}

void client_run(struct client *client, const char *format, ...)
{
    client_begin(client, NULL);
    va_list args;
    va_start(args, format);
    add_formatted(client, format, args);
    va_end(args);
    client_finish(client);
    client_await(client);
}

/* Capabilities ------------------------------------------------------------------------------- */

struct wanted {
    struct slice capability;
    bool is_there;
};

static void read_capabilities(struct client *client, struct slice response)
{
    struct wanted *wanted = client->state;
    if (!slice_starts_with_nocase(response, SLICE("* CAPABILITY ")))
        return;
    for (size_t at = 0, end; at < response.len; at = end + 1) {
        struct slice rest = slice_sub(response, at, SIZE_MAX);
        end = at + slice_find(rest, ' ');
        wanted->is_there |=
            slice_equal_nocase(slice_sub(response, at, end - at), wanted->capability);
    }
}

bool client_has(struct client *client, const char *capability)
{
    struct wanted wanted = {slice_cstr(capability), false};
    void *state = client->state;
    client_response_fn *on_response = client->on_response;
    client->state = &wanted;
    client->on_response = read_capabilities;
    client_run(client, "CAPABILITY");
    client->state = state;
    client->on_response = on_response;
    return wanted.is_there;
}

/* Connections ------------------------------------------------------------------------------- */

static void greeted(struct client *client, struct slice response)
{
    if (!slice_starts_with(response, SLICE("* OK")))
        trouble(client, "not a greeting", response);
    client->busy = false;
    client->on_response = NULL;
    if (client->on_done)
        client->on_done(client);
}

void client_connect(struct client *client, const struct bench *bench, const char *user)
{
    client->bench = bench;
    snprintf(client->user, sizeof client->user, "%s", user);
    client->command_at = clock_monotonic_us();
    client->busy = true;
    client->on_response = greeted;
    wire_open(&client->wire, bench, bench->port, client->user, parse_input);
}

void client_close(struct client *client)
{
    wire_close(&client->wire);
    client->busy = false;
}

/* So many at a time: fast, without overflowing a server's queue of connections. */
enum { OPENED_TOGETHER = 32 };

static void open_some(const struct bench *bench, struct client *clients, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        client_await(&clients[i]);
    for (unsigned i = 0; i < count && bench->tls; i++) {
        client_run(&clients[i], "STARTTLS");
        clients[i].wire.tls = tls_start(clients[i].wire.watch.fd);
    }
    for (unsigned i = 0; i < count && bench->tls; i++)
        tls_shake_hands(clients[i].wire.tls);
    for (unsigned i = 0; i < count; i++)
        client_send(&clients[i], NULL, "LOGIN %s %s", clients[i].user, bench->password);
    for (unsigned i = 0; i < count; i++)
        client_await(&clients[i]);
}

struct client *clients_open(const struct bench *bench, unsigned count, const char *const *users,
                            unsigned user_count)
{
    struct client *clients = bench_allocate(count, sizeof *clients);
    for (unsigned i = 0; i < count; i++) {
        clients[i].number = i;
        client_connect(&clients[i], bench, users[i % user_count]);
        unsigned opened = i % OPENED_TOGETHER + 1;
        if (opened == OPENED_TOGETHER || i + 1 == count)
            open_some(bench, &clients[i + 1 - opened], opened);
    }
    return clients;
}

void clients_close(struct client **clients, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        client_close(&(*clients)[i]);
    free(*clients);
    *clients = NULL;
}

void clients_run(struct client *clients, unsigned count, const char *command)
{
    for (unsigned i = 0; i < count; i++)
        client_send(&clients[i], NULL, "%s", command);
    for (unsigned i = 0; i < count; i++)
        client_await(&clients[i]);
}

void clients_drive(struct client *clients, unsigned count, client_done_fn *first,
                   struct result *result)
{
    struct pace pace;
    pace_start(&pace, clients[0].bench, count, result);
    for (unsigned i = 0; i < count; i++) {
        clients[i].pace = &pace;
        first(&clients[i]);
    }
    pace_finish(&pace);
    for (unsigned i = 0; i < count; i++)
        clients[i].pace = NULL;
}

bool client_goes_on(struct client *client)
{
    return pace_goes_on(client->pace, client->command_at);
}

bool response_number(struct slice response, const char *keyword, uint32_t *number_out)
{
    struct slice rest = slice_sub(response, 2, SIZE_MAX);
    size_t space = slice_find(rest, ' ');
    struct slice word = slice_sub(rest, space + 1, strlen(keyword));
    return slice_starts_with(response, SLICE("* ")) && slice_equal(word, slice_cstr(keyword)) &&
           slice_to_u32(slice_sub(rest, 0, space), number_out);
}
