### A company's bill.

bill-show = Last month { MONEY($last) }, this month { MONEY($now) }. Balance { MONEY($balance) }. { $day ->
        [0] Pay by card: *111*117*7*sum#
       *[some] Scheduled: { MONEY($amount) } on day { $day }. Cancel: *111*117*2#
    }
bill-ask = Pay { MONEY($amount) } of the bill from your card? YES { $code } or *111*97*{ $code }#
bill-accepted = Your payment of { MONEY($amount) } is with the bank. We will send the result by SMS.
bill-paid = The bill was paid from your card: { MONEY($amount) }. Balance { MONEY($balance) }
bill-ask_schedule = Pay { MONEY($amount) } from your card on day { $day } of each month, first on { DATE($first) }? YES { $code } or *111*97*{ $code }#
bill-scheduled = { MONEY($amount) } will be paid from your card on day { $day } of each month, next on { DATE($first) }. Cancel: *111*117*2#
bill-unscheduled = The schedule was dropped. Again: *111*117*3*day*sum#

bill-private = Only companies have a bill. To top up your number: *115*sum#
bill-sum_limits = You can pay { MONEY($min) } to { MONEY($max) }, for example: *111*117*7*500#
bill-not_scheduled = There is no schedule. Set one: *111*117*3*day*sum#
bill-no_card = No card is linked, { MONEY($amount) } was not taken. Please link a card.
bill-card_expired = Your card has expired, { MONEY($amount) } was not taken. Please link a new card.
bill-declined = The bank declined { MONEY($amount) }, nothing was taken. Try again: *111*117*7*sum#
bill-limit = { MONEY($amount) } is over the limit of your card. Less: *111*117*7*sum#
bill-no_answer = The payment of { MONEY($amount) } failed: the bank did not answer. Try again: *111*117*7*sum#
