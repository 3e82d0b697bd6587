### Top-up from a linked card.

topup-menu = Top up from your linked card: *115*sum#. Another number: *115*number*sum#. { MONEY($min) } to { MONEY($max) }. Prepaid card: *111*155*card code#
topup-ask = Top up { MONEY($amount) } from your card? YES { $code } or *111*97*{ $code }#
topup-ask_other = Top up { PHONE($number) } with { MONEY($amount) } from your card? YES { $code } or *111*97*{ $code }#
topup-accepted = Your payment of { MONEY($amount) } is with the bank. We will send the result by SMS.
topup-accepted_other = Your payment of { MONEY($amount) } for { PHONE($number) } is with the bank. We will send the result by SMS.
topup-paid = { MONEY($amount) } was added from your card. Balance: { MONEY($balance) }
topup-paid_other = { PHONE($number) } was topped up with { MONEY($amount) } from your card.
topup-paid_by = { PHONE($number) } topped up your account with { MONEY($amount) }. Balance: { MONEY($balance) }
topup-unblocked = The debt is paid, your number works again.

topup-sum_limits = You can top up { MONEY($min) } to { MONEY($max) }, for example: *115*100#
topup-unknown_number = { PHONE($number) } is not our subscriber. Check the number: *115*number*sum#
topup-no_card = No card is linked, nothing was taken. To use a prepaid card: *111*155*card code#
topup-card_expired = Your card has expired, nothing was taken. Please link a new card.
topup-declined = The bank declined { MONEY($amount) }, nothing was taken. To try again: *115*sum#
topup-limit = { MONEY($amount) } is over the limit of your card, nothing was taken. Try a smaller sum: *115*sum#
topup-no_answer = The payment of { MONEY($amount) } failed: the bank did not answer. Please try later: *115*sum#
