#include "master.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "connection_table.h"
#include "listen_set.h"
#include "settings.h"
#include "supervisor.h"
#include "worker.h"

/* A worker that dies at once is started again later each time. */
enum { BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 10000, BACKOFF_HEALTHY_MS = 10000 };

struct master_slot {
    pid_t pid;          /* 0: not running */
    int64_t started_at; /* clock_monotonic_ms */
    int64_t start_at;   /* when to start it next */
    int64_t backoff;
};

struct master {
    struct config *config;
    struct listen_set sockets;
    struct connection_table *connections;
    struct throttle *throttle;
    struct master_slot *slots;
    unsigned workers;
    unsigned workers_told; /* how many run, as the supervisor knows */
    struct supervisor supervisor;
    sigset_t signals; /* blocked in the master, taken one by one */
    sigset_t original;
    bool stopping;
    int64_t kill_at;
    int exit_code;
};

static void master_start_worker(struct master *master, unsigned number)
{
    struct master_slot *slot = &master->slots[number];
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        log_event(LOG_ERROR, "fork", log_text("text", strerror(errno)));
        slot->start_at = clock_monotonic_ms() + BACKOFF_MAX_MS;
        return;
    }
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* no worker outlives its master */
        supervisor_close(&master->supervisor);
        if (getppid() != parent)
            exit(WORKER_EXIT_FAILED);
        struct worker_start start = {.config = master->config,
                                     .sockets = &master->sockets,
                                     .connections = master->connections,
                                     .throttle = master->throttle,
                                     .number = number,
                                     .signals = &master->original};
        int code = worker_run(&start);
        exit(code);
    }
    slot->pid = pid;
    slot->started_at = clock_monotonic_ms();
}

static void master_start_due(struct master *master)
{
    int64_t now = clock_monotonic_ms();
    for (unsigned i = 0; !master->stopping && i < master->workers; i++)
        if (!master->slots[i].pid && master->slots[i].start_at <= now)
            master_start_worker(master, i);
}

static void master_signal_workers(struct master *master, int signum)
{
    for (unsigned i = 0; i < master->workers; i++)
        if (master->slots[i].pid)
            kill(master->slots[i].pid, signum);
}

static unsigned master_running(const struct master *master)
{
    unsigned count = 0;
    for (unsigned i = 0; i < master->workers; i++)
        count += master->slots[i].pid != 0;
    return count;
}

static void master_tell_workers(struct master *master, const char *news)
{
    master->workers_told = master_running(master);
    supervisor_tell(&master->supervisor, news, "%u of %u workers run", master->workers_told,
                    master->workers);
}

/* It may take longer than the supervisor would wait. */
static void master_tell_stopping(const struct master *master, int64_t timeout_ms)
{
    char news[80];
    snprintf(news, sizeof news, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%lld",
             (long long)(timeout_ms + 5000) * 1000);
    supervisor_tell(&master->supervisor, news, "Waiting for sessions to end");
}

static void master_stop(struct master *master)
{
    if (master->stopping)
        return;
    int64_t timeout_ms = (master->config->shutdown_timeout + 5) * 1000;
    master->stopping = true;
    master->kill_at = clock_monotonic_ms() + timeout_ms;
    master_tell_stopping(master, timeout_ms);
    log_event(LOG_INFO, "stopping", log_number("pid", getpid()));
    listen_set_close(&master->sockets); /* new connections are refused, not kept waiting */
    master_signal_workers(master, SIGTERM);
}

static void master_worker_gone(struct master *master, unsigned number, int status)
{
    struct master_slot *slot = &master->slots[number];
    int64_t now = clock_monotonic_ms();
    bool healthy = now - slot->started_at >= BACKOFF_HEALTHY_MS;
    slot->backoff = healthy || !slot->backoff ? BACKOFF_FIRST_MS : slot->backoff * 2;
    if (slot->backoff > BACKOFF_MAX_MS)
        slot->backoff = BACKOFF_MAX_MS;
    slot->start_at = now + slot->backoff;
    connection_table_forget_worker(master->connections, number);
    if (!master->stopping)
        log_event(LOG_ERROR, "worker-gone", log_number("worker", number),
                  log_number("pid", slot->pid),
                  log_number("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
                  log_number("exit", WIFEXITED(status) ? WEXITSTATUS(status) : 0));
    slot->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_CONFIGURATION) {
        master->exit_code = WORKER_EXIT_CONFIGURATION;
        master_stop(master);
    }
}

static void master_reap(struct master *master)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (unsigned i = 0; i < master->workers; i++)
            if (master->slots[i].pid == pid)
                master_worker_gone(master, i, status);
}

/* Checks the file, and those that it names, before the workers read them, so that a mistake is
 * reported once and changes nothing. */
static void master_reload(struct master *master)
{
    struct config *fresh = calloc(1, sizeof *fresh);
    supervisor_tell_reloading(&master->supervisor);
    if (!fresh || config_load(master->config->file, fresh) || settings_check(fresh)) {
        log_event(LOG_ERROR, "reload-failed", log_text("text", last_error()->text));
        supervisor_tell(&master->supervisor, "READY=1", "The configuration is as it was: %s",
                        last_error()->text);
    } else {
        if (settings_open_log(fresh))
            log_event(LOG_ERROR, "log", log_text("text", last_error()->text));
        master->config->shutdown_timeout = fresh->shutdown_timeout;
        master_signal_workers(master, SIGHUP);
        master_tell_workers(master, "READY=1");
    }
    if (fresh)
        config_free(fresh);
    free(fresh);
}

