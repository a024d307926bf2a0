/*
 * Runs a fuzz target over files, so that corpora are ordinary tests without a
 * fuzzer: the arguments, and what $POSTROOM_CORPUS names when it is set.
 * Directories are walked. Finding no file at all is a failure.
 */
#include <errno.h>
#include <fts.h>
#include <string.h>

#include "fuzz.h"

static char *read_file(const char *path, size_t *size_out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *data = NULL;
    size_t size = 0, room = 0, got;
    do {
        if (size == room) {
            room = room ? room * 2 : 1 << 16;
            char *grown = realloc(data, room);
            if (!grown) {
                free(data);
                fclose(file);
                return NULL;
            }
            data = grown;
        }
        got = fread(data + size, 1, room - size, file);
        size += got;
    } while (got > 0);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) {
        free(data);
        return NULL;
    }
    *size_out = size;
    return data;
}

static int run_file(const char *path)
{
    size_t size;
    char *data = read_file(path, &size);
    /* Exactly as long as the file, so that the sanitizer sees reading behind it. */
    uint8_t *exact = data ? malloc(size ? size : 1) : NULL;
    if (!exact) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        free(data);
        return -1;
    }
    memcpy(exact, data, size);
    free(data);
    fprintf(stderr, "replay: %s\n", path); /* the last line before a crash names its file */
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    char *corpus = getenv("POSTROOM_CORPUS");
    char **paths = calloc((size_t)argc + 2, sizeof *paths);
    if (!paths)
        return 1;
    memcpy(paths, argv + 1, (size_t)(argc - 1) * sizeof *paths);
    if (corpus && *corpus)
        paths[argc - 1] = corpus;
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    unsigned run = 0, failed = 0;
    FTSENT *entry;
    while (walk && (entry = fts_read(walk))) {
        if (entry->fts_info == FTS_F) {
            failed += run_file(entry->fts_accpath) != 0;
            run++;
        } else if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR) {
            fprintf(stderr, "replay: %s: %s\n", entry->fts_path, strerror(entry->fts_errno));
            failed++;
        }
    }
    if (walk)
        fts_close(walk);
    free(paths);
    printf("replay: %u files, %u failed\n", run, failed);
    return failed > 0 || run == 0;
}
