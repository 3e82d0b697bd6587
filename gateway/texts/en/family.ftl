### The family's common bill.

family-list_empty = You pay for your own number only. To pay for another one of yours: *111*750*1*number#
family-list = Your account pays for ({ $count }): { $numbers }. It holds { MONEY($balance) }. To remove one: *111*750*2*number#
family-list_member = { PHONE($payer) } pays for your number. The common account holds { MONEY($balance) }. To leave: *111*750*2*{ $number }#
family-invite_ask = Pay for { PHONE($number) } from your account? YES { $code } or *111*97*{ $code }#
family-invited = Request { $reference } is filed. { PHONE($number) } has to agree within { $hours } h.
family-offer = { PHONE($number) } will pay for your number. The money on your own account waits. Yes: *111*750*4*{ $code }# No: *111*750*5*{ $code }# within { $hours } h
family-joined = { PHONE($number) } is on your account now, numbers in all: { $count }. To remove: *111*750*2*{ $number }#
family-joined_member =
    { PHONE($payer) } pays for your number now.{ $kept ->
        [0] {""}
       *[some] {" "}Your { MONEY($kept) } stay on your own account.
    } To leave: *111*750*2*{ $number }#
family-already = { PHONE($number) } is on your account already. To remove: *111*750*2*{ $number }#
family-remove_ask = Stop paying for { PHONE($number) }? YES { $code } or *111*97*{ $code }#
family-leave_ask = Leave the common account? You will pay yourself; you have { MONEY($balance) }. YES { $code } or *111*97*{ $code }#
family-removed = { PHONE($number) } pays for itself again. To have it back: *111*750*1*{ $number }#
family-removed_member = { PHONE($number) } no longer pays for your number. Your balance: { MONEY($balance) }. Top up: *115#
family-left = You pay yourself again. Your balance: { MONEY($balance) }. Top up: *115#
family-left_by = { PHONE($number) } has left your account and pays for itself.

family-self = This is your own number. Give another one: *111*750*1*9161234567#
family-company = A common bill is for private persons only. This number belongs to a company.
family-other_owner = { PHONE($number) } is not registered to you. A common bill is for your own numbers: *111*750*1*number#
family-other_region = { PHONE($number) } is of another region. A common bill is for numbers of one region: *111*750*1*number#
family-not_payer = { PHONE($payer) } pays for your number and may invite others. Your bill: *111*750#
family-in_family = { PHONE($number) } is on another common bill. It has to leave first: *111*750*2*{ $number }#
family-debt = { PHONE($number) } has a debt or a promised payment, which has to be paid first: *115*{ $number }*sum#
family-list_full = Your account pays for { $max } numbers, which is the most. Remove one: *111*750*2*number#
family-void = { PHONE($number) } did not join the common bill: things have changed. Your bill: *111*750#
family-not_member = { PHONE($number) } is not on your account. Your bill: *111*750#
