#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection_table.h"
#include "support/check.h"

void test_connection_table_counts_over_all_workers(void)
{
    struct connection_table *table;
    if (!CHECK_OK(connection_table_new(&table)))
        return;
    CHECK(connection_table_enter(table, 0, SLICE("alice"), 2));
    CHECK(connection_table_enter(table, 1, SLICE("alice"), 2));
    CHECK(!connection_table_enter(table, 2, SLICE("alice"), 2));
    CHECK(connection_table_enter(table, 2, SLICE("bob"), 2));
    connection_table_leave(table, 0, SLICE("alice"));
    CHECK(connection_table_enter(table, 2, SLICE("alice"), 2));
    connection_table_free(&table);
    CHECK(table == NULL);
}

void test_connection_table_forgets_a_dead_worker(void)
{
    struct connection_table *table;
    if (!CHECK_OK(connection_table_new(&table)))
        return;
    for (int i = 0; i < 5; i++)
        CHECK(connection_table_enter(table, 3, SLICE("alice"), 6));
    CHECK(connection_table_enter(table, 4, SLICE("alice"), 6));
    CHECK(!connection_table_enter(table, 4, SLICE("alice"), 6));
    connection_table_forget_worker(table, 3);
    CHECK(connection_table_enter(table, 4, SLICE("alice"), 6));
    connection_table_free(&table);
}

void test_connection_table_ignores_leaving_twice(void)
{
    struct connection_table *table;
    if (!CHECK_OK(connection_table_new(&table)))
        return;
    connection_table_leave(table, 0, SLICE("nobody"));
    CHECK(connection_table_enter(table, 0, SLICE("alice"), 1));
    connection_table_leave(table, 0, SLICE("alice"));
    connection_table_leave(table, 0, SLICE("alice"));
    CHECK(connection_table_enter(table, 0, SLICE("alice"), 1));
    CHECK(!connection_table_enter(table, 0, SLICE("alice"), 1));
    connection_table_free(&table);
}

void test_connection_table_is_shared_with_forked_workers(void)
{
    struct connection_table *table;
    if (!CHECK_OK(connection_table_new(&table)))
        return;
    pid_t pid = fork();
    if (pid == 0)
        _exit(connection_table_enter(table, 1, SLICE("alice"), 1) ? 0 : 1);
    int status = -1;
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    CHECK(!connection_table_enter(table, 0, SLICE("alice"), 1));
    connection_table_free(&table);
}

/* Places of keys that are no longer counted are taken by others. */
void test_connection_table_serves_more_keys_than_it_has_places(void)
{
    struct connection_table *table;
    if (!CHECK_OK(connection_table_new(&table)))
        return;
    int refused = 0;
    for (int i = 0; i < 100000; i++) {
        char key[20];
        snprintf(key, sizeof key, "@10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        refused += !connection_table_enter(table, 0, slice_cstr(key), 1);
        connection_table_leave(table, 0, slice_cstr(key));
    }
    CHECK_INT(refused, 0);
    connection_table_free(&table);
}
