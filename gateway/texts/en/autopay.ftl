### Automatic top-ups.

autopay-none = Automatic top-up is off. Switch on: *111*114*1*threshold*sum#, for example *111*114*1*100*300#, or monthly *111*114*3*day*sum#
autopay-show = { $kind ->
        [below] Automatic top-up: { MONEY($amount) } when you have less than { MONEY($threshold) }.
       *[monthly] Automatic top-up: { MONEY($amount) } on day { $day } of each month.
    } { $last ->
        [0] None so far.
       *[some] Last on { DATE($last_at) }.
    } Off: *111*114*2#
autopay-ask = { $kind ->
        [below] Add { MONEY($amount) } from your card when you have less than { MONEY($threshold) }?
       *[monthly] Add { MONEY($amount) } from your card on day { $day } of each month?
    } { $instead ->
        [yes] In place of the rule you have.
       *[no] No fee.
    } YES { $code } or *111*97*{ $code }#
autopay-set = { $kind ->
        [below] Automatic top-up is on: { MONEY($amount) } when you have less than { MONEY($threshold) }.
       *[monthly] Automatic top-up is on: { MONEY($amount) } on day { $day } of each month.
    } Off: *111*114*2#
autopay-off = Automatic top-up is off. On: *111*114*1*threshold*sum#
autopay-paid = Automatic top-up: { MONEY($amount) } from your card, balance { MONEY($balance) }. Off: *111*114*2#

autopay-threshold_limits = The threshold may be { MONEY($min) } to { MONEY($max) }, for example: *111*114*1*100*300#
autopay-sum_limits = The sum may be { MONEY($min) } to { MONEY($max) }, for example: *111*114*1*100*300#
autopay-not_payer = { PHONE($number) } pays for your number. Automatic top-up is switched on from there.
autopay-not_on = Automatic top-up is off already. On: *111*114*1*threshold*sum#
autopay-day_limit = Automatic top-up of { MONEY($amount) } was not made: { MONEY($max) } a day is the limit. Top up: *115*sum#
autopay-no_card = Automatic top-up of { MONEY($amount) } failed: no card is linked. Off: *111*114*2#
autopay-card_expired = Automatic top-up of { MONEY($amount) } failed: your card has expired. Off: *111*114*2#
autopay-declined = Automatic top-up of { MONEY($amount) } failed: the bank declined. Top up: *115*sum#
autopay-limit = Automatic top-up of { MONEY($amount) } is over your card's limit. Less: *111*114*1*threshold*sum#
autopay-no_answer = Automatic top-up of { MONEY($amount) } failed: the bank did not answer. Top up: *115*sum#
