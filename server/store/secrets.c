#include "store/secrets.h"

#include "base/digest.h"
#include "query.h"

static int read_secret(const struct result *result, uint8_t secret_out[SECRET_SIZE])
{
    struct slice octets = result_rows(result) ? result_slice(result, 0, 0) : SLICE_EMPTY;
    if (octets.len != SECRET_SIZE)
        return fail(ERR_CORRUPT, "A secret in the database has %zu octets", octets.len);
    memcpy(secret_out, octets.data, SECRET_SIZE);
    return 0;
}

int secrets_get(struct database *database, struct slice name, uint8_t secret_out[SECRET_SIZE])
{
    uint8_t fresh[SECRET_SIZE];
    random_octets(fresh, sizeof fresh);
    struct params params;
    params_init(&params);
    params_text(&params, name);
    params_bytes(&params, slice_of((const char *)fresh, sizeof fresh));
    struct result *result;
    int err = pool_query(database, false, STATEMENT_SECRET_GET, &params, &result);
    params_clear(&params);
    if (err)
        return err;
    err = read_secret(result, secret_out);
    result_free(&result);
    return err;
}
