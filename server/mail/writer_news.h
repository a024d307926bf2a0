/*
 * Spreading the news: what a committed batch did goes to the other workers
 * and into this worker's views.
 */
#ifndef POSTROOM_MAIL_WRITER_NEWS_H
#define POSTROOM_MAIL_WRITER_NEWS_H

#include "base/error.h"
#include "store/change.h"

struct mail;
struct writer_news;

/* Memory for a batch of this many changes, taken before it is committed. */
int writer_news_new(size_t changes, struct writer_news **out) MUST_CHECK;
void writer_news_free(struct writer_news **news);
/* Parks. What cannot be applied here is caught up by the views' users. */
void writer_news_spread(struct writer_news *news, struct mail *mail, struct change **changes,
                        size_t count);

#endif
