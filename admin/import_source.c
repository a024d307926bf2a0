#include "import_source.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import_file.h"

enum { SOURCE_DEPTH_MAX = 32 };

struct source_walk {
    const struct source_handler *handler;
    uint64_t *measured; /* not NULL: only count octets */
    int depth;
};

static int source_path(struct source_walk *walk, const char *path);

/* A .eml is one message, though some begin with the "From " line of the mbox
 * they were taken from. */
static bool source_may_be_mbox(const char *path)
{
    return !slice_ends_with(slice_cstr(path), SLICE(".eml"));
}

static int source_file(struct source_walk *walk, const char *path, const char *name,
                       bool in_maildir)
{
    struct mapped_file file;
    int err = mapped_file_open(path, &file);
    if (err)
        return err;
    struct buffer wire;
    buffer_init(&wire, 0);
    if (walk->measured) {
        *walk->measured += file.octets.len;
    } else if (!in_maildir && source_may_be_mbox(path) && mbox_is_one(file.octets)) {
        err = mbox_each(path, &file, walk->handler);
    } else if (file.octets.len) {
        struct source_message message = {.octets = file.octets,
                                         .internal_date = INT64_MIN,
                                         .fallback_date = file.modified,
                                         .source_octets = file.octets.len,
                                         .origin = path};
        if (in_maildir) {
            maildir_flags(name, &message);
            import_wire_form(file.octets, &wire);
            message.octets = buffer_slice(&wire);
            message.internal_date = file.modified; /* the Maildir convention */
            err = buffer_check(&wire);
        }
        if (!err)
            err = walk->handler->message(walk->handler->arg, &message);
    }
    buffer_clear(&wire);
    mapped_file_close(&file);
    return err;
}

static int source_no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* All entries by name, so that a second run takes the same order. */
static int source_directory(struct source_walk *walk, const char *path, bool in_maildir)
{
    struct dirent **entries;
    int count = scandir(path, &entries, source_no_dots, alphasort);
    if (count < 0)
        return fail_errno(ERR_IO, "%s", path);
    int err = 0;
    for (int i = 0; i < count; i++) {
        char child[4096];
        int len = snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
        if (!err && (size_t)len >= sizeof child)
            err = fail(ERR_INVALID, "%s: path is too long", path);
        if (!err)
            err = in_maildir ? source_file(walk, child, entries[i]->d_name, true)
                             : source_path(walk, child);
        free(entries[i]);
    }
    free(entries);
    return err;
}

static bool source_has_directory(const char *path, const char *name)
{
    char child[4096];
    struct stat status;
    snprintf(child, sizeof child, "%s/%s", path, name);
    return stat(child, &status) == 0 && S_ISDIR(status.st_mode);
}

static int source_maildir(struct source_walk *walk, const char *path)
{
    static const char *const parts[] = {"cur", "new"};
    int err = 0;
    for (size_t i = 0; !err && i < 2; i++) {
        char child[4096];
        snprintf(child, sizeof child, "%s/%s", path, parts[i]);
        err = source_directory(walk, child, true);
    }
    return err;
}

static bool source_is_message_file(const char *path)
{
    struct slice name = slice_cstr(path);
    return slice_ends_with(name, SLICE(".eml")) || slice_ends_with(name, SLICE(".mbox")) ||
           slice_ends_with(name, SLICE(".mbx"));
}

static int source_path(struct source_walk *walk, const char *path)
{
    struct stat status;
    if (stat(path, &status))
        return fail_errno(ERR_IO, "%s", path);
    if (S_ISREG(status.st_mode)) {
        /* Inside a directory only what looks like mail; what was named is taken as it is. */
        if (walk->depth > 0 && !source_is_message_file(path))
            return 0;
        return source_file(walk, path, path, false);
    }
    if (!S_ISDIR(status.st_mode))
        return walk->depth > 0 ? 0 : fail(ERR_INVALID, "%s is neither file nor directory", path);
    if (walk->depth >= SOURCE_DEPTH_MAX)
        return fail(ERR_INVALID, "%s: directories are nested too deep", path);
    walk->depth++;
    int err = source_has_directory(path, "cur") && source_has_directory(path, "new")
                  ? source_maildir(walk, path)
                  : source_directory(walk, path, false);
    walk->depth--;
    return err;
}

int source_measure(const char *path, uint64_t *octets_out)
{
    uint64_t octets = 0;
    struct source_walk walk = {.measured = &octets};
    int err = source_path(&walk, path);
    if (!err)
        *octets_out = octets;
    return err;
}

int source_each(const char *path, const struct source_handler *handler)
{
    struct source_walk walk = {.handler = handler};
    return source_path(&walk, path);
}
