#include "import_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int mapped_file_open(const char *path, struct mapped_file *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status)) {
        int err = fail_errno(ERR_IO, "%s", path);
        if (fd >= 0)
            close(fd);
        return err;
    }
    struct mapped_file file = {.octets = SLICE_EMPTY,
                               .modified = (int64_t)status.st_mtim.tv_sec * 1000000 +
                                           status.st_mtim.tv_nsec / 1000};
    if (status.st_size > 0) {
        void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED) {
            int err = fail_errno(ERR_IO, "%s", path);
            close(fd);
            return err;
        }
        file.octets = slice_of(map, (size_t)status.st_size);
    }
    close(fd);
    *out = file;
    return 0;
}

void mapped_file_close(struct mapped_file *file)
{
    if (file->octets.len)
        munmap((void *)(uintptr_t)file->octets.data, file->octets.len);
    file->octets = SLICE_EMPTY;
}

void import_wire_form(struct slice text, struct buffer *out)
{
    if (slice_search(text, SLICE("\r\n")) != SIZE_MAX) {
        buffer_add(out, text);
        return;
    }
    size_t at = 0;
    while (at < text.len) {
        struct slice rest = slice_sub(text, at, SIZE_MAX);
        size_t end = slice_find(rest, '\n');
        buffer_add(out, slice_sub(rest, 0, end));
        if (end < rest.len)
            buffer_add(out, SLICE("\r\n"));
        at += end + 1;
    }
}

void maildir_flags(const char *name, struct source_message *message)
{
    static const struct {
        char letter;
        flag_mask flag;
    } letters[] = {{'D', FLAG_DRAFT},
                   {'F', FLAG_FLAGGED},
                   {'R', FLAG_ANSWERED},
                   {'S', FLAG_SEEN},
                   {'T', FLAG_DELETED}};
    const char *info = strstr(name, ":2,");
    for (const char *c = info ? info + 3 : ""; *c; c++) {
        for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
            if (letters[i].letter == *c)
                message->flags |= letters[i].flag;
        if (*c == 'P')
            message->keywords[message->keyword_count++] = SLICE("$Forwarded");
        if (message->keyword_count == sizeof message->keywords / sizeof message->keywords[0])
            return;
    }
}
