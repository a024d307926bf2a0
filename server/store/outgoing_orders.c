#include "outgoing_orders.h"

#include "rows.h"

static void order_params(struct params *params, const struct outgoing_order *order)
{
    const struct outgoing_mail *mail = &order->mail;
    params_init(params);
    params_bytes(params, slice_of((const char *)order->digest, sizeof order->digest));
    params_int8(params, order->remembered);
    params_text(params, mail->kind);
    params_text(params, mail->written_for);
    params_text(params, mail->sender);
    params_text(params, mail->recipient);
    params_bytes(params, mail->fields);
    params_int8(params, mail->message_id);
    params_int8(params, (int64_t)order->seal);
    if (mail->message_id)
        params_null(params);
    else
        params_bytes(params, mail->letter);
    params_int8(params, mail->home_id);
    params_int8(params, order->lifetime);
}

int outgoing_orders_queue(struct transaction *tx, const struct delivery_batch *batch,
                          size_t *index_out)
{
    int err = 0;
    for (size_t i = 0; i < batch->order_count && !err; i++) {
        struct params params;
        order_params(&params, &batch->orders[i]);
        err = transaction_ask(tx, STATEMENT_OUTGOING_PUT, &params, i ? NULL : index_out);
    }
    return err;
}

int outgoing_orders_check(const struct transaction *tx, const struct delivery_batch *batch,
                          size_t index)
{
    for (size_t i = 0; i < batch->order_count; i++)
        if (result_bool(transaction_result(tx, index + i), 0, 0))
            return fail(ERR_UNAVAILABLE, "the message was lost before it was queued");
    return 0;
}

int outgoing_claim_queue(struct transaction *tx, const struct delivery_batch *batch,
                         size_t *index_out)
{
    if (!batch->claim)
        return 0;
    struct params params;
    params_init(&params);
    params_int8(&params, batch->claim->id);
    params_int8(&params, batch->claim->attempt);
    return transaction_ask(tx, STATEMENT_OUTGOING_DELETE, &params, index_out);
}

int outgoing_claim_check(const struct transaction *tx, const struct delivery_batch *batch,
                         size_t index)
{
    if (!batch->claim || result_rows(transaction_result(tx, index)))
        return 0;
    return fail(ERR_STALE, "somebody else has this mail in hand by now");
}
