"""What grows. An axis is a module with NAME, TITLE, UNIT, SIZES, QUICK_SIZES and
run(stage, meter, sizes, result); a new one is a row of AXES."""

from . import mailbox_size, mailboxes, members, message_size, others, workers

AXES = (mailbox_size, members, mailboxes, others, workers, message_size)
