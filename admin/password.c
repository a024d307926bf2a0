/* Passwords: from a prompt or from standard input, never from arguments. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin.h"

enum { PASSWORD_MAX = 1000 };

static int password_read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin))
        return fail(ERR_INVALID, "no password on standard input");
    line[strcspn(line, "\r\n")] = 0;
    return *line ? 0 : fail(ERR_INVALID, "the password is empty");
}

static int password_prompt(const char *prompt, char *line, size_t size)
{
    struct termios old, silent;
    if (tcgetattr(STDIN_FILENO, &old))
        return fail_errno(ERR_IO, "terminal");
    silent = old;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    int err = password_read_line(line, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
    return err;
}

int admin_read_password(struct admin *admin, struct slice *out)
{
    char line[PASSWORD_MAX + 2], again[PASSWORD_MAX + 2];
    int err;
    if (isatty(STDIN_FILENO)) {
        err = password_prompt("New password: ", line, sizeof line);
        if (!err)
            err = password_prompt("Once more: ", again, sizeof again);
        if (!err && strcmp(line, again) != 0)
            err = fail(ERR_INVALID, "the two passwords differ");
    } else {
        err = password_read_line(line, sizeof line);
    }
    if (!err) {
        *out = arena_copy(&admin->arena, slice_cstr(line));
        err = out->data ? 0 : -ERR_NO_MEMORY;
    }
    explicit_bzero(line, sizeof line);
    explicit_bzero(again, sizeof again);
    return err;
}
