#include "usage.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { USAGE_PROCESSES = 32768 };

struct process {
    pid_t pid;
    pid_t parent;
    uint64_t ticks; /* its own and those of children it has waited for */
    bool counted;
};

static bool process_read(pid_t pid, struct process *out)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    char *rest = is_read ? strrchr(line, ')') : NULL; /* the name may hold anything */
    int parent;
    uint64_t user, system, child_user, child_system;
    if (!rest || sscanf(rest + 1,
                        " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u"
                        " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
                        &parent, &user, &system, &child_user, &child_system) != 5)
        return false;
    *out = (struct process){pid, parent, user + system + child_user + child_system, false};
    return true;
}

static size_t process_list(struct process *processes)
{
    DIR *directory = opendir("/proc");
    if (!directory)
        bench_die_errno("/proc");
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) && count < USAGE_PROCESSES;)
        if (isdigit((unsigned char)*entry->d_name) &&
            process_read((pid_t)atoi(entry->d_name), &processes[count]))
            count++;
    closedir(directory);
    return count;
}

static bool is_counted(const struct process *processes, size_t count, pid_t pid)
{
    for (size_t i = 0; i < count; i++)
        if (processes[i].pid == pid)
            return processes[i].counted;
    return false;
}

/* A child's id may be below its parent's: until nothing new is found. */
static void mark_tree(struct process *processes, size_t count, pid_t root)
{
    for (bool found = true; found;) {
        found = false;
        for (size_t i = 0; i < count; i++) {
            struct process *process = &processes[i];
            if (process->counted ||
                (process->pid != root && !is_counted(processes, count, process->parent)))
                continue;
            process->counted = found = true;
        }
    }
}

typedef uint64_t process_measure_fn(const struct process *process);

static uint64_t sum_tree(pid_t root, process_measure_fn *measure)
{
    struct process *processes = bench_allocate(USAGE_PROCESSES, sizeof *processes);
    size_t count = process_list(processes);
    mark_tree(processes, count, root);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += processes[i].counted ? measure(&processes[i]) : 0;
    free(processes);
    return sum;
}

static uint64_t process_ticks(const struct process *process)
{
    return process->ticks;
}

double usage_processor_ms(pid_t root)
{
    return (double)sum_tree(root, process_ticks) * 1000.0 / (double)sysconf(_SC_CLK_TCK);
}

/* A line "Name:  123 kB" of a file in /proc, in octets. */
static uint64_t process_memory_line(pid_t pid, const char *file_name, const char *key)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file_name);
    FILE *file = fopen(path, "r");
    uint64_t kilobytes = 0;
    while (file && fgets(line, sizeof line, file)) {
        size_t length = strlen(key);
        if (strncmp(line, key, length) == 0) {
            kilobytes = strtoull(line + length, NULL, 10);
            break;
        }
    }
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

static uint64_t process_share(const struct process *process)
{
    return process_memory_line(process->pid, "smaps_rollup", "Pss:");
}

static uint64_t process_peak(const struct process *process)
{
    return process_memory_line(process->pid, "status", "VmHWM:");
}

/* Writing 5 makes the peak what is resident now (proc(5)). */
static uint64_t process_restart_peak(const struct process *process)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/clear_refs", (int)process->pid);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs("5", file);
        fclose(file);
    }
    return process_peak(process);
}

uint64_t usage_memory(pid_t root)
{
    return sum_tree(root, process_share);
}

uint64_t usage_resident_restart(pid_t root)
{
    return sum_tree(root, process_restart_peak);
}

uint64_t usage_resident_peak(pid_t root)
{
    return sum_tree(root, process_peak);
}
