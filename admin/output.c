#include "output.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

struct output_line {
    struct cell cells[OUTPUT_COLUMNS_MAX];
};

struct output {
    bool json;
    bool single;
    const char *const *names;
    size_t columns;
    struct output_line *rows;
    size_t count;
    size_t size;
    struct arena arena;
    struct buffer said; /* with --json, where sentences wait for output_print() */
};

int output_new(bool json, struct output **out)
{
    struct output *output = calloc(1, sizeof *output);
    if (!output)
        return fail(ERR_NO_MEMORY, "no memory for output");
    output->json = json;
    arena_init(&output->arena, (size_t)1 << 30);
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
    free((*output)->rows);
    free(*output);
    *output = NULL;
}

void output_columns(struct output *output, const char *const *names)
{
    output->names = names;
    for (output->columns = 0; names[output->columns]; output->columns++)
        continue;
}

void output_single(struct output *output)
{
    output->single = true;
}

int output_row(struct output *output, const struct cell *cells)
{
    if (output->count == output->size) {
        size_t size = output->size ? output->size * 2 : 64;
        struct output_line *rows = realloc(output->rows, size * sizeof *rows);
        if (!rows)
            return fail(ERR_NO_MEMORY, "no memory for output");
        output->rows = rows;
        output->size = size;
    }
    struct output_line *row = &output->rows[output->count];
    for (size_t i = 0; i < output->columns; i++) {
        row->cells[i] = cells[i];
        if (cells[i].kind != CELL_TEXT)
            continue;
        row->cells[i].text = arena_copy(&output->arena, cells[i].text);
        if (!row->cells[i].text.data)
            return -ERR_NO_MEMORY;
    }
    output->count++;
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

static void print_json_row(const struct output *output, const struct output_line *row)
{
    putchar('{');
    for (size_t i = 0; i < output->columns; i++) {
        if (i)
            fputs(", ", stdout);
        print_json_text(stdout, slice_cstr(output->names[i]));
        fputs(": ", stdout);
        print_json_cell(&row->cells[i]);
    }
    putchar('}');
}

static void print_json(const struct output *output)
{
    if (output->single && output->count) {
        print_json_row(output, &output->rows[0]);
        putchar('\n');
        return;
    }
    putchar('[');
    for (size_t i = 0; i < output->count; i++) {
        fputs(i ? ",\n " : "", stdout);
        print_json_row(output, &output->rows[i]);
    }
    fputs("]\n", stdout);
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

static void print_lines(const struct output *output)
{
    char text[1200];
    for (size_t i = 0; i < output->columns; i++) {
        format_cell(&output->rows[0].cells[i], text, sizeof text);
        printf("%-14s %s\n", output->names[i], text);
    }
}

static void print_table(const struct output *output)
{
    int widths[OUTPUT_COLUMNS_MAX];
    char text[1200];
    for (size_t i = 0; i < output->columns; i++) {
        widths[i] = text_width(output->names[i]);
        for (size_t n = 0; n < output->count; n++) {
            format_cell(&output->rows[n].cells[i], text, sizeof text);
            widths[i] = text_width(text) > widths[i] ? text_width(text) : widths[i];
        }
        printf("%s%s", i ? "  " : "", output->names[i]);
        if (i + 1 < output->columns)
            printf("%*s", widths[i] - text_width(output->names[i]), "");
    }
    putchar('\n');
    for (size_t n = 0; n < output->count; n++) {
        for (size_t i = 0; i < output->columns; i++) {
            format_cell(&output->rows[n].cells[i], text, sizeof text);
            printf("%s%s", i ? "  " : "", text);
            if (i + 1 < output->columns)
                printf("%*s", widths[i] - text_width(text), "");
        }
        putchar('\n');
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

void output_print(struct output *output)
{
    if (!output->names)
        print_said(output);
    else if (output->json)
        print_json(output);
    else if (output->single && output->count)
        print_lines(output);
    else if (output->count)
        print_table(output);
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
