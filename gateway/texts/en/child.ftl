### A child's number under its parent's control.

child-list_empty = You have no children's numbers. To add one: *111*7788*1*number#
child-list =
    { $count ->
        [0] {""}
       *[some] Children: { $numbers }. Details: *111*7788*7*number#{" "}
    }{ $parents_count ->
        [0] {""}
       *[some] Your number is looked after by: { $parents }
    }
child-add_ask = { PHONE($number) } asks to see your balance, services and place, and to bar numbers. Only it can end this. Yes: *111*7788*4*{ $code }# No: *111*7788*5*{ $code }# in { $hours } h
child-add_asked = { PHONE($number) } has been asked. Answer from that phone within { $hours } h.
child-add_ask_own = Look after { PHONE($number) }? That number will be told. YES { $code } or *111*97*{ $code }#
child-added = You now see how { PHONE($number) } is: *111*7788*7*{ $number }#. To remove: *111*7788*2*{ $number }#
child-added_child = { PHONE($number) } now sees your balance, services and place and may bar numbers for you.
child-already = { PHONE($number) } is among your children already. To remove: *111*7788*2*{ $number }#
child-removed = { PHONE($number) } is no longer among your children. To have it back: *111*7788*1*{ $number }#
child-removed_child =
    { PHONE($number) } no longer sees your balance and place.{ $parents ->
        [0] {" "}Numbers barred for you are open again.
       *[some] {""}
    }
child-show =
    { PHONE($number) }: { $own ->
        [own] { MONEY($balance) }
       *[payer] another number pays
    }, "{ NAME($tariff) }". The place comes by SMS. { $count ->
        [0] No paid services.
       *[some] Paid services: { $services }
    }
child-shown = { PHONE($number) } looked at your balance, services and place.
child-place = { PHONE($number) }: { $place } (within { $metres } m)
child-place_off = { PHONE($number) } cannot be located: the phone is off or out of reach.
child-place_unknown = The network does not know where { PHONE($number) } is. Try later: *111*7788*7*{ $number }#
child-place_roaming = { PHONE($number) } is abroad, the place is not known.
child-place_no_answer = { PHONE($number) } cannot be located now. Try later: *111*7788*7*{ $number }#
child-barred = { $barred } is barred for { PHONE($number) }. To open: *111*7788*9*{ $number }*{ $barred }#
child-barred_child = { PHONE($number) } has barred { $barred } for you.
child-already_barred = { $barred } is barred for { PHONE($number) } already. To open: *111*7788*9*{ $number }*{ $barred }#
child-unbarred = { $barred } is open for { PHONE($number) } again. To bar: *111*7788*8*{ $number }*{ $barred }#
child-unbarred_child = { PHONE($number) } has opened { $barred } for you.

child-self = This is your own number. Give the child's: *111*7788*1*9161234567#
child-company = This is for private persons; your number belongs to a company.
child-unknown_number = { PHONE($number) } is not in our network. Check it: *111*7788*1*9161234567#
child-is_parent = { PHONE($number) } looks after your own number.
child-list_full = You have { $max } children, which is the most. Remove one: *111*7788*2*number#
child-parents_full = { PHONE($number) } has { $max } parents already, which is the most.
child-void = { PHONE($number) } could not be added: things have changed. Your children: *111*7788#
child-not_child = { PHONE($number) } is not among your children. To add: *111*7788*1*{ $number }#
child-barred_self = The child's and the parents' numbers cannot be barred. Example: *111*7788*8*{ $number }*9161234567#
child-barred_full = { $max } numbers are barred, which is the most. Open one: *111*7788*9*{ $number }*number#
child-not_barred = { $barred } is not barred for { PHONE($number) }. To bar: *111*7788*8*{ $number }*{ $barred }#
