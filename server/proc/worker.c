#include "worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "fiber/wait.h"
#include "imap/server.h"
#include "lmtp/server.h"
#include "mail/mail.h"
#include "managesieve/server.h"
#include "settings.h"
#include "store/schema.h"
#include "submission/sender.h"

enum { DATABASE_PAUSE_MS = 100 };

/* What a reload replaces, together: sessions and services point into it. */
struct worker_settings {
    struct config config;
    struct tls_context *tls;      /* where users log in */
    struct tls_context *lmtp_tls; /* MTAs are not asked for a certificate */
    struct network_list *networks;
    struct identity_rules *identities;
    struct imap_settings imap;
    struct lmtp_settings lmtp;
    struct managesieve_settings managesieve;
    struct mail_settings mail;
    struct submission_settings submission;
};

struct worker_port {
    struct worker *worker;
    struct listener *listener;
    enum listen_service service;
};

struct worker {
    const struct worker_start *start;
    struct worker_settings *settings;
    struct database *database;
    struct mail *mail;
    struct imap_server *imap;
    struct lmtp_server *lmtp;
    struct managesieve_server *managesieve;
    struct sender *sender;
    struct worker_port *ports;
    size_t port_count;
    struct wait_queue woken; /* a signal came */
    bool stopping;
    bool reloading;
    int exit_code;
};

static void worker_settings_free(struct worker_settings **settings)
{
    if (!*settings)
        return;
    tls_context_unref(&(*settings)->tls);
    tls_context_unref(&(*settings)->lmtp_tls);
    identity_rules_unref(&(*settings)->identities);
    network_list_free(&(*settings)->networks);
    config_free(&(*settings)->config);
    free(*settings);
    *settings = NULL;
}

static void worker_user_changed(void *arg, int64_t user_id)
{
    struct worker *worker = arg;
    if (worker->imap)
        imap_server_user_changed(worker->imap, user_id);
    if (worker->managesieve)
        managesieve_server_user_changed(worker->managesieve, user_id);
}

/* What is read from files and owned here. */
static int worker_settings_read(const struct worker *worker, struct worker_settings *settings)
{
    int err = config_load(worker->start->config->file, &settings->config);
    if (!err)
        err = settings_tls(&settings->config, true, &settings->tls);
    if (!err)
        err = settings_tls(&settings->config, false, &settings->lmtp_tls);
    if (!err)
        err = settings_networks(&settings->config, &settings->networks);
    if (!err)
        err = settings_submission(&settings->config, &settings->submission);
    return err ? err : settings_identities(&settings->config, settings->tls, &settings->identities);
}

static int worker_settings_load(struct worker *worker, struct worker_settings **out)
{
    struct worker_settings *settings = calloc(1, sizeof *settings);
    if (!settings)
        return fail(ERR_NO_MEMORY, "no memory for settings");
    int err = worker_settings_read(worker, settings);
    if (err) {
        worker_settings_free(&settings);
        return err;
    }
    settings_imap(&settings->config, worker->start->number, &settings->imap);
    settings->imap.tls = settings->tls;
    settings->imap.plaintext_networks = settings->networks;
    settings->imap.identities = settings->identities;
    settings->imap.throttle = worker->start->throttle;
    settings_lmtp(&settings->config, worker->start->number, &settings->lmtp);
    settings->lmtp.tls = settings->lmtp_tls;
    settings_managesieve(&settings->config, worker->start->number, &settings->managesieve);
    settings->managesieve.tls = settings->tls;
    settings->managesieve.plaintext_networks = settings->networks;
    settings->managesieve.identities = settings->identities;
    settings->managesieve.throttle = worker->start->throttle;
    settings_mail(&settings->config, true, &settings->mail);
    settings->mail.user_changed = worker_user_changed;
    settings->mail.arg = worker;
    *out = settings;
    return 0;
}

static bool worker_enter_user(void *arg, struct slice login)
{
    struct worker *worker = arg;
    return connection_table_enter(worker->start->connections, worker->start->number, login,
                                  (uint32_t)worker->settings->config.limits_connections_per_user);
}

static void worker_leave_user(void *arg, struct slice login)
{
    struct worker *worker = arg;
    connection_table_leave(worker->start->connections, worker->start->number, login);
}

/* Users and addresses share the table: no login can start with "/". */
static struct slice worker_address_key(const char *remote, char *out, size_t size)
{
    out[0] = '/';
    listener_peer_network(remote, out + 1, size - 1);
    return slice_cstr(out);
}

static void worker_leave_address(void *arg, const char *remote)
{
    struct worker *worker = arg;
    char key[80];
    connection_table_leave(worker->start->connections, worker->start->number,
                           worker_address_key(remote, key, sizeof key));
}

static bool worker_is_managesieve(const struct worker_port *port)
{
    return port->service == LISTEN_MANAGESIEVE || port->service == LISTEN_MANAGESIEVES;
}

