### An SMS to another number.

message-ask =
    Send the message to { PHONE($number) }{ $parts ->
        [1] {""}
       *[more] {" "}({ $parts } parts)
    } for { MONEY($price) }? YES { $code } or *111*97*{ $code }#
message-ask_again =
    The price has changed. Send the message to { PHONE($number) }{ $parts ->
        [1] {""}
       *[more] {" "}({ $parts } parts)
    } for { MONEY($price) }? YES { $code } or *111*97*{ $code }#
message-sent = SMS to { PHONE($number) } is sent. Charged { MONEY($price) }, left { MONEY($left) }.
message-sent_free = SMS to { PHONE($number) } is sent free of charge. Packages: *100*2#
# What the other one gets: from whom, and the text as it was written.
message-text = { PHONE($number) }: { $text }

message-self = This is your own number. To another one: SMS number text
message-text_needed = The text is missing. Send to 111: SMS { $number } text
message-barred = { PHONE($number) } does not take messages from you.
message-quota = You have sent { $max } SMS today, which is the most. The next one tomorrow.
message-spam = Sent with this text today: { $max }. No more of them: it looks like spam.
message-not_enough_money = The SMS costs { MONEY($price) }, { MONEY($missing) } more is needed. Top up: *115#
