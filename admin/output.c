#include "output.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

static const size_t ARENA_MAX = (size_t)1 << 30;

struct output_line {
    struct cell cells[OUTPUT_COLUMNS_MAX];
};

struct output_table {
    const char *name; /* NULL: the only one */
    bool single;
    const char *const *names; /* NULL: nothing was described */
    size_t columns;
    struct output_line *rows;
    size_t count;
    size_t size;
    bool flushed;                   /* some of it was printed already, ... */
    int widths[OUTPUT_COLUMNS_MAX]; /* ... the columns as wide as that */
};

struct output {
    bool json;
    struct output_table tables[OUTPUT_TABLES_MAX];
    size_t current; /* the table that calls are about, which is the last one */
    struct arena arena;
    struct buffer said; /* with --json, where sentences wait for output_print() */
};

int output_new(bool json, struct output **out)
{
    struct output *output = calloc(1, sizeof *output);
    if (!output)
        return fail(ERR_NO_MEMORY, "no memory for output");
    output->json = json;
    arena_init(&output->arena, ARENA_MAX);
    buffer_init(&output->said, 0);
    *out = output;
    return 0;
}

void output_free(struct output **output)
{
    if (!*output)
        return;
    arena_clear(&(*output)->arena);
    buffer_clear(&(*output)->said);
    for (size_t i = 0; i < OUTPUT_TABLES_MAX; i++)
        free((*output)->tables[i].rows);
    free(*output);
    *output = NULL;
}

bool output_is_json(const struct output *output)
{
    return output->json;
}

void output_table(struct output *output, const char *name)
{
    if (output->tables[0].name && output->current + 1 < OUTPUT_TABLES_MAX)
        output->current++;
    output->tables[output->current].name = name;
}

void output_columns(struct output *output, const char *const *names)
{
    struct output_table *table = &output->tables[output->current];
    table->names = names;
    for (table->columns = 0; names[table->columns]; table->columns++)
        continue;
}

void output_single(struct output *output)
{
    output->tables[output->current].single = true;
}

static int output_reserve(struct output_table *table)
{
    if (table->count < table->size)
        return 0;
    size_t size = table->size ? table->size * 2 : 64;
    struct output_line *rows = realloc(table->rows, size * sizeof *rows);
    if (!rows)
        return fail(ERR_NO_MEMORY, "no memory for output");
    table->rows = rows;
    table->size = size;
    return 0;
}

int output_row(struct output *output, const struct cell *cells)
{
    struct output_table *table = &output->tables[output->current];
    int err = output_reserve(table);
    if (err)
        return err;
    struct output_line *row = &table->rows[table->count];
    for (size_t i = 0; i < table->columns; i++) {
        row->cells[i] = cells[i];
        if (cells[i].kind != CELL_TEXT)
            continue;
        row->cells[i].text = arena_copy(&output->arena, cells[i].text);
        if (!row->cells[i].text.data)
            return -ERR_NO_MEMORY;
    }
    table->count++;
    return 0;
}

void output_say(struct output *output, const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        return;
    if (output->json) {
        buffer_add_cstr(&output->said, output->said.len ? "\n" : "");
        buffer_add_cstr(&output->said, text);
    } else {
        puts(text);
    }
    free(text);
}

/* JSON (RFC 8259). Arguments that are repeated need not be UTF-8. */
static void print_json_text(FILE *file, struct slice text)
{
    struct buffer json;
    buffer_init(&json, 0);
    for (size_t i = 0; i < text.len;) {
        uint32_t c = text_next(text, &i);
        if (c == '"' || c == '\\')
            buffer_printf(&json, "\\%c", (char)c);
        else if (c < 0x20)
            buffer_printf(&json, "\\u%04x", (unsigned)c);
        else
            text_add_code_point(&json, c);
    }
    fprintf(file, "\"%.*s\"", SLICE_ARGS(buffer_slice(&json)));
    buffer_clear(&json);
}

static void print_json_cell(const struct cell *cell)
{
    if (cell->kind == CELL_TEXT)
        print_json_text(stdout, cell->text);
    else if (cell->kind == CELL_NUMBER)
        printf("%lld", (long long)cell->number);
    else
        fputs(cell->number ? "true" : "false", stdout);
}

static void print_json_row(const struct output_table *table, const struct output_line *row)
{
    putchar('{');
    for (size_t i = 0; i < table->columns; i++) {
        if (i)
            fputs(", ", stdout);
        print_json_text(stdout, slice_cstr(table->names[i]));
        fputs(": ", stdout);
        print_json_cell(&row->cells[i]);
    }
    putchar('}');
}

