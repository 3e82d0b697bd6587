### The balance of another number.

permission-is_open = Others can see your balance (*140*your number#). To stop this: *111*2137*2#
permission-is_closed = Others cannot see your balance. To allow it: *111*2137*1#
permission-opened = Others can see your balance now: *140*your number#. To stop this: *111*2137*2#
permission-closed = Nobody else can see your balance now. To allow it again: *111*2137*1#
permission-balance = Balance of { PHONE($number) }: { MONEY($balance) }
permission-seen = { PHONE($number) } has looked at your balance. To stop this: *111*2137*2#

permission-company = This is a company's number, its balance is not shown to others.
permission-unknown_number = { PHONE($number) } is not our subscriber. Check the number: *140*number#
permission-not_permitted = { PHONE($number) } has not opened its balance. Its owner can do that: *111*2137*1#
