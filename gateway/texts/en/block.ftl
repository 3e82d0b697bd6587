### Blocking a number and unblocking it.

block-ask = Block { PHONE($number) }? { $days } days free, then { MONEY($fee) } a day. YES { $code } or *111*97*{ $code }#
block-set = { PHONE($number) } is blocked. { $days } days free, then { MONEY($fee) } a day. Undo: *111*157*2*number*password#
block-set_no_password = { PHONE($number) } is blocked. { $days } days free, then { MONEY($fee) } a day. Undo: call 0890 or a shop, with a passport.
block-set_by = Your number was blocked from { PHONE($number) }. Undo: *111*157*2*number*password# or 0890.
block-already = { PHONE($number) } is blocked already. Undo: *111*157*2*number*password# or 0890.
block-lifted = { PHONE($number) } is unblocked and works again. Block: *111*157#
block-lifted_debtor = Your block of { PHONE($number) } is lifted, but there is a debt. The number works after a top-up.
block-lifted_by = Your number was unblocked from { PHONE($number) }. Not you? Block it again: *111*157#
block-not_blocked = { PHONE($number) } was not blocked by you. Block this phone: *111*157#

block-closed = The contract of this number has ended, there is nothing to block.
block-password_needed = The password of { PHONE($number) } is needed. From any phone: *111*157*2*number*password#. None? Call 0890.
block-by_operator = { PHONE($number) } was not blocked by you. Call 0890 or visit a shop with your passport.
block-needs_password = The number's password is missing: *111*157*1*{ $number }*password#
