### Pictures by MMS.

picture-list_asked = The list of your pictures will come by SMS.
picture-list = To send: *111*161*7*number*id#. Pictures:{ $lines }
picture-list_empty = You have no saved pictures.
picture-list_unknown = Your pictures cannot be listed now. Try later: *111*161#
picture-ask = Send picture { $id } to { PHONE($number) } for { MONEY($price) }? YES { $code } or *111*97*{ $code }#
picture-ask_again = The price has changed. Send picture { $id } to { PHONE($number) } for { MONEY($price) }? YES { $code } or *111*97*{ $code }#
picture-accepted = The MMS to { PHONE($number) } is on its way, charged { MONEY($price) }. The result comes by SMS.
picture-accepted_free = The MMS to { PHONE($number) } is on its way, free of charge. The result comes by SMS.
picture-sent = The MMS to { PHONE($number) } is sent.

# Why it was not sent; what was taken has come back.
picture-no_mms =
    { PHONE($number) } does not take MMS.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Send an SMS: *111*160*7*{ $number }#
picture-unknown_picture =
    You have no such picture.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Your pictures: *111*161#
picture-too_large =
    The picture is too large.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Choose another one: *111*161#
picture-no_answer =
    The MMS to { PHONE($number) } could not be sent.{ $price ->
        [0] {""}
       *[some] {" "}{ MONEY($price) } returned.
    } Try again later.

picture-self = This is your own number. To another one: *111*161*7*number*id#
picture-not_on = First connect MMS, free of charge: *111*8111*1*{ $id }#
picture-barred = { PHONE($number) } does not take messages from you.
picture-quota = You have sent { $max } MMS today, which is the most. The next one tomorrow.
picture-not_enough_money = An MMS costs { MONEY($price) }, { MONEY($missing) } more is needed. Top up: *115#