/* Each protocol has its own way of saying no. */
static void worker_refuse(const struct worker_port *port, int fd, const char *code,
                          const char *text)
{
    char reason[128];
    snprintf(reason, sizeof reason, "[%s] %s", code, text);
    if (port->service == LISTEN_LMTP)
        lmtp_refuse(fd, text);
    else if (worker_is_managesieve(port))
        managesieve_refuse(fd, port->service == LISTEN_MANAGESIEVES, text);
    else
        imap_refuse(fd, port->service == LISTEN_IMAPS, reason);
}

static void worker_hand_over(const struct worker_port *port, int fd, const char *remote)
{
    if (port->service == LISTEN_LMTP)
        lmtp_server_accept(port->worker->lmtp, fd, remote);
    else if (worker_is_managesieve(port))
        managesieve_server_accept(port->worker->managesieve, fd, remote,
                                  port->service == LISTEN_MANAGESIEVES);
    else
        imap_server_accept(port->worker->imap, fd, remote, port->service == LISTEN_IMAPS);
}

static void worker_accepted(void *arg, int fd)
{
    const struct worker_port *port = arg;
    struct worker *worker = port->worker;
    if (!worker->imap || !worker->lmtp || !worker->managesieve) {
        worker_refuse(port, fd, "UNAVAILABLE", "The database is away, try again later");
        return;
    }
    char remote[64], key[80];
    listener_peer_address(fd, remote, sizeof remote);
    uint32_t max = (uint32_t)worker->settings->config.limits_connections_per_address;
    if (connection_table_enter(worker->start->connections, worker->start->number,
                               worker_address_key(remote, key, sizeof key), max)) {
        worker_hand_over(port, fd, remote);
    } else {
        log_event(LOG_WARNING, "too-many-connections", log_text("remote", remote));
        worker_refuse(port, fd, "LIMIT", "Too many connections from your address");
    }
}

static int worker_listen(struct worker *worker)
{
    if (worker->ports)
        return 0; /* to refuse, so far */
    const struct listen_set *set = worker->start->sockets;
    worker->ports = calloc(set->count + 1, sizeof *worker->ports);
    if (!worker->ports)
        return fail(ERR_NO_MEMORY, "no memory for listeners");
    for (size_t i = 0; i < set->count; i++) {
        struct worker_port *port = &worker->ports[i];
        port->worker = worker;
        port->service = set->sockets[i].service;
        int err = listener_start(set->sockets[i].fds[worker->start->number], worker_accepted, port,
                                 &port->listener);
        if (err)
            return err;
        worker->port_count++;
    }
    return 0;
}

static void worker_stop_listening(struct worker *worker)
{
    for (size_t i = 0; i < worker->port_count; i++)
        listener_free(&worker->ports[i].listener);
    free(worker->ports);
    worker->ports = NULL;
    worker->port_count = 0;
    listen_set_close(worker->start->sockets); /* or who comes now would wait for nobody */
}

/* The schema first: with another one the database's connections do not get ready. */
static int worker_check_database(struct worker *worker)
{
    int err = schema_check(worker->database);
    return err ? err : database_wait(worker->database);
}

/* Waits for the database however long it takes: a server that starts before
 * its database is no error, but a client waits no longer than for a command.
 * A wrong schema is one. */
static int worker_await_database(struct worker *worker)
{
    struct database_settings settings;
    settings_database(&worker->settings->config, &settings);
    int err = database_open(&settings, &worker->database);
    if (err)
        return err;
    while ((err = worker_check_database(worker)) == -ERR_UNAVAILABLE && !worker->stopping) {
        if (!worker->ports)
            log_event(LOG_WARNING, "database-away", log_text("text", last_error()->text));
        err = worker_listen(worker);
        if (err)
            return err;
        fiber_sleep(DATABASE_PAUSE_MS); /* with database.wait_ms 0 nothing else lets the loop run */
    }
    if (err == -ERR_WRONG_STATE)
        worker->exit_code = WORKER_EXIT_CONFIGURATION;
    return err ? err : database_warm(worker->database);
}

static int worker_open_services(struct worker *worker)
{
    const struct roster_hooks hooks = {.arg = worker,
                                       .enter_user = worker_enter_user,
                                       .leave_user = worker_leave_user,
                                       .leave_address = worker_leave_address};
    const struct worker_settings *settings = worker->settings;
    int err = imap_server_new(worker->mail, &settings->imap, &hooks, &worker->imap);
    if (!err)
        err = lmtp_server_new(worker->mail, &settings->lmtp, &hooks, &worker->lmtp);
    if (!err)
        err = managesieve_server_new(worker->mail, &settings->managesieve, &hooks,
                                     &worker->managesieve);
    if (!err)
        err = sender_new(worker->mail, &worker->settings->submission, &worker->sender);
    return err;
}

