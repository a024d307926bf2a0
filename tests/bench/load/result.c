#include "result.h"

#include <inttypes.h>

#include "bench.h"

void result_figure(struct result *result, const char *name, double value)
{
    if (result->figure_count == RESULT_FIGURES)
        bench_die("too many figures");
    struct figure *figure = &result->figures[result->figure_count++];
    snprintf(figure->name, sizeof figure->name, "%s", name);
    figure->value = value;
}

void result_print(struct result *result, const char *scenario, FILE *out)
{
    double operations = result->operations ? (double)result->operations : 1;
    double seconds = result->seconds > 0 ? result->seconds : 1;
    fprintf(
        out,
        "{\"scenario\": \"%s\", \"operations\": %" PRIu64 ", \"seconds\": %.3f"
        ", \"per_second\": %.2f, \"p50_ms\": %.3f, \"p95_ms\": %.3f, \"p99_ms\": %.3f"
        ", \"max_ms\": %.3f, \"processor_ms\": %.4f, \"octets\": %.0f"
        ", \"memory_octets\": %" PRIu64 ", \"figures\": {",
        scenario, result->operations, result->seconds, (double)result->operations / seconds,
        samples_percentile(&result->latencies, 0.5), samples_percentile(&result->latencies, 0.95),
        samples_percentile(&result->latencies, 0.99), samples_percentile(&result->latencies, 1),
        result->processor_ms / operations, (double)result->traffic / operations, result->memory);
    for (unsigned i = 0; i < result->figure_count; i++)
        fprintf(out, "%s\"%s\": %.3f", i ? ", " : "", result->figures[i].name,
                result->figures[i].value);
    fputs("}}\n", out);
}

void result_clear(struct result *result)
{
    samples_clear(&result->latencies);
    *result = (struct result){0};
}
