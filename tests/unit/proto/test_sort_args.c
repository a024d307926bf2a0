#include "proto/sort_args.h"

#include "proto/search_args.h"
#include "support/check.h"

static int parse(const char *text, struct sort_program *out, bool *at_end_out)
{
    struct arena arena;
    struct lexer lexer;
    arena_init(&arena, 0);
    lexer_init(&lexer, slice_cstr(text), &arena);
    *out = (struct sort_program){0};
    int result = sort_program_parse(&lexer, out);
    *at_end_out = lexer_at_end(&lexer);
    arena_clear(&arena);
    return result;
}

void test_sort_args_reads_criteria(void)
{
    struct sort_program program;
    bool at_end;
    CHECK_OK(parse("(SUBJECT)", &program, &at_end));
    CHECK(at_end && program.count == 1 && program.criteria[0].key == SORT_SUBJECT);
    CHECK_OK(parse("(subject REVERSE date)", &program, &at_end));
    CHECK_INT(program.count, 2);
    CHECK(!program.criteria[0].reverse && program.criteria[1].reverse);
    CHECK_INT(program.criteria[1].key, SORT_DATE);
    CHECK_OK(parse("( ARRIVAL CC FROM SIZE TO DISPLAYFROM DISPLAYTO )", &program, &at_end));
    CHECK_INT(program.count, 7);
    CHECK(at_end);
}

void test_sort_args_drops_what_cannot_decide(void)
{
    struct sort_program program;
    bool at_end;
    CHECK_OK(parse("(SIZE REVERSE SIZE SIZE DATE)", &program, &at_end));
    CHECK_INT(program.count, 2);
    CHECK(!program.criteria[0].reverse);
    CHECK_INT(program.criteria[1].key, SORT_DATE);
}

void test_sort_args_refuses(void)
{
    static const char *const texts[] = {"",
                                        "SUBJECT",
                                        "()",
                                        "(",
                                        "(SUBJECT",
                                        "(REVERSE)",
                                        "(NOSUCH)",
                                        "(DATE,)",
                                        "(REVERSE ",
                                        "(SUBJECTS)",
                                        "(REVERSE REVERSE DATE)"};
    struct sort_program program;
    bool at_end;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_error(parse(texts[i], &program, &at_end), ERR_SYNTAX, texts[i], __FILE__, __LINE__);
}

static int parse_criteria(struct slice text)
{
    struct arena arena;
    struct lexer lexer;
    struct search_node *root = NULL;
    arena_init(&arena, 0);
    lexer_init(&lexer, text, &arena);
    int result = search_criteria_parse(&lexer, &root);
    arena_clear(&arena);
    return result;
}

void test_sort_args_criteria_begin_with_a_charset(void)
{
    CHECK_OK(parse_criteria(SLICE("UTF-8 ALL")));
    CHECK_OK(parse_criteria(SLICE("\"us-ascii\" TEXT \"not in mailbox\"")));
    CHECK_OK(parse_criteria(SLICE("ISO-8859-1 SUBJECT \"\xe9\"")));
    CHECK_ERR(parse_criteria(SLICE("X-NONE ALL")), ERR_CHARSET);
    CHECK_ERR(parse_criteria(SLICE("US-ASCII SUBJECT \"\xe9\"")), ERR_CHARSET);
    CHECK_ERR(parse_criteria(SLICE("UTF-8")), ERR_SYNTAX);
    CHECK_ERR(parse_criteria(SLICE("ALL")), ERR_SYNTAX);
    CHECK_ERR(parse_criteria(SLICE("(UTF-8) ALL")), ERR_SYNTAX);
}

void test_sort_args_knows_two_algorithms(void)
{
    struct lexer lexer;
    enum thread_algorithm algorithm;
    lexer_init(&lexer, SLICE("references "), NULL);
    CHECK_OK(thread_algorithm_parse(&lexer, &algorithm));
    CHECK_INT(algorithm, THREAD_REFERENCES);
    lexer_init(&lexer, SLICE("ORDEREDSUBJECT"), NULL);
    CHECK_OK(thread_algorithm_parse(&lexer, &algorithm));
    CHECK_INT(algorithm, THREAD_ORDEREDSUBJECT);
    lexer_init(&lexer, SLICE("REFS"), NULL);
    CHECK_ERR(thread_algorithm_parse(&lexer, &algorithm), ERR_SYNTAX);
}
