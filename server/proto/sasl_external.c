/* EXTERNAL (RFC 4422 appendix A): TLS has shown who it is, the client at most says as whom. */
#include "sasl_mechanism.h"

int sasl_external_step(struct sasl *sasl, struct exchange *exchange)
{
    exchange->challenge = SLICE_EMPTY;
    if (!exchange->given) {
        exchange->progress = SASL_CONTINUE;
        return 0;
    }
    if (slice_find(exchange->input, '\0') < exchange->input.len)
        return fail(ERR_SYNTAX, "NUL in a name");
    struct sasl_identity identity;
    int result = sasl->callbacks.find_certificate(sasl->callbacks.arg, &identity);
    if (result == 0)
        result = sasl_set_identity(sasl, &identity, exchange->input);
    exchange->progress = SASL_DONE;
    return result;
}
