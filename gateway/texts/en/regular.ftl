### Regular transfers.

regular-ask = { $period ->
        [daily] Every day
        [weekly] Every week
       *[monthly] Every month
    } { MONEY($amount) } to { PHONE($number) }, first on { DATE($first) }. { $fee ->
        [0] No fee.
       *[fee] Fee { MONEY($fee) } once.
    } YES { $code } or *111*97*{ $code }#
regular-set = { MONEY($amount) } to { PHONE($number) } begins { DATETIME($first) }. Balance { MONEY($balance) }. Cancel: *114*{ $number }#
regular-already = You have this transfer: { MONEY($amount) } to { PHONE($number) }, next { DATETIME($first) }. Cancel: *114*{ $number }#
regular-cancelled = No more transfers to { PHONE($number) }. Again: *114*number*1*sum#
regular-moved = { MONEY($amount) } sent to { PHONE($number) }, balance { MONEY($balance) }. Next: { DATE($next) }. Cancel: *114*{ $number }#
regular-missed = { MONEY($amount) } to { PHONE($number) } was not sent: { $reason ->
        [blocked] your number is blocked
        [not_enough_money] not enough money
       *[limit] over the day's limit
    }. Next: { DATE($next) }. Cancel: *114*{ $number }#
regular-ended = No more transfers to { PHONE($number) }: this number cannot get them from you.

regular-self = You cannot send money to this same number. Choose another: *114*number*1*sum#
regular-company = A company's number cannot send money. It is possible from a private number.
regular-tariff = Tariff "{ NAME($tariff) }" has no transfers. Change tariff: *111*59*9#
regular-unknown_number = { PHONE($number) } is not our subscriber. Check the number: *114*number*1*sum#
regular-other_region = { PHONE($number) } is in another region. Transfers stay within your region.
regular-same_account = { PHONE($number) } has the same account, no transfer is needed. Balance: *100#
regular-sum_limits = From { MONEY($min) } to { MONEY($max) } at a time, for example: *114*{ $number }*1*{ $example }#
regular-not_enough_money = { MONEY($missing) } are missing for the fee of { MONEY($fee) }. Top up: *115#
regular-too_many = At most { $max } regular transfers are possible. Cancel one: *114*{ $number }#
regular-not_set = No transfers to { PHONE($number) }. Set up: *114*number*1*sum#. 1 daily, 2 weekly, 3 monthly