/* Until the next worker or the next sign of life is due, or the next signal comes. */
static int master_wait(struct master *master)
{
    int64_t now = clock_monotonic_ms();
    int64_t until = now + 60000;
    for (unsigned i = 0; i < master->workers; i++)
        if (!master->slots[i].pid && master->slots[i].start_at < until)
            until = master->slots[i].start_at;
    if (master->stopping)
        until = master->kill_at;
    int64_t alive_at = supervisor_tell_alive(&master->supervisor, now);
    until = alive_at < until ? alive_at : until;
    int64_t ms = until > now ? until - now : 1;
    struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    return sigtimedwait(&master->signals, NULL, &timeout);
}

static void master_loop(struct master *master)
{
    while (!master->stopping || master_running(master)) {
        tls_tickets_advance(clock_monotonic_ms());
        master_start_due(master);
        if (!master->stopping && master_running(master) != master->workers_told)
            master_tell_workers(master, NULL);
        int signum = master_wait(master);
        if (signum == SIGTERM || signum == SIGINT)
            master_stop(master);
        else if (signum == SIGHUP)
            master_reload(master);
        if (master->stopping && clock_monotonic_ms() >= master->kill_at)
            master_signal_workers(master, SIGKILL);
        master_reap(master);
    }
}

static int master_write_pid(const struct config *config)
{
    if (!*config->pid_file)
        return 0;
    FILE *file = fopen(config->pid_file, "we");
    if (!file)
        return fail_errno(ERR_IO, "%s", config->pid_file);
    fprintf(file, "%d\n", (int)getpid());
    return fclose(file) ? fail_errno(ERR_IO, "%s", config->pid_file) : 0;
}

static int master_drop_privileges(const struct config *config)
{
    if (!*config->user || geteuid() != 0)
        return 0;
    errno = 0;
    const struct passwd *user = getpwnam(config->user);
    if (!user)
        return fail(ERR_INVALID, "user %s does not exist", config->user);
    if (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) || setuid(user->pw_uid))
        return fail_errno(ERR_IO, "can't become user %s", config->user);
    return 0;
}

/* A reload and every new worker read the file again, as who we are now. */
static int master_check_readable(const struct config *config)
{
    if (access(config->file, R_OK) == 0)
        return 0;
    return fail_errno(ERR_IO, "%s can't be read by %s", config->file,
                      *config->user ? config->user : "the user this runs as");
}

/* A connection is a descriptor, and the usual soft limit (1024, for the sake of
 * select(2)) would end at that many a worker. */
static void master_raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void master_open_supervisor(struct master *master)
{
    if (supervisor_open(&master->supervisor))
        log_event(LOG_WARNING, "supervisor", log_text("text", last_error()->text));
}

static int master_open(struct master *master)
{
    struct config *config = master->config;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    master->workers = (unsigned)(config->workers ? config->workers : cores > 0 ? cores : 1);
    if (master->workers > CONNECTION_WORKERS_MAX)
        master->workers = CONNECTION_WORKERS_MAX;
    master->slots = calloc(master->workers, sizeof *master->slots);
    int err = master->slots ? 0 : fail(ERR_NO_MEMORY, "no memory");
    if (!err)
        err = connection_table_new(&master->connections);
    if (!err)
        err = throttle_new(&master->throttle);
    if (!err)
        err = listen_set_bind(config, master->workers, &master->sockets);
    if (!err)
        err = master_write_pid(config);
    if (!err)
        err = master_drop_privileges(config);
    if (!err)
        err = master_check_readable(config);
    if (!err)
        err = settings_open_log(config);
    if (!err)
        err = settings_check(config); /* once more, as who we are now */
    if (!err)
        err = tls_tickets_begin();
    if (!err)
        master_open_supervisor(master);
    return err;
}

static void master_block_signals(struct master *master)
{
    sigemptyset(&master->signals);
    sigaddset(&master->signals, SIGTERM);
    sigaddset(&master->signals, SIGINT);
    sigaddset(&master->signals, SIGHUP);
    sigaddset(&master->signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &master->signals, &master->original);
    signal(SIGPIPE, SIG_IGN);
}

int master_run(struct config *config)
{
    struct master master = {.config = config, .supervisor = {.descriptor = -1}};
    master_block_signals(&master);
    master_raise_descriptor_limit();
    int err = master_open(&master);
    if (err) {
        fprintf(stderr, "postroomd: %s\n", last_error()->text);
        master.exit_code = WORKER_EXIT_FAILED;
    } else {
        log_event(LOG_INFO, "started", log_text("version", POSTROOM_VERSION),
                  log_number("pid", getpid()), log_number("workers", master.workers));
        master_start_due(&master);
        master_tell_workers(&master, "READY=1");
        master_loop(&master);
        log_event(LOG_INFO, "stopped", log_number("pid", getpid()));
        if (*config->pid_file)
            unlink(config->pid_file);
    }
    supervisor_close(&master.supervisor);
    listen_set_close(&master.sockets);
    connection_table_free(&master.connections);
    throttle_free(&master.throttle);
    free(master.slots);
    return master.exit_code;
}
