#include "listen_set.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/listener.h"

enum { LISTEN_BACKLOG = 1024, LISTEN_UNIX_MODE = 0666 };

static int listen_bind_socket(struct listen_socket *socket, unsigned workers)
{
    bool is_unix = strncmp(socket->address, "unix:", 5) == 0;
    int err = listener_check_free(socket->address);
    if (err)
        return err;
    for (unsigned i = 0; i < workers; i++) {
        if (is_unix && i > 0) {
            socket->fds[i] = socket->fds[0];
            continue;
        }
        err = listener_bind(socket->address, LISTEN_BACKLOG, LISTEN_UNIX_MODE, &socket->fds[i]);
        if (err)
            return err;
    }
    return 0;
}

static int listen_add(struct listen_set *set, const struct config_list *addresses,
                      enum listen_service service)
{
    for (size_t i = 0; i < addresses->count; i++) {
        struct listen_socket *socket = &set->sockets[set->count];
        *socket = (struct listen_socket){.address = addresses->items[i], .service = service};
        socket->fds = malloc(set->workers * sizeof *socket->fds);
        if (!socket->fds)
            return fail(ERR_NO_MEMORY, "no memory for listening sockets");
        memset(socket->fds, 0xff, set->workers * sizeof *socket->fds); /* all -1 */
        set->count++;
        int err = listen_bind_socket(socket, set->workers);
        if (err)
            return err;
    }
    return 0;
}

int listen_set_bind(const struct config *config, unsigned workers, struct listen_set *out)
{
    struct listen_set set = {.workers = workers};
    const struct config_list *const lists[] = {
        [LISTEN_IMAP] = &config->listen_imap,
        [LISTEN_IMAPS] = &config->listen_imaps,
        [LISTEN_LMTP] = &config->listen_lmtp,
        [LISTEN_MANAGESIEVE] = &config->listen_managesieve,
        [LISTEN_MANAGESIEVES] = &config->listen_managesieves,
    };
    enum { LISTS = sizeof lists / sizeof lists[0] };
    size_t most = 0;
    for (size_t i = 0; i < LISTS; i++)
        most += lists[i]->count;
    set.sockets = calloc(most + 1, sizeof *set.sockets);
    if (!set.sockets)
        return fail(ERR_NO_MEMORY, "no memory for listening sockets");
    int err = 0;
    for (size_t i = 0; i < LISTS && !err; i++)
        err = listen_add(&set, lists[i], (enum listen_service)i);
    if (err) {
        struct error reason = *last_error();
        listen_set_close(&set);
        return fail(reason.code, "%s", reason.text);
    }
    *out = set;
    return 0;
}

static void listen_close_socket(struct listen_socket *socket, unsigned workers)
{
    for (unsigned i = 0; i < workers; i++)
        if (socket->fds[i] >= 0 && (i == 0 || socket->fds[i] != socket->fds[0]))
            close(socket->fds[i]);
    free(socket->fds);
}

void listen_set_close(struct listen_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        listen_close_socket(&set->sockets[i], set->workers);
    free(set->sockets);
    *set = (struct listen_set){0};
}