static int worker_open(struct worker *worker)
{
    int err = worker_settings_load(worker, &worker->settings);
    if (!err)
        err = worker_await_database(worker);
    if (!err)
        err = mail_open(worker->database, &worker->settings->mail, &worker->mail);
    if (!err)
        err = worker_open_services(worker);
    if (!err)
        err = worker_listen(worker);
    return err;
}

/* Sessions that a hung database keeps in its hands use all that would be
 * freed here; the end of the process does it as well. */
static bool worker_has_sessions_left(const struct worker *worker)
{
    size_t count = worker->imap ? imap_server_sessions(worker->imap) : 0;
    count += worker->lmtp ? lmtp_server_sessions(worker->lmtp) : 0;
    count += worker->managesieve ? managesieve_server_sessions(worker->managesieve) : 0;
    count += worker->sender ? sender_couriers(worker->sender) : 0;
    if (count)
        log_event(LOG_WARNING, "sessions-left", log_number("worker", worker->start->number),
                  log_number("count", (int64_t)count));
    return count > 0;
}

static void worker_close(struct worker *worker)
{
    worker_stop_listening(worker);
    uint32_t timeout_ms =
        worker->settings ? (uint32_t)worker->settings->config.shutdown_timeout * 1000 : 0;
    if (worker->lmtp) /* first: what it takes in is told to the others */
        lmtp_server_stop(worker->lmtp, timeout_ms);
    if (worker->managesieve)
        managesieve_server_stop(worker->managesieve, timeout_ms);
    if (worker->imap)
        imap_server_stop(worker->imap, timeout_ms);
    if (worker->sender)
        sender_stop(worker->sender, timeout_ms);
    if (worker_has_sessions_left(worker))
        return;
    lmtp_server_free(&worker->lmtp);
    managesieve_server_free(&worker->managesieve);
    imap_server_free(&worker->imap);
    sender_free(&worker->sender);
    mail_close(&worker->mail);
    database_close(&worker->database);
    worker_settings_free(&worker->settings);
}

/* New limits, certificates and log for everybody; a bad file changes nothing. */
static void worker_reload(struct worker *worker)
{
    struct worker_settings *settings;
    int err = worker_settings_load(worker, &settings);
    if (err) {
        log_event(LOG_ERROR, "reload-failed", log_text("text", last_error()->text));
        return;
    }
    imap_server_reload(worker->imap, &settings->imap);
    lmtp_server_reload(worker->lmtp, &settings->lmtp);
    managesieve_server_reload(worker->managesieve, &settings->managesieve);
    mail_set_settings(worker->mail, &settings->mail);
    sender_reload(worker->sender, &settings->submission);
    if (settings_open_log(&settings->config))
        log_event(LOG_ERROR, "log", log_text("text", last_error()->text));
    worker_settings_free(&worker->settings);
    worker->settings = settings;
    log_event(LOG_INFO, "reloaded", log_number("worker", worker->start->number));
}

static void worker_signal(void *arg, int signum)
{
    struct worker *worker = arg;
    if (signum == SIGHUP)
        worker->reloading = true;
    else
        worker->stopping = true;
    wait_wake_all(&worker->woken);
}

static void worker_serve(struct worker *worker)
{
    log_event(LOG_INFO, "worker-ready", log_number("worker", worker->start->number),
              log_number("pid", getpid()));
    while (!worker->stopping) {
        if (worker->reloading) {
            worker->reloading = false;
            worker_reload(worker);
            continue;
        }
        if (wait_for(&worker->woken, WAIT_FOREVER))
            break;
    }
}

static void worker_main(void *arg)
{
    struct worker *worker = arg;
    static const int signums[] = {SIGTERM, SIGINT, SIGHUP};
    struct signal_watch *watches[3] = {0};
    wait_queue_init(&worker->woken);
    int err = 0;
    for (size_t i = 0; !err && i < 3; i++)
        err = signal_watch_new(signums[i], worker_signal, worker, &watches[i]);
    sigprocmask(SIG_SETMASK, worker->start->signals, NULL);
    if (!err)
        err = worker_open(worker);
    if (!err)
        worker_serve(worker);
    else if (!worker->stopping) {
        log_event(LOG_ERROR, "worker-failed", log_text("error", err_name(err)),
                  log_text("text", last_error()->text));
        if (worker->exit_code == WORKER_EXIT_OK)
            worker->exit_code = WORKER_EXIT_FAILED;
    }
    worker_close(worker);
    for (size_t i = 0; i < 3; i++)
        signal_watch_free(&watches[i]);
}

int worker_run(const struct worker_start *start)
{
    struct worker worker = {.start = start};
    if (loop_run_main(worker_main, &worker)) {
        log_event(LOG_ERROR, "worker-failed", log_text("text", last_error()->text));
        return WORKER_EXIT_FAILED;
    }
    return worker.exit_code;
}
