### Full trust: below zero down to a limit.

trust-is_on = Full trust is on: the balance may go down to -{ MONEY($limit) }. Now { MONEY($balance) }. To switch it off: *111*2118*2#
trust-is_off = Full trust is off. It takes { $months } months with us and { MONEY($spent) } spent; the limit is { MONEY($limit) }. To switch it on: *111*2118*1#
trust-connected = Full trust is on, free of charge: the balance may go down to -{ MONEY($limit) }. To switch it off: *111*2118*2#
trust-already_on = Full trust is on already, limit { MONEY($limit) }. To switch it off: *111*2118*2#
trust-already_off = Full trust is not on. To switch it on: *111*2118*1#
trust-disconnect_ask = Switch Full trust off? The balance will no longer go below zero. YES { $code } or *111*97*{ $code }#
trust-disconnected = Full trust is off. To switch it on again: *111*2118*1#

trust-company = Full trust is for private customers. This is a company's number.
trust-payer = Another number pays for you. Only that number can change Full trust: *111*2118#
trust-too_new = Full trust can be had { $months } months after the number was bought. Meanwhile: *111*123#
trust-spent_too_little = { MONEY($min) } spent in 3 months is needed, you have { MONEY($spent) }. Meanwhile: *111*123#
trust-debt = Your balance is { MONEY($balance) }. Please top up first: *115#
trust-promised = A promised payment is running. Full trust can be had when it has been taken back: *111*1230#
