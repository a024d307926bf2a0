/* Passwords: from a prompt or from standard input, never from arguments. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin.h"

enum { PASSWORD_MAX = 1000 };

struct password {
    char octets[PASSWORD_MAX];
    size_t len;
};

/* Octet by octet: a NUL, or what is too much, must not cut it unnoticed. */
static int password_read_line(struct password *out)
{
    int c;
    out->len = 0;
    while ((c = getchar()) != EOF && c != '\n') {
        if (out->len == PASSWORD_MAX)
            return fail(ERR_LIMIT, "the password is over %d octets", PASSWORD_MAX);
        out->octets[out->len++] = (char)c;
    }
    if (c == EOF && out->len == 0)
        return fail(ERR_INVALID, "no password on standard input");
    if (out->len && out->octets[out->len - 1] == '\r')
        out->len--;
    return out->len ? 0 : fail(ERR_INVALID, "the password is empty");
}

static int password_prompt(const char *prompt, struct password *out)
{
    struct termios old, silent;
    if (tcgetattr(STDIN_FILENO, &old))
        return fail_errno(ERR_IO, "terminal");
    silent = old;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    int err = password_read_line(out);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
    return err;
}

static struct slice password_slice(const struct password *password)
{
    return slice_of(password->octets, password->len);
}

int admin_read_password(struct admin *admin, struct slice *out)
{
    struct password password, again;
    int err;
    if (isatty(STDIN_FILENO)) {
        err = password_prompt("New password: ", &password);
        if (!err)
            err = password_prompt("Once more: ", &again);
        if (!err && !slice_equal(password_slice(&password), password_slice(&again)))
            err = fail(ERR_INVALID, "the two passwords differ");
    } else {
        err = password_read_line(&password);
    }
    if (!err) {
        *out = arena_copy(&admin->arena, password_slice(&password));
        err = out->data ? 0 : -ERR_NO_MEMORY;
    }
    explicit_bzero(&password, sizeof password);
    explicit_bzero(&again, sizeof again);
    return err;
}
