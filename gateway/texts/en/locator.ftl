### Locating others, with their consent.

locator-list =
    { $count ->
        [0] There is nobody to locate yet. To add one: *111*6677*1*number#
       *[some] To locate: WHERE name. You may locate: { $contacts }
    }{ $left ->
        [0] {""}
       *[some] {"\u000A"}Requests in the package: { $left }
    }{ $given_count ->
        [0] {""}
       *[some] {"\u000A"}You may be located (to end it: DISCONNECT to 6677) by: { $given }
    }
locator-ask_consent = { PHONE($number) } wants to know where you are. To allow it: *111*6677*4*{ $code }# No: *111*6677*5*{ $code }# within { $hours } h
locator-asked = A question was sent to { PHONE($number) }. If it agrees within { $hours } h, you get an SMS.
locator-waiting = { PHONE($number) } has not answered yet. You will get an SMS.
locator-agreed = { PHONE($number) } may now see where you are. To end it: *111*6677*5*{ $code }#
locator-agreed_by = { PHONE($number) } lets you see where it is. To locate: *111*6677*7*{ $number }#
locator-already = { PHONE($number) } has agreed already. To locate: *111*6677*7*{ $number }#
locator-revoked = { PHONE($number) } can no longer see where you are.
locator-revoked_by = { PHONE($number) } no longer lets you see where it is.
locator-removed = { $who } is off your list. The list: *111*6677#
locator-removed_by = { PHONE($number) } can no longer see where you are: it took you off its list.
locator-find_ask = Locate { $who }? { MONEY($price) }. YES { $code } or *111*97*{ $code }#
locator-find_ask_again = The price has changed. Locate { $who }? { MONEY($price) }. YES { $code } or *111*97*{ $code }#
locator-searching = Locating { $who }. Charged { MONEY($price) }. The answer comes by SMS.
locator-searching_package = Locating { $who }. The answer comes by SMS. Requests left: { $left }
locator-place = { $who }: { $place } (within { $metres } m)
locator-located_by = { PHONE($number) } has seen where you are. To end it: *111*6677*5*{ $code }#
locator-saving = We look where you are and call the place "{ $name }". The answer comes by SMS.
locator-saved = "{ $name }": { $place }. So we call it when somebody is here.
locator-not_saved = The place "{ $name }" is not saved: you cannot be located now. Try later.
locator-stopped = The locator is off: your list is empty, consents ended: { $count }. To begin again: *111*6677*1*number#

# Why there is no place; what the request cost has come back.
locator-off =
    { $who }: the phone is off or out of reach.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Try later.
locator-unknown =
    { $who }: the network does not know where the phone is.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Try later.
locator-roaming =
    { $who }: the phone is abroad.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    }
locator-no_answer =
    { $who } could not be located.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Try later.
locator-not_agreed_any_more =
    { $who } no longer agrees.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    }

locator-package_none = You have no package. { $requests } requests a month for { MONEY($price) }: PACKAGE ON to 6677
locator-package = Requests: { $left } until { DATE($until) }, then { MONEY($price) } a month. To end it: PACKAGE STOP to 6677
locator-package_ends = The package is not renewed. Requests: { $left } until { DATE($until) }. To keep it: PACKAGE ON to 6677
locator-package_ask = Package: { $requests } requests, { MONEY($price) } every month. YES { $code } or *111*97*{ $code }#
locator-package_ask_again = The price has changed. Package: { $requests } requests, { MONEY($price) } every month. YES { $code } or *111*97*{ $code }#
locator-package_on = Requests: { $requests } until { DATE($until) }. Charged { MONEY($price) }, left { MONEY($balance) }. To end it: PACKAGE STOP to 6677
locator-package_renewed = Locator package renewed: { $requests } requests until { DATE($until) }. Charged { MONEY($price) }, left { MONEY($balance) }. To end it: PACKAGE STOP to 6677
locator-package_not_renewed = Locator package is off: there was no { MONEY($price) }. To have it back: PACKAGE ON to 6677
locator-package_already_off = You have no package. To connect it: PACKAGE ON to 6677

locator-self = This is your own number. Give another one: *111*6677*1*9161234567#
locator-unknown_number = { PHONE($number) } is not in our network. Check it: *111*6677*1*9161234567#
locator-name_taken = The name "{ $name }" is taken. Take another one, like MAMA2 number to 6677
locator-list_full = Your list has { $max } numbers, which is the most. Remove one: *111*6677*2*number#
locator-asked_recently = { PHONE($number) } did not agree lately. You may ask again on { DATETIME($until) }
locator-void = { PHONE($number) } could not be added: things have changed. The list: *111*6677#
locator-not_listed = { $who } is not on your list. The list: *111*6677#
locator-whom_needed = The number is missing: *111*6677*{ $digit }*9161234567#
locator-unknown_contact = "{ $name }" is not on your list. The list: *111*6677#
locator-not_agreed = { PHONE($number) } has not agreed to be located. To ask: *111*6677*1*{ $number }#
locator-not_enough_money = This costs { MONEY($price) }, { MONEY($missing) } more is needed. Top up: *115#
locator-name_needed = The name of the place is missing. Send to 6677: POINT HOME
locator-places_full = You have named { $max } places, which is the most. Take one of the names again.
