### Promised payment.

promised-offer = You can have { MONEY($min) } to { MONEY($max) } for { $days } days. Fee for { MONEY($max) }: { MONEY($fee) }. To take it: *111*123*{ $example }#
promised-ask = Promised payment { MONEY($amount) }, fee { MONEY($fee) }. On { DATETIME($due) } we take { MONEY($total) }. YES { $code } or *111*97*{ $code }#
promised-ask_again = The fee has changed: { MONEY($fee) }. Payment { MONEY($amount) }, on { DATETIME($due) } we take { MONEY($total) }. YES { $code } or *111*97*{ $code }#
promised-taken = You got { MONEY($amount) }, balance { MONEY($balance) }. On { DATETIME($due) } we take { MONEY($total) }. All payments: *111*1230#
promised-taken_by = { PHONE($number) } took a promised payment of { MONEY($amount) } on your account. On { DATETIME($due) } we take { MONEY($total) }. All payments: *111*1230#
promised-repaid = We took the promised payment back: { MONEY($total) }. Balance { MONEY($balance) }. A new one: *111*123#
promised-repaid_blocked = We took the promised payment back: { MONEY($total) }. Balance { MONEY($balance) }: the number is blocked. Top up { MONEY($missing) } and it will work again.
promised-history_none = You have had no promised payments. What you can have: *111*123#
promised-history =
    { $running ->
        [0] Past payments: { $count }, the last one { MONEY($last) } until { DATE($last_at) }.
       *[some] Running: { MONEY($running) }, on { DATETIME($due) } we take { MONEY($total) }.
    } What you can have: *111*123#

promised-company = Promised payments are for private customers. This is a company's number.
promised-running = A promised payment of { MONEY($amount) } is running. On { DATETIME($due) } we take { MONEY($total) }, then you can have another.
promised-trust = No promised payment together with Full trust. To switch that off: *111*2118*2#
promised-tariff = There is no promised payment on the tariff "{ NAME($tariff) }". Other tariffs: *111*59*9#
promised-debt = Your balance is { MONEY($balance) }, at least { MONEY($min) } is needed. Top up: *115#
promised-sum_limits = You can have { MONEY($min) } to { MONEY($max) }, for example: *111*123*{ $example }#
