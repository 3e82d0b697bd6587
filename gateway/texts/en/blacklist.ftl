### The black list.

blacklist-off = The black list is off, numbers on it: { $count }. To switch it on: *111*442#
blacklist-empty = The black list is on and empty. To add a number: *111*442*1*number#
blacklist-list =
    { $rest ->
        [0] Black list ({ $count }): { $numbers }. To remove one: *111*442*2*number#
       *[more] Black list ({ $count }), the newest: { $numbers }. To remove one: *111*442*2*number#
    }
blacklist-barred =
    { $number } is on the black list and cannot reach you any more. Numbers on it: { $count }. To remove it: { $letters ->
        [0] *111*442*2*{ $number }#
       *[1] SMS BLACKLIST - { $number }
    }
blacklist-already_barred =
    { $number } is on the black list already. To remove it: { $letters ->
        [0] *111*442*2*{ $number }#
       *[1] SMS BLACKLIST - { $number }
    }
blacklist-unbarred =
    { $number } is off the black list. Numbers left: { $count }. To put it back: { $letters ->
        [0] *111*442*1*{ $number }#
       *[1] SMS BLACKLIST + { $number }
    }

blacklist-not_on = Switch the black list on first: *111*442#
blacklist-self = This is your own number. Name another one: *111*442*1*number#
blacklist-sms_only = { $number } writes SMS. First connect SMS Pro, which keeps those away: *111*8111*1*{ $id }#
blacklist-list_full = There are { $max } numbers on the black list, which is the most. Remove one: *111*442*2*number#
blacklist-not_listed = { $number } is not on the black list. The list: *111*442*9#