static void print_json_table(const struct output_table *table)
{
    if (table->single && table->count) {
        print_json_row(table, &table->rows[0]);
        return;
    }
    putchar('[');
    for (size_t i = 0; i < table->count; i++) {
        fputs(i ? ",\n " : "", stdout);
        print_json_row(table, &table->rows[i]);
    }
    putchar(']');
}

static void print_json(const struct output *output)
{
    bool named = output->tables[0].name;
    for (size_t i = 0; i <= output->current; i++) {
        if (named) {
            fputs(i ? ",\n" : "{", stdout);
            print_json_text(stdout, slice_cstr(output->tables[i].name));
            fputs(": ", stdout);
        }
        print_json_table(&output->tables[i]);
    }
    fputs(named ? "}\n" : "\n", stdout);
}

/* A cell as people read it. */
static int format_cell(const struct cell *cell, char *out, size_t size)
{
    if (cell->kind == CELL_TEXT)
        return snprintf(out, size, "%.*s", SLICE_ARGS(cell->text));
    if (cell->kind == CELL_NUMBER)
        return snprintf(out, size, "%lld", (long long)cell->number);
    return snprintf(out, size, "%s", cell->number ? "yes" : "no");
}

/* Columns on the screen: code points, near enough for names. */
static int text_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_lines(const struct output_table *table)
{
    char text[1200];
    for (size_t i = 0; i < table->columns; i++) {
        format_cell(&table->rows[0].cells[i], text, sizeof text);
        if (*text)
            printf("%-14s %s\n", table->names[i], text);
        else
            printf("%s\n", table->names[i]);
    }
}

/* The last column is as long as it is. */
static void print_padded(const struct output_table *table, size_t column, const char *text,
                         int width)
{
    printf("%s%s", column ? "  " : "", text);
    if (column + 1 < table->columns)
        printf("%*s", width - text_width(text), "");
    else
        putchar('\n');
}

static void widen(struct output_table *table, size_t column, const char *text)
{
    int width = text_width(text);
    if (table->widths[column] < width)
        table->widths[column] = width;
}

static void measure(struct output_table *table)
{
    char text[1200];
    for (size_t i = 0; i < table->columns; i++) {
        widen(table, i, table->names[i]);
        for (size_t n = 0; n < table->count; n++) {
            format_cell(&table->rows[n].cells[i], text, sizeof text);
            widen(table, i, text);
        }
    }
}

static void print_rows(struct output_table *table)
{
    char text[1200];
    measure(table);
    for (size_t i = 0; i < table->columns && !table->flushed; i++)
        print_padded(table, i, table->names[i], table->widths[i]);
    for (size_t n = 0; n < table->count; n++) {
        for (size_t i = 0; i < table->columns; i++) {
            format_cell(&table->rows[n].cells[i], text, sizeof text);
            print_padded(table, i, text, table->widths[i]);
        }
    }
}

static void print_tables(struct output *output)
{
    bool first = true;
    for (size_t i = 0; i <= output->current; i++) {
        struct output_table *table = &output->tables[i];
        if (!table->count)
            continue;
        if (!first)
            putchar('\n');
        first = false;
        if (table->single)
            print_lines(table);
        else
            print_rows(table);
    }
}

static void print_said(const struct output *output)
{
    if (!output->json)
        return; /* said already */
    fputs("{\"text\": ", stdout);
    print_json_text(stdout, buffer_slice(&output->said));
    fputs("}\n", stdout);
}

static void print_json_lines(const struct output_table *table)
{
    for (size_t n = 0; n < table->count; n++) {
        print_json_row(table, &table->rows[n]);
        putchar('\n');
    }
}

bool output_flush(struct output *output)
{
    struct output_table *table = &output->tables[output->current];
    if (output->json)
        print_json_lines(table);
    else if (table->count)
        print_rows(table);
    table->flushed = table->flushed || table->count;
    table->count = 0;
    arena_clear(&output->arena);
    arena_init(&output->arena, ARENA_MAX);
    return fflush(stdout) == 0 && !ferror(stdout);
}

void output_print(struct output *output)
{
    if (output->tables[0].flushed)
        output_flush(output);
    else if (!output->tables[0].names)
        print_said(output);
    else if (output->json)
        print_json(output);
    else
        print_tables(output);
}

void output_failure(const struct output *output, int err)
{
    const char *text = last_error()->text;
    if (!output || !output->json) {
        fprintf(stderr, "postroomctl: %s\n", *text ? text : err_name(err));
        return;
    }
    fputs("{\"error\": ", stderr);
    print_json_text(stderr, slice_cstr(err_name(err)));
    fputs(", \"text\": ", stderr);
    print_json_text(stderr, slice_cstr(text));
    fputs("}\n", stderr);
}
